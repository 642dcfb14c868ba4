/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-notice.h"

#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"

gboolean
postern_flow_notice_add (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  g_autofree char *language = postern_flow_code_dup_language (context);

  return !postern_flow_factors_can_send (context, "email") ||
         postern_notice_add (txn, postern_tenant_get_issuer (context->tenant), user, language, notice, postern_flow_context_now (), error);
}
