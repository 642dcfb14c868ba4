/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-factor.h"

static PosternAuthenticator *
factor_new (const char *word, gboolean configured)
{
  PosternAuthenticator *self = g_object_new (POSTERN_TYPE_DEMO_FACTOR, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'word': %s}", word), NULL);

  postern_instance_set_identity (POSTERN_INSTANCE (self), "demo", "demo", "Demo", NULL, settings);
  g_assert_cmpint (postern_instance_configure (POSTERN_INSTANCE (self), NULL), ==, configured);
  return self;
}

static PosternStep *
ask (const char *user, const char *word)
{
  g_autoptr (PosternAuthenticator) self = factor_new ("correct horse", TRUE);
  PosternStep *step = postern_step_new (POSTERN_STEP_CONTINUE, "flw_1", "https://id.example/callback/demo");

  postern_step_set_user_id (step, user);
  postern_step_set_input (step, g_variant_new_parsed ("{'word': %s}", word));
  postern_authenticator_ask (self, step);
  return step;
}

static void
test_word (void)
{
  g_autoptr (PosternStep) good = ask ("usr_1", "correct horse"), bad = ask ("usr_1", "wrong horse"), nobody = ask (NULL, "correct horse");

  g_assert_cmpstr (postern_step_get_answered_user (good), ==, "usr_1");
  g_assert_null (postern_step_get_answered_user (bad));
  g_assert_cmpstr (postern_prompt_get_error_field (postern_step_get_prompt (bad)), ==, "word");
  g_assert_error (postern_step_get_error (nobody), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
}

static void
test_settings (void)
{
  g_object_unref (factor_new ("short", FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/word", test_word);
  g_test_add_func ("/demo/settings", test_settings);
  return g_test_run ();
}
