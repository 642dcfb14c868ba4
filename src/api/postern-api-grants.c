/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"

static const char *
get_id (gconstpointer record)
{
  return ((const PosternGrant *) record)->id;
}

static GVariant *
to_json (gconstpointer record)
{
  const PosternGrant *grant = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", grant->id);
  postern_api_call_add_string (&dict, "user_id", grant->user_id);
  postern_api_call_add_string (&dict, "application_id", grant->application_id);
  postern_api_call_add_string (&dict, "session_id", grant->session_id);
  postern_api_call_add_string (&dict, "scope", grant->scope);
  postern_api_call_add_string (&dict, "resource", grant->resource);
  g_variant_dict_insert (&dict, "offline", "b", grant->offline);
  postern_api_call_add_time (&dict, "created_at", grant->created_at);
  postern_api_call_add_time (&dict, "expires_at", grant->expires_at);
  postern_api_call_add_time (&dict, "revoked_at", grant->revoked_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *name;
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GPtrArray) grants = NULL;

  if (!postern_request_get_query (call->request, "user", &name, error))
    return FALSE;
  if (name == NULL)
    return postern_api_call_invalid (error, "user", "must be given: whose grants you want");
  user = postern_api_call_find_user (txn, name, error);
  grants = user == NULL ? NULL : postern_grant_store_list (txn, user->id, call->after, call->limit, error);
  return grants != NULL && postern_api_call_set_page (call, grants, get_id, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, postern_request_get_capture (call->request, "id"), error);

  return grant != NULL && postern_api_call_set_result (call, 200, to_json (grant));
}

static gboolean
revoke_one (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");

  postern_api_call_audit (call, "grant.revoked", id, NULL);
  return postern_grant_store_revoke (txn, id, call->now, error);
}

/* {"user", "application"}: all grants of one, of the other, or of the one for the other */
static gboolean
revoke_all (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  static const char *const names[] = { "user", "application", NULL };
  const char *name = postern_json_get_string (call->body, "user");
  g_autoptr (PosternUser) user = NULL;
  const char *application = postern_json_get_string (call->body, "application");

  if (!postern_api_call_check_members (call, names, error))
    return FALSE;
  if (name == NULL && application == NULL)
    return postern_api_call_invalid (error, "user", "or application must be given");
  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  postern_api_call_audit (call, "grants.revoked", user ? user->id : application, call->body);
  return postern_grant_store_revoke_all (txn, user ? user->id : NULL, application, call->now, error);
}

POSTERN_API_GET (grants, list)
POSTERN_API_GET (grants, show)
POSTERN_API_CHANGE (grants, revoke_one, NULL)
POSTERN_API_CHANGE (grants, revoke_all, NULL)
