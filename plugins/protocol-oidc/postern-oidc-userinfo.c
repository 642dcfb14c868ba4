/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-userinfo.h"

#include "postern-flow-claims.h"
#include "postern-json.h"
#include "postern-oidc-bearer.h"
#include "postern-oidc-claims.h"
#include "postern-oidc-encrypt.h"
#include "postern-jws.h"
#include "postern-oidc-json.h"

#include <string.h>

/* Claims are collected as the flow does it, from a flow that says what the grant says. */
static GVariant *
collect (PosternOidc *self, PosternClient *client, const PosternOidcStanding *standing, char **scopes, GError **error)
{
  PosternGrant *grant = standing->grant;
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_CODE, postern_instance_get_id (POSTERN_INSTANCE (self)));
  g_autoptr (GVariant) all = NULL;

  postern_flow_set_string (&flow->application_id, grant->application_id);
  postern_flow_set_string (&flow->user_id, grant->user_id);
  postern_flow_set_string (&flow->organization_id, standing->organization ? standing->organization->id : NULL);
  postern_flow_set_string (&flow->organization_name, standing->organization ? standing->organization->name : NULL);
  flow->granted_scopes = g_strdupv (scopes);
  flow->requested_claims = postern_json_get (grant->data, "claims");
  all = postern_flow_claims_collect (postern_oidc_get_runtime (self), flow, client, standing->user, error);
  return all ? postern_oidc_claims_select (all, flow->requested_claims, (const char *const *) scopes, POSTERN_OIDC_CLAIMS_USERINFO) : NULL;
}

static GString *
write_claims (PosternOidc *self, PosternUser *user, PosternClient *client, GVariant *claims)
{
  GString *out = g_string_new ("{");

  if (client) {
    postern_oidc_json_add_string (out, "iss", postern_oidc_get_issuer (self));
    postern_oidc_json_add_string (out, "aud", client->application->id);
  }
  postern_oidc_json_add_string (out, "sub", user->id);
  postern_oidc_json_add_claims (out, claims);
  g_string_append_c (out, '}');
  return out;
}

static PosternResponse *
answer_text (const char *content_type, GBytes *body)
{
  PosternResponse *response = postern_response_new (200, content_type, body);

  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

/* Returns: (transfer full) (nullable) */
static char *
sign (PosternOidc *self, PosternClient *client, GString *claims, GError **error)
{
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (postern_oidc_get_tenant (self)), client->userinfo_alg, error);

  return key ? postern_jws_sign (key, client->userinfo_alg, "JWT", claims->str, claims->len, error) : NULL;
}

/* Signed, encrypted, or signed and then encrypted (Core 5.3.2). */
static PosternResponse *
answer_protected (PosternOidc *self, PosternUser *user, PosternClient *client, GVariant *claims, GError **error)
{
  gboolean is_signed = client->userinfo_alg != POSTERN_JOSE_ALG_UNKNOWN;
  g_autoptr (GString) out = write_claims (self, user, client, claims);
  char *token = is_signed ? sign (self, client, out, error) : g_strdup (out->str);
  g_autoptr (GBytes) body = NULL;

  if (token)
    token = postern_oidc_encrypt (client, &client->userinfo_encryption, is_signed ? "JWT" : NULL, token, error);
  body = token ? g_bytes_new_take (token, strlen (token)) : NULL;
  return body ? answer_text ("application/jwt", body) : NULL;
}

static PosternResponse *
answer_token (PosternOidc *self, const char *token, GError **error)
{
  g_auto (PosternOidcBearer) bearer = { NULL };
  g_autoptr (PosternClient) client = NULL;
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GBytes) body = NULL;

  if (!postern_oidc_bearer_admit (self, token, "openid", &bearer, error))
    return NULL;
  client = postern_tenant_dup_client (postern_oidc_get_tenant (self), bearer.standing.grant->application_id, error);
  if (!client)
    return NULL;
  claims = collect (self, client, &bearer.standing, bearer.scopes, error);
  if (!claims)
    return NULL;
  if (client->userinfo_alg != POSTERN_JOSE_ALG_UNKNOWN || client->userinfo_encryption.alg != POSTERN_JWE_ALG_UNKNOWN)
    return answer_protected (self, bearer.standing.user, client, claims, error);
  body = g_string_free_to_bytes (write_claims (self, bearer.standing.user, NULL, claims));
  return answer_text ("application/json", body);
}

PosternResponse *
postern_oidc_userinfo_answer (PosternRequest *request, gpointer oidc)
{
  g_autoptr (GError) error = NULL;
  const char *token = postern_oidc_bearer_get (request, &error);
  PosternResponse *response = token ? answer_token (oidc, token, &error) : NULL;

  return response ? response : postern_oidc_bearer_refuse (error);
}
