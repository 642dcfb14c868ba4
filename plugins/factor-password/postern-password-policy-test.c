/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-policy.h"

#include <glib/gstdio.h>
#include <string.h>

#include "postern-error.h"
#include "postern-seal.h"

static PosternPolicy *policy;
static PosternPasswordBreached *breached;

static const char *
check (const char *typed, gboolean alone, const char *const *words)
{
  char *password = postern_password_policy_normalize (typed);
  const char *problem = password ? postern_password_policy_check (policy, breached, password, alone, words) : "not text";

  postern_secret_free (password);
  return problem;
}

static void
assert_refused (const char *typed, const char *because)
{
  const char *problem = check (typed, TRUE, NULL);

  g_test_message ("%s: %s", typed, problem ? problem : "accepted");
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (problem, because));
}

static void
test_lengths (void)
{
  g_autofree char *long_one = g_strnfill (129, 'x');
  g_autoptr (GString) fits = g_string_new ("Wolken ziehen quer; ");

  assert_refused ("kurz aber wirr", "short");
  assert_refused (long_one, "long");
  while (g_utf8_strlen (fits->str, -1) < 128)
    g_string_append_printf (fits, "%x", g_str_hash (fits->str));
  g_string_truncate (fits, 128);
  g_assert_null (check (fits->str, TRUE, NULL));
  g_assert_null (check ("wolke7+Rabe!", FALSE, NULL)); /* eight are enough with a second factor */
  g_assert_nonnull (check ("wolke7+Rabe!", TRUE, NULL));
  /* Characters count, not bytes: fifteen of three bytes each. */
  g_assert_null (check ("雲七羊山川猫犬鳥魚雨雪月星花風", TRUE, NULL));
}

static void
test_stolen (void)
{
  assert_refused ("correcthorsebatterystaple", "stolen");
  assert_refused ("Correct Horse Battery Staple", "stolen");
  assert_refused ("1qaz2wsx3edc4rfv", "stolen");
  assert_refused ("aaaaaaaaaaaaaaaaaaaa", "stolen");
  assert_refused ("пароль123456789", "stolen");
  g_assert_cmpuint (postern_password_breached_get_size (breached), >, 250);
}

static void
test_guessed (void)
{
  static const char *const texts[] = { "ada.lovelace@analytical-engine.example", "Ada Lovelace", "https://id.example.org", NULL };
  g_auto (GStrv) words = postern_password_policy_dup_words (texts);

  assert_refused ("password11111111", "guess");
  g_assert_nonnull (check ("adalovelaceadalovelace", TRUE, (const char *const *) words));
  g_assert_nonnull (check ("ada.lovelace@analytical-engine.example", TRUE, (const char *const *) words));
  g_assert_null (check ("drei Raben auf dem Amboss", TRUE, (const char *const *) words));
}

/* One password, whether a phone sends an accent with its letter or behind it. */
static void
test_normal_form (void)
{
  g_autofree char *composed = postern_password_policy_normalize ("caf\xc3\xa9");
  g_autofree char *decomposed = postern_password_policy_normalize ("cafe\xcc\x81");

  g_assert_cmpstr (composed, ==, decomposed);
  g_assert_null (postern_password_policy_normalize ("\xff\xff"));
}

static void
test_time (void)
{
  g_autofree char *hard = g_strnfill (128, 'a');
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 128; i++)
    hard[i] = "p4ssw0rd1!"[i % 10];
  check (hard, TRUE, NULL);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_TIME_SPAN_SECOND);
}

static void
test_file (void)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "postern-breached-test.txt", NULL);
  g_autoptr (PosternPasswordBreached) more = NULL;
  g_autoptr (PosternPasswordBreached) none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "drei raben AUF dem amboss\r\n\n\xff\xff\nlast", -1, NULL));
  more = postern_password_breached_new (file, &error);
  g_assert_no_error (error);
  g_assert_true (postern_password_breached_contains (more, "Drei Raben auf dem Amboss"));
  g_assert_true (postern_password_breached_contains (more, "last"));
  g_unlink (file);
  none = postern_password_breached_new (file, &error);
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  policy = postern_policy_new (NULL, NULL);
  breached = postern_password_breached_new (NULL, NULL);
  g_test_add_func ("/password-policy/lengths", test_lengths);
  g_test_add_func ("/password-policy/stolen", test_stolen);
  g_test_add_func ("/password-policy/guessed", test_guessed);
  g_test_add_func ("/password-policy/normal-form", test_normal_form);
  g_test_add_func ("/password-policy/time", test_time);
  g_test_add_func ("/password-policy/file", test_file);
  result = g_test_run ();
  postern_password_breached_free (breached);
  postern_policy_unref (policy);
  return result;
}
