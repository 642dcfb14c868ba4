/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-words.h"

#include "postern-json.h"

#define DEPTH 16 /* what postern_json_parse() lets through */

static void
append_indent (GString *out, guint depth)
{
  g_string_append_printf (out, "\n%*s", (int) depth * 2, "");
}

static void
append (GString *out, GVariant *value, guint depth)
{
  gboolean object = g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT);
  gsize n = object || g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) ? g_variant_n_children (value) : 0;

  if (n == 0 || depth > DEPTH) {
    postern_json_append (out, value);
    return;
  }
  g_string_append_c (out, object ? '{' : '[');
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) child = NULL;
    const char *name = NULL;

    if (object)
      g_variant_get_child (value, i, "{&sv}", &name, &child);
    else
      g_variant_get_child (value, i, "v", &child);
    g_string_append (out, i > 0 ? "," : "");
    append_indent (out, depth + 1);
    if (name) {
      postern_json_append_string (out, name);
      g_string_append (out, ": ");
    }
    append (out, child, depth + 1);
  }
  append_indent (out, depth);
  g_string_append_c (out, object ? '}' : ']');
}

char *
postern_demo_words_dup_json (const char *text, gssize length)
{
  g_autoptr (GVariant) value = postern_json_parse (text, length, 0, NULL);
  GString *out = value ? g_string_new (NULL) : NULL;

  if (out == NULL)
    return NULL;
  append (out, value, 0);
  return g_string_free (out, FALSE);
}

static guchar *
decode (const char *part, gsize *length)
{
  g_autoptr (GString) text = g_string_new (part);

  g_strdelimit (text->str, "-", '+');
  g_strdelimit (text->str, "_", '/');
  while (text->len % 4 != 0)
    g_string_append_c (text, '=');
  return g_base64_decode (text->str, length);
}

char *
postern_demo_words_dup_part (const char *token, guint index)
{
  g_auto (GStrv) parts = g_strsplit (token ? token : "", ".", 4);
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (g_strv_length (parts) != 3)
    return NULL;
  bytes = decode (parts[index], &length);
  return postern_demo_words_dup_json ((const char *) bytes, (gssize) length);
}
