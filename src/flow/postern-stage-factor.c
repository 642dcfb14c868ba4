/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-context.h"
#include "postern-flow-tasks.h"
#include "postern-stages.h"

/* Of several that are asked one after the other each begins with nothing of the one before. */
static PosternStep *
ask (PosternFlowContext *context, PosternInstance *factor)
{
  PosternFlow *flow = context->flow;
  gboolean goes_on = context->input && g_strcmp0 (flow->factor_id, postern_instance_get_id (factor)) == 0;
  PosternStep *step;

  if (!goes_on)
    g_clear_pointer (&flow->authenticator_state, postern_pairs_unref);
  postern_flow_set_string (&flow->factor_id, postern_instance_get_id (factor));
  step = postern_flow_ask (context, factor, goes_on ? POSTERN_STEP_CONTINUE : POSTERN_STEP_BEGIN, flow->user_id);
  g_clear_pointer (&context->input, postern_pairs_unref);
  return step;
}

static gboolean
check_task (PosternTxn *txn, gpointer context, GError **error)
{
  return postern_flow_tasks_check (context, txn, error);
}

/* The pages are the factor's, and so are their rules; the flow ends with it. */
static PosternStageResult
do_task (PosternFlowContext *context, const PosternFlowTask *task, GError **error)
{
  PosternInstance *factor = postern_flow_tasks_find_factor (context, task);
  g_autoptr (PosternStep) step = NULL;

  if (factor == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_NOT_FOUND, "There is no such way of signing in here");
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, check_task, context, error))
    return POSTERN_STAGE_REFUSE;
  step = ask (context, factor);
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  if (g_strcmp0 (postern_step_get_answered_user (step), context->flow->user_id) == 0)
    return POSTERN_STAGE_GO_ON;
  if (postern_step_get_error (step) == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_FAILED, "The factor answered for somebody else");
  g_propagate_error (error, g_error_copy (postern_step_get_error (step)));
  return POSTERN_STAGE_REFUSE;
}

/* All we can ask for more is the password: from a session that met it long ago it is asked again, once. */
static PosternStageResult
step_up (PosternFlowContext *context, GError **error)
{
  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_LOGIN_REQUIRED, "The person must sign in again, and prompt=none forbids asking");
  postern_flow_context_forget_who (context);
  return postern_flow_context_again (context, "choose", N_("Sign in again to go on."));
}

/**
 * Stage `factor`: the person is known; is what they showed enough? Also where a factor is set up, changed or taken away (postern-flow-tasks.c).
 */
PosternStageResult
postern_stage_factor (PosternFlowContext *context, GError **error)
{
  PosternVerdict verdict = postern_hub_decide (postern_runtime_get_hub (context->runtime), "sign-in", context->flow);
  const PosternFlowTask *task = postern_flow_tasks_find (context->flow->task);

  if (verdict == POSTERN_VERDICT_DENY)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Signing in is not allowed");
  /* A vote for more is met by two factors, or by one met just now. */
  if (verdict == POSTERN_VERDICT_STEP_UP && !context->flow->authenticated_now && g_strcmp0 (context->flow->acr, "2") != 0)
    return step_up (context, error);
  return task ? do_task (context, task, error) : POSTERN_STAGE_GO_ON;
}
