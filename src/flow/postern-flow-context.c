/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"

#include "postern-assurance.h"
#include "postern-sign-in.h"

#define CLOCK_SET_BACK (60 * G_USEC_PER_SEC)

gint64
postern_flow_context_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
begin (PosternFlowContext *self)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (self->tenant);
  PosternFlow *flow = self->flow;

  flow->id = postern_id_new ("flw");
  flow->created_at = postern_flow_context_now ();
  flow->expires_at = flow->created_at + policy->flow_lifetime;
}

void
postern_flow_context_init (PosternFlowContext *self, PosternRuntime *runtime, PosternFlow *flow, PosternRequest *request, PosternPairs *input)
{
  *self = (PosternFlowContext){ .flow = flow, .runtime = runtime, .request = request, .begun_at = g_get_real_time () };
  self->tenant = postern_runtime_get_tenant (runtime);
  self->input = input ? postern_pairs_ref (input) : NULL;
  self->cookies = g_ptr_array_new_with_free_func (NULL);
  self->effects = NULL;
  if (request && flow->remote_address == NULL) {
    postern_flow_set_string (&flow->remote_address, postern_request_get_remote_address (request));
    postern_flow_set_string (&flow->user_agent, postern_request_get_header (request, "User-Agent"));
  }
  if (flow->id == NULL && flow->entrance & POSTERN_ENTRANCES_PERSON)
    begin (self);
}

void
postern_flow_context_clear (PosternFlowContext *self)
{
  g_clear_pointer (&self->client, postern_client_unref);
  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->organization, postern_organization_unref);
  g_clear_pointer (&self->organization_rules, postern_organization_rules_unref);
  g_clear_pointer (&self->input, postern_pairs_unref);
  g_clear_pointer (&self->brought, postern_pairs_unref);
  g_clear_pointer (&self->unknown_passkey, g_free);
  g_clear_object (&self->prompt);
  g_clear_object (&self->response);
  g_clear_pointer (&self->cookies, g_ptr_array_unref);
  g_clear_pointer (&self->effects, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->short_effects, g_ptr_array_unref);
}

static gboolean
read_user (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternFlowContext *self = user_data;

  self->user = postern_user_store_get (txn, self->flow->user_id, error);
  return self->user != NULL;
}

PosternUser *
postern_flow_context_load_user (PosternFlowContext *self, GError **error)
{
  if (self->user && !g_str_equal (self->user->id, self->flow->user_id))
    postern_flow_context_forget_user (self);
  if (self->user == NULL &&
      !postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, read_user, self, error))
    return NULL;
  return self->user;
}

static gboolean
read_standing (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternFlowContext *self = user_data;

  return postern_user_store_get_standing (txn, self->flow->user_id, &self->standing, error);
}

const PosternStanding *
postern_flow_context_load_standing (PosternFlowContext *self, GError **error)
{
  PosternStore *store = postern_tenant_get_store (self->tenant);

  self->has_standing = self->has_standing || postern_store_read (store, POSTERN_KEEP_LASTING, read_standing, self, error);
  return self->has_standing ? &self->standing : NULL;
}

gboolean
postern_flow_context_read_person (PosternFlowContext *self, PosternTxn *txn, GError **error)
{
  const char *id = self->flow->user_id;

  if (self->user && !g_str_equal (self->user->id, id))
    postern_flow_context_forget_user (self);
  self->has_standing = self->has_standing || postern_user_store_get_standing (txn, id, &self->standing, error);
  if (self->has_standing && self->user == NULL)
    self->user = postern_user_store_get (txn, id, error);
  return self->has_standing && self->user != NULL;
}

/* A clock that was set back must not keep people out until it has caught up. */
gboolean
postern_flow_context_stands (PosternFlowContext *self, const PosternStanding *standing)
{
  return standing->disabled_at == 0 && (standing->ended_at <= self->flow->met_at || standing->ended_at > g_get_real_time () + CLOCK_SET_BACK);
}

gboolean
postern_flow_context_check_stands (PosternFlowContext *self, PosternTxn *txn, GError **error)
{
  PosternStanding standing;

  if (!postern_user_store_get_standing (txn, self->flow->user_id, &standing, error))
    return FALSE;
  if (postern_flow_context_stands (self, &standing))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "What was shown in this flow does not count any more");
  return FALSE;
}

void
postern_flow_context_forget_user (PosternFlowContext *self)
{
  g_clear_pointer (&self->user, postern_user_unref);
  self->has_standing = FALSE;
}

const char *
postern_flow_context_get_input (PosternFlowContext *self, const char *name)
{
  return postern_pairs_get (self->input, name);
}

const char *
postern_flow_context_get_native (PosternFlowContext *self)
{
  return self->flow->entrance == POSTERN_ENTRANCE_NATIVE ? self->flow->application_id : NULL;
}

gboolean
postern_flow_context_is_asked (PosternFlowContext *self, PosternFlowPrompt prompt)
{
  return (self->flow->prompts & prompt) != 0 && (self->flow->answered_prompts & prompt) == 0;
}

gint64
postern_flow_context_get_max_age (PosternFlowContext *self)
{
  return self->flow->max_age < 0 && self->client ? self->client->default_max_age : self->flow->max_age;
}

PosternStageResult
postern_flow_context_refuse (GError **error, PosternError code, const char *message)
{
  g_set_error_literal (error, POSTERN_ERROR, code, message);
  return POSTERN_STAGE_REFUSE;
}

PosternStageResult
postern_flow_context_again (PosternFlowContext *self, const char *stage, const char *notice)
{
  postern_flow_set_string (&self->flow->stage, stage);
  g_clear_pointer (&self->input, postern_pairs_unref);
  postern_flow_context_forget_user (self);
  self->notice = notice;
  self->notice_connector = NULL;
  self->notice_pause = 0;
  return POSTERN_STAGE_RESTART;
}

void
postern_flow_context_forget_who (PosternFlowContext *self)
{
  PosternFlow *flow = self->flow;
  char **strings[] = { &flow->user_id, &flow->session_id, &flow->acr, &flow->authenticator_id,
                       &flow->callback_state, &flow->connector_id, &flow->link_user_id, &flow->factor_wanted, &flow->organization_id };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_clear_pointer (strings[i], g_free);
  g_clear_pointer (&flow->amr, g_strfreev);
  g_clear_pointer (&flow->factors, g_strfreev);
  g_clear_pointer (&flow->risks, g_strfreev);
  g_clear_pointer (&flow->authenticator_state, postern_pairs_unref);
  g_clear_pointer (&flow->subject, g_variant_unref);
  flow->auth_time = flow->met_at = 0;
  flow->risks_read = flow->authenticated_now = flow->consent_given = flow->sign_up = flow->recovered = flow->remember_device = flow->enrolment_later = FALSE;
  flow->answered_prompts &= POSTERN_FLOW_PROMPT_SELECT_ACCOUNT;
  postern_flow_context_forget_user (self);
  g_clear_pointer (&self->effects, g_ptr_array_unref); /* an answer of one person must not be kept for the next */
}

void
postern_flow_context_met (PosternFlowContext *self, const char *name, const char *amr)
{
  PosternFlow *flow = self->flow;

  postern_flow_add_factor (flow, name);
  if (amr)
    postern_flow_add_amr (flow, amr);
  if (postern_assurance_is_multiple ((const char *const *) flow->factors))
    postern_flow_add_amr (flow, "mfa");
  postern_flow_set_string (&flow->acr, postern_sign_in_get_acr ((const char *const *) flow->amr));
  flow->auth_time = postern_flow_context_now ();
  flow->met_at = flow->met_at ? flow->met_at : self->begun_at;
  flow->authenticated_now = TRUE;
  flow->answered_prompts |= POSTERN_FLOW_PROMPT_LOGIN | POSTERN_FLOW_PROMPT_SELECT_ACCOUNT | POSTERN_FLOW_PROMPT_CREATE;
}
