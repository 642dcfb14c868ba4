/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-multipart.h"
#include "postern-request-private.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A form with files: the value of Content-Type on the first line, the body behind it. Whatever is read lies within the body, and is sound. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const names[] = { "csrf", "file", "a" };
  const uint8_t *lf = size ? memchr (data, '\n', size) : NULL;
  g_autofree char *type = lf ? g_strndup ((const char *) data, (gsize) (lf - data)) : g_strdup ("");
  gsize length = lf ? size - (gsize) (lf + 1 - data) : 0;
  g_autoptr (GBytes) body = g_bytes_new (lf ? lf + 1 : NULL, length);
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/", NULL);
  const char *first = g_bytes_get_data (body, NULL);

  postern_request_add_header (request, "Content-Type", type);
  postern_request_set_body (request, body);
  if (!postern_multipart_read (request, NULL))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GBytes *file = postern_request_get_file (request, names[i]);
    const char *text, *bytes = file ? g_bytes_get_data (file, NULL) : NULL;

    g_assert (postern_request_get_form (request, names[i], &text, NULL));
    g_assert (text == NULL || (file == NULL && g_utf8_validate (text, -1, NULL)));
    g_assert (bytes == NULL || (bytes > first && bytes + g_bytes_get_size (file) < first + length));
  }
  return 0;
}
