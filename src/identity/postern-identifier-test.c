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
  assert_canonical (" +49 (30) 12 34-56 ", "+4930123456");
  assert_canonical ("+49/30.123456", "+4930123456");
  assert_canonical ("+1 (2", NULL);
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

/* What looks like another name, or is read differently by another program. */
static void
test_confusable (void)
{
  static const char *const bad[] = {
    "p\xd0\xb0ypal@example.org" /* Cyrillic a */, "ada@ex\xd0\xb0mple.org", "\xce\xb1" "da@example.org" /* Greek alpha */, "ada@xn--exmple-4nf.org" /* the Cyrillic one again */,
    "\"ada\"@example.org", "ada(x)@example.org", "ada@example.org,eve@example.org", "<ada@example.org>", "ada@[192.0.2.1]",
    "a\xcd\x8f" "da@example.org" /* combining grapheme joiner */, "ada\xef\xb8\x8f@example.org" /* variation selector */,
    "ada\xe3\x85\xa4@example.org" /* Hangul filler */, "ada@xn--\xff", "ada@.", "p\xd0\xb0ypal",
    "ada@stra\xc3\x9f" "e.example", "ada@STRA\xe1\xba\x9e" "E.example", "ada@xn--strae-oqa.example" /* not strasse.example, whose people would be joined */,
    "ada@\xcf\x83\xce\xbf\xcf\x82.example" /* final sigma */, "ada@xn--3xa8c8g.example",
  };
  static const char *const good[][2] = {
    { "b\xc3\xbc" "cher@b\xc3\xbc" "cher.example", "b\xc3\xbc" "cher@b\xc3\xbc" "cher.example" },
    { "ada@xn--bcher-kva.example", "ada@b\xc3\xbc" "cher.example" },
    { "ADA@XN--BCHER-KVA.EXAMPLE", "ada@b\xc3\xbc" "cher.example" },
    { "ada@example.org.", "ada@example.org" },
    { "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@example.org", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@example.org" }, /* all Cyrillic before the @, Latin behind */
    { "\xe5\xb1\xb1\xe7\x94\xb0\xe3\x81\xaetaro", "\xe5\xb1\xb1\xe7\x94\xb0\xe3\x81\xaetaro" },   /* Han, kana and Latin */
    { "ada+news@example.org", "ada+news@example.org" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_canonical (bad[i], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *again = postern_identifier_canonicalize (good[i][1]);

    assert_canonical (good[i][0], good[i][1]);
    g_assert_cmpstr (again, ==, good[i][1]); /* it stays as it is */
  }
}

static void
test_tags (void)
{
  static const char *const cases[][2] = {
    { "Ada+News@example.org", "ada@example.org" }, { "+ada@example.org", "+ada@example.org" }, { "a+b+c@example.org", "a@example.org" },
    { "ada@ex+ample.org", "ada@ex+ample.org" },    { "+4930123456", "+4930123456" },           { "a+b", "a+b" },
  };
  g_autoptr (PosternPolicy) policy = postern_policy_new (NULL, NULL);
  g_autofree char *kept = postern_identifier_canonicalize_for (policy, "ada+news@example.org");

  g_assert_cmpstr (kept, ==, "ada+news@example.org");
  policy->address_tags_ignored = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *got = postern_identifier_canonicalize_for (policy, cases[i][0]);

    g_assert_cmpstr (got, ==, cases[i][1]);
  }
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
  g_test_add_func ("/identifier/confusable", test_confusable);
  g_test_add_func ("/identifier/tags", test_tags);
  g_test_add_func ("/identifier/sizes", test_sizes);
  g_test_add_func ("/identifier/email", test_email);
  return g_test_run ();
}
