/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"
#include "postern-protocol.h"
#include "postern-sign-in.h"
#include "postern-stages.h"

typedef struct {
  PosternFlowContext *context;
  PosternSession *session;
} Reading;

static gboolean
look (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternInstance *protocol = flow->protocol ? postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->protocol) : NULL;

  if (!POSTERN_IS_PROTOCOL (protocol) || POSTERN_PROTOCOL_GET_CLASS (protocol)->look == NULL)
    return TRUE;
  return POSTERN_PROTOCOL_GET_CLASS (protocol)->look (POSTERN_PROTOCOL (protocol), flow, txn, error);
}

/* One read for all that a token request stands on: its code or token, the person and the session. */
static gboolean
read_who (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  PosternFlowContext *context = reading->context;
  PosternFlow *flow = context->flow;

  postern_flow_context_forget_user (context);
  g_clear_pointer (&reading->session, postern_session_unref);
  if (!look (context, txn, error))
    return FALSE;
  context->user = postern_user_store_get (txn, flow->user_id, error);
  if (context->user == NULL)
    return FALSE;
  context->standing = (PosternStanding){ .disabled_at = context->user->disabled_at };
  context->has_standing = TRUE;
  if (flow->session_id)
    reading->session = postern_session_store_get (txn, flow->session_id, error);
  return flow->session_id == NULL || reading->session != NULL;
}

/*
 * A token asked for in somebody's name: the person must still be there and allowed in, and the session alive. Whoever was
 * signed out or switched off a second ago gets nothing more. One answer for all of it.
 */
static PosternStageResult
check_who (PosternFlowContext *context, GError **error)
{
  Reading reading = { context, NULL };
  g_autoptr (PosternSession) session = NULL;
  g_autoptr (GError) missing = NULL;
  gboolean found = postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_who, &reading, &missing);

  session = reading.session;
  if (missing && !g_error_matches (missing, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&missing));
    return POSTERN_STAGE_REFUSE;
  }
  if (!found || context->user->disabled_at != 0 || (session && !postern_sign_in_is_alive (session, postern_flow_context_now ())))
    return postern_flow_context_refuse (error, POSTERN_ERROR_INVALID_GRANT, "The sign-in behind this grant has ended");
  return POSTERN_STAGE_GO_ON;
}

/**
 * Stage `policy-in`: may this begin at all? Listeners of `decide::sign-in` vote here on the address and the application,
 * before anybody is known, and again in stage `factor`, when the person is.
 */
PosternStageResult
postern_stage_policy_in (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  gboolean person = flow->entrance & POSTERN_ENTRANCES_PERSON;

  if (flow->entrance == POSTERN_ENTRANCE_BACK_CHANNEL) /* nobody's name, and no disk */
    return POSTERN_STAGE_GO_ON;
  if (!person)
    return check_who (context, error);
  if (postern_hub_decide (postern_runtime_get_hub (context->runtime), "sign-in", flow) == POSTERN_VERDICT_DENY)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Signing in is not allowed from here");
  return POSTERN_STAGE_GO_ON;
}
