/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sign-in.h"

static void
test_assurance (void)
{
  static const char *const password[] = { "pwd", NULL };
  static const char *const two[] = { "pwd", "otp", NULL };
  static const char *const twice[] = { "pwd", "pin", NULL };
  static const char *const federated[] = { "fed", NULL };
  static const char *const linked[] = { "fed", "pwd", NULL };
  static const char *const strong[] = { "fed", "mfa", NULL };

  g_assert_cmpstr (postern_sign_in_get_acr (password), ==, "1");
  g_assert_cmpstr (postern_sign_in_get_acr (two), ==, "2");
  g_assert_cmpstr (postern_sign_in_get_acr (twice), ==, "1");
  g_assert_cmpstr (postern_sign_in_get_acr (federated), ==, "1");
  g_assert_cmpstr (postern_sign_in_get_acr (linked), ==, "1");
  g_assert_cmpstr (postern_sign_in_get_acr (strong), ==, "2");
  g_assert_cmpstr (postern_sign_in_get_acr (NULL), ==, "1");
}

static void
test_meets (void)
{
  static const char *const one[] = { "1", NULL };
  static const char *const two[] = { "2", NULL };
  static const char *const either[] = { "urn:unknown", "1", NULL };
  static const char *const unknown[] = { "urn:mace:incommon:iap:silver", "0", "3", NULL };

  g_assert_true (postern_sign_in_meets_acr ("1", one));
  g_assert_true (postern_sign_in_meets_acr ("2", one));
  g_assert_false (postern_sign_in_meets_acr ("1", two));
  g_assert_true (postern_sign_in_meets_acr ("1", either));
  g_assert_false (postern_sign_in_meets_acr ("2", unknown));
  g_assert_false (postern_sign_in_meets_acr (NULL, one));
}

static void
test_session (void)
{
  static const char *const amr[] = { "pwd", NULL };
  g_autoptr (PosternPolicy) policy = postern_policy_new (NULL, NULL);
  g_autofree char *secret = NULL;
  g_autofree char *raised_secret = NULL;
  g_autoptr (PosternSession) session = postern_sign_in_new_session (policy, "usr_a", amr, 1000, &secret);
  g_autoptr (PosternSession) raised = postern_sign_in_raise (policy, session, amr, 1000 + policy->session_lifetime - 1, &raised_secret);
  g_autofree char *hash = postern_secret_hash (secret);

  g_assert_cmpstr (session->secret_hash, ==, hash);
  g_assert_true (postern_sign_in_is_alive (session, 1000));
  g_assert_false (postern_sign_in_is_alive (session, session->idle_expires_at));
  g_assert_cmpint (session->idle_expires_at, <=, session->expires_at);
  g_assert_false (postern_sign_in_needs_touch (session, 1059));
  g_assert_true (postern_sign_in_needs_touch (session, 1060));
  session->ended_at = 1001;
  g_assert_false (postern_sign_in_is_alive (session, 1002));

  /* The secret changes at each rise, the id (the applications' sid) stays. */
  g_assert_cmpstr (raised->id, ==, session->id);
  g_assert_cmpstr (raised_secret, !=, secret);
  g_assert_cmpstr (raised->secret_hash, !=, session->secret_hash);
  g_assert_cmpint (raised->auth_time, ==, 1000 + policy->session_lifetime - 1);
}

/* A rise begins the limits anew, and those of a policy that has become stricter hold from then on. */
static void
test_shorter (void)
{
  static const char *const amr[] = { "pwd", NULL };
  g_autoptr (PosternPolicy) standard = postern_policy_new (NULL, NULL);
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'profile': <'strict'>}"));
  g_autoptr (PosternPolicy) strict = postern_policy_new (model, NULL);
  g_autofree char *secret = NULL;
  g_autofree char *raised_secret = NULL;
  g_autoptr (PosternSession) session = postern_sign_in_new_session (standard, "usr_a", amr, 1000, &secret);
  g_autoptr (PosternSession) raised = postern_sign_in_raise (strict, session, amr, 2000, &raised_secret);

  g_assert_cmpint (raised->expires_at, ==, 2000 + 24 * 3600);
  g_assert_cmpint (raised->idle_expires_at, ==, 2000 + 3600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sign-in/assurance", test_assurance);
  g_test_add_func ("/sign-in/meets", test_meets);
  g_test_add_func ("/sign-in/session", test_session);
  g_test_add_func ("/sign-in/shorter", test_shorter);
  return g_test_run ();
}
