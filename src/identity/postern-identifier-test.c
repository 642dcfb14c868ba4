/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identifier.h"

static void
assert_canonical (const char *typed, const char *expected)
{
  g_autofree char *got = postern_identifier_canonicalize (typed);

  g_assert_cmpstr (got, ==, expected);
}

static void
test_one_spelling (void)
{
  assert_canonical ("Ada@Example.ORG", "ada@example.org");
  assert_canonical ("  ada@example.org \n", "ada@example.org");
  assert_canonical ("ＡＤＡ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"); /* full width */
  assert_canonical ("Stra\xc3\x9f""e", "strasse");
  assert_canonical ("e\xcc\x81va", "\xc3\xa9va"); /* e and a combining accent */
  assert_canonical ("+49 30", NULL);
  assert_canonical ("+4930123456", "+4930123456");
  assert_canonical ("plain.name", "plain.name");
}

/* What would make two accounts look like one, or one line like two. */
static void
test_refused (void)
{
  static const char *const bad[] = {
    "", "   ", "@", "ada@", "@example.org", "a@b@c", "ada\n@example.org", "ada\x01@example.org", "ada@exam ple.org",
    "ada\xe2\x80\x8b@example.org" /* zero width space */, "ada\xe2\x80\xae@example.org" /* right-to-left override */,
    "ada\xc2\xad@example.org" /* soft hyphen */, "\xff\xfe", "ada\xc2\xa0" "b@example.org",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_canonical (bad[i], NULL);
  assert_canonical (NULL, NULL);
}

static void
test_sizes (void)
{
  g_autofree char *long_name = g_strnfill (255, 'a');
  g_autofree char *fits = g_strnfill (254, 'a');
  g_autofree char *huge = g_strnfill (1024 * 1024, 'a');
  g_autoptr (GString) grows = g_string_new (NULL);

  assert_canonical (long_name, NULL);
  assert_canonical (fits, fits);
  assert_canonical (huge, NULL);
  for (guint i = 0; i < 80; i++)
    g_string_append (grows, "\xef\xb7\xba"); /* one character of which NFKC makes eighteen */
  assert_canonical (grows->str, NULL);
}

static void
test_email (void)
{
  g_autofree char *email = postern_identifier_canonicalize_email ("Ada@Example.org");
  g_autofree char *name = postern_identifier_canonicalize_email ("ada");

  g_assert_cmpstr (email, ==, "ada@example.org");
  g_assert_null (name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identifier/one-spelling", test_one_spelling);
  g_test_add_func ("/identifier/refused", test_refused);
  g_test_add_func ("/identifier/sizes", test_sizes);
  g_test_add_func ("/identifier/email", test_email);
  return g_test_run ();
}
