/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-claims-hook.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"

static const char *const failures[] = { POSTERN_CLAIMS_HOOK_REFUSE, POSTERN_CLAIMS_HOOK_WITHOUT, NULL };

static const PosternApiMember members[] = {
  { "owner_id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Of which application or resource." },
  { "url", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "Who is asked.", 1, 2000, .format = "uri" },
  { "timeout", POSTERN_API_INTEGER, POSTERN_API_ALWAYS, "How many milliseconds an answer may take; 500 unless it is said.", POSTERN_CLAIMS_HOOK_TIMEOUT_LEAST, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST },
  { "on_failure", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What comes of no good answer: no token (refuse, unless it is said), or one without its claims.", .choices = failures },
  { "secret", POSTERN_API_STRING, POSTERN_API_SECRET, "What signs the questions (Standard Webhooks): whsec_ and base64. Where none is sent, one is made and shown this once, or the old one stays.", 1, 200 },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema schema = { "ClaimsHook", members, "A server that is asked what tokens say of a person besides." };

/* @secret: (nullable): shown this once */
static GVariant *
to_json (const PosternClaimsHook *hook, const char *secret)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "owner_id", hook->owner_id);
  postern_api_call_add_string (&dict, "url", hook->url);
  g_variant_dict_insert (&dict, "timeout", "x", hook->timeout);
  postern_api_call_add_string (&dict, "on_failure", hook->on_failure);
  postern_api_call_add_string (&dict, "secret", secret);
  postern_api_call_add_time (&dict, "created_at", hook->created_at);
  postern_api_call_add_time (&dict, "updated_at", hook->updated_at);
  return g_variant_dict_end (&dict);
}

static const char *
get_owner (PosternApiCall *call)
{
  return postern_request_get_capture (call->request, "id");
}

static gboolean
has_owner (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = NULL;
  g_autoptr (PosternResource) resource = NULL;

  if (g_str_has_prefix (call->row->path, "/applications/"))
    application = postern_application_store_get (txn, get_owner (call), error);
  else
    resource = postern_resource_store_get (txn, get_owner (call), error);
  return application || resource;
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternClaimsHook) hook = has_owner (call, txn, error) ? postern_claims_hook_store_get (txn, get_owner (call), error) : NULL;

  return hook && postern_api_call_set_result (call, 200, to_json (hook, NULL));
}

/* (transfer full) (nullable): what there was, or nothing of it but whose it will be */
static PosternClaimsHook *
find_or_make (PosternApiCall *call, PosternTxn *txn, gboolean *made, GError **error)
{
  g_autoptr (GError) failure = NULL;
  PosternClaimsHook *hook = postern_claims_hook_store_get (txn, get_owner (call), &failure);

  *made = hook == NULL;
  if (hook)
    return hook;
  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  hook = postern_claims_hook_new ();
  hook->owner_id = g_strdup (get_owner (call));
  hook->created_at = call->now;
  return hook;
}

static void
read_members (PosternApiCall *call, PosternClaimsHook *hook)
{
  const char *on_failure = postern_json_get_string (call->body, "on_failure");

  g_free (hook->url);
  hook->url = g_strdup (postern_json_get_string (call->body, "url"));
  hook->timeout = postern_json_get_int64 (call->body, "timeout", POSTERN_CLAIMS_HOOK_TIMEOUT);
  g_free (hook->on_failure);
  hook->on_failure = g_strdup (on_failure ? on_failure : POSTERN_CLAIMS_HOOK_REFUSE);
  hook->updated_at = call->now;
}

static gboolean
put (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *sent = postern_json_get_string (call->body, "secret");
  g_autoptr (PosternClaimsHook) hook = NULL;
  gboolean made, done;
  char *secret;

  if (!has_owner (call, txn, error) || !(hook = find_or_make (call, txn, &made, error)))
    return FALSE;
  read_members (call, hook);
  secret = made && sent == NULL ? postern_webhook_signature_new_secret () : NULL;
  done = postern_claims_hook_put (txn, hook, secret ? secret : sent, error);
  if (done) {
    postern_api_call_audit (call, "claims-hook.changed", hook->owner_id, postern_api_call_names_of_body (call));
    postern_api_call_set_result (call, 200, to_json (hook, secret));
  }
  postern_secret_free (secret);
  return done;
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gboolean changed;

  if (!has_owner (call, txn, error) || !postern_claims_hook_store_delete (txn, get_owner (call), &changed, error))
    return FALSE;
  if (!changed)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no claims hook");
  postern_api_call_audit (call, "claims-hook.deleted", get_owner (call), NULL);
  return changed;
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/applications/{id}/claims-hook", "getApplicationClaimsHook", "applications:read", "Shows who is asked what an application's ID tokens and userinfo say besides", .answer = &schema, .work = show },
  { POSTERN_API_REPLACE, "/applications/{id}/claims-hook", "putApplicationClaimsHook", "applications:write", "Has somebody asked that", &schema, &schema, .work = put, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/applications/{id}/claims-hook", "deleteApplicationClaimsHook", "applications:write", "Has nobody asked any more", .work = delete },
  { POSTERN_API_SHOW, "/resources/{id}/claims-hook", "getResourceClaimsHook", "resources:read", "Shows who is asked what access tokens for a resource say besides", .answer = &schema, .work = show },
  { POSTERN_API_REPLACE, "/resources/{id}/claims-hook", "putResourceClaimsHook", "resources:write", "Has somebody asked that", &schema, &schema, .work = put, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/resources/{id}/claims-hook", "deleteResourceClaimsHook", "resources:write", "Has nobody asked any more", .work = delete },
  { .path = NULL },
};

const PosternApiResource postern_api_claims_hooks = { "Claims hooks", "Servers that are asked what tokens say of a person besides.", rows };
