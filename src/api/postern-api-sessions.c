/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"

static const char *
get_id (gconstpointer record)
{
  return ((const PosternSession *) record)->id;
}

static GVariant *
to_json (gconstpointer record)
{
  const PosternSession *session = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", session->id);
  postern_api_call_add_string (&dict, "user_id", session->user_id);
  postern_api_call_add_string (&dict, "application_id", session->application_id);
  postern_api_call_add_string (&dict, "amr", session->amr);
  postern_api_call_add_string (&dict, "acr", session->acr);
  postern_api_call_add_string (&dict, "user_agent", session->user_agent);
  postern_api_call_add_string (&dict, "remote_address", session->remote_address);
  postern_api_call_add_string (&dict, "connector", session->upstream_connector);
  postern_api_call_add_time (&dict, "auth_time", session->auth_time);
  postern_api_call_add_time (&dict, "created_at", session->created_at);
  postern_api_call_add_time (&dict, "used_at", session->used_at);
  postern_api_call_add_time (&dict, "idle_expires_at", session->idle_expires_at);
  postern_api_call_add_time (&dict, "expires_at", session->expires_at);
  postern_api_call_add_time (&dict, "ended_at", session->ended_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *name, *all;
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  if (!postern_request_get_query (call->request, "user", &name, error) || !postern_request_get_query (call->request, "all", &all, error))
    return FALSE;
  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  sessions = postern_session_store_list (txn, user ? user->id : NULL, all == NULL, call->after, call->limit, error);
  return sessions != NULL && postern_api_call_set_page (call, sessions, get_id, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternSession) session = postern_session_store_get (txn, postern_request_get_capture (call->request, "id"), error);

  return session != NULL && postern_api_call_set_result (call, 200, to_json (session));
}

/* The engine tells the applications (back-channel logout); it has transactions of its own. */
static gboolean
tell_end (PosternApiCall *call, GError **error)
{
  PosternApi *api = call->api;

  return api->sessions == NULL
         || api->sessions->end_session (api->tenant, postern_request_get_capture (call->request, "id"), api->sessions_data, error);
}

/* Ending twice is no error: the store notes the first time. */
static gboolean
end (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");

  postern_api_call_audit (call, "session.ended", id, NULL);
  return postern_session_store_end (txn, id, call->now, error);
}

POSTERN_API_GET (sessions, list)
POSTERN_API_GET (sessions, show)
POSTERN_API_CHANGE (sessions, end, tell_end)
