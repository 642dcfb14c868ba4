/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-authenticator.h"
#include "postern-error.h"

/* A connector and a factor that do as they are told. */
typedef struct { PosternConnector parent_instance; } TestConnector;
typedef struct { PosternConnectorClass parent_class; } TestConnectorClass;
typedef struct { PosternFactor parent_instance; } TestFactor;
typedef struct { PosternFactorClass parent_class; } TestFactorClass;
GType test_connector_get_type (void);
GType test_factor_get_type (void);
G_DEFINE_TYPE (TestConnector, test_connector, POSTERN_TYPE_CONNECTOR)
G_DEFINE_TYPE (TestFactor, test_factor, POSTERN_TYPE_FACTOR)

typedef enum { NOTHING = 0, SUBJECT = 1, USER = 2, TWICE = 3, TOO_MUCH = 4 } Deed;

static gboolean
act (PosternAuthenticator *self, PosternStep *step)
{
  Deed deed = (Deed) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), "deed"));
  g_autofree char *large = g_strnfill (16 * 1024, 'x');

  if (deed == TOO_MUCH)
    postern_step_set_state (step, "k", large);
  if (deed == SUBJECT || deed == TWICE || deed == TOO_MUCH)
    postern_step_return_subject (step, postern_subject_new ("42", NULL));
  if (deed == USER)
    postern_step_return_user (step, "usr_1", "pwd");
  if (deed == TWICE)
    postern_step_return_prompt (step, postern_prompt_new_page ("identifier", NULL));
  return deed != NOTHING;
}

static void
test_connector_class_init (TestConnectorClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = act;
}

static void
test_connector_init (TestConnector *self)
{
}

static void
test_factor_class_init (TestFactorClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = act;
}

static void
test_factor_init (TestFactor *self)
{
}

static PosternAuthenticator *
instance_new (GType type, Deed deed)
{
  PosternAuthenticator *self = g_object_new (type, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new ("a{ss}", NULL), NULL);

  postern_instance_set_identity (POSTERN_INSTANCE (self), "mine", "test", NULL, NULL, settings);
  g_assert_true (postern_instance_configure (POSTERN_INSTANCE (self), NULL));
  g_object_set_data (G_OBJECT (self), "deed", GINT_TO_POINTER (deed));
  return self;
}

static PosternStep *
ask (GType type, Deed deed)
{
  g_autoptr (PosternAuthenticator) self = instance_new (type, deed);
  PosternStep *step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/mine");

  postern_authenticator_ask (self, step);
  g_assert_true (postern_step_is_answered (step));
  return step;
}

static void
assert_refused (GType type, Deed deed, int code)
{
  g_autoptr (PosternStep) step = ask (type, deed);

  g_assert_error (postern_step_get_error (step), POSTERN_ERROR, code);
  g_assert_null (postern_step_get_subject (step));
  g_assert_null (postern_step_get_prompt (step));
  g_assert_null (postern_step_get_answered_user (step));
}

static void
test_answers (void)
{
  g_autoptr (PosternStep) subject = ask (test_connector_get_type (), SUBJECT);
  g_autoptr (PosternStep) user = ask (test_factor_get_type (), USER);

  g_assert_no_error (postern_step_get_error (subject));
  g_assert_cmpstr (postern_subject_get_id (postern_step_get_subject (subject)), ==, "42");
  g_assert_no_error (postern_step_get_error (user));
  g_assert_cmpstr (postern_step_get_answered_user (user), ==, "usr_1");
  g_assert_cmpstr (postern_step_get_amr (user), ==, "pwd");
}

/* Silence never permits; nor does a connector that names one of our users, nor one that says two things. */
static void
test_refusals (void)
{
  assert_refused (test_connector_get_type (), NOTHING, POSTERN_ERROR_ACCESS_DENIED);
  assert_refused (test_factor_get_type (), NOTHING, POSTERN_ERROR_ACCESS_DENIED);
  assert_refused (test_connector_get_type (), USER, POSTERN_ERROR_FAILED);
  assert_refused (test_factor_get_type (), SUBJECT, POSTERN_ERROR_FAILED);
  assert_refused (test_connector_get_type (), TWICE, POSTERN_ERROR_FAILED);
  assert_refused (test_connector_get_type (), TOO_MUCH, POSTERN_ERROR_FAILED);
}

static gboolean
answer_first (PosternAuthenticator *self, PosternStep *step, gpointer data)
{
  postern_step_return_subject (step, postern_subject_new ("first", NULL));
  return TRUE;
}

/* A handler that was connected and answers keeps the class's own from being asked. */
static void
test_first_answer_ends (void)
{
  g_autoptr (PosternAuthenticator) self = instance_new (test_connector_get_type (), SUBJECT);
  g_autoptr (PosternStep) step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "");

  g_signal_connect (self, "handle-step", G_CALLBACK (answer_first), NULL);
  postern_authenticator_ask (self, step);
  g_assert_no_error (postern_step_get_error (step));
  g_assert_cmpstr (postern_subject_get_id (postern_step_get_subject (step)), ==, "first");
}

static void
test_state (void)
{
  g_autoptr (PosternStep) step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "");
  g_autoptr (PosternStep) next = postern_step_new (POSTERN_STEP_CALLBACK, "flw_1", "");
  g_autoptr (GVariant) state = NULL;
  g_autofree char *most = g_strnfill (16 * 1024 - 1, 'x');

  postern_step_set_state (step, "nonce", "n");
  postern_step_set_state (step, "gone", "x");
  postern_step_set_state (step, "gone", NULL);
  state = postern_step_dup_state (step);
  postern_step_load_state (next, state);
  g_assert_cmpstr (postern_step_get_state (next, "nonce"), ==, "n");
  g_assert_null (postern_step_get_state (next, "gone"));
  postern_step_set_input (next, g_variant_new_parsed ("{'code': 'c'}"));
  g_assert_cmpstr (postern_step_get_input (next, "code"), ==, "c");
  g_assert_null (postern_step_get_input (next, "state"));

  postern_step_set_state (step, "nonce", NULL);
  for (guint i = 0; i < 3; i++)
    postern_step_set_state (step, "k", most);
  g_assert_false (postern_step_is_answered (step));
  postern_step_set_state (step, "l", "");
  g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/step/answers", test_answers);
  g_test_add_func ("/step/refusals", test_refusals);
  g_test_add_func ("/step/first-answer-ends", test_first_answer_ends);
  g_test_add_func ("/step/state", test_state);
  return g_test_run ();
}
