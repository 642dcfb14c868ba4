/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-application.h"

#include "postern-assurance.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-redirect-uri.h"

#include <string.h>

#define DEFAULT_SCOPES "openid profile email phone address organization offline_access"
#define MAX_SECRET     1024 /* bytes that a client may present */

static void
postern_client_clear (gpointer data)
{
  PosternClient *self = data;

  g_clear_pointer (&self->application, postern_application_unref);
  g_strfreev (self->redirect_uris);
  g_strfreev (self->post_logout_redirect_uris);
  g_strfreev (self->grant_types);
  g_strfreev (self->response_types);
  g_strfreev (self->scopes);
  g_strfreev (self->resources);
  g_free (self->token_endpoint_auth_method);
  g_clear_object (&self->jwks);
  g_free (self->jwks_uri);
  g_free (self->backchannel_logout_uri);
  g_clear_pointer (&self->claims_map, g_variant_unref);
  g_free (self->logo_uri);
  g_free (self->client_uri);
  g_free (self->policy_uri);
  g_free (self->tos_uri);
}

PosternClient *
postern_client_ref (PosternClient *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
postern_client_unref (PosternClient *self)
{
  g_atomic_rc_box_release_full (self, postern_client_clear);
}

/* --- readers: the member, else the default
 * -------------------------------------------------------------------- */

/* @fallback: space-separated */
static char **
read_list (GVariant *metadata, const char *name, const char *fallback)
{
  char **list = postern_json_dup_strv (metadata, name, FALSE);

  return list ? list : g_strsplit (fallback, " ", -1);
}

static char **
read_words (GVariant *metadata, const char *name, const char *fallback)
{
  const char *text = postern_json_get_string (metadata, name);

  return g_strsplit (text ? text : fallback, " ", -1);
}

static char *
read_text (GVariant *metadata, const char *name, const char *fallback)
{
  const char *text = postern_json_get_string (metadata, name);

  return g_strdup (text ? text : fallback);
}

static PosternJoseAlg
read_alg (GVariant *metadata, const char *name, PosternJoseAlg fallback)
{
  const char *text = postern_json_get_string (metadata, name);

  return text ? postern_jose_alg_from_string (text) : fallback;
}

static PosternClientEncryption
read_encryption (GVariant *metadata, const char *alg, const char *enc)
{
  return (PosternClientEncryption){postern_jwe_alg_from_string (postern_json_get_string (metadata, alg)),
                                   postern_jwe_enc_from_string (postern_json_get_string (metadata, enc))};
}

static gboolean
read_keys (PosternClient *self, GVariant *metadata, GError **error)
{
  g_autoptr (GVariant) jwks = postern_json_get (metadata, "jwks");
  g_autoptr (GError) problem = NULL;

  if (jwks == NULL || !g_variant_is_of_type (jwks, G_VARIANT_TYPE_VARDICT))
    return TRUE;

  self->jwks = postern_jwk_set_new_from_variant (jwks, &problem);
  if (self->jwks == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "jwks: %s", problem->message);

  return self->jwks != NULL;
}

static void
read_second_factor (PosternClient *self, GVariant *m)
{
  g_auto (GStrv) names = postern_json_dup_strv (m, "second_factors", FALSE);

  self->second_factor = (guint) MAX (0, postern_assurance_read_rule (postern_json_get_string (m, "second_factor")));
  for (guint i = 0; names && names[i]; i++)
    self->second_factors |= postern_assurance_read_factor (names[i]);
}

/* RFC 7591 section 2 and OpenID Connect Registration section 2 name the defaults; where the kind decides,
 * ours are narrower. */
static void
read_members (PosternClient *self, const char *kind, GVariant *m)
{
  gboolean service = g_strcmp0 (kind, "service") == 0;
  gboolean public = g_strcmp0 (kind, "spa") == 0 || g_strcmp0 (kind, "native") == 0;

  self->redirect_uris = read_list (m, "redirect_uris", "");
  self->post_logout_redirect_uris = read_list (m, "post_logout_redirect_uris", "");
  self->grant_types =
      read_list (m, "grant_types", service ? "client_credentials" : "authorization_code refresh_token");
  self->response_types = read_list (m, "response_types", service ? "" : "code");
  self->scopes = read_words (m, "scope", DEFAULT_SCOPES);
  self->resources = read_list (m, "resources", "");
  self->token_endpoint_auth_method =
      read_text (m, "token_endpoint_auth_method", public ? "none" : "client_secret_basic");
  self->jwks_uri = read_text (m, "jwks_uri", NULL);
  self->id_token_alg = read_alg (m, "id_token_signed_response_alg", POSTERN_JOSE_ALG_RS256);
  self->access_token_alg = read_alg (m, "access_token_signed_response_alg", POSTERN_JOSE_ALG_UNKNOWN);
  self->access_token_opaque = g_strcmp0 (postern_json_get_string (m, "access_token_format"), "opaque") == 0;
  self->userinfo_alg = read_alg (m, "userinfo_signed_response_alg", POSTERN_JOSE_ALG_UNKNOWN);
  self->id_token_encryption =
      read_encryption (m, "id_token_encrypted_response_alg", "id_token_encrypted_response_enc");
  self->userinfo_encryption =
      read_encryption (m, "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc");
  self->request_object_alg = read_alg (m, "request_object_signing_alg", POSTERN_JOSE_ALG_UNKNOWN);
  self->backchannel_logout_uri = read_text (m, "backchannel_logout_uri", NULL);
  self->backchannel_logout_session_required =
      postern_json_get_boolean (m, "backchannel_logout_session_required", FALSE);
  self->access_token_lifetime = postern_json_get_int64 (m, "access_token_lifetime", 0);
  self->id_token_lifetime = postern_json_get_int64 (m, "id_token_lifetime", 0);
  self->refresh_token_lifetime = postern_json_get_int64 (m, "refresh_token_lifetime", 0);
  self->default_max_age = postern_json_get_int64 (m, "default_max_age", -1);
  self->require_auth_time = postern_json_get_boolean (m, "require_auth_time", FALSE);
  self->refresh_rotation = postern_json_get_boolean (m, "refresh_token_rotation", TRUE);
  /* OAuth 2.1 section 4.1.1 asks PKCE of everyone; only who can keep a secret may switch it off */
  self->require_pkce = g_str_equal (self->token_endpoint_auth_method, "none") ||
                       postern_json_get_boolean (m, "require_pkce", TRUE);
  self->logo_uri = read_text (m, "logo_uri", NULL);
  self->client_uri = read_text (m, "client_uri", NULL);
  self->policy_uri = read_text (m, "policy_uri", NULL);
  self->tos_uri = read_text (m, "tos_uri", NULL);
  self->claims_map = postern_json_get (m, "claims_map");
  if (self->claims_map && !g_variant_is_of_type (self->claims_map, G_VARIANT_TYPE ("av")))
    g_clear_pointer (&self->claims_map, g_variant_unref); /* null */
  read_second_factor (self, m);
}

PosternClient *
postern_client_new (PosternApplication *application, GError **error)
{
  g_autoptr (PosternClient) self = g_atomic_rc_box_new0 (PosternClient);
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  GVariant *metadata = application->metadata ? application->metadata : none;

  self->application = postern_application_ref (application);
  read_members (self, application->kind, metadata);
  self->authorization_challenge = application->first_party && postern_json_get_boolean (metadata, "authorization_challenge", FALSE);

  return read_keys (self, metadata, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
postern_client_allows_grant (PosternClient *self, const char *grant_type)
{
  return g_strv_contains ((const char *const *)self->grant_types, grant_type);
}

gboolean
postern_client_allows_scope (PosternClient *self, const char *scope)
{
  return g_strv_contains ((const char *const *)self->scopes, scope);
}

gboolean
postern_client_check_secret (PosternClient *self, const char *secret, gint64 now)
{
  GVariant *secrets = self->application->secrets;
  g_autofree char *presented = NULL;
  gboolean good = FALSE;

  if (secret == NULL || strnlen (secret, MAX_SECRET + 1) > MAX_SECRET || secrets == NULL ||
      !g_variant_is_of_type (secrets, G_VARIANT_TYPE ("av")))
    return FALSE;

  presented = postern_secret_hash (secret);
  for (gsize i = 0; i < g_variant_n_children (secrets); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (secrets, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);
    gint64 expires_at;
    gboolean same;

    if (!g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
      continue;
    expires_at = postern_json_get_int64 (row, "expires_at", 0);
    same = postern_secret_equal (postern_json_get_string (row, "hash"), presented);
    good = good || (same && (expires_at == 0 || now < expires_at));
  }

  return good;
}

gboolean
postern_client_matches_redirect (PosternClient *self, const char *redirect_uri)
{
  gboolean native = g_strcmp0 (self->application->kind, "native") == 0;

  for (guint i = 0; redirect_uri != NULL && self->redirect_uris[i] != NULL; i++)
    if (postern_redirect_uri_matches (self->redirect_uris[i], redirect_uri, native))
      return TRUE;

  return FALSE;
}
