/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-record-json.h"

static void
test_same (void)
{
  g_autoptr (GVariant) first = postern_record_json_read ("{\"a\":1}", NULL);
  g_autoptr (GVariant) again = postern_record_json_read ("{\"a\":1}", NULL);
  g_autoptr (GVariant) other = postern_record_json_read ("{\"a\":2}", NULL);
  g_autoptr (GVariant) object = postern_record_json_read ("{}", NULL);
  g_autoptr (GVariant) array = postern_record_json_read ("[]", NULL);

  g_assert_true (first == again);
  g_assert_cmpint (postern_json_get_int64 (other, "a", 0), ==, 2);
  g_assert_cmpstr (g_variant_get_type_string (object), ==, "a{sv}");
  g_assert_cmpstr (g_variant_get_type_string (array), ==, "av");
  g_assert_null (postern_record_json_read (NULL, NULL));
}

static void
test_broken (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *spaces = g_strnfill (10000, ' ');
  g_autofree char *large = g_strconcat ("{\"a\":3", spaces, "}", NULL);
  g_autoptr (GVariant) value = postern_record_json_read (large, &error);

  g_assert_no_error (error);
  g_assert_cmpint (postern_json_get_int64 (value, "a", 0), ==, 3);
  g_assert_null (postern_record_json_read ("{\"a\":", &error));
  g_assert_nonnull (error);
}

/* What is written must be read again: each limit of the reader, and one more. */
static void
test_readable (void)
{
  static const struct {
    guint levels, members;
    gsize length;
    gboolean good;
  } cases[] = { { 16, 0, 0, TRUE }, { 17, 0, 0, FALSE }, { 16, 0, 5000, TRUE }, { 17, 0, 5000, FALSE }, { 1, 1024, 0, TRUE }, { 1, 1025, 0, FALSE }, { 1, 0, 1024 * 1024 - 4, TRUE }, { 1, 0, 1024 * 1024, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (GVariant) value = NULL;
    g_autofree char *x = g_strnfill (cases[i].length, ']');

    for (guint n = 0; n < cases[i].levels; n++)
      g_string_append (text, n + 1 == cases[i].levels && cases[i].members ? "{" : "[");
    for (guint n = 0; n < cases[i].members; n++)
      g_string_append_printf (text, "%s\"m%u\":1", n ? "," : "", n);
    if (cases[i].length)
      g_string_append_printf (text, "\"%s\"", x);
    for (guint n = cases[i].levels; n > 0; n--)
      g_string_append (text, n == cases[i].levels && cases[i].members ? "}" : "]");
    value = postern_record_json_read (text->str, NULL);
    g_test_message ("%u levels, %u members, %" G_GSIZE_FORMAT " bytes", cases[i].levels, cases[i].members, cases[i].length);
    g_assert_cmpint (postern_record_json_is_readable (text->str), ==, cases[i].good);
    g_assert_cmpint (value != NULL, ==, cases[i].good);
  }
  g_assert_true (postern_record_json_is_readable ("{\"a\\\"[[[[[[[[[[[[[[[[[[[[\":1}"));
}

static gpointer
read_many (gpointer data)
{
  for (guint i = 0; i < 20000; i++) {
    g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i % 700);
    g_autoptr (GVariant) value = postern_record_json_read (text, NULL);

    g_assert_cmpint (postern_json_get_int64 (value, "n", -1), ==, i % 700);
  }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_many, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-json/same", test_same);
  g_test_add_func ("/record-json/broken", test_broken);
  g_test_add_func ("/record-json/readable", test_readable);
  g_test_add_func ("/record-json/threads", test_threads);
  return g_test_run ();
}
