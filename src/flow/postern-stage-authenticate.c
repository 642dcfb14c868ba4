/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-connector.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-organization.h"
#include "postern-flow-second-rows.h"
#include "postern-flow-subject.h"
#include "postern-instance-try.h"
#include "postern-stages.h"

/* A form that comes back while the flow has no page of its own is the button "go to the provider": it begins again. */
static PosternStepPhase
phase_of (PosternFlowContext *context)
{
  if (context->callback)
    return POSTERN_STEP_CALLBACK;
  return context->input && context->flow->prompt_template ? POSTERN_STEP_CONTINUE : POSTERN_STEP_BEGIN;
}

/* The engine, not the answerer, says where a subject came from; and only a factor may name one of our users. */
static PosternStageResult
take_subject (PosternFlowContext *context, PosternInstance *instance, PosternSubject *subject, GError **error)
{
  PosternFlow *flow = context->flow;

  if (!POSTERN_IS_CONNECTOR (instance) || postern_subject_get_id (subject) == NULL || *postern_subject_get_id (subject) == '\0')
    return postern_flow_context_refuse (error, POSTERN_ERROR_PROVIDER, "The connector's answer names nobody");
  postern_flow_set_string (&flow->connector_id, postern_instance_get_id (instance));
  g_clear_pointer (&flow->subject, g_variant_unref);
  flow->subject = postern_flow_subject_to_variant (subject);
  g_clear_pointer (&flow->callback_state, g_free);
  return POSTERN_STAGE_GO_ON;
}

static PosternStageResult
take_user (PosternFlowContext *context, PosternInstance *instance, PosternStep *step, GError **error)
{
  PosternFlow *flow = context->flow;

  if (!POSTERN_IS_FACTOR (instance))
    return postern_flow_context_refuse (error, POSTERN_ERROR_PROVIDER, "Only a factor may name one of our users");
  postern_flow_set_string (&flow->user_id, postern_step_get_answered_user (step));
  postern_flow_context_met (context, postern_flow_second_rows_name (instance, postern_step_get_amr (step)), postern_step_get_amr (step));
  flow->recovered = postern_pairs_get (flow->authenticator_state, POSTERN_FLOW_STATE_RECOVER) != NULL;
  return POSTERN_STAGE_GO_ON;
}

/* The provider knew the person from before and let them through: only there can that be changed. */
#define STALE N_("{connector_name} let you in without asking who you are, but this needs a new sign-in. Sign out there and try again, or choose another way.")
#define SILENT N_("{connector_name} does not answer right now. Choose another way to sign in, or try this one again later.")
#define WRONG N_("Signing in with {connector_name} did not work. Try again, or choose another way.")

/* Whatever a provider did wrong is not the application's fault: the person chooses again. The log says more. */
static PosternStageResult
take_error (PosternFlowContext *context, PosternInstance *instance, const GError *failure)
{
  gboolean refused = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  gboolean silent = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE) ||
                    g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  g_autofree char *why = postern_instance_try_explain (instance, failure);
  gboolean stale = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION);
  PosternStageResult result;

  g_message ("Authenticator \"%s\" did not sign anybody in: %s", postern_instance_get_id (instance), why);
  postern_flow_context_forget_who (context);
  if (refused)
    return postern_flow_context_again (context, "choose", N_("You stopped on the other side. Try again, or choose another way."));
  result = postern_flow_context_again (context, "choose", stale ? STALE : silent ? SILENT : WRONG);
  context->notice_connector = postern_instance_get_display_name (instance);
  context->notice_pause = silent ? postern_flow_connector_get_pause (instance, postern_flow_context_now ()) : 0;
  return result;
}

/* A set-up link used before; and what a factor could not look up, which another way would not do better: that is a failure of ours. */
static gboolean
is_final (PosternInstance *instance, const GError *failure)
{
  return g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STALE) || (POSTERN_IS_FACTOR (instance) && !postern_error_is_public (failure));
}

static gboolean
is_allowed (PosternFlowContext *context, PosternInstance *instance)
{
  if (POSTERN_IS_FACTOR (instance))
    return postern_flow_factors_allow (context, instance);
  return postern_flow_organization_allows (context, postern_instance_get_id (instance));
}

/**
 * Stage `authenticate`: asks the chosen instance who this is, as often as it wants to show something. A session that stage
 * `choose` found needs no asking.
 */
PosternStageResult
postern_stage_authenticate (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternInstance *instance;
  g_autoptr (PosternStep) step = NULL;

  if (flow->user_id || flow->subject)
    return POSTERN_STAGE_GO_ON;
  instance = flow->authenticator_id ? postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->authenticator_id) : NULL;
  if (!POSTERN_IS_AUTHENTICATOR (instance) || !is_allowed (context, instance)) {
    postern_flow_context_forget_who (context);
    return postern_flow_context_again (context, "choose", N_("This way of signing in is not there any more. Choose another one."));
  }
  if (POSTERN_IS_CONNECTOR (instance) && flow->entrance == POSTERN_ENTRANCE_NATIVE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_REDIRECT_TO_WEB, "Providers are reached in a browser only");
  step = postern_flow_ask (context, instance, phase_of (context), NULL);
  g_clear_pointer (&context->input, postern_pairs_unref);
  g_clear_pointer (&context->brought, postern_pairs_unref);
  context->callback = FALSE;
  if (postern_step_get_error (step) && is_final (instance, postern_step_get_error (step))) {
    g_propagate_error (error, g_error_copy (postern_step_get_error (step)));
    return POSTERN_STAGE_REFUSE;
  }
  if (postern_step_get_error (step))
    return take_error (context, instance, postern_step_get_error (step));
  if (postern_step_get_subject (step))
    return take_subject (context, instance, postern_step_get_subject (step), error);
  if (postern_step_get_answered_user (step))
    return take_user (context, instance, step, error);
  context->prompt = g_object_ref (postern_step_get_prompt (step));
  return POSTERN_STAGE_PARK;
}
