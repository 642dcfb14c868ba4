/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-refuse.h"

#include "postern-flow-park.h"
#include "postern-protocol.h"

PosternResponse *
postern_flow_refuse (PosternFlowContext *context, const GError *error)
{
  PosternFlow *flow = context->flow;
  PosternResponse *overtaken;
  g_autoptr (GError) local = NULL;
  PosternInstance *protocol = flow->protocol ? postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->protocol) : NULL;

  if (!postern_error_is_public (error) && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_STORE)) /* that the driver tells, and not each time */
    g_warning ("Flow %s failed at stage %s: %s", flow->id ? flow->id : "of a token", flow->stage ? flow->stage : "none", error->message);
  g_ptr_array_set_size (context->cookies, 0); /* nothing that they stand for was kept */
  if (!postern_flow_park_close (context, &overtaken, &local) && overtaken)
    return overtaken;
  if (local && !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_STORE))
    g_warning ("Flow %s was refused but could not be put away: %s", flow->id, local->message);
  if (POSTERN_IS_PROTOCOL (protocol) && POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse)
    return POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse (POSTERN_PROTOCOL (protocol), flow, error);
  return postern_response_new_error_page (error, flow->back_url);
}
