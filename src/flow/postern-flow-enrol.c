/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-enrol.h"

#include "postern-flow-audit.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"
#include "postern-flow-tasks.h"

typedef struct {
  PosternFlowContext *context;
  const PosternFlowEnrolment *it;
  GPtrArray *ended; /* (nullable) */
} Turn;

static gboolean
end_others (PosternTxn *txn, Turn *turn, GError **error)
{
  if (!turn->it->ends_others)
    return TRUE;
  turn->ended = postern_flow_end_by_flow (turn->context, txn, turn->it->user->id, turn->context->flow->session_id, error);
  return turn->ended != NULL;
}

static gboolean
keep (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;
  const PosternFlowEnrolment *it = turn->it;

  g_clear_pointer (&turn->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (turn->context->flow->session_id && !postern_flow_tasks_check (turn->context, txn, error))
    return FALSE;
  return it->put (txn, it->data, error) && end_others (txn, turn, error) &&
         postern_flow_notice_add (turn->context, txn, it->user, it->notice, error) &&
         (it->after ? postern_flow_audit_append_change (turn->context, txn, it->event, it->user->id, NULL, it->after, error)
                    : postern_flow_audit_append (turn->context, txn, it->event, it->user->id, error));
}

gboolean
postern_flow_enrol (PosternFlowContext *context, const PosternFlowEnrolment *enrolment, GError **error)
{
  Turn turn = { context, enrolment };
  gboolean kept = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, keep, &turn, error);

  if (kept)
    postern_flow_audit_tell (context, enrolment->event, enrolment->user->id);
  if (kept && turn.ended)
    postern_flow_end_by_flow_tell (context, turn.ended);
  g_clear_pointer (&turn.ended, g_ptr_array_unref);
  return kept;
}
