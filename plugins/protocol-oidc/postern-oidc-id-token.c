/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-id-token.h"

#include "postern-json.h"
#include "postern-jwt.h"
#include "postern-oidc-claims.h"
#include "postern-oidc-encrypt.h"
#include "postern-oidc-json.h"

static gint64
lifetime (PosternOidc *oidc, PosternClient *client)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (postern_oidc_get_tenant (oidc));

  return client->id_token_lifetime > 0 ? client->id_token_lifetime : policy->id_token_lifetime;
}

/* auth_time is always there: an application that needs it then cannot have forgotten to ask. */
static GString *
write_claims (PosternOidc *oidc, const PosternOidcIdToken *fields, const char *at_hash)
{
  GString *out = g_string_new ("{");
  PosternFlow *flow = fields->flow;
  gint64 now = postern_oidc_now ();
  const char *const *scopes = (const char *const *) flow->granted_scopes;
  g_autoptr (GVariant) claims = postern_oidc_claims_select (flow->claims, flow->requested_claims, scopes, POSTERN_OIDC_CLAIMS_ID_TOKEN);

  postern_oidc_json_add_string (out, "iss", postern_oidc_get_issuer (oidc));
  postern_oidc_json_add_string (out, "sub", flow->user_id);
  postern_oidc_json_add_string (out, "aud", fields->client->application->id);
  postern_oidc_json_add_int64 (out, "exp", now + lifetime (oidc, fields->client));
  postern_oidc_json_add_int64 (out, "iat", now);
  postern_oidc_json_add_int64 (out, "auth_time", flow->auth_time);
  postern_oidc_json_add_string (out, "nonce", fields->nonce);
  postern_oidc_json_add_string (out, "acr", flow->acr);
  if (flow->amr && flow->amr[0])
    postern_oidc_json_add_strv (out, "amr", (const char *const *) flow->amr, FALSE);
  postern_oidc_json_add_string (out, "at_hash", at_hash);
  postern_oidc_json_add_string (out, "sid", fields->session_id);
  postern_oidc_json_add_claims (out, claims);
  g_string_append_c (out, '}');
  return out;
}

char *
postern_oidc_id_token_sign (PosternOidc *oidc, const PosternOidcIdToken *fields, GError **error)
{
  PosternJoseAlg alg = fields->client->id_token_alg ? fields->client->id_token_alg : POSTERN_JOSE_ALG_RS256;
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (postern_oidc_get_tenant (oidc)), alg, error);
  g_autofree char *at_hash = postern_jose_alg_dup_half_hash (alg, fields->access_token);
  g_autoptr (GString) payload = NULL;
  char *token;

  if (!key)
    return NULL;
  payload = write_claims (oidc, fields, at_hash);
  token = postern_jws_sign (key, alg, "JWT", payload->str, payload->len, error);
  return token ? postern_oidc_encrypt (fields->client, &fields->client->id_token_encryption, "JWT", token, error) : NULL;
}

GVariant *
postern_oidc_id_token_read_hint (PosternOidc *oidc, const char *token, const char *client_id, GError **error)
{
  static const PosternJoseAlg algs[] = {
    POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_EDDSA,
  };
  /* The leeway reaches back behind every expiry: only times may be old, nothing else is forgiven. */
  PosternJwtRules rules = { .issuer = postern_oidc_get_issuer (oidc), .audience = client_id, .require_sub = TRUE, .require_exp = TRUE, .leeway = G_MAXINT32 };
  g_autoptr (PosternJwkSet) keys = postern_oidc_dup_keys (oidc);
  g_autoptr (GVariant) claims = postern_jwt_verify (token, -1, keys, algs, G_N_ELEMENTS (algs), &rules, NULL);

  if (claims && postern_id_is_valid (postern_json_get_string (claims, "sub"), "usr"))
    return g_steal_pointer (&claims);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The id_token_hint is not an ID token that this issuer made for this application");
  return NULL;
}
