/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"

#include <string.h>

static void
test_good (void)
{
  static const char *good[] = {
    "{}", "[]", " \t\r\n1 ", "\"\"", "true", "null", "-0", "0.5", "1e5", "-1.5E-3", "9007199254740992",
    "{\"a\":{\"a\":[1,2,{\"a\":null}]}}", "\"\\ud83d\\ude00\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\xc3\xa9\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) value = postern_json_parse (good[i], -1, 0, &error);
    g_assert_no_error (error);
    g_assert_nonnull (value);
  }
}

static void
test_hostile (void)
{
  static const char *bad[] = {
    "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{,}", "[,]", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}", "01", "+1", "1.", ".5",
    "1e", "1e+", "--1", "-", "0x10", "NaN", "Infinity", "-Infinity", "1e999", "tru", "True", "nulll", "1 2", "{} {}", "[]]",
    "9007199254740993", "-9007199254740993", "99999999999999999999999999", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u0000\"",
    "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "\"\x01\"", "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
    "\xef\xbb\xbf{}", "// c\n{}", "{/*c*/}", "[1] // c", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"\":1,\"\":1}}", "var x = {}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) value = postern_json_parse (bad[i], -1, 0, &error);
    g_autofree char *printed = g_strescape (bad[i], NULL); /* not all are UTF-8 */

    g_test_message ("%s", printed);
    g_assert_null (value);
    g_assert_error (error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_INVALID);
  }
  g_assert_null (postern_json_parse ("[\0]", 3, 0, NULL));
  g_assert_null (postern_json_parse ("{}\0", 3, 0, NULL));
  g_assert_null (postern_json_parse_object ("[]", -1, 0, NULL));
}

/* One of each size that must fall, and the same minus one that must stand. */
static void
test_limits (void)
{
  g_autoptr (GString) members = g_string_new ("{\"k\":1");
  g_autoptr (GString) values = g_string_new ("[1");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) deep = postern_json_parse ("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", -1, 0, NULL);
  g_autofree char *abyss = g_strnfill (200000, '['), *zeros = g_strnfill (63, '0'), *number = g_strconcat ("1.", zeros, NULL);

  g_assert_nonnull (deep);
  g_assert_null (postern_json_parse ("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", -1, 0, &error));
  g_assert_error (error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_TOO_LARGE);
  g_assert_null (postern_json_parse (abyss, -1, 0, NULL));

  g_assert_null (postern_json_parse (number, -1, 0, NULL));
  number[64] = '\0';
  g_variant_unref (postern_json_parse (number, -1, 0, NULL));

  g_assert_null (postern_json_parse ("[1,2]", -1, 4, NULL));
  g_variant_unref (postern_json_parse ("[1,2]", -1, 5, NULL));

  for (guint i = 0; i < 1023; i++)
    g_string_append_printf (members, ",\"k%u\":1", i);
  g_string_append_c (members, '}');
  g_variant_unref (postern_json_parse (members->str, -1, 0, NULL));
  g_string_truncate (members, members->len - 1);
  g_string_append (members, ",\"one\":1}");
  g_assert_null (postern_json_parse (members->str, -1, 0, NULL));

  for (guint i = 0; i < 65536; i++)
    g_string_append (values, ",1");
  g_string_append_c (values, ']');
  g_assert_null (postern_json_parse (values->str, -1, 0, NULL));
  g_assert_null (postern_json_parse (values->str, -1, 65536 * 32, NULL));
  g_variant_unref (postern_json_parse (values->str, -1, 65538 * 32, NULL)); /* who takes more bytes takes more of them: with the array itself 65,538 */
}

static void
test_round_trip (void)
{
  static const char text[] = "{\"s\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\",\"i\":-5,\"d\":1.5,\"w\":-0.0,\"h\":10000000000000000.0,\"e\":1e+100,\"b\":true,\"n\":null,\"l\":[1,\"x\",[],{}]}";
  g_autoptr (GVariant) value = postern_json_parse_object (text, -1, 0, NULL);
  g_autofree char *printed = postern_json_print (value);

  g_assert_cmpstr (printed, ==, text);
}

static void
test_print_types (void)
{
  const char *names[] = { "a", "b", NULL };
  g_autofree char *printed = postern_json_print (g_variant_new_parsed ("{'l': <%^as>, 'm': <{'k': 'v'}>, 'i': <%i>, 'u': <%u>, 't': <%t>, 'e': <@av []>}",
                                                                       names, -1, 2u, G_MAXUINT64));
  GString *broken = g_string_new (NULL);

  g_assert_cmpstr (printed, ==, "{\"l\":[\"a\",\"b\"],\"m\":{\"k\":\"v\"},\"i\":-1,\"u\":2,\"t\":18446744073709551615,\"e\":[]}");
  postern_json_append_string (broken, "a\xff");
  g_assert_cmpstr (broken->str, ==, "\"a\xef\xbf\xbd\"");
  g_string_free (broken, TRUE);
}

static void
test_look_up (void)
{
  g_autoptr (GVariant) object = postern_json_parse_object (
    "{\"s\":\"text\",\"i\":7,\"b\":true,\"bs\":\"true\",\"l\":[\"x\",\"y\"],\"m\":[\"x\",1],\"n\":null,\"o\":{\"s\":1}}", -1, 0, NULL);
  g_autoptr (GVariant) inner = postern_json_get (object, "o");
  g_auto (GStrv) list = postern_json_dup_strv (object, "l", FALSE);
  g_auto (GStrv) lone = postern_json_dup_strv (object, "s", TRUE);
  const char *text = postern_json_get_string (object, "s");

  g_assert_cmpstr (text, ==, "text");
  g_assert_null (postern_json_get_string (object, "i"));
  g_assert_null (postern_json_get_string (object, "n"));
  g_assert_null (postern_json_get_string (object, "absent"));
  g_assert_cmpint (postern_json_get_int64 (object, "i", -1), ==, 7);
  g_assert_cmpint (postern_json_get_int64 (object, "s", -1), ==, -1);
  g_assert_true (postern_json_get_boolean (object, "b", FALSE));
  g_assert_false (postern_json_get_boolean (object, "bs", FALSE));
  g_assert_true (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARDICT));
  g_assert_cmpint (g_strv_length (list), ==, 2);
  g_assert_cmpstr (lone[0], ==, "text");
  g_assert_null (postern_json_dup_strv (object, "s", FALSE));
  g_assert_null (postern_json_dup_strv (object, "m", TRUE));
}

/* @n members of each kind, the first string @bytes long. */
static GVariant *
build (guint n, guint bytes)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree char *filling = g_strnfill (bytes, 'f');

  for (guint i = 0; i < n; i++) {
    g_autofree char *string = g_strdup_printf ("s%u", i), *number = g_strdup_printf ("x%u", i), *truth = g_strdup_printf ("b%u", i);
    g_autofree char *list = g_strdup_printf ("l%u", i);

    g_variant_builder_add (&builder, "{sv}", string, g_variant_new_string (i ? string : filling));
    g_variant_builder_add (&builder, "{sv}", number, g_variant_new_int64 ((gint64) i - 7));
    g_variant_builder_add (&builder, "{sv}", truth, g_variant_new_boolean (i % 2));
    g_variant_builder_add (&builder, "{sv}", list, g_variant_new_strv (NULL, 0));
    g_variant_builder_add (&builder, "{sv}", string, g_variant_new_string ("the second of its name"));
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
test_look_up_any (void)
{
  /* Where things end is kept in one byte, in two, in four; of the whole and of an entry. */
  static const guint sizes[][2] = { { 0, 0 }, { 1, 0 }, { 1, 250 }, { 2, 3 }, { 3, 70000 }, { 7, 300 }, { 40, 0 }, { 200, 1 }, { 1000, 9 } };

  for (guint n = 0; n < G_N_ELEMENTS (sizes); n++) {
    g_autoptr (GVariant) object = build (sizes[n][0], sizes[n][1]);
    guint step = MAX (1, sizes[n][0] / 50);

    for (guint i = 0; i < sizes[n][0]; i += step) {
      g_autofree char *string = g_strdup_printf ("s%u", i), *number = g_strdup_printf ("x%u", i), *truth = g_strdup_printf ("b%u", i);
      g_autofree char *list = g_strdup_printf ("l%u", i);
      g_autoptr (GVariant) found = postern_json_get (object, list);
      g_autoptr (GVariant) first = g_variant_lookup_value (object, string, NULL);

      g_assert_cmpstr (postern_json_get_string (object, string), ==, g_variant_get_string (first, NULL));
      g_assert_cmpint (postern_json_get_int64 (object, number, 99), ==, (gint64) i - 7);
      g_assert_cmpint (postern_json_get_boolean (object, truth, !(i % 2)), ==, i % 2);
      g_assert_true (g_variant_is_of_type (found, G_VARIANT_TYPE_STRING_ARRAY));
      g_assert_null (postern_json_get_string (object, number));
      g_assert_cmpint (postern_json_get_int64 (object, truth, 99), ==, 99);
    }
    g_assert_null (postern_json_get_string (object, "s"));
    g_assert_null (postern_json_get_string (object, ""));
  }
}

/* A dictionary of which any byte is another: what is found lies inside it, and is of its type. */
static void
test_look_up_broken (void)
{
  g_autoptr (GVariant) object = build (3, 4);
  gsize size = g_variant_get_size (object);
  g_autofree guint8 *bytes = g_memdup2 (g_variant_get_data (object), size);

  for (gsize at = 0; at < size; at++)
    for (guint value = 0; value < 256; value += value < 16 ? 1 : 13) {
      guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr (GVariant) broken = NULL;
      g_autoptr (GVariant) list = NULL;
      const char *text;

      copy[at] = (guint8) value;
      broken = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, copy, size, FALSE, g_free, copy));
      text = postern_json_get_string (broken, "s1");
      g_assert_true (!text || (text >= (char *) copy && text + strlen (text) < (char *) copy + size));
      postern_json_get_int64 (broken, "x2", 0);
      postern_json_get_boolean (broken, "b2", FALSE);
      list = postern_json_get (broken, "l2");
    }
}

/* The same bytes as GVariantBuilder's. */
static void
test_object (void)
{
  static const guint bytes[] = { 0, 1, 100, 225, 226, 227, 230, 240, 254, 255, 256, 300, 65000, 65510, 65536, 70000 };
  g_autoptr (GVariant) inner = build (2, 3);

  for (guint n = 0; n < G_N_ELEMENTS (bytes) * 40; n++) {
    g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
    GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
    g_autofree char *filling = g_strnfill (bytes[n / 40], 'f');
    g_autoptr (GVariant) expected = NULL;
    g_autoptr (GVariant) made = NULL;

    postern_json_object_add_string (&object, "filling", filling);
    g_variant_builder_add (&builder, "{sv}", "filling", g_variant_new_string (filling));
    for (guint i = 0; i < n % 40; i++) {
      g_autofree char *name = g_strnfill (i, 'n');
      GVariant *values[] = { g_variant_new_boolean (i & 1), g_variant_new_int64 (i), g_variant_new_string (name), inner, g_variant_new_strv (NULL, 0),
                             g_variant_new_variant (inner), g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL), g_variant_new_double (0.5) };
      g_autoptr (GVariant) value = g_variant_ref_sink (values[i % G_N_ELEMENTS (values)]);

      for (guint k = 0; k < G_N_ELEMENTS (values); k++)
        if (k != i % G_N_ELEMENTS (values) && values[k] != inner)
          g_variant_unref (g_variant_ref_sink (values[k]));
      postern_json_object_add (&object, name, value);
      g_variant_builder_add (&builder, "{sv}", name, value);
    }
    expected = g_variant_ref_sink (g_variant_builder_end (&builder));
    made = g_variant_ref_sink (postern_json_object_end (&object));
    g_assert_cmpmem (g_variant_get_data (made), g_variant_get_size (made), g_variant_get_data (expected), g_variant_get_size (expected));
  }
}

static void
test_object_members (void)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT, copy = POSTERN_JSON_OBJECT_INIT, left = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) empty = g_variant_ref_sink (postern_json_object_end (&object));
  g_autoptr (GVariant) made = NULL;
  g_autoptr (GVariant) again = NULL;

  g_assert_cmpuint (g_variant_n_children (empty), ==, 0);
  postern_json_object_add_string (&left, "cleared", "by leaving");
  postern_json_object_add_string (&object, "none", NULL);
  postern_json_object_add (&object, "none", NULL);
  postern_json_object_add_string (&object, "broken", "a\xff");
  postern_json_object_add_int64 (&object, "number", G_MININT64);
  postern_json_object_add_boolean (&object, "truth", 2);
  made = g_variant_ref_sink (postern_json_object_end (&object));
  g_assert_cmpuint (g_variant_n_children (made), ==, 3);
  g_assert_cmpstr (postern_json_get_string (made, "broken"), ==, "a\xef\xbf\xbd");
  g_assert_cmpint (postern_json_get_int64 (made, "number", 0), ==, G_MININT64);
  g_assert_true (postern_json_get_boolean (made, "truth", FALSE));
  postern_json_object_add_all (&copy, empty);
  postern_json_object_add_all (&copy, made);
  again = g_variant_ref_sink (postern_json_object_end (&copy));
  g_assert_true (g_variant_equal (made, again));
}

/* What is not in normal form is made so: the whole is believed. */
static void
test_object_broken (void)
{
  static const guint8 bytes[] = { 'a', 0xff, 0 };
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) made = NULL;

  postern_json_object_add (&object, "text", g_variant_new_from_data (G_VARIANT_TYPE_STRING, bytes, sizeof bytes, FALSE, NULL, NULL));
  made = g_variant_ref_sink (postern_json_object_end (&object));
  g_assert_cmpstr (postern_json_get_string (made, "text"), ==, "");
}

/* What our own code builds is a tree of small variants: a borrowed string must outlive the look-up there too. */
static void
test_borrowed (void)
{
  g_autoptr (GVariant) built = g_variant_ref_sink (g_variant_new_parsed ("{'name': <%s>, 'other': <1>}", "borrowed"));
  const char *name = postern_json_get_string (built, "name");
  g_autofree char *printed = postern_json_print (built);

  g_assert_cmpstr (name, ==, "borrowed");
  g_assert_nonnull (printed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/good", test_good);
  g_test_add_func ("/json/hostile", test_hostile);
  g_test_add_func ("/json/limits", test_limits);
  g_test_add_func ("/json/round-trip", test_round_trip);
  g_test_add_func ("/json/print-types", test_print_types);
  g_test_add_func ("/json/look-up", test_look_up);
  g_test_add_func ("/json/look-up-any", test_look_up_any);
  g_test_add_func ("/json/look-up-broken", test_look_up_broken);
  g_test_add_func ("/json/object", test_object);
  g_test_add_func ("/json/object-members", test_object_members);
  g_test_add_func ("/json/object-broken", test_object_broken);
  g_test_add_func ("/json/borrowed", test_borrowed);
  return g_test_run ();
}
