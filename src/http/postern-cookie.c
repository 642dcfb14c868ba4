/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cookie.h"

#include <string.h>

#define PREFIX "__Host-"

char *
postern_cookie_format (const char *name, const char *value, gint64 max_age, gboolean secure)
{
  GString *out = g_string_new (secure ? PREFIX : "");

  g_string_append (out, name);
  g_string_append_c (out, '=');
  g_string_append (out, value);
  g_string_append (out, "; Path=/; HttpOnly; SameSite=Lax");
  if (secure)
    g_string_append (out, "; Secure");
  if (max_age >= 0)
    g_string_append_printf (out, "; Max-Age=%" G_GINT64_FORMAT, max_age);
  return g_string_free (out, FALSE);
}

char *
postern_cookie_filter (const char *header, gboolean secure)
{
  GString *out;

  if (!secure)
    return g_strdup (header);
  out = g_string_new (NULL);
  while (*header) {
    gsize length = strcspn (header, ";");
    gsize blanks = strspn (header, " \t");
    if (blanks < length && g_str_has_prefix (header + blanks, PREFIX)) {
      gsize start = blanks + strlen (PREFIX);
      g_string_append (out, out->len ? "; " : "");
      g_string_append_len (out, header + start, (gssize) (length - start));
    }
    header += length + (header[length] == ';');
  }
  return g_string_free (out, FALSE);
}
