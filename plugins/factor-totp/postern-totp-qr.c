/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-totp-qr.h"

#ifdef HAVE_QRENCODE
#include <qrencode.h>

#define QUIET 4 /* modules: ISO/IEC 18004 asks for it */

/* A line of dark modules is one rectangle. */
static void
add_row (GString *path, const guint8 *row, guint width, guint y)
{
  for (guint x = 0; x < width; x++) {
    guint begin = x;

    while (x < width && row[x] & 1)
      x++;
    if (x > begin)
      g_string_append_printf (path, "M%u %uh%uv1h-%uz", begin + QUIET, y + QUIET, x - begin, x - begin);
  }
}

char *
postern_totp_qr_dup_path (const char *text, guint *size)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  g_autoptr (GString) path = g_string_new (NULL);

  *size = 0;
  if (code == NULL)
    return NULL;
  *size = (guint) code->width + 2 * QUIET;
  for (guint y = 0; y < (guint) code->width; y++)
    add_row (path, code->data + y * (guint) code->width, (guint) code->width, y);
  QRcode_free (code);
  return g_string_free (g_steal_pointer (&path), FALSE);
}
#else
char *
postern_totp_qr_dup_path (const char *text, guint *size)
{
  *size = 0;
  return NULL;
}
#endif
