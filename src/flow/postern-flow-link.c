/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-link.h"

#include "postern-authenticator.h"
#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-enrol.h"
#include "postern-flow-notice.h"
#include "postern-flow-tasks.h"
#include "postern-flow-upstream.h"
#include "postern-link.h"

#define ACTION "link:" /* of a button; the connector's id follows */

/* --- from the page `account` --------------------------------------------------------------------------------------------------- */

gboolean
postern_flow_link_takes (const char *action)
{
  return action && g_str_has_prefix (action, ACTION);
}

static PosternInstance *
find_connector (PosternRuntime *runtime, const char *id)
{
  PosternInstance *instance = id ? postern_registry_get_instance (postern_runtime_get_registry (runtime), id) : NULL;

  return POSTERN_IS_CONNECTOR (instance) ? instance : NULL;
}

PosternResponse *
postern_flow_link_begin (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action)
{
  const char *id = action + strlen (ACTION);

  if (find_connector (postern_flow_engine_get_runtime (engine), id) == NULL) {
    g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such connector");

    return postern_response_new_error_page (error, "/account");
  }
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, "/account?notice=again");
  return postern_flow_tasks_begin (engine, visit, request, postern_flow_tasks_find (POSTERN_FLOW_TASK_LINK), &(PosternFlowTaskLink){ .target = id });
}

static gboolean
has_identity (GPtrArray *identities, const char *connector)
{
  for (guint i = 0; i < identities->len; i++)
    if (g_str_equal (((PosternIdentity *) identities->pdata[i])->connector, connector))
      return TRUE;
  return FALSE;
}

void
postern_flow_link_add_choices (GVariantBuilder *entries, PosternRuntime *runtime, PosternTenant *tenant, GPtrArray *identities)
{
  g_autoptr (GPtrArray) connectors = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_CONNECTOR);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);

  for (guint i = 0; policy->linking_enabled && i < connectors->len; i++) {
    const char *id = postern_instance_get_id (connectors->pdata[i]), *name = postern_instance_get_display_name (connectors->pdata[i]);

    if (!has_identity (identities, id))
      g_variant_builder_add (entries, "v", g_variant_new_parsed ("{'connector': <%s>, 'name': <%s>}", id, name));
  }
}

/* --- at the provider, and back ------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  PosternPolicy *policy;
  PosternSubject *subject;
  PosternLinkDecision decision;
} Linking;

gboolean
postern_flow_link_is_away (PosternFlow *flow)
{
  return g_strcmp0 (flow->task, POSTERN_FLOW_TASK_LINK) == 0 && g_strcmp0 (flow->stage, "factor") == 0 &&
         g_strcmp0 (flow->factor_wanted, POSTERN_FLOW_TASK_LINK) == 0;
}

/* The flow is over; the page says what came of it. */
static PosternStageResult
end (PosternFlowContext *context, const char *notice)
{
  g_free (context->flow->return_url);
  context->flow->return_url = g_strconcat ("/account?notice=", notice, NULL);
  return POSTERN_STAGE_GO_ON;
}

static gboolean
decide (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linking *it = user_data;
  PosternFlow *flow = it->context->flow;

  return postern_link_decide_for (txn, it->policy, flow->user_id, flow->connector_id, it->subject, &it->decision, error);
}

static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linking *it = user_data;
  PosternFlow *flow = it->context->flow;
  g_autoptr (PosternIdentity) identity = postern_link_new_identity (flow->user_id, flow->connector_id, it->subject, postern_flow_context_now ());

  return postern_identity_store_insert (txn, identity, error) && postern_flow_upstream_touch (it->context, txn, it->subject, error);
}

static PosternStageResult
keep (Linking *it, GError **error)
{
  g_autoptr (GVariant) after = g_variant_ref_sink (postern_flow_audit_describe_identity (it->context->flow->connector_id, postern_subject_get_id (it->subject)));
  PosternFlowEnrolment enrolment = { postern_flow_context_load_user (it->context, error), put, it, FALSE, POSTERN_FLOW_NOTICE_LINKED, "identity.linked", after };
  g_autoptr (GError) failure = NULL;

  if (enrolment.user == NULL)
    return POSTERN_STAGE_REFUSE;
  if (postern_flow_enrol (it->context, &enrolment, &failure))
    return POSTERN_STAGE_GO_ON;
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) /* somebody else was faster, or another window */
    return end (it->context, "link-taken");
  g_propagate_error (error, g_steal_pointer (&failure));
  return POSTERN_STAGE_REFUSE;
}

static PosternStageResult
take_subject (PosternFlowContext *context, PosternInstance *connector, PosternSubject *subject, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  Linking it = { context, policy, subject, POSTERN_LINK_TAKEN };

  if (postern_subject_get_id (subject) == NULL || *postern_subject_get_id (subject) == '\0')
    return postern_flow_context_refuse (error, POSTERN_ERROR_PROVIDER, "The connector's answer names nobody");
  postern_flow_set_string (&context->flow->connector_id, postern_instance_get_id (connector)); /* not what the answerer says */
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, decide, &it, error))
    return POSTERN_STAGE_REFUSE;
  switch (it.decision) {
  case POSTERN_LINK_KNOWN:
    return POSTERN_STAGE_GO_ON;
  case POSTERN_LINK_NEW:
    return keep (&it, error);
  case POSTERN_LINK_TAKEN:
    return end (context, "link-taken");
  case POSTERN_LINK_ASK_PROOF:
  case POSTERN_LINK_CLOSED:
    break;
  }
  return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Accounts are not connected here");
}

static PosternStageResult
take_error (PosternFlowContext *context, PosternInstance *connector, const GError *failure)
{
  gboolean stopped = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);

  g_message ("Connector \"%s\" connected nobody: %s", postern_instance_get_id (connector), failure->message);
  return end (context, stopped ? "link-stopped" : "link-failed");
}

/* What comes before the provider was asked here, or from its page "go there" (without one of the connector's own), begins. */
static PosternStep *
ask (PosternFlowContext *context, PosternInstance *connector)
{
  PosternFlow *flow = context->flow;
  gboolean away = postern_flow_link_is_away (flow);
  PosternStepPhase phase = away && context->callback                                ? POSTERN_STEP_CALLBACK
                           : away && context->input && flow->prompt_template != NULL ? POSTERN_STEP_CONTINUE
                                                                                     : POSTERN_STEP_BEGIN;
  PosternStep *step;

  if (phase == POSTERN_STEP_BEGIN) {
    g_clear_pointer (&context->input, postern_pairs_unref);
    g_clear_pointer (&flow->authenticator_state, postern_pairs_unref);
    g_clear_pointer (&flow->prompt_template, g_free);
    postern_flow_set_string (&flow->authenticator_id, postern_instance_get_id (connector));
    postern_flow_set_string (&flow->factor_wanted, POSTERN_FLOW_TASK_LINK);
  }
  step = postern_flow_ask (context, connector, phase, NULL);
  g_clear_pointer (&context->input, postern_pairs_unref);
  context->callback = FALSE;
  return step;
}

PosternStageResult
postern_flow_link_run (PosternFlowContext *context, GError **error)
{
  PosternInstance *connector = find_connector (context->runtime, context->flow->task_target);
  g_autoptr (PosternStep) step = NULL;

  if (connector == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_NOT_FOUND, "There is no such connector");
  step = ask (context, connector);
  if (postern_step_get_error (step))
    return take_error (context, connector, postern_step_get_error (step));
  if (postern_step_get_subject (step))
    return take_subject (context, connector, postern_step_get_subject (step), error);
  if (postern_step_get_prompt (step) == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_PROVIDER, "Only a factor may name one of our users");
  context->prompt = g_object_ref (postern_step_get_prompt (step));
  return POSTERN_STAGE_PARK;
}
