/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-consents.h"

#include "postern-consent.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "user_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Whose it is; none is there for an application by itself." },
  { "application_id", POSTERN_API_STRING, POSTERN_API_OWN, "The application that has it." },
  { "session_id", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The session that it came from." },
  { "scope", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Its scopes." },
  { "resource", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The resources that it is for (RFC 8707)." },
  { "offline", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS | POSTERN_API_READ_ONLY, "It outlives the session." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was given." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it ends." },
  { "revoked_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was revoked." },
  { NULL },
};
static const PosternApiSchema schema = { "Grant", members, "What tokens come from." };

static const PosternApiMember filters[] = {
  { "user", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Whose: an id, or what the person signs in with.", 1, 254 },
  { "application", POSTERN_API_STRING, 0, "Those that this application has. This or user must be given.", 1, 254 },
  { NULL },
};

static const PosternApiMember whose_members[] = {
  { "user", POSTERN_API_STRING, 0, "Whose: an id, or what the person signs in with.", 1, 254 },
  { "application", POSTERN_API_STRING, 0, "Those that this application has.", 1, 200 },
  { NULL },
};
static const PosternApiSchema whose = { "GrantsToRevoke", whose_members, "All of one, of the other, or of the one for the other." };

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
  const char *name = postern_json_get_string (call->query, "user"), *application = postern_json_get_string (call->query, "application");
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GPtrArray) grants = NULL;

  if (name == NULL && application == NULL)
    return postern_api_call_invalid (error, "user", "or application must be given: whose grants you want");
  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  if (user != NULL)
    postern_api_call_look_at (call, user->id);
  grants = application ? postern_grant_store_list_for_application (txn, application, user ? user->id : NULL, call->after, call->limit, error)
                       : postern_grant_store_list (txn, user->id, call->after, call->limit, error);
  return grants != NULL && postern_api_call_set_page (call, grants, to_json);
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
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, postern_request_get_capture (call->request, "id"), error);
  g_auto (GVariantDict) whose_it_was = G_VARIANT_DICT_INIT (NULL);

  if (grant == NULL)
    return FALSE;
  postern_api_call_add_string (&whose_it_was, "user", grant->user_id);
  postern_api_call_add_string (&whose_it_was, "application", grant->application_id);
  postern_api_call_audit (call, "grant.revoked", grant->id, g_variant_dict_end (&whose_it_was));
  return postern_grant_store_revoke (txn, grant->id, call->now, error);
}

/*
 * Who takes everything back that an application had of somebody would not find that it has it again at the next sign-in, without anybody being
 * asked: so what was allowed goes, too. Who revokes one grant ends one sign-in, and the others stand on the same consent: that stays.
 */
static gboolean
revoke_all (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *name = postern_json_get_string (call->body, "user");
  g_autoptr (PosternUser) user = NULL;
  const char *application = postern_json_get_string (call->body, "application");
  g_auto (GVariantDict) whose_they_were = G_VARIANT_DICT_INIT (NULL);

  if (name == NULL && application == NULL)
    return postern_api_call_invalid (error, "user", "or application must be given");
  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  if (user != NULL && !postern_api_consents_note_end (call, txn, user->id, application, error))
    return FALSE;
  postern_api_call_add_string (&whose_they_were, "user", user ? user->id : NULL);
  postern_api_call_add_string (&whose_they_were, "application", application);
  postern_api_call_audit (call, "grants.revoked", user ? user->id : application, g_variant_dict_end (&whose_they_were));
  return postern_consent_take_back_all (txn, user ? user->id : NULL, application, call->now, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/grants", "listGrants", "grants:read", "Lists the grants of a user, or of an application", .answer = &schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, "/grants/{id}", "getGrant", "grants:read", "Shows a grant", .answer = &schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_DELETE, "/grants/{id}", "revokeGrant", "grants:write", "Revokes a grant and all tokens from it; what the person allowed stays remembered", .work = revoke_one },
  { POSTERN_API_ACTION, "/grant-revocations", "revokeGrants", "grants:write", "Revokes all grants of a user, of an application, or of the one for the other, and what was allowed: people are asked again", &whose, .work = revoke_all },
  { .path = NULL },
};

const PosternApiResource postern_api_grants = { "Grants", "What tokens come from.", rows };
