/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-protocol.h"
#include "postern-stages.h"

static gboolean
issue (PosternFlowContext *context, PosternTxn *txn, gpointer protocol, GError **error)
{
  g_clear_object (&context->response); /* run again after a serialization failure */
  context->response = POSTERN_PROTOCOL_GET_CLASS (protocol)->issue (protocol, context->flow, txn, error);
  return context->response != NULL;
}

/** Stage `issue`: the protocol's turn. A sign-in to our own pages ends in a redirect to the page that wanted it. */
PosternStageResult
postern_stage_issue (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternInstance *protocol;

  if (flow->protocol == NULL) {
    context->response = postern_response_new_redirect (flow->return_url ? flow->return_url : "/account");
    return POSTERN_STAGE_GO_ON;
  }
  protocol = postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->protocol);
  if (!POSTERN_IS_PROTOCOL (protocol) || POSTERN_PROTOCOL_GET_CLASS (protocol)->issue == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_FAILED, "The protocol that began this flow is not there");
  /* Signatures are slow, and the store has one writer: they are made before its turn. */
  if (POSTERN_PROTOCOL_GET_CLASS (protocol)->sign && !POSTERN_PROTOCOL_GET_CLASS (protocol)->sign (POSTERN_PROTOCOL (protocol), flow, error))
    return POSTERN_STAGE_REFUSE;
  postern_flow_effects_add (context, issue, g_object_ref (protocol), g_object_unref);
  return POSTERN_STAGE_GO_ON;
}
