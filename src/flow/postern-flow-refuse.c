/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-refuse.h"

#include "postern-flow-park.h"
#include "postern-protocol.h"

PosternResponse *
postern_flow_refuse (PosternFlowContext *context, const GError *error)
{
  PosternFlow *flow = context->flow;
  PosternInstance *protocol = flow->protocol ? postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->protocol) : NULL;

  if (!postern_error_is_public (error))
    g_warning ("Flow %s failed at stage %s: %s", flow->id ? flow->id : "of a token", flow->stage ? flow->stage : "none", error->message);
  if (flow->id)
    postern_flow_park_forget (context);
  if (POSTERN_IS_PROTOCOL (protocol) && POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse)
    return POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse (POSTERN_PROTOCOL (protocol), flow, error);
  return postern_response_new_error_page (error, flow->back_url);
}
