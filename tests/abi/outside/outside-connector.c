/* SPDX-License-Identifier: Apache-2.0 */
/* A connector as a stranger would write it: nothing but <postern.h>. Its "provider" is a mirror, which sends the browser
 * straight back, so that a whole sign-in by redirect and callback can be tested without any other server. */
#include <postern.h>

#define OUTSIDE_TYPE_CONNECTOR (outside_connector_get_type ())
G_DECLARE_FINAL_TYPE (OutsideConnector, outside_connector, OUTSIDE, CONNECTOR, PosternConnector)

struct _OutsideConnector {
  PosternConnector parent_instance;
  const char *person;
};

G_DEFINE_FINAL_TYPE (OutsideConnector, outside_connector, POSTERN_TYPE_CONNECTOR)

static gboolean
outside_connector_configure (PosternInstance *instance, GError **error)
{
  OutsideConnector *self = OUTSIDE_CONNECTOR (instance);

  self->person = postern_settings_get_string (postern_instance_get_settings (instance), "person");
  if (self->person && *self->person)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "person is empty; write a name");
  return FALSE;
}

static void
go_to_the_mirror (PosternStep *step)
{
  g_autofree char *state = g_uri_escape_string (postern_step_get_callback_state (step), NULL, FALSE);
  g_autofree char *url = g_strdup_printf ("%s?code=mirrored&state=%s", postern_step_get_callback_url (step), state);

  postern_step_set_state (step, "began", "yes");
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
}

static void
come_back (OutsideConnector *self, PosternStep *step)
{
  g_autofree char *email = g_strdup_printf ("%s@outside.example", self->person);
  g_autoptr (PosternClaims) claims = NULL;

  if (g_strcmp0 (postern_step_get_input (step, "code"), "mirrored") != 0 || g_strcmp0 (postern_step_get_state (step, "began"), "yes") != 0) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "the mirror is broken"));
    return;
  }
  claims = postern_claims_new ();
  postern_claims_add_string (claims, "name", self->person);
  postern_claims_add_string (claims, "email", email);
  postern_claims_add_boolean (claims, "email_verified", TRUE);
  postern_step_return_subject (step, postern_subject_new (self->person, claims));
}

static gboolean
outside_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  switch (postern_step_get_phase (step)) {
  case POSTERN_STEP_BEGIN:
    go_to_the_mirror (step);
    return TRUE;
  case POSTERN_STEP_CALLBACK:
    come_back (OUTSIDE_CONNECTOR (authenticator), step);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
outside_connector_class_init (OutsideConnectorClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = outside_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = outside_connector_handle_step;
}

static void
outside_connector_init (OutsideConnector *self)
{
}

G_MODULE_EXPORT GType postern_plugin_query_type (void);

GType
postern_plugin_query_type (void)
{
  return OUTSIDE_TYPE_CONNECTOR;
}
