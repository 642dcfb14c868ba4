/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-connector.h"

static PosternAuthenticator *
connector_new (const char *domain, gboolean configured)
{
  PosternAuthenticator *self = g_object_new (POSTERN_TYPE_DEMO_CONNECTOR, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'domain': %s}", domain), NULL);
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (POSTERN_INSTANCE (self), "demo", "demo", "Demo", NULL, settings);
  g_assert_cmpint (postern_instance_configure (POSTERN_INSTANCE (self), &error), ==, configured);
  if (!configured)
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  return self;
}

static PosternStep *
ask (PosternStepPhase phase, const char *name)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("demo.example", TRUE);
  PosternStep *step = postern_step_new (phase, "flw_1", "https://id.example/callback/demo");

  if (name)
    postern_step_set_input (step, g_variant_new_parsed ("{'name': %s}", name));
  postern_authenticator_ask (self, step);
  return step;
}

static void
test_sign_in (void)
{
  g_autoptr (PosternStep) begun = ask (POSTERN_STEP_BEGIN, NULL);
  g_autoptr (PosternStep) first = ask (POSTERN_STEP_CONTINUE, "  Grace Hopper ");
  g_autoptr (PosternStep) again = ask (POSTERN_STEP_CONTINUE, "grace hopper");
  g_autoptr (PosternStep) other = ask (POSTERN_STEP_CONTINUE, "Ada");
  PosternSubject *subject = postern_step_get_subject (first);

  g_assert_cmpstr (postern_prompt_get_template (postern_step_get_prompt (begun)), ==, "connector-demo");
  g_assert_cmpstr (postern_subject_get_email (subject), ==, "grace-hopper@demo.example");
  g_assert_false (postern_subject_get_email_verified (subject));
  g_assert_cmpstr (postern_claims_get_string (postern_subject_get_claims (subject), "name"), ==, "Grace Hopper");
  g_assert_cmpstr (postern_subject_get_id (subject), ==, postern_subject_get_id (postern_step_get_subject (again)));
  g_assert_cmpstr (postern_subject_get_id (subject), !=, postern_subject_get_id (postern_step_get_subject (other)));
}

static void
test_wrong (void)
{
  g_autofree char *endless = g_strnfill (201, 'x');
  const char *names[] = { NULL, "", "   ", endless };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (PosternStep) step = ask (POSTERN_STEP_CONTINUE, names[i]);
    g_assert_no_error (postern_step_get_error (step));
    g_assert_cmpstr (postern_prompt_get_error_field (postern_step_get_prompt (step)), ==, "name");
  }
}

/* Nobody was sent anywhere, so nobody can come back. */
static void
test_callback (void)
{
  g_autoptr (PosternStep) step = ask (POSTERN_STEP_CALLBACK, "Grace");

  g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
}

static void
test_settings (void)
{
  g_object_unref (connector_new ("", FALSE));
  g_object_unref (connector_new ("a@b", FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/sign-in", test_sign_in);
  g_test_add_func ("/demo/wrong", test_wrong);
  g_test_add_func ("/demo/callback", test_callback);
  g_test_add_func ("/demo/settings", test_settings);
  return g_test_run ();
}
