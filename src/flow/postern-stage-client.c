/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"
#include "postern-stages.h"

/*
 * Stage `client`: which application asks, and whether it still may. The cache answers first: the back channel runs on an
 * I/O thread and must not wait for the disk.
 */
PosternStageResult
postern_stage_client (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;

  if (flow->application_id == NULL && flow->entrance == POSTERN_ENTRANCE_ACCOUNT)
    return POSTERN_STAGE_GO_ON;
  if (flow->application_id == NULL)
    return postern_flow_context_refuse (error, POSTERN_ERROR_INVALID_CLIENT, "No application is named");
  if (context->client) /* this walk went back and has been here */
    return POSTERN_STAGE_GO_ON;
  context->client = postern_tenant_peek_client (context->tenant, flow->application_id);
  if (context->client == NULL)
    context->client = postern_tenant_dup_client (context->tenant, flow->application_id, error);
  if (context->client == NULL)
    return POSTERN_STAGE_REFUSE;
  if (!context->client->application->enabled)
    return postern_flow_context_refuse (error, POSTERN_ERROR_UNAUTHORIZED_CLIENT, "This application is switched off");
  if (flow->entrance == POSTERN_ENTRANCE_NATIVE && !context->client->authorization_challenge)
    return postern_flow_context_refuse (error, POSTERN_ERROR_UNAUTHORIZED_CLIENT, "This application may not sign people in without a browser");
  if (flow->back_url == NULL)
    postern_flow_set_string (&flow->back_url, context->client->client_uri);
  return POSTERN_STAGE_GO_ON;
}
