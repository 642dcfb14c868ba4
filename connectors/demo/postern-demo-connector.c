/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-connector.h"

#include <string.h>

#define NAME_MAX_BYTES 200

/*
 * A connector is configured once and then asked from many threads at a time. What it holds is read in configure() and
 * never changed again; so it needs no lock. What belongs to one sign-in goes into the step's state instead.
 */
struct _PosternDemoConnector {
  PosternConnector parent_instance;
  const char *domain; /* borrowed from the settings, which live as long as the instance */
  gboolean verified;
};

G_DEFINE_FINAL_TYPE (PosternDemoConnector, postern_demo_connector, POSTERN_TYPE_CONNECTOR)

/* Types, defaults and required settings were checked against demo.plugin before; here is what only we can know. */
static gboolean
postern_demo_connector_configure (PosternInstance *instance, GError **error)
{
  PosternDemoConnector *self = POSTERN_DEMO_CONNECTOR (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);

  self->domain = postern_settings_get_string (settings, "domain");
  self->verified = postern_settings_get_boolean (settings, "verified");
  if (self->domain && *self->domain && !strchr (self->domain, '@'))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "domain is empty or has an @ in it; write one like demo.example");
  return FALSE;
}

/* A provider on the web would get postern_prompt_new_redirect() with its URL here, and come back as a CALLBACK. */
static PosternPrompt *
page_new (const char *name)
{
  GVariantBuilder model = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_variant_builder_add (&model, "{sv}", "name", g_variant_new_string (name));
  return postern_prompt_new_page ("connector-demo", g_variant_builder_end (&model));
}

/* The id is what stays when a person renames themselves or gets another address: never the address itself. */
static PosternSubject *
subject_of (PosternDemoConnector *self, const char *name)
{
  g_autofree char *lower = g_utf8_strdown (name, -1);
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, lower, -1);
  g_autofree char *local = g_strcanon (g_strdup (lower), "abcdefghijklmnopqrstuvwxyz0123456789.-", '-');
  g_autofree char *email = g_strdup_printf ("%s@%s", local, self->domain);
  g_autoptr (PosternClaims) claims = postern_claims_new ();

  postern_claims_add_string (claims, "name", name);
  postern_claims_add_string (claims, "email", email);
  postern_claims_add_boolean (claims, "email_verified", self->verified);
  return postern_subject_new (id, claims);
}

/* What is wrong with the page's answer is said beside its field, in a phrase that po/ translates. */
static void
read_answer (PosternDemoConnector *self, PosternStep *step)
{
  const char *typed = postern_step_get_input (step, "name");
  g_autofree char *name = g_strstrip (g_strdup (typed ? typed : ""));
  PosternPrompt *again;

  if (*name && strlen (name) <= NAME_MAX_BYTES) {
    postern_step_return_subject (step, subject_of (self, name));
    return;
  }
  again = page_new ("");
  if (*name)
    postern_prompt_set_error (again, "name", "That name is too long. Enter a shorter one.");
  else
    postern_prompt_set_error (again, "name", "Enter a name.");
  postern_step_return_prompt (step, again);
}

/* The one question. TRUE: we answered, exactly once. FALSE: not for us, and if nobody else answers, it is refused. */
static gboolean
postern_demo_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternDemoConnector *self = POSTERN_DEMO_CONNECTOR (authenticator);

  switch (postern_step_get_phase (step)) {
  case POSTERN_STEP_BEGIN:
    postern_step_return_prompt (step, page_new (""));
    return TRUE;
  case POSTERN_STEP_CONTINUE:
    read_answer (self, step);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
postern_demo_connector_class_init (PosternDemoConnectorClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_demo_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_demo_connector_handle_step;
}

static void
postern_demo_connector_init (PosternDemoConnector *self)
{
}
