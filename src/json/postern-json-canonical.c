/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-json-member.h"

#include <math.h>
#include <string.h>

/*
 * The JSON Canonicalization Scheme (RFC 8785): the one text of a document, whoever writes it, so that it can be hashed. No
 * white space; members in the order of their names' UTF-16 units; numbers as ECMAScript prints them.
 */

#define MAX_DIGITS 17 /* of a double: with these it is read back as it was */

/* Section 3.2.2.2: what must be escaped, and how. */
static void
append_byte (GString *out, guchar byte)
{
  static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\' };

  if (byte < sizeof letters && letters[byte] != '\0')
    g_string_append_printf (out, "\\%c", letters[byte]);
  else
    g_string_append_printf (out, "\\u%04x", byte);
}

static gboolean
is_plain (guchar byte)
{
  return byte >= 0x20 && byte != '"' && byte != '\\';
}

static void
append_string (GString *out, const char *text)
{
  g_autofree char *repaired = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *at = repaired ? repaired : text; *at != '\0';) {
    const char *run = at;

    while (is_plain ((guchar) *at))
      at++;
    g_string_append_len (out, run, at - run);
    if (*at != '\0')
      append_byte (out, (guchar) *at++);
  }
  g_string_append_c (out, '"');
}

/* @digits: @n of them, the shortest that are read back as the number, which is 0.DIGITS × 10^@point (ECMA-262, Number::toString) */
static void
append_digits (GString *out, const char *digits, int n, int point)
{
  if (point > 21 || point < -5) {
    g_string_append_c (out, digits[0]);
    if (n > 1)
      g_string_append_printf (out, ".%.*s", n - 1, digits + 1);
    g_string_append_printf (out, "e%c%d", point > 0 ? '+' : '-', ABS (point - 1));
  } else if (point <= 0) {
    g_string_append_printf (out, "0.%.*s%.*s", -point, "000000", n, digits);
  } else if (n <= point) {
    g_string_append_printf (out, "%.*s%.*s", n, digits, point - n, "000000000000000000000");
  } else {
    g_string_append_printf (out, "%.*s.%.*s", point, digits, n - point, digits + point);
  }
}

static void
append_double (GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE], format[8], digits[MAX_DIGITS + 1] = { 0 };
  int n = 0;

  if (!isfinite (number) || number == 0) {
    g_string_append (out, number == 0 ? "0" : "null");
    return;
  }
  if (number < 0)
    g_string_append_c (out, '-');
  number = fabs (number);
  for (int precision = 0; precision < MAX_DIGITS; precision++) {
    g_snprintf (format, sizeof format, "%%.%de", precision);
    g_ascii_formatd (text, sizeof text, format, number);
    if (g_ascii_strtod (text, NULL) == number)
      break;
  }
  for (const char *at = text; *at != 'e'; at++)
    if (*at != '.')
      digits[n++] = *at;
  append_digits (out, digits, n, (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10) + 1);
}

/* Section 3.2.3. Of UTF-8 the order of the bytes is that of UTF-16's units, but for what takes two of them: they come before U+E000. */
static int
compare_members (gconstpointer a, gconstpointer b)
{
  const guchar *one = (const guchar *) ((const PosternJsonMember *) a)->name, *other = (const guchar *) ((const PosternJsonMember *) b)->name;

  while (*one == *other && *one != '\0') {
    one++;
    other++;
  }
  if (*one >= 0xee && *other >= 0xee && (*one >= 0xf0) != (*other >= 0xf0))
    return *one >= 0xf0 ? -1 : 1;
  return *one - *other;
}

/* Nearly all members are texts, which are taken from where they lie: each other one costs four GVariants. */
static void
append_member (GString *out, GVariant *object, const PosternJsonMember *member)
{
  g_autoptr (GVariant) entry = NULL, box = NULL;

  append_string (out, member->name);
  g_string_append_c (out, ':');
  if (postern_json_member_is (member, 's')) {
    append_string (out, member->data);
    return;
  }
  entry = g_variant_get_child_value (object, member->index);
  box = g_variant_get_child_value (entry, 1);
  postern_json_canonical_append (out, box);
}

static void
append_object (GString *out, GVariant *object)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (PosternJsonMember));
  PosternJsonMembers members;
  PosternJsonMember member;

  postern_json_member_begin (&members, object);
  while (postern_json_member_next (&members, &member))
    g_array_append_val (sorted, member);
  g_array_sort (sorted, compare_members);
  g_string_append_c (out, '{');
  for (guint i = 0; i < sorted->len; i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    append_member (out, object, &g_array_index (sorted, PosternJsonMember, i));
  }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, GVariant *array)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < g_variant_n_children (array); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (array, i);

    if (i > 0)
      g_string_append_c (out, ',');
    postern_json_canonical_append (out, item);
  }
  g_string_append_c (out, ']');
}

static void
append_boxed (GString *out, GVariant *inner)
{
  g_autoptr (GVariant) owned = inner;

  if (owned)
    postern_json_canonical_append (out, owned);
  else
    g_string_append (out, "null");
}

void
postern_json_canonical_append (GString *out, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    append_string (out, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    append_double (out, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    append_boxed (out, g_variant_get_variant (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    append_boxed (out, g_variant_get_maybe (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_object (out, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    append_array (out, value);
  else
    postern_json_append (out, value);
}
