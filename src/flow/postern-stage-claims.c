/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-stages.h"

/** Stage `claims`: what the tokens may say of the person. */
PosternStageResult
postern_stage_claims (PosternFlowContext *context, GError **error)
{
  PosternUser *user = postern_flow_context_load_user (context, error);

  if (user == NULL)
    return POSTERN_STAGE_REFUSE;
  g_clear_pointer (&context->flow->claims, g_variant_unref);
  context->flow->claims = postern_flow_claims_collect (context->runtime, context->flow, user);
  return POSTERN_STAGE_GO_ON;
}
