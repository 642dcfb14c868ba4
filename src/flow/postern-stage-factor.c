/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-ask.h"
#include "postern-flow-context.h"
#include "postern-flow-link.h"
#include "postern-flow-risk.h"
#include "postern-flow-second.h"
#include "postern-flow-second-rows.h"
#include "postern-flow-tasks.h"
#include "postern-stages.h"

/* Who has just set up a factor has shown it, too: the session rises. */
static PosternStageResult
end_task (PosternFlowContext *context, const PosternFlowTask *task, PosternStep *step, GError **error)
{
  const PosternFlowSecond *row = postern_flow_second_rows_find_task (task->name);

  if (row == NULL)
    return POSTERN_STAGE_GO_ON;
  postern_flow_context_met (context, row->name, postern_step_get_amr (step));
  return postern_flow_second_follow (context, error);
}

static gboolean
check_task (PosternTxn *txn, gpointer context, GError **error)
{
  return postern_flow_tasks_check (context, txn, error);
}

/* The pages are the factor's, and so are their rules; the flow ends with it. */
static PosternStageResult
ask_factor (PosternFlowContext *context, const PosternFlowTask *task, GError **error)
{
  PosternInstance *factor = postern_flow_tasks_find_factor (context, task);
  g_autoptr (PosternStep) step = NULL;

  if (factor == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_NOT_FOUND, "There is no such way of signing in here");
  step = postern_flow_ask_for (context, factor, task->name);
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  if (g_strcmp0 (postern_step_get_answered_user (step), context->flow->user_id) == 0)
    return end_task (context, task, step, error);
  if (postern_step_get_error (step) == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_FAILED, "The factor answered for somebody else");
  g_propagate_error (error, g_error_copy (postern_step_get_error (step)));
  return POSTERN_STAGE_REFUSE;
}

static PosternStageResult
do_task (PosternFlowContext *context, const PosternFlowTask *task, GError **error)
{
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, check_task, context, error))
    return POSTERN_STAGE_REFUSE;
  return task->factor ? ask_factor (context, task, error) : postern_flow_link_run (context, error);
}

/* What listeners say, and what the tenant's policy makes of the risks that they were shown: the strictest wins. */
static PosternStageResult
vote (PosternFlowContext *context, PosternVerdict *verdict, GError **error)
{
  PosternVerdict risk, heard;

  if (!postern_flow_risk_vote (context, &risk, error))
    return POSTERN_STAGE_REFUSE;
  heard = postern_hub_decide (postern_runtime_get_hub (context->runtime), "sign-in", context->flow);
  *verdict = MAX (heard, risk);
  if (risk == POSTERN_VERDICT_DENY)
    return postern_flow_risk_refuse (context, error);
  if (heard == POSTERN_VERDICT_DENY)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Signing in is not allowed");
  return POSTERN_STAGE_GO_ON;
}

/**
 * Stage `factor`: the person is known; is what they showed enough (src/identity/postern-assurance.h)? Also where a factor is set
 * up, changed or taken away (postern-flow-tasks.c).
 */
PosternStageResult
postern_stage_factor (PosternFlowContext *context, GError **error)
{
  PosternVerdict verdict;
  const PosternFlowTask *task = postern_flow_tasks_find (context->flow->task);
  PosternStageResult result = vote (context, &verdict, error);
  gboolean follows = postern_flow_second_is_following (context->flow);

  if (result == POSTERN_STAGE_GO_ON && follows)
    result = postern_flow_second_follow (context, error);
  if (result == POSTERN_STAGE_GO_ON)
    result = postern_flow_second_run (context, verdict == POSTERN_VERDICT_STEP_UP, error);
  if (result != POSTERN_STAGE_GO_ON || follows)
    return result;
  return task ? do_task (context, task, error) : POSTERN_STAGE_GO_ON;
}
