/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-fill.h"

#include <string.h>

#include "postern-json.h"

#define NAME "abcdefghijklmnopqrstuvwxyz-"

/* @text begins with a brace: the length of the name in it, 0 when it is none. */
static gsize
measure (const char *text)
{
  gsize length = strspn (text + 1, NAME);

  return length > 0 && text[1 + length] == '}' ? length : 0;
}

char *
postern_http_fill_find_unknown (const char *text, const char *const *names)
{
  for (const char *brace = strchr (text, '{'); brace; brace = strchr (brace + 1, '{')) {
    g_autofree char *name = g_strndup (brace + 1, measure (brace));
    if (*name && !g_strv_contains (names, name))
      return g_steal_pointer (&name);
  }
  return NULL;
}

static void
append (GString *out, const char *value, PosternHttpFill how)
{
  gsize start = out->len;

  if (how == POSTERN_HTTP_FILL_FORM) {
    g_string_append_uri_escaped (out, value, NULL, FALSE);
    return;
  }
  if (how == POSTERN_HTTP_FILL_JSON) {
    postern_json_append_string (out, value); /* with its quotes, which stand in the text already */
    g_string_erase (out, (gssize) start, 1);
    g_string_truncate (out, out->len - 1);
    return;
  }
  g_string_append (out, value);
  for (gsize i = start; i < out->len; i++)
    if ((guchar) out->str[i] < ' ' || out->str[i] == 0x7f)
      out->str[i] = ' ';
}

char *
postern_http_fill (const char *text, GHashTable *values, PosternHttpFill how)
{
  GString *out = g_string_new (NULL);

  while (*text) {
    const char *brace = strchr (text, '{');
    gsize length = brace ? measure (brace) : 0;
    g_autofree char *name = NULL;
    const char *value;
    g_string_append_len (out, text, brace ? brace - text : -1);
    if (!brace)
      break;
    name = g_strndup (brace + 1, length);
    value = g_hash_table_lookup (values, name);
    if (value)
      append (out, value, how);
    else
      g_string_append_c (out, '{');
    text = brace + (value ? length + 2 : 1);
  }
  return g_string_free (out, FALSE);
}
