/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-json-member.h"
#include "postern-json-scan.h"

#include <math.h>
#include <string.h>

G_DEFINE_QUARK (postern-json-error-quark, postern_json_error)

/**
 * The result is serialised at once: from then on strings borrowed from a child live as long as the document, which
 * postern_json_get_string() promises.
 */
GVariant *
postern_json_parse (const char *text, gssize length, gsize max_bytes, GError **error)
{
  GVariant *document;
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  gsize limit = max_bytes ? max_bytes : POSTERN_JSON_MAX_BYTES;

  if (size > limit) {
    g_set_error (error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_TOO_LARGE,
                 "JSON refused: %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT, size, limit);
    return NULL;
  }
  if (!g_utf8_validate_len (text, size, NULL)) {
    g_set_error (error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_INVALID, "JSON refused: it is not UTF-8, or has a NUL in it");
    return NULL;
  }
  document = postern_json_scan (text, size, MAX (POSTERN_JSON_MAX_VALUES, limit / POSTERN_JSON_BYTES_A_VALUE), error);
  if (document)
    g_variant_get_data (document);
  return document;
}

GVariant *
postern_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error)
{
  g_autoptr (GVariant) document = postern_json_parse (text, length, max_bytes, error);

  if (document && !g_variant_is_of_type (document, G_VARIANT_TYPE_VARDICT)) {
    g_set_error (error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_INVALID, "JSON refused: the document must be an object");
    return NULL;
  }
  return g_steal_pointer (&document);
}

GVariant *
postern_json_get (GVariant *object, const char *name)
{
  PosternJsonMember member;
  g_autoptr (GVariant) entry = NULL;
  g_autoptr (GVariant) box = NULL;

  g_return_val_if_fail (g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT), NULL);
  if (!postern_json_member_find (object, name, &member))
    return NULL;
  entry = g_variant_get_child_value (object, member.index);
  box = g_variant_get_child_value (entry, 1);
  return g_variant_get_variant (box);
}

static gboolean
find_of_type (GVariant *object, const char *name, char type, PosternJsonMember *member)
{
  g_return_val_if_fail (g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT), FALSE);
  return postern_json_member_find (object, name, member) && postern_json_member_is (member, type);
}

const char *
postern_json_get_string (GVariant *object, const char *name)
{
  PosternJsonMember member;

  return find_of_type (object, name, 's', &member) ? member.data : NULL;
}

gint64
postern_json_get_int64 (GVariant *object, const char *name, gint64 fallback)
{
  PosternJsonMember member;
  gint64 value = fallback;

  if (find_of_type (object, name, 'x', &member))
    memcpy (&value, member.data, sizeof value);
  return value;
}

gboolean
postern_json_get_boolean (GVariant *object, const char *name, gboolean fallback)
{
  PosternJsonMember member;

  return find_of_type (object, name, 'b', &member) ? *member.data == 1 : fallback;
}

static char **
strv_from_variants (GVariant *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < g_variant_n_children (array); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (array, i);
    g_autoptr (GVariant) item = g_variant_get_variant (box);
    if (!g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
      return NULL;
    g_strv_builder_add (builder, g_variant_get_string (item, NULL));
  }
  return g_strv_builder_end (builder);
}

char **
postern_json_dup_strv (GVariant *object, const char *name, gboolean lone)
{
  g_autoptr (GVariant) value = postern_json_get (object, name);

  if (!value)
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return g_variant_dup_strv (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return strv_from_variants (value);
  if (lone && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    const char *one[] = { g_variant_get_string (value, NULL), NULL };
    return g_strdupv ((char **) one);
  }
  return NULL;
}

/* --- writing: from GVariant, without a tree between --- */

static void
append_escape (GString *out, guchar byte)
{
  if (byte == '"' || byte == '\\')
    g_string_append_printf (out, "\\%c", byte);
  else if (byte == '\n')
    g_string_append (out, "\\n");
  else
    g_string_append_printf (out, "\\u%04x", byte);
}

/* What stands in JSON as it is. Of bytes beyond ASCII that holds, too, once they are known to be UTF-8. */
static const gboolean plain[256] = { [' ' ... '!'] = TRUE, ['#' ... '['] = TRUE, [']' ... 0x7f] = TRUE };

static void
append_escaped (GString *out, const char *text)
{
  const char *run = text;

  for (;; run++) {
    const char *at = run;
    while (plain[(guchar) *at] || (guchar) *at >= 0x80)
      at++;
    g_string_append_len (out, run, at - run);
    if (*at == '\0')
      return;
    append_escape (out, (guchar) *at);
    run = at;
  }
}

static void
append_any (GString *out, const char *text)
{
  g_autofree char *repaired = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  append_escaped (out, repaired ? repaired : text);
}

/** Bytes that are not UTF-8 become U+FFFD: what we send is always valid. Nearly all of it is ASCII, which needs one look. */
void
postern_json_append_string (GString *out, const char *text)
{
  const char *at = text;

  while (plain[(guchar) *at])
    at++;
  g_string_append_c (out, '"');
  g_string_append_len (out, text, at - text);
  if (*at)
    append_any (out, at);
  g_string_append_c (out, '"');
}

void
postern_json_append_int64 (GString *out, gint64 number)
{
  char digits[20];
  gsize at = sizeof digits;
  guint64 left = number < 0 ? -(guint64) number : (guint64) number;

  do
    digits[--at] = (char) ('0' + left % 10);
  while ((left /= 10));
  if (number < 0)
    g_string_append_c (out, '-');
  g_string_append_len (out, digits + at, (gssize) (sizeof digits - at));
}

/* Always with a point or an exponent: so it stays a number of this kind when it is read again, however large. */
static void
append_double (GString *out, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (number)) {
    g_string_append (out, "null"); /* JSON has no word for infinity; this is the only honest one */
    return;
  }
  g_string_append (out, g_ascii_dtostr (buffer, sizeof buffer, number));
  if (!strpbrk (buffer, ".e"))
    g_string_append (out, ".0");
}

static void
begin_member (GString *out, const char *name, gboolean first)
{
  if (!first)
    g_string_append_c (out, ',');
  postern_json_append_string (out, name);
  g_string_append_c (out, ':');
}

/* Of any type but a{sv}: a{ss}, and what our own code may build. */
static void
append_dictionary (GString *out, GVariant *value)
{
  GVariantIter iter;
  GVariant *entry;
  gboolean first = TRUE;

  g_variant_iter_init (&iter, value);
  while ((entry = g_variant_iter_next_value (&iter))) {
    g_autoptr (GVariant) owned = entry;
    g_autoptr (GVariant) name = g_variant_get_child_value (owned, 0);
    g_autoptr (GVariant) member = g_variant_get_child_value (owned, 1);
    begin_member (out, g_variant_get_string (name, NULL), first);
    first = FALSE;
    postern_json_append (out, member);
  }
}

static void
append_member (GString *out, GVariant *object, const PosternJsonMember *member)
{
  g_autoptr (GVariant) entry = NULL;
  g_autoptr (GVariant) box = NULL;

  if (postern_json_member_is (member, 's')) {
    postern_json_append_string (out, member->data);
    return;
  }
  entry = g_variant_get_child_value (object, member->index);
  box = g_variant_get_child_value (entry, 1);
  postern_json_append (out, box);
}

static void
append_object (GString *out, GVariant *object)
{
  PosternJsonMembers members;
  PosternJsonMember member;

  postern_json_member_begin (&members, object);
  while (postern_json_member_next (&members, &member)) {
    begin_member (out, member.name, member.index == 0);
    append_member (out, object, &member);
  }
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
append_container (GString *out, GVariant *value)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}"))) {
    append_array (out, value);
    return;
  }
  g_string_append_c (out, '{');
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_object (out, value);
  else
    append_dictionary (out, value);
  g_string_append_c (out, '}');
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
    postern_json_append_int64 (out, g_variant_get_int64 (value));
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
    append_container (out, value);
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
