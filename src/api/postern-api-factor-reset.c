/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-api-call.h"
#include "postern-api-routes.h"
#include "postern-factor-reset.h"
#include "postern-outbox.h"

#define NOTICE_WAITS N_("An administrator was told that your second factors are lost and will remove them from your account in some time. To stop this, sign in with one of them.")
#define MAIL_LIFETIME (24 * 3600) /* seconds */

/* Who has an address that is known to be theirs is told before anything happens; nobody is told in vain where no mail goes out. */
static gboolean
tell (PosternApiCall *call, PosternTxn *txn, PosternUser *user, GError **error)
{
  g_autofree char *link = g_strconcat (postern_tenant_get_issuer (call->api->tenant), "/account", NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *text = NULL;
  PosternOutboxItem item = { .channel = "email", .recipient = user->email, .template = "security-notice" };

  if (user->email == NULL || !user->email_verified || !postern_outbox_can_deliver (call->api->instances, "email"))
    return TRUE;
  item.language = user->profile ? postern_json_get_string (user->profile, "locale") : NULL;
  postern_json_object_add_string (&model, "notice", NOTICE_WAITS);
  postern_json_object_add_string (&model, "link", link);
  item.model = text = postern_json_print (postern_json_object_end (&model));
  item.expires_at = call->now + MAIL_LIFETIME;
  return postern_outbox_add (txn, &item, error);
}

static gboolean
request_reset (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  static const char *const members[] = { NULL };
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (call->api->tenant);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64 due_at;

  if (user == NULL || !postern_api_call_check_members (call, members, error) ||
      !postern_factor_reset_request (txn, policy, user->id, call->now, &due_at, error) || !tell (call, txn, user, error))
    return FALSE;
  postern_api_call_audit (call, "factor-reset.requested", user->id, NULL);
  postern_api_call_add_string (&dict, "user", user->id);
  postern_api_call_add_time (&dict, "due_at", due_at);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
cancel (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);

  if (user == NULL || !postern_factor_reset_cancel (txn, user->id, error))
    return FALSE;
  postern_api_call_audit (call, "factor-reset.cancelled", user->id, NULL);
  return TRUE;
}

POSTERN_API_CHANGE (factor_reset, request_reset, NULL)
POSTERN_API_CHANGE (factor_reset, cancel, NULL)
