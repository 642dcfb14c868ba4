/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cookie.h"

#include <string.h>

#define PREFIX "__Host-"
#define TENANT_PREFIX "t.%s."

char *
postern_cookie_format (const char *name, const char *value, gint64 max_age, gboolean secure, const char *tenant)
{
  GString *out = g_string_new (secure ? PREFIX : "");

  if (tenant)
    g_string_append_printf (out, TENANT_PREFIX, tenant);
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
postern_cookie_filter (const char *header, gboolean secure, const char *tenant)
{
  g_autofree char *own = tenant ? g_strdup_printf ("%s" TENANT_PREFIX, secure ? PREFIX : "", tenant) : NULL;
  const char *prefix = own ? own : PREFIX;
  GString *out;

  if (!secure && !tenant)
    return g_strdup (header);
  out = g_string_new (NULL);
  while (*header) {
    gsize length = strcspn (header, ";");
    gsize blanks = strspn (header, " \t");
    if (blanks < length && g_str_has_prefix (header + blanks, prefix)) {
      gsize start = blanks + strlen (prefix);
      g_string_append (out, out->len ? "; " : "");
      g_string_append_len (out, header + start, (gssize) (length - start));
    }
    header += length + (header[length] == ';');
  }
  return g_string_free (out, FALSE);
}
