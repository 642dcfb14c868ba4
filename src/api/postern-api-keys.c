/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"

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
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    g_variant_builder_add_value (&items, to_json (keys->pdata[i]));
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  return keys != NULL && postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

/* Making a key is slow (RSA) and the ring has its own transaction: before ours, which notes it. */
static gboolean
do_rotate (PosternApiCall *call, GError **error)
{
  static const char *const names[] = { "alg", NULL };
  const char *name = postern_json_get_string (call->body, "alg");
  PosternJoseAlg alg = name != NULL ? postern_jose_alg_from_string (name) : POSTERN_JOSE_ALG_UNKNOWN;

  if (!postern_api_call_check_members (call, names, error))
    return FALSE;
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

POSTERN_API_GET (keys, list)
POSTERN_API_CHANGE (keys, rotate, do_rotate)
