/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-stages.h"

/** Stage `claims`: what the tokens may say of the person. */
PosternStageResult
postern_stage_claims (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternUser *user = postern_flow_context_load_user (context, error);
  g_autoptr (PosternResourceBook) book = user ? postern_permission_cache_dup_resources (postern_tenant_get_permissions (context->tenant), error) : NULL;

  if (book == NULL)
    return POSTERN_STAGE_REFUSE;
  g_clear_pointer (&flow->claims, g_variant_unref);
  flow->claims = postern_flow_claims_collect (context->runtime, flow, context->client, user, error);
  g_clear_pointer (&flow->resource_claims, g_variant_unref);
  flow->resource_claims = flow->claims ? postern_flow_claims_collect_for_resources (context->runtime, book, flow, user, error) : NULL;
  return flow->resource_claims ? POSTERN_STAGE_GO_ON : POSTERN_STAGE_REFUSE;
}
