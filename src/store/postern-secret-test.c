/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <string.h>

static void
test_new (void)
{
  g_autofree char *a = postern_secret_new ();
  g_autofree char *b = postern_secret_new ();

  g_assert_cmpuint (strlen (a), ==, 43);
  g_assert_cmpuint (strspn (a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ==, 43);
  g_assert_false (postern_secret_equal (a, b));
}

/* RFC 7636 appendix B: the challenge is the same function of the verifier. */
static void
test_hash (void)
{
  g_autofree char *hash = postern_secret_hash ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

  g_assert_cmpstr (hash, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void
test_equal (void)
{
  g_assert_true (postern_secret_equal ("abc", "abc"));
  g_assert_true (postern_secret_equal ("", ""));
  g_assert_false (postern_secret_equal ("abc", "abd"));
  g_assert_false (postern_secret_equal ("abc", "abcd"));
  g_assert_false (postern_secret_equal (NULL, NULL));
  g_assert_false (postern_secret_equal ("", NULL));
}

static void
test_names_its_row (void)
{
  g_autofree char *id = postern_id_new ("ses");
  g_autofree char *secret = postern_secret_new_for (id);
  g_autofree char *again = postern_secret_new_for (id);
  g_autofree char *named = postern_secret_dup_id (secret, "ses");
  g_autofree char *longer = g_strconcat (secret, "A", NULL);
  g_autofree char *shorter = g_strndup (secret, strlen (secret) - 1);
  g_autofree char *upper = g_ascii_strup (secret, -1);
  g_autofree char *plain = postern_secret_new ();
  const char *bad[] = { longer, shorter, upper, plain, "", NULL };

  g_assert_cmpstr (named, ==, id);
  g_assert_cmpuint (strlen (secret), ==, 26 + 27);
  g_assert_false (postern_secret_equal (secret, again));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (postern_secret_dup_id (bad[i], "ses"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/new", test_new);
  g_test_add_func ("/secret/hash", test_hash);
  g_test_add_func ("/secret/equal", test_equal);
  g_test_add_func ("/secret/names-its-row", test_names_its_row);
  return g_test_run ();
}
