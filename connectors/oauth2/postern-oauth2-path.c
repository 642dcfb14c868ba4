/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-path.h"

#include <string.h>

/* The element of the array @value that @selector, "3" or a member's name, picks. */
static GVariant *
pick (GVariant *value, const char *selector)
{
  guint64 number = 0;
  gboolean by_number = g_ascii_string_to_unsigned (selector, 10, 0, G_MAXINT, &number, NULL);

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (value, i);
    g_autoptr (GVariant) element = g_variant_get_variant (box);
    if (by_number ? i == number : g_variant_is_of_type (element, G_VARIANT_TYPE_VARDICT) && postern_json_get_boolean (element, selector, FALSE))
      return g_steal_pointer (&element);
  }
  return NULL;
}

/* One "name" or "name[selector]" further. */
static GVariant *
step_into (GVariant *value, const char *segment)
{
  gsize length = strcspn (segment, "[");
  g_autofree char *name = g_strndup (segment, length);
  g_autofree char *selector = segment[length] ? g_strndup (segment + length + 1, strcspn (segment + length + 1, "]")) : NULL;
  g_autoptr (GVariant) member = g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) ? postern_json_get (value, name) : NULL;

  if (!member || !selector)
    return g_steal_pointer (&member);
  return pick (member, selector);
}

static GVariant *
walk (GVariant *document, const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, ".", -1);
  g_autoptr (GVariant) value = g_variant_ref (document);

  for (guint i = 0; value && segments[i]; i++) {
    GVariant *next = step_into (value, segments[i]);
    g_variant_unref (value);
    value = next;
  }
  return g_steal_pointer (&value);
}

static char *
dup_text_at (GVariant *document, const char *path)
{
  g_autoptr (GVariant) value = walk (document, path);

  if (value && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (value && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && *g_variant_get_string (value, NULL))
    return g_variant_dup_string (value, NULL);
  return NULL;
}

static char *
dup_first (GVariant *document, const char *paths)
{
  g_auto (GStrv) alternatives = g_strsplit (paths, "|", -1);
  char *text = NULL;

  for (guint i = 0; !text && alternatives[i]; i++)
    text = dup_text_at (document, alternatives[i]);
  return text;
}

static char *
fill_in (GVariant *document, const char *template)
{
  g_autoptr (GString) out = g_string_new (NULL);

  while (*template) {
    gsize plain = strcspn (template, "{");
    g_autofree char *inner = NULL, *text = NULL;
    g_string_append_len (out, template, (gssize) plain);
    template += plain;
    if (!*template)
      break;
    inner = g_strndup (template + 1, strcspn (template + 1, "}"));
    text = template[1 + strlen (inner)] ? dup_first (document, inner) : NULL;
    if (!text)
      return NULL;
    /* It stands within a URL, where a value must not add a part of its own. */
    g_string_append_uri_escaped (out, text, NULL, FALSE);
    template += strlen (inner) + 2;
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
postern_oauth2_path_dup_text (GVariant *document, const char *path)
{
  return strchr (path, '{') ? fill_in (document, path) : dup_first (document, path);
}

static gboolean
holds (GVariant *document, const char *term)
{
  const char *sign = strchr (term, '=');
  g_autofree char *path = g_strndup (term, sign ? (gsize) (sign - term) : strlen (term));
  g_autofree char *text = sign ? dup_first (document, path) : NULL;
  g_autoptr (GVariant) value = walk (document, path);
  gboolean is_true = value && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);

  return sign && !is_true ? g_strcmp0 (text, sign + 1) == 0 : is_true && (!sign || g_str_equal (sign + 1, "true"));
}

gboolean
postern_oauth2_path_is_true (GVariant *document, const char *condition)
{
  g_auto (GStrv) terms = g_strsplit (condition, "&", -1);

  if (!document || g_str_equal (condition, "never"))
    return FALSE;
  if (g_str_equal (condition, "always"))
    return TRUE;
  for (guint i = 0; terms[i]; i++)
    if (!holds (document, terms[i]))
      return FALSE;
  return terms[0] != NULL;
}

gboolean
postern_oauth2_path_check (const char *path)
{
  gboolean in_braces = FALSE, in_brackets = FALSE;

  if (!*path || g_str_has_prefix (path, ".") || g_str_has_suffix (path, "."))
    return FALSE;
  for (; *path; path++) {
    if (strchr (in_brackets ? "{[}" : in_braces ? "{]" : "}]", *path))
      return FALSE;
    if (strchr ("[]", *path))
      in_brackets = *path == '[';
    else if (strchr ("{}", *path))
      in_braces = *path == '{';
  }
  return !in_braces && !in_brackets;
}
