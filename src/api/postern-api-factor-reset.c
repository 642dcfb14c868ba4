/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-factor-reset.h"
#include "postern-notice.h"

#define NOTICE_WAITS N_("An administrator was told that your second factors are lost and will remove them from your account in some time. To stop this, sign in with one of them.")

static const PosternApiMember members[] = {
  { "user", POSTERN_API_STRING, POSTERN_API_OWN, "Whose second factors go." },
  { "due_at", POSTERN_API_TIME, POSTERN_API_OWN, "When." },
  { NULL },
};
static const PosternApiSchema schema = { "FactorReset", members };

static gboolean
request_reset (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (call->api->tenant);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL), due = G_VARIANT_DICT_INIT (NULL);
  gint64 due_at;

  if (user == NULL || !postern_api_rights_check_subject (call, txn, user->id, error) || !postern_factor_reset_request (txn, policy, user->id, call->now, &due_at, error) ||
      !postern_api_call_tell (call, txn, user, NOTICE_WAITS, error))
    return FALSE;
  postern_api_call_add_time (&due, "due_at", due_at);
  postern_api_call_audit (call, "factor-reset.requested", user->id, g_variant_dict_end (&due));
  postern_api_call_add_string (&dict, "user", user->id);
  postern_api_call_add_time (&dict, "due_at", due_at);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
cancel (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autoptr (GPtrArray) credentials = user && postern_api_rights_check_subject (call, txn, user->id, error) ? postern_credential_store_list (txn, user->id, error) : NULL;

  if (credentials == NULL || !postern_factor_reset_cancel (txn, user->id, error))
    return FALSE;
  if (postern_factor_reset_get_due (credentials) != 0 && !postern_api_call_tell (call, txn, user, POSTERN_NOTICE_RESET_CANCELLED, error))
    return FALSE;
  postern_api_call_audit (call, "factor-reset.cancelled", user->id, NULL);
  return TRUE;
}

static const PosternApiRow rows[] = {
  { POSTERN_API_ACTION, "/users/{id}/factor-reset", "requestFactorReset", "users:write", "Removes all second factors of who has lost them, after the delay that the policy says", NULL, &schema, .work = request_reset, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/users/{id}/factor-reset", "cancelFactorReset", "users:write", "Takes that back", .work = cancel },
  { .path = NULL },
};

const PosternApiResource postern_api_factor_reset = { "Users", NULL, rows };
