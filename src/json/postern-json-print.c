/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"

#include <math.h>

static void
append_escaped (GString *out, const char *text)
{
  const char *run = text, *at = text;

  for (; *at; at++) {
    guchar byte = (guchar) *at;
    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;
    g_string_append_len (out, run, at - run);
    run = at + 1;
    if (byte == '"' || byte == '\\')
      g_string_append_printf (out, "\\%c", byte);
    else if (byte == '\n')
      g_string_append (out, "\\n");
    else
      g_string_append_printf (out, "\\u%04x", byte);
  }
  g_string_append_len (out, run, at - run);
}

/** Bytes that are not UTF-8 become U+FFFD: what we send is always valid. */
void
postern_json_append_string (GString *out, const char *text)
{
  g_autofree char *repaired = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  append_escaped (out, repaired ? repaired : text);
  g_string_append_c (out, '"');
}

static void
append_double (GString *out, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  /* JSON has no word for infinity; null is the only honest one. */
  g_string_append (out, isfinite (number) ? g_ascii_dtostr (buffer, sizeof buffer, number) : "null");
}

static void
append_dictionary (GString *out, GVariant *value)
{
  GVariantIter iter;
  GVariant *entry;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  g_variant_iter_init (&iter, value);
  while ((entry = g_variant_iter_next_value (&iter))) {
    g_autoptr (GVariant) owned = entry;
    g_autoptr (GVariant) name = g_variant_get_child_value (owned, 0);
    g_autoptr (GVariant) member = g_variant_get_child_value (owned, 1);
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    postern_json_append_string (out, g_variant_get_string (name, NULL));
    g_string_append_c (out, ':');
    postern_json_append (out, member);
  }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, GVariant *value)
{
  GVariantIter iter;
  GVariant *item;
  gboolean first = TRUE;

  g_string_append_c (out, '[');
  g_variant_iter_init (&iter, value);
  while ((item = g_variant_iter_next_value (&iter))) {
    g_autoptr (GVariant) owned = item;
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    postern_json_append (out, owned);
  }
  g_string_append_c (out, ']');
}

static void
append_boxed (GString *out, GVariant *inner)
{
  g_autoptr (GVariant) owned = inner;

  if (owned)
    postern_json_append (out, owned);
  else
    g_string_append (out, "null");
}

void
postern_json_append (GString *out, GVariant *value)
{
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_STRING:
    postern_json_append_string (out, g_variant_get_string (value, NULL));
    return;
  case G_VARIANT_CLASS_BOOLEAN:
    g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
    return;
  case G_VARIANT_CLASS_INT64:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
    return;
  case G_VARIANT_CLASS_UINT64:
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
    return;
  case G_VARIANT_CLASS_INT32:
    g_string_append_printf (out, "%d", g_variant_get_int32 (value));
    return;
  case G_VARIANT_CLASS_UINT32:
    g_string_append_printf (out, "%u", g_variant_get_uint32 (value));
    return;
  case G_VARIANT_CLASS_DOUBLE:
    append_double (out, g_variant_get_double (value));
    return;
  case G_VARIANT_CLASS_VARIANT:
    append_boxed (out, g_variant_get_variant (value));
    return;
  case G_VARIANT_CLASS_MAYBE:
    append_boxed (out, g_variant_get_maybe (value));
    return;
  case G_VARIANT_CLASS_ARRAY:
    if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
      append_dictionary (out, value);
    else
      append_array (out, value);
    return;
  default:
    g_critical ("JSON has no word for a value of type %s", g_variant_get_type_string (value));
    g_string_append (out, "null");
  }
}

char *
postern_json_print (GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  GString *out = g_string_new (NULL);

  postern_json_append (out, owned);
  return g_string_free (out, FALSE);
}
