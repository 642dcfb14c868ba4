/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-audit.h"
#include "postern-flow-effects.h"
#include "postern-stages.h"

static gboolean
append (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return postern_flow_audit_append (context, txn, context->event, context->flow->user_id, error);
}

/** Stage `audit`: the row is committed with what it tells of; the engine tells the hub after the commit. */
PosternStageResult
postern_stage_audit (PosternFlowContext *context, GError **error)
{
  context->event = context->flow->authenticated_now ? "sign-in.succeeded" : "session.used";
  postern_flow_effects_add (context, append, NULL, NULL);
  return POSTERN_STAGE_GO_ON;
}
