/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-notice.h"

#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-flow-device-words.h"
#include "postern-flow-factors.h"
#include "postern-geoip-place.h"

gboolean
postern_flow_notice_add (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  g_autofree char *language = postern_flow_code_dup_language (context);

  return !postern_flow_factors_can_send (context, "email") ||
         postern_notice_add (txn, postern_tenant_get_issuer (context->tenant), user, language, notice, postern_flow_context_now (), error);
}

/* Nothing in it is a stranger's own words: the browser is named from a list, and the address is a number. */
gboolean
postern_flow_notice_add_sign_in (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autofree char *language = postern_flow_code_dup_language (context);
  const char *locale = user->profile ? postern_json_get_string (user->profile, "locale") : NULL;
  g_autofree char *device = postern_flow_device_words_dup (flow->user_agent);
  PosternNotice mail = { postern_tenant_get_issuer (context->tenant), "new-sign-in", language, postern_flow_context_now () };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "notice", notice);
  postern_json_object_add_string (&model, "device", device);
  postern_json_object_add_string (&model, "address", flow->remote_address);
  postern_geoip_place_add (postern_runtime_get_geoip (context->runtime), &model, flow->remote_address, locale ? locale : language);
  return !postern_flow_factors_can_send (context, "email") || postern_notice_send (&mail, txn, user, &model, error);
}
