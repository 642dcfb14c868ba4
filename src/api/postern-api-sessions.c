/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; the `sid` of OpenID Connect." },
  { "user_id", POSTERN_API_STRING, POSTERN_API_OWN, "Who is signed in." },
  { "application_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The application that the person signed in to without a browser." },
  { "amr", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "By which methods (RFC 8176)." },
  { "acr", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "How sure it is." },
  { "user_agent", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The browser." },
  { "remote_address", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "From where." },
  { "connector", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The connector by which the person came." },
  { "auth_time", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the person signed in, or showed it again." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it began." },
  { "used_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was used last." },
  { "idle_expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it ends unless it is used." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it ends." },
  { "ended_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was ended." },
  { NULL },
};
static const PosternApiSchema schema = { "Session", members, "Somebody signed in with a browser." };

static const PosternApiMember filters[] = {
  { "user", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only this user's: an id, or what the person signs in with.", 1, 254 },
  { "all", POSTERN_API_BOOLEAN, 0, "Those that have ended, too." },
  { NULL },
};

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
  const char *name = postern_json_get_string (call->query, "user");
  gboolean all = postern_json_get_boolean (call->query, "all", FALSE);
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  if (user != NULL)
    postern_api_call_look_at (call, user->id);
  sessions = postern_session_store_list (txn, user ? user->id : NULL, !all, call->after, call->limit, error);
  return sessions != NULL && postern_api_call_set_page (call, sessions, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternSession) session = postern_session_store_get (txn, postern_request_get_capture (call->request, "id"), error);

  return session != NULL && postern_api_call_set_result (call, 200, to_json (session));
}

/* Ending twice is no error: the store notes the first time. */
static gboolean
end (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const PosternApiSessions *sessions = call->api->sessions;
  g_autoptr (PosternSession) session = postern_session_store_get (txn, postern_request_get_capture (call->request, "id"), error);
  g_auto (GVariantDict) whose = G_VARIANT_DICT_INIT (NULL);

  g_clear_pointer (&call->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (session == NULL)
    return FALSE;
  postern_api_call_add_string (&whose, "user", session->user_id);
  postern_api_call_add_string (&whose, "session", session->id);
  postern_api_call_audit (call, "session.ended", session->id, g_variant_dict_end (&whose));
  if (sessions == NULL)
    return postern_session_store_end (txn, session->id, call->now, error);
  call->ended = sessions->end_session (txn, session->id, NULL, error);
  return call->ended != NULL;
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/sessions", "listSessions", "sessions:read", "Lists who is signed in", .answer = &schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, "/sessions/{id}", "getSession", "sessions:read", "Shows a session", .answer = &schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_DELETE, "/sessions/{id}", "endSession", "sessions:write", "Signs a browser out, and tells the applications that it was signed in to", .work = end },
  { .path = NULL },
};

const PosternApiResource postern_api_sessions = { "Sessions", "Who is signed in.", rows };
