/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-private.h"

G_DEFINE_FINAL_TYPE (PosternFlow, postern_flow, G_TYPE_OBJECT)

static void
free_strings (PosternFlow *self)
{
  char *strings[] = {
    self->id, self->stage, self->protocol, self->browser_hash, self->remote_address, self->user_agent,
    self->application_id, self->login_hint, self->ui_locales, self->display, self->hinted_user_id,
    self->user_id, self->session_id, self->acr, self->authenticator_id, self->callback_state,
    self->connector_id, self->grant_id, self->return_url, self->back_url, self->identifier, self->link_user_id,
    self->task, self->task_target, self->factor_wanted, self->ticket_hash, self->invitation_id, self->invited, self->prompt_template, self->prompt_error_field, self->prompt_error_message,
    self->prompt_error_request, self->auth_session, self->organization, self->organization_id, self->organization_name,
  };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
}

static void
postern_flow_finalize (GObject *object)
{
  PosternFlow *self = POSTERN_FLOW (object);

  free_strings (self);
  g_strfreev (self->scopes);
  g_strfreev (self->resources);
  g_strfreev (self->acr_values);
  g_strfreev (self->amr);
  g_strfreev (self->factors);
  g_strfreev (self->risks);
  g_strfreev (self->granted_scopes);
  g_strfreev (self->roles);
  g_strfreev (self->organization_roles);
  g_strfreev (self->permissions);
  g_clear_pointer (&self->protocol_state, postern_pairs_unref);
  g_clear_pointer (&self->requested_claims, g_variant_unref);
  g_clear_pointer (&self->authenticator_state, postern_pairs_unref);
  g_clear_pointer (&self->subject, g_variant_unref);
  g_clear_pointer (&self->prompt_model, g_variant_unref);
  g_clear_pointer (&self->captcha, g_variant_unref);
  g_clear_pointer (&self->claims, g_variant_unref);
  g_clear_pointer (&self->resource_claims, g_variant_unref);
  g_clear_pointer (&self->parked, g_bytes_unref);
  G_OBJECT_CLASS (postern_flow_parent_class)->finalize (object);
}

static void
postern_flow_class_init (PosternFlowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_flow_finalize;
}

static void
postern_flow_init (PosternFlow *self)
{
  self->max_age = -1;
}

/* The id, the times and the stage are the engine's to set: they need the store's clock and the table. */
PosternFlow *
postern_flow_new (PosternEntrance entrance, const char *protocol)
{
  PosternFlow *self = g_object_new (POSTERN_TYPE_FLOW, NULL);

  self->entrance = entrance;
  self->protocol = g_strdup (protocol);
  return self;
}

void
postern_flow_set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

static void
add_once (char ***strings, const char *value)
{
  guint length = *strings ? g_strv_length (*strings) : 0;

  if (*strings && g_strv_contains ((const char *const *) *strings, value))
    return;
  *strings = g_renew (char *, *strings, length + 2);
  (*strings)[length] = g_strdup (value);
  (*strings)[length + 1] = NULL;
}

void
postern_flow_add_amr (PosternFlow *self, const char *amr)
{
  add_once (&self->amr, amr);
}

void
postern_flow_add_factor (PosternFlow *self, const char *name)
{
  add_once (&self->factors, name);
}

void
postern_flow_add_risk (PosternFlow *self, const char *name)
{
  add_once (&self->risks, name);
}

const char *
postern_flow_get_id (PosternFlow *self)
{
  return self->id;
}

const char *
postern_flow_get_application_id (PosternFlow *self)
{
  return self->application_id;
}

const char *
postern_flow_get_user_id (PosternFlow *self)
{
  return self->user_id;
}

const char *
postern_flow_get_connector_id (PosternFlow *self)
{
  return self->connector_id;
}

const char *
postern_flow_get_remote_address (PosternFlow *self)
{
  return self->remote_address;
}

const char *
postern_flow_get_stage (PosternFlow *self)
{
  return self->stage;
}

static const char *const none[] = { NULL };

const char *const *
postern_flow_get_scopes (PosternFlow *self)
{
  return self->scopes ? (const char *const *) self->scopes : none;
}

const char *const *
postern_flow_get_risks (PosternFlow *self)
{
  return self->risks ? (const char *const *) self->risks : none;
}
