/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

static const char *const states[] = { "next", "current", "previous", "retired", NULL };

static const PosternApiMember key_members[] = {
  { "kid", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id in the key set." },
  { "use", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What it is for." },
  { "alg", POSTERN_API_STRING, POSTERN_API_OWN, "Its algorithm." },
  { "state", POSTERN_API_STRING, POSTERN_API_OWN, "The current one signs; the next and the previous one are published beside it.", .choices = states },
  { "public_jwk", POSTERN_API_OBJECT, POSTERN_API_READ_ONLY, "The public half (RFC 7517)." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "activated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Since when it signs." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When the last token that it signed has expired." },
  { NULL },
};
static const PosternApiSchema key_schema = { "Key", key_members, "A key that signs tokens, without its private half." };

static const PosternApiMember keys_members[] = {
  { "items", POSTERN_API_ARRAY, POSTERN_API_OWN, "All keys.", .items = POSTERN_API_OBJECT, .schema = &key_schema },
  { NULL },
};
static const PosternApiSchema keys_schema = { "Keys", keys_members };

static const PosternApiMember rotation_members[] = {
  { "alg", POSTERN_API_STRING, POSTERN_API_REQUIRED, "Of which algorithm: RS256, PS256, ES256, ES384, EdDSA …", 1, 20 },
  { NULL },
};
static const PosternApiSchema rotation = { "KeyRotation", rotation_members };

/* The public half only: the private one never leaves the key ring. */
static GVariant *
to_json (const PosternKey *key)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "kid", key->kid);
  postern_api_call_add_string (&dict, "use", key->use);
  postern_api_call_add_string (&dict, "alg", key->alg);
  postern_api_call_add_string (&dict, "state", key->state);
  if (key->public_jwk != NULL)
    g_variant_dict_insert_value (&dict, "public_jwk", key->public_jwk);
  postern_api_call_add_time (&dict, "created_at", key->created_at);
  postern_api_call_add_time (&dict, "activated_at", key->activated_at);
  postern_api_call_add_time (&dict, "expires_at", key->expires_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) keys = postern_key_store_list (txn, error);
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    g_variant_builder_add_value (&items, to_json (keys->pdata[i]));
  return keys != NULL && postern_api_call_set_items (call, g_variant_builder_end (&items));
}

/* Making a key is slow (RSA) and the ring has its own transaction: before ours, which notes it. */
static gboolean
do_rotate (PosternApiCall *call, GError **error)
{
  PosternJoseAlg alg = postern_jose_alg_from_string (postern_json_get_string (call->body, "alg"));

  if (alg == POSTERN_JOSE_ALG_UNKNOWN || alg >= POSTERN_JOSE_ALG_HS256)
    return postern_api_call_invalid (error, "alg", "must be a signature algorithm with a key pair: RS256, PS256, ES256, ES384, EdDSA …");
  return postern_key_ring_rotate (postern_tenant_get_key_ring (call->api->tenant), alg, error);
}

static gboolean
rotate (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  postern_api_call_audit (call, "key.rotated", postern_json_get_string (call->body, "alg"), NULL);
  return list (call, txn, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/keys", "listKeys", "keys:read", "Lists the keys that sign tokens", .answer = &key_schema, .work = list, .flags = POSTERN_API_UNPAGED },
  { POSTERN_API_ACTION, "/keys/rotate", "rotateKey", "keys:write", "Has the next key sign from now on", &rotation, &keys_schema, .work = rotate, .prepare = do_rotate, .flags = POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_keys = { "Keys", "The keys that sign tokens.", rows };
