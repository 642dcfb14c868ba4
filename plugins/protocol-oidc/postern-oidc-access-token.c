/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-access-token.h"

#include "postern-assurance.h"
#include "postern-json.h"
#include "postern-jwt.h"
#include "postern-oidc-json.h"
#include "postern-organization.h"
#include "postern-seal.h"
#include "postern-sign-in.h"

#include <string.h>

#define OPAQUE "at_" /* so that it is told from a refresh token without looking for both */

PosternJoseAlg
postern_oidc_access_token_alg (PosternClient *client)
{
  return client->access_token_alg ? client->access_token_alg : POSTERN_OIDC_DEFAULT_ALG;
}

static gint64
shorten (PosternOidc *oidc, const char *const *resources, gint64 lifetime)
{
  PosternPermissionCache *permissions = postern_tenant_get_permissions (postern_oidc_get_tenant (oidc));
  g_autoptr (PosternResourceBook) book = resources && *resources ? postern_permission_cache_dup_resources (permissions, NULL) : NULL;

  for (; book && *resources; resources++) {
    PosternResource *resource = postern_resource_book_find (book, *resources);
    gint64 most = resource ? postern_resource_get_lifetime (resource) : 0;

    lifetime = most ? MIN (lifetime, most) : lifetime;
  }
  return lifetime;
}

gint64
postern_oidc_access_token_lifetime (PosternOidc *oidc, PosternClient *client, const char *const *resources)
{
  g_autoptr (PosternPolicy) policy = NULL;

  if (client->access_token_lifetime > 0)
    return shorten (oidc, resources, client->access_token_lifetime);
  policy = postern_tenant_dup_policy (postern_oidc_get_tenant (oidc));
  return shorten (oidc, resources, policy->access_token_lifetime);
}

/* An empty list says nothing that its absence would not. */
static void
add_names (GString *out, const char *name, const char *const *values)
{
  if (values && *values)
    postern_oidc_json_add_strv (out, name, values, FALSE);
}

static GString *
write_claims (PosternOidc *oidc, const PosternOidcAccessToken *fields, const char *jti)
{
  GString *out = g_string_sized_new (512);
  const char *issuer = postern_oidc_get_issuer (oidc);
  gint64 now = postern_oidc_now ();

  g_string_append_c (out, '{');
  postern_oidc_json_add_string (out, "iss", issuer);
  postern_oidc_json_add_string (out, "sub", fields->subject);
  if (fields->audience && fields->audience[0])
    postern_oidc_json_add_strv (out, "aud", fields->audience, TRUE);
  else
    postern_oidc_json_add_string (out, "aud", issuer);
  postern_oidc_json_add_string (out, "client_id", fields->client_id);
  postern_oidc_json_add_int64 (out, "iat", now);
  postern_oidc_json_add_int64 (out, "exp", now + fields->lifetime);
  postern_oidc_json_add_string (out, "jti", jti);
  postern_oidc_json_add_string (out, "scope", fields->scope);
  postern_oidc_json_add_string (out, "grant_id", fields->grant_id);
  postern_oidc_json_add_string (out, "sid", fields->session_id);
  postern_oidc_json_add_string (out, "organization_id", fields->organization_id);
  if (fields->auth_time)
    postern_oidc_json_add_int64 (out, "auth_time", fields->auth_time);
  postern_oidc_json_add_string (out, "acr", fields->acr);
  if (fields->amr && fields->amr[0])
    postern_oidc_json_add_strv (out, "amr", fields->amr, FALSE);
  add_names (out, "roles", fields->roles);
  add_names (out, "organization_roles", fields->organization_roles);
  add_names (out, "permissions", fields->permissions);
  postern_oidc_json_add_claims (out, fields->claims);
  g_string_append_c (out, '}');
  return out;
}

/* It names its row as a code names its grant's (README.md), and is kept by its hash alone. */
static char *
make_opaque (const char *jti, GString *claims, gint64 lifetime, PosternAccessToken **kept)
{
  char *secret = postern_secret_new_for (jti);
  char *token = g_strconcat (OPAQUE, secret, NULL);

  *kept = postern_access_token_new ();
  (*kept)->id = g_strdup (jti);
  (*kept)->hash = postern_secret_hash (token);
  (*kept)->claims = g_strdup (claims->str);
  (*kept)->expires_at = postern_oidc_now () + lifetime;
  postern_secret_free (secret);
  return token;
}

char *
postern_oidc_access_token_make (PosternOidc *oidc, PosternClient *client, PosternJwk *key, const PosternOidcAccessToken *fields,
                                PosternAccessToken **kept, GError **error)
{
  g_autofree char *jti = postern_id_new ("tok");
  g_autoptr (GString) claims = write_claims (oidc, fields, jti);

  *kept = NULL;
  if (client->access_token_opaque)
    return make_opaque (jti, claims, fields->lifetime, kept);
  return postern_jws_sign (key, postern_oidc_access_token_alg (client), POSTERN_OIDC_TYPE_ACCESS_TOKEN, claims->str, claims->len, error);
}

/* A JWT has two dots, and what we make ourselves has none. */
gboolean
postern_oidc_access_token_is (const char *token)
{
  return strchr (token, '.') || g_str_has_prefix (token, OPAQUE);
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "The access token is unknown, expired or revoked");
  return FALSE;
}

typedef struct {
  const char *id, *hash;
  PosternAccessToken *found;
} Find;

static gboolean
find (PosternTxn *txn, gpointer user_data, GError **error)
{
  Find *self = user_data;

  g_clear_pointer (&self->found, postern_access_token_unref);
  self->found = postern_access_store_get (txn, self->id, self->hash, error);
  return self->found != NULL;
}

static GVariant *
verify_opaque (PosternOidc *oidc, const char *token, GError **error)
{
  g_autofree char *id = postern_secret_dup_id (token + strlen (OPAQUE), "tok");
  g_autofree char *hash = postern_secret_hash (token);
  g_autoptr (PosternAccessToken) found = NULL;
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GError) local = NULL;
  Find self = { id, hash };

  if (id && !postern_store_read (postern_tenant_get_store (postern_oidc_get_tenant (oidc)), POSTERN_KEEP_LASTING, find, &self, &local) &&
      !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  found = self.found;
  claims = found && found->expires_at > postern_oidc_now () ? postern_json_parse_object (found->claims, -1, 0, NULL) : NULL;
  if (!claims || g_strcmp0 (postern_json_get_string (claims, "iss"), postern_oidc_get_issuer (oidc)) != 0) {
    refuse (error);
    return NULL;
  }
  return g_steal_pointer (&claims);
}

/* (transfer full): also one that another node signs with since a moment ago */
static PosternJwkSet *
dup_keys_for (PosternOidc *oidc, const char *token)
{
  g_autoptr (PosternJwkSet) keys = postern_oidc_dup_keys (oidc);
  g_autoptr (GVariant) header = postern_jws_peek_header (token, -1, NULL);
  const char *kid = header ? postern_json_get_string (header, "kid") : NULL;

  for (guint i = 0; kid && i < postern_jwk_set_get_n_keys (keys); i++)
    if (g_strcmp0 (postern_jwk_get_kid (postern_jwk_set_get_key (keys, i)), kid) == 0)
      kid = NULL;
  return kid ? postern_key_ring_dup_public_with (postern_tenant_get_key_ring (postern_oidc_get_tenant (oidc)), kid) : g_steal_pointer (&keys);
}

static GVariant *
verify_jwt (PosternOidc *oidc, const char *token, GError **error)
{
  static const PosternJoseAlg algs[] = {
    POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_EDDSA,
  };
  PosternJwtRules rules = { .typ = POSTERN_OIDC_TYPE_ACCESS_TOKEN, .issuer = postern_oidc_get_issuer (oidc),
                            .require_exp = TRUE, .require_iat = TRUE, .require_sub = TRUE, .require_jti = TRUE };
  g_autoptr (PosternJwkSet) keys = dup_keys_for (oidc, token);
  g_autoptr (GVariant) claims = postern_jwt_verify (token, -1, keys, algs, G_N_ELEMENTS (algs), &rules, NULL);

  if (!claims)
    refuse (error);
  return g_steal_pointer (&claims);
}

GVariant *
postern_oidc_access_token_verify (PosternOidc *oidc, const char *token, GError **error)
{
  return g_str_has_prefix (token, OPAQUE) ? verify_opaque (oidc, token, error) : verify_jwt (oidc, token, error);
}

typedef struct {
  const char *jti, *grant_id; /* each (nullable) */
  const char *client_id, *organization_id; /* (nullable): of a token without grant */
  gint64 now;
  PosternOidcStanding standing;
} Look;

void
postern_oidc_access_token_clear_standing (PosternOidcStanding *self)
{
  g_clear_pointer (&self->grant, postern_grant_unref);
  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->organization, postern_organization_unref);
}

static gboolean
is_session_alive (PosternTxn *txn, const char *id, gint64 now)
{
  g_autoptr (PosternSession) session = id ? postern_session_store_get (txn, id, NULL) : NULL;

  return session && postern_sign_in_is_alive (session, now);
}

static gboolean
look_for_grant (PosternTxn *txn, Look *self, GError **error)
{
  PosternOidcStanding *it = &self->standing;
  const char *organization_id;

  it->grant = postern_grant_store_get (txn, self->grant_id, NULL);
  if (!it->grant || it->grant->revoked_at)
    return refuse (error);
  if (!it->grant->offline && !is_session_alive (txn, it->grant->session_id, self->now))
    return refuse (error);
  it->user = postern_user_store_get (txn, it->grant->user_id, NULL);
  if (!it->user || it->user->disabled_at)
    return refuse (error);
  organization_id = postern_json_get_string (it->grant->data, "organization_id");
  it->organization = organization_id ? postern_organization_load_for (txn, organization_id, it->user->id, NULL) : NULL;
  return !organization_id || it->organization ? TRUE : refuse (error);
}

/* An application by itself acts for an organization as long as it has a role there. */
static gboolean
look_for_application (PosternTxn *txn, Look *self, GError **error)
{
  PosternOidcStanding *it = &self->standing;

  if (!self->organization_id)
    return TRUE;
  it->organization = postern_organization_load_for_application (txn, self->organization_id, self->client_id, NULL);
  return it->organization ? TRUE : refuse (error);
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  g_autoptr (GError) local = NULL;

  postern_oidc_access_token_clear_standing (&self->standing);
  if (self->jti && postern_revoked_store_contains (txn, self->jti, &local))
    return refuse (error);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  return self->grant_id ? look_for_grant (txn, self, error) : look_for_application (txn, self, error);
}

static gboolean
run_look (PosternOidc *oidc, Look *self, PosternOidcStanding *standing, GError **error)
{
  gboolean alive = postern_store_read (postern_tenant_get_store (postern_oidc_get_tenant (oidc)), POSTERN_KEEP_LASTING, look, self, error);

  if (alive && standing)
    *standing = self->standing;
  else
    postern_oidc_access_token_clear_standing (&self->standing);
  return alive;
}

gboolean
postern_oidc_access_token_check_alive (PosternOidc *oidc, GVariant *claims, PosternOidcStanding *standing, GError **error)
{
  const char *client_id = postern_json_get_string (claims, "client_id");
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternClient) client = client_id ? postern_oidc_find_client (oidc, client_id, &local) : NULL;
  Look self = { .jti = postern_json_get_string (claims, "jti"), .grant_id = postern_json_get_string (claims, "grant_id"), .now = postern_oidc_now (), .client_id = client_id,
                .organization_id = postern_json_get_string (claims, "organization_id") };

  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (!client || !client->application->enabled)
    return refuse (error);
  return run_look (oidc, &self, standing, error);
}

gboolean
postern_oidc_access_token_check_grant (PosternOidc *oidc, const char *grant_id, GError **error)
{
  Look self = { .grant_id = grant_id, .now = postern_oidc_now () };

  return run_look (oidc, &self, NULL, error);
}

gboolean
postern_oidc_access_token_check_use (PosternOidc *self, GVariant *claims, const char *wanted, char ***scopes, GError **error)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);
  const char *scope = postern_json_get_string (claims, "scope");

  if (!audience || !g_strv_contains ((const char *const *) audience, postern_oidc_get_issuer (self))) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "The access token was made for another resource");
    return FALSE;
  }
  *scopes = g_strsplit (scope ? scope : "", " ", -1);
  if (g_strv_contains ((const char *const *) *scopes, wanted))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE, "The access token lacks the scope %s", wanted);
  return FALSE;
}

static gboolean
add_organization (PosternAssurance *assurance, PosternOrganization *organization, GError **error)
{
  g_autoptr (PosternOrganizationRules) rules = postern_organization_rules_new (organization->sign_in_rules, error);

  if (rules)
    postern_assurance_add_organization (assurance, rules);
  return rules != NULL;
}

gboolean
postern_oidc_access_token_check_assurance (PosternOidc *self, const PosternOidcStanding *standing, GError **error)
{
  PosternGrant *grant = standing->grant;
  g_autoptr (PosternClient) client = postern_tenant_dup_client (postern_oidc_get_tenant (self), grant->application_id, error);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (postern_oidc_get_tenant (self));
  g_auto (GStrv) factors = postern_json_dup_strv (grant->data, "factors", FALSE);
  g_auto (GStrv) amr = postern_json_dup_strv (grant->data, "amr", FALSE);
  PosternAssurance assurance;

  if (!client)
    return FALSE;
  postern_assurance_init (&assurance, policy, client);
  if (standing->organization && !add_organization (&assurance, standing->organization, error))
    return FALSE;
  if (postern_assurance_is_met (&assurance, (const char *const *) factors, (const char *const *) amr))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "A second factor is required");
  return FALSE;
}
