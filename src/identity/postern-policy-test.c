/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-policy.h"

#include "postern-assurance.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-risk.h"

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
      {"{\"profile\":\"Strict\"}", "profile"},
      {"{\"profile\":true}", "profile"},
      {"{\"risk_new_device\":\"captcha\"}", "risk_new_device"},
      {"{\"risk_many_failures\":\"ban\"}", "risk_many_failures"},
      {"{\"risk_new_country\":true}", "risk_new_country"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GVariant) model = postern_json_parse_object (cases[i][0], -1, 0, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_policy_new (model, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_assert_nonnull (strstr (error->message, cases[i][1]));
  }
}

/* --- the profile strict ------------------------------------------------------------------------------------------------- */

static PosternPolicy *
read_policy (const char *json, GError **error)
{
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, NULL);

  g_assert_nonnull (model);
  return postern_policy_new (model, error);
}

static void
test_strict (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPolicy) policy = read_policy ("{\"profile\":\"strict\"}", &error);
  g_autoptr (PosternPolicy) stricter = NULL;
  g_autoptr (PosternPolicy) standard = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (policy->second_factor, ==, POSTERN_SECOND_REQUIRED);
  g_assert_cmpuint (policy->second_factors, ==, POSTERN_SECOND_PASSKEY | POSTERN_SECOND_TOTP | POSTERN_SECOND_RECOVERY_CODE);
  g_assert_cmpint (policy->remembered_device_lifetime, ==, 0);
  g_assert_cmpint (policy->session_idle_lifetime, ==, 3600);
  g_assert_cmpint (policy->session_lifetime, ==, 24 * 3600);
  g_assert_cmpuint (policy->password_min_score, ==, 3);
  g_assert_true (policy->pkce_required);
  g_assert_cmpuint (policy->risk_new_device, ==, POSTERN_RISK_NOTIFY);
  g_assert_cmpuint (policy->risk_many_failures, ==, POSTERN_RISK_NOTIFY);
  g_assert_cmpuint (policy->risk_new_country, ==, POSTERN_RISK_SECOND_FACTOR);
  g_assert_cmpuint (policy->risk_impossible_travel, ==, POSTERN_RISK_SECOND_FACTOR);
  g_assert_true (policy->sign_up_enabled); /* what it does not speak of is as ever */

  stricter = read_policy ("{\"session_lifetime\":7200,\"second_factors\":[\"passkey\"],\"profile\":\"strict\",\"password_min_length\":20,"
                          "\"risk_new_device\":\"refuse\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stricter->risk_new_device, ==, POSTERN_RISK_REFUSE);
  g_assert_cmpint (stricter->session_lifetime, ==, 7200);
  g_assert_cmpuint (stricter->second_factors, ==, POSTERN_SECOND_PASSKEY);
  g_assert_cmpuint (stricter->password_min_length, ==, 20);
  standard = read_policy ("{\"profile\":\"standard\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (standard->second_factor, ==, POSTERN_SECOND_OPTIONAL);
  g_assert_false (standard->pkce_required);
  g_assert_cmpuint (standard->risk_many_failures, ==, POSTERN_RISK_CAPTCHA);
}

/* What is laxer is refused by its name, wherever in the object the profile stands. */
static void
test_strict_lax (void)
{
  static const char *const cases[][2] = {
      {"\"second_factor\":\"prompted\"", "second_factor: is laxer than the profile strict allows; there it is at least required"},
      {"\"second_factors\":[\"passkey\",\"sms-code\"]", "second_factors: is laxer than the profile strict allows; there it is some of passkey totp recovery-code"},
      {"\"second_factors\":[\"email-code\"]", "second_factors: "},
      {"\"remembered_device_lifetime\":1", "remembered_device_lifetime: is laxer than the profile strict allows; there it is at most 0"},
      {"\"factor_reset_delay\":3600", "factor_reset_delay: "},
      {"\"session_idle_lifetime\":3601", "session_idle_lifetime: "},
      {"\"session_lifetime\":86401,\"session_idle_lifetime\":3600", "session_lifetime: "},
      {"\"password_min_length\":14", "password_min_length: "},
      {"\"password_min_score\":2", "password_min_score: "},
      {"\"guesses_per_account\":11", "guesses_per_account: "},
      {"\"guess_window\":899", "guess_window: "},
      {"\"pkce_required\":false", "pkce_required: is laxer than the profile strict allows; there it is at least true"},
      {"\"risk_new_device\":\"off\"", "risk_new_device: is laxer than the profile strict allows; there it is at least notify"},
      {"\"risk_many_failures\":\"captcha\"", "risk_many_failures: is laxer than the profile strict allows; there it is at least notify"},
      {"\"risk_new_country\":\"notify\"", "risk_new_country: is laxer than the profile strict allows; there it is at least second-factor"},
      {"\"risk_impossible_travel\":\"notify\"", "risk_impossible_travel: "},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint first = 0; first < 2; first++) {
      g_autofree char *strict = g_strdup_printf (first ? "{\"profile\":\"strict\",%s}" : "{%s,\"profile\":\"strict\"}", cases[i][0]);
      g_autofree char *alone = g_strdup_printf ("{%s}", cases[i][0]);
      g_autoptr (GError) error = NULL;
      g_autoptr (PosternPolicy) standard = read_policy (alone, NULL);

      g_assert_nonnull (standard);
      g_assert_null (read_policy (strict, &error));
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
  g_test_add_func ("/policy/strict", test_strict);
  g_test_add_func ("/policy/strict-lax", test_strict_lax);

  return g_test_run ();
}
