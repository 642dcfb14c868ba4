/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-stages.h"

/* The page `change-password` is the factor's, and so are its rules; the flow ends with it. */
static PosternStageResult
change_factor (PosternFlowContext *context, GError **error)
{
  PosternInstance *factor = postern_flow_factors_find_password (context);
  PosternStepPhase phase = context->input ? POSTERN_STEP_CONTINUE : POSTERN_STEP_BEGIN;
  g_autoptr (PosternStep) step = NULL;

  if (factor == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_NOT_FOUND, "There are no passwords here");
  step = postern_flow_ask (context, factor, phase, context->flow->user_id);
  g_clear_pointer (&context->input, postern_pairs_unref);
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  if (postern_step_get_answered_user (step))
    return POSTERN_STAGE_GO_ON;
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
 * Stage `factor`: the person is known; is what they showed enough? Also where a factor is changed (task "change-password").
 */
PosternStageResult
postern_stage_factor (PosternFlowContext *context, GError **error)
{
  PosternVerdict verdict = postern_hub_decide (postern_runtime_get_hub (context->runtime), "sign-in", context->flow);

  if (verdict == POSTERN_VERDICT_DENY)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Signing in is not allowed");
  /* A vote for more is met by two factors, or by one met just now. */
  if (verdict == POSTERN_VERDICT_STEP_UP && !context->flow->authenticated_now && g_strcmp0 (context->flow->acr, "2") != 0)
    return step_up (context, error);
  if (g_strcmp0 (context->flow->task, POSTERN_FLOW_TASK_CHANGE_PASSWORD) == 0)
    return change_factor (context, error);
  return POSTERN_STAGE_GO_ON;
}
