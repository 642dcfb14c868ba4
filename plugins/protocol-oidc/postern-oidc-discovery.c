/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-discovery.h"

#include "postern-json.h"
#include "postern-oidc-account.h"
#include "postern-oidc-claims.h"
#include "postern-oidc-json.h"
#include "postern-oidc-register.h"

/* Caches out there may keep it for so long; a new key is published as `next` for longer before it signs. */
#define CACHE_CONTROL "public, max-age=300"

static const char *const signing_algs[] = { "RS256", "PS256", "ES256", "ES384", "EdDSA", NULL };
static const char *const client_algs[] = { "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", NULL };
static const char *const encryption_algs[] = { "RSA-OAEP-256", "ECDH-ES", NULL };
static const char *const encryption_encs[] = { "A128GCM", "A256GCM", NULL };
static const char *const auth_methods[] = { "client_secret_basic", "client_secret_post", "private_key_jwt", "none", NULL };
static const char *const confidential_methods[] = { "client_secret_basic", "client_secret_post", "private_key_jwt", NULL };

/* name → path below the issuer */
static const struct {
  const char *name, *path;
} endpoints[] = {
  { "authorization_endpoint", "/oidc/authorize" },
  { "authorization_challenge_endpoint", "/oidc/authorize-challenge" },
  { "token_endpoint", "/oidc/token" },
  { "userinfo_endpoint", "/oidc/userinfo" },
  { "jwks_uri", "/oidc/jwks" },
  { "introspection_endpoint", "/oidc/introspect" },
  { "revocation_endpoint", "/oidc/revoke" },
  { "end_session_endpoint", "/oidc/logout" },
};

static const struct {
  const char *name;
  const char *const *values;
} lists[] = {
  { "response_types_supported", (const char *const[]){ "code", NULL } },
  { "response_modes_supported", (const char *const[]){ "query", "form_post", NULL } },
  { "grant_types_supported", (const char *const[]){ "authorization_code", "refresh_token", "client_credentials", NULL } },
  { "subject_types_supported", (const char *const[]){ "public", NULL } },
  { "code_challenge_methods_supported", (const char *const[]){ "S256", NULL } },
  { "id_token_signing_alg_values_supported", signing_algs },
  { "id_token_encryption_alg_values_supported", encryption_algs },
  { "id_token_encryption_enc_values_supported", encryption_encs },
  { "userinfo_signing_alg_values_supported", signing_algs },
  { "userinfo_encryption_alg_values_supported", encryption_algs },
  { "userinfo_encryption_enc_values_supported", encryption_encs },
  { "request_object_signing_alg_values_supported", client_algs },
  { "token_endpoint_auth_methods_supported", auth_methods },
  { "token_endpoint_auth_signing_alg_values_supported", client_algs },
  { "introspection_endpoint_auth_methods_supported", confidential_methods },
  { "introspection_endpoint_auth_signing_alg_values_supported", client_algs },
  { "revocation_endpoint_auth_methods_supported", auth_methods },
  { "revocation_endpoint_auth_signing_alg_values_supported", client_algs },
  { "display_values_supported", (const char *const[]){ "page", "popup", "touch", NULL } },
  { "prompt_values_supported", (const char *const[]){ "none", "login", "consent", "select_account", "create", "select_organization", NULL } },
  { "acr_values_supported", (const char *const[]){ "1", "2", NULL } }, /* postern-sign-in.h says what they mean */
  { "claim_types_supported", (const char *const[]){ "normal", NULL } },
};

static const struct {
  const char *name;
  gboolean value;
} flags[] = {
  { "claims_parameter_supported", TRUE },
  { "request_parameter_supported", TRUE },
  { "request_uri_parameter_supported", FALSE },
  { "require_request_uri_registration", FALSE },
  { "authorization_response_iss_parameter_supported", TRUE }, /* RFC 9207 */
  { "backchannel_logout_supported", TRUE },
  { "backchannel_logout_session_supported", TRUE },
};

static void
add_endpoint (GString *out, const char *issuer, const char *name, const char *path)
{
  g_autofree char *url = g_strconcat (issuer, path, NULL);

  postern_oidc_json_add_string (out, name, url);
}

/* Those that any application may be registered with by itself, and those that an administrator allows. */
static void
add_scopes (GString *out)
{
  static const char *const allowed[] = { POSTERN_OIDC_ACCOUNT_READ, POSTERN_OIDC_ACCOUNT_WRITE, NULL };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  g_strv_builder_addv (builder, (const char **) postern_oidc_claims_get_scopes ());
  g_strv_builder_addv (builder, (const char **) allowed);
  all = g_strv_builder_end (builder);
  postern_oidc_json_add_strv (out, "scopes_supported", (const char *const *) all, FALSE);
}

GBytes *
postern_oidc_discovery_render (PosternOidc *self)
{
  const char *issuer = postern_oidc_get_issuer (self);
  GString *out = g_string_new ("{");

  postern_oidc_json_add_string (out, "issuer", issuer);
  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    add_endpoint (out, issuer, endpoints[i].name, endpoints[i].path);
  if (postern_oidc_register_is_enabled (self))
    add_endpoint (out, issuer, "registration_endpoint", "/oidc/register");
  add_scopes (out);
  postern_oidc_json_add_strv (out, "claims_supported", postern_oidc_claims_get_names (), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    postern_oidc_json_add_strv (out, lists[i].name, lists[i].values, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    postern_oidc_json_add_boolean (out, flags[i].name, flags[i].value);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

GBytes *
postern_oidc_discovery_render_keys (PosternJwkSet *keys)
{
  GString *out = g_string_new ("{\"keys\":[");

  for (guint i = 0; i < postern_jwk_set_get_n_keys (keys); i++) {
    g_autoptr (GVariant) key = postern_jwk_to_variant (postern_jwk_set_get_key (keys, i), FALSE);
    if (i)
      g_string_append_c (out, ',');
    postern_json_append (out, key);
  }
  g_string_append (out, "]}");
  return g_string_free_to_bytes (out);
}

static PosternResponse *
answer_bytes (GBytes *bytes)
{
  PosternResponse *response = postern_response_new (200, "application/json", bytes);

  postern_response_set_header (response, "Cache-Control", CACHE_CONTROL);
  return response;
}

PosternResponse *
postern_oidc_discovery_answer (PosternRequest *request, gpointer oidc)
{
  return answer_bytes (postern_oidc_get_metadata (oidc));
}

PosternResponse *
postern_oidc_discovery_answer_keys (PosternRequest *request, gpointer oidc)
{
  g_autoptr (PosternJwkSet) keys = postern_oidc_dup_keys (oidc);
  g_autoptr (GBytes) json = postern_oidc_dup_keys_json (oidc, keys);

  return answer_bytes (json);
}

PosternResponse *
postern_oidc_discovery_answer_keys_inline (PosternRequest *request, gpointer oidc)
{
  g_autoptr (PosternJwkSet) keys = postern_key_ring_peek_public (postern_tenant_get_key_ring (postern_oidc_get_tenant (oidc)));
  g_autoptr (GBytes) json = keys ? postern_oidc_dup_keys_json (oidc, keys) : NULL;

  return json ? answer_bytes (json) : NULL;
}
