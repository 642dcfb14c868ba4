/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-id-token.h"

#include "postern-jwt.h"
#include "postern-oauth2-fetch.h"
#include "postern-oidc-issuer.h"

#include <string.h>

#define LEEWAY 60            /* seconds that clocks may differ */
#define SUBJECT_MAX_BYTES 255 /* OpenID Connect Core 1.0 section 2 */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The provider's ID token is refused: %s", what);
  return FALSE;
}

/* Only asymmetric ones: with HS256 whoever reads the client secret, or a key set taken for a secret, could sign. */
static gboolean
is_asymmetric (PosternJoseAlg alg)
{
  return alg != POSTERN_JOSE_ALG_UNKNOWN && alg < POSTERN_JOSE_ALG_HS256;
}

/* What the metadata offers and we take; RS256 when it says nothing, which every provider must have. */
static GArray *
acceptable_algs (GVariant *metadata)
{
  GArray *algs = g_array_new (FALSE, FALSE, sizeof (PosternJoseAlg));
  g_auto (GStrv) names = postern_json_dup_strv (metadata, "id_token_signing_alg_values_supported", FALSE);
  PosternJoseAlg alg = POSTERN_JOSE_ALG_RS256;

  if (!names)
    g_array_append_val (algs, alg);
  for (char **name = names; name && *name; name++) {
    alg = postern_jose_alg_from_string (*name);
    if (is_asymmetric (alg))
      g_array_append_val (algs, alg);
  }
  return algs;
}

/* Where several issuers share a set, a key may say whose it is (Microsoft: the tenants' common set): it signs for no other. */
static gboolean
check_key (const PosternOidcIdToken *self, const char *issuer, PosternJwkSet *keys, GError **error)
{
  g_autoptr (GVariant) header = postern_jws_peek_header (self->id_token, -1, error);
  PosternJwk *key = header ? postern_jwk_set_find (keys, postern_json_get_string (header, "kid"), postern_jose_alg_from_string (postern_json_get_string (header, "alg"))) : NULL;
  const char *named = key ? postern_jwk_get_issuer (key) : NULL;
  g_autofree char *owner = named ? postern_oidc_issuer_of_token (named, self->id_token) : NULL;

  if (!key)
    return FALSE;
  if (!named || g_strcmp0 (owner, issuer) == 0)
    return TRUE;
  g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_CLAIM, "its key signs only for %s", named);
  return FALSE;
}

static GVariant *
verify_with (const PosternOidcIdToken *self, const char *issuer, PosternJwkSet *keys, GArray *algs, GError **error)
{
  PosternJwtRules rules = {
    .issuer = issuer,
    .audience = self->client_id,
    .require_exp = TRUE,
    .require_iat = TRUE,
    .require_sub = TRUE,
    .leeway = LEEWAY,
  };
  g_autoptr (GVariant) claims = postern_jwt_verify (self->id_token, -1, keys, (const PosternJoseAlg *) algs->data, algs->len, &rules, error);

  return claims && check_key (self, issuer, keys, error) ? g_steal_pointer (&claims) : NULL;
}

/* A key that we do not know, or one that was exchanged under its old name: the provider may have rotated. */
static gboolean
may_be_rotation (const GError *error)
{
  return g_error_matches (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY) || g_error_matches (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_SIGNATURE);
}

static GVariant *
verify_signed (const PosternOidcIdToken *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) algs = acceptable_algs (self->metadata);
  g_autofree char *issuer = postern_oidc_issuer_of_token (postern_json_get_string (self->metadata, "issuer"), self->id_token);
  g_autoptr (PosternJwkSet) keys = postern_oidc_provider_dup_keys (self->provider, NULL, cancellable, error);
  g_autoptr (PosternJwkSet) newer = NULL;
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GError) local = NULL;

  if (!keys)
    return NULL;
  if (!issuer) {
    refuse (error, "it has no tid that says which tenant's it is");
    return NULL;
  }
  if (algs->len == 0) {
    refuse (error, "the metadata offers no signature algorithm that we take");
    return NULL;
  }
  claims = verify_with (self, issuer, keys, algs, &local);
  if (!claims && may_be_rotation (local)) {
    newer = postern_oidc_provider_dup_keys (self->provider, keys, cancellable, NULL);
    if (newer && newer != keys) {
      g_clear_error (&local);
      claims = verify_with (self, issuer, newer, algs, &local);
    }
  }
  if (!claims)
    refuse (error, local->message);
  return g_steal_pointer (&claims);
}

/* Section 3.1.3.7, rules 4 and 5: a token for several parties must say that it was made for us. */
static gboolean
check_authorized_party (const PosternOidcIdToken *self, GVariant *claims, GError **error)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);
  g_autoptr (GVariant) party = postern_json_get (claims, "azp");

  if (!party)
    return g_strv_length (audience) == 1 || refuse (error, "it has several audiences and no azp");
  return g_strcmp0 (postern_json_get_string (claims, "azp"), self->client_id) == 0 || refuse (error, "azp names another client");
}

static gboolean
check_nonce (const PosternOidcIdToken *self, GVariant *claims, GError **error)
{
  const char *nonce = postern_json_get_string (claims, "nonce");

  if (!self->nonce || !nonce || strcmp (nonce, self->nonce) != 0)
    return refuse (error, "nonce is not the one we sent; it belongs to another sign-in");
  return TRUE;
}

/* Section 3.1.3.6: the left half of the access token's digest, by the hash of the signature's algorithm. */
static gboolean
check_access_token_hash (const PosternOidcIdToken *self, GVariant *claims, GError **error)
{
  g_autoptr (GVariant) present = postern_json_get (claims, "at_hash");
  g_autoptr (GVariant) header = present ? postern_jws_peek_header (self->id_token, -1, NULL) : NULL;
  const char *alg = header ? postern_json_get_string (header, "alg") : NULL;
  const char *hash = postern_json_get_string (claims, "at_hash");
  g_autofree char *expected = NULL;

  if (!present)
    return TRUE;
  expected = postern_jose_alg_dup_half_hash (postern_jose_alg_from_string (alg), self->access_token);
  return g_strcmp0 (hash, expected) == 0 || refuse (error, "at_hash does not belong to the access token");
}

GVariant *
postern_oidc_id_token_verify (const PosternOidcIdToken *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) claims = verify_signed (self, cancellable, error);

  if (!claims || !check_authorized_party (self, claims, error) || !check_nonce (self, claims, error) || !check_access_token_hash (self, claims, error))
    return NULL;
  if (strlen (postern_json_get_string (claims, "sub")) > SUBJECT_MAX_BYTES) {
    refuse (error, "sub is longer than 255 bytes");
    return NULL;
  }
  return g_steal_pointer (&claims);
}

GVariant *
postern_oidc_id_token_fetch_userinfo (const PosternOidcIdToken *self, GVariant *claims, GCancellable *cancellable, GError **error)
{
  const char *url = postern_json_get_string (self->metadata, "userinfo_endpoint");
  g_autofree char *authorization = g_strconcat ("Bearer ", self->access_token, NULL);
  g_autoptr (GVariant) info = NULL;
  guint status = 0;

  if (!url)
    return NULL;
  info = postern_oauth2_fetch_object (url, NULL, authorization, NULL, &status, cancellable, error);
  if (!info)
    return NULL;
  if (status != 200) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s: status %u instead of 200", url, status);
    return NULL;
  }
  if (g_strcmp0 (postern_json_get_string (info, "sub"), postern_json_get_string (claims, "sub")) != 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s speaks of another person than the ID token", url);
    return NULL;
  }
  return g_steal_pointer (&info);
}
