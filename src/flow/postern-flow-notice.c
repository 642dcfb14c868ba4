/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-notice.h"

#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-json.h"
#include "postern-outbox.h"

#define DAY (24 * 3600)

gboolean
postern_flow_notice_add (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  g_autofree char *link = g_strconcat (postern_tenant_get_issuer (context->tenant), "/account", NULL);
  const char *locale = user->profile ? postern_json_get_string (user->profile, "locale") : NULL;
  g_autofree char *language = locale ? g_strdup (locale) : postern_flow_code_dup_language (context);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *text = NULL;
  PosternOutboxItem item = { .channel = "email", .recipient = user->email, .template = "security-notice", .language = language };

  if (user->email == NULL || !user->email_verified || !postern_flow_factors_can_send (context, "email"))
    return TRUE;
  postern_json_object_add_string (&model, "notice", notice);
  postern_json_object_add_string (&model, "link", link);
  item.model = text = postern_json_print (postern_json_object_end (&model));
  item.expires_at = postern_flow_context_now () + DAY;
  return postern_outbox_add (txn, &item, error);
}
