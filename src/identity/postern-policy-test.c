/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-policy.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPolicy) policy = postern_policy_new (NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (policy->password_min_length, ==, 15);
  g_assert_cmpuint (policy->password_min_length_with_factor, ==, 8);
  g_assert_cmpuint (policy->password_max_length, ==, 128);
  g_assert_true (policy->sign_up_enabled);
  g_assert_cmpint (policy->session_lifetime, ==, 30 * 24 * 3600);
}

static void
test_members (void)
{
  g_autoptr (GVariant) model = postern_json_parse_object (
      "{\"sign_up_enabled\":false,\"password_min_score\":0,\"access_token_lifetime\":60}", -1, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPolicy) policy = postern_policy_new (model, &error);

  g_assert_no_error (error);
  g_assert_false (policy->sign_up_enabled);
  g_assert_cmpuint (policy->password_min_score, ==, 0);
  g_assert_cmpint (policy->access_token_lifetime, ==, 60);
}

static void
test_wrong (void)
{
  static const char *const cases[][2] = {
      {"{\"pasword_min_length\":8}", "pasword_min_length"},
      {"{\"password_min_length\":7}", "password_min_length"},
      {"{\"password_min_length\":\"8\"}", "password_min_length"},
      {"{\"password_min_score\":5}", "password_min_score"},
      {"{\"sign_up_enabled\":1}", "sign_up_enabled"},
      {"{\"session_lifetime\":120}", "session_idle_lifetime"},
      {"{\"password_min_length\":128,\"password_max_length\":64}", "password_min_length"},
      {"{\"flow_lifetime\":null}", "flow_lifetime"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GVariant) model = postern_json_parse_object (cases[i][0], -1, 0, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_policy_new (model, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_assert_nonnull (strstr (error->message, cases[i][1]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/defaults", test_defaults);
  g_test_add_func ("/policy/members", test_members);
  g_test_add_func ("/policy/wrong", test_wrong);

  return g_test_run ();
}
