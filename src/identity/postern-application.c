/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-application.h"

#include "postern-assurance.h"
#include "postern-claims-map.h"
#include "postern-error.h"
#include "postern-fault.h"
#include "postern-json.h"
#include "postern-redirect-uri.h"
#include "postern-resource.h"

#include <string.h>

#define MAX_ITEMS   100
#define MAX_SECRETS 5 /* two for a change without a gap, and some room */
#define YEAR        (365 * 24 * 3600)
#define MONTH       (30 * 24 * 3600)

typedef struct _Row Row;
typedef gboolean (*Check) (const Row *row, PosternApplication *application, GVariant *value, GError **error);

struct _Row {
  const char *name;
  Check check;
  const char *words; /* space-separated: the only values */
  gint64 least, most;
};

static gboolean
is_native (PosternApplication *application)
{
  return g_strcmp0 (application->kind, "native") == 0;
}

static gboolean
is_word (const char *words, const char *text)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *)list, text);
}

/* --- one check a sort of member
 * --------------------------------------------------------------------------------- */

static const char *
get_string (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;
}

static gboolean
check_text (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  return postern_fault_check_text (row->name, get_string (value), row->least, row->most, error);
}

static gboolean
check_boolean (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) ||
         postern_fault (error, row->name, "must be true or false");
}

static gboolean
check_integer (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  gint64 number = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value) : -1;

  return (number >= row->least && number <= row->most) ||
         postern_fault (error, row->name, "must be a whole number of seconds from %d to %d", (int)row->least,
                (int)row->most);
}

static gboolean
check_word (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  const char *text = get_string (value);

  return (text != NULL && is_word (row->words, text)) ||
         postern_fault (error, row->name, "must be one of: %s", row->words);
}

static char **
read_list (const Row *row, PosternApplication *application, GError **error)
{
  g_auto (GStrv) list = postern_json_dup_strv (application->metadata, row->name, FALSE);

  if (list == NULL || g_strv_length (list) > MAX_ITEMS) {
    postern_fault (error, row->name, "must be an array of at most %d strings", MAX_ITEMS);
    return NULL;
  }
  for (guint i = 0; list[i] != NULL; i++)
    if (g_strv_contains ((const char *const *)list + i + 1, list[i])) {
      postern_fault (error, row->name, "names \"%s\" twice", list[i]);
      return NULL;
    }

  return g_steal_pointer (&list);
}

static gboolean
check_words (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  g_auto (GStrv) list = read_list (row, application, error);

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (!is_word (row->words, list[i]))
      return postern_fault (error, row->name, "\"%s\" is not supported; it may hold: %s", list[i], row->words);

  return list != NULL;
}

static gboolean
check_texts (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  g_auto (GStrv) list = read_list (row, application, error);

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (strlen (list[i]) > (gsize)row->most)
      return postern_fault (error, row->name, "holds a text of more than %d bytes", (int)row->most);

  return list != NULL;
}

static gboolean
check_redirects (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  g_auto (GStrv) list = read_list (row, application, error);

  for (guint i = 0; list != NULL && list[i] != NULL; i++) {
    const char *fault = postern_redirect_uri_find_fault (list[i], is_native (application));

    if (fault != NULL)
      return postern_fault (error, row->name, "\"%.200s\" cannot be used: %s", list[i], fault);
  }

  return list != NULL;
}

/* Pages that a person is linked to. */
static gboolean
check_link (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  const char *text = get_string (value),
             *fault = text ? postern_redirect_uri_find_web_fault (text, TRUE) : "it must be a string";

  return fault == NULL || postern_fault (error, row->name, "cannot be used: %s", fault);
}

/* Addresses that we ask or tell something secret. */
static gboolean
check_endpoint (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  const char *text = get_string (value),
             *fault = text ? postern_redirect_uri_find_web_fault (text, FALSE) : "it must be a string";

  return fault == NULL || postern_fault (error, row->name, "cannot be used: %s", fault);
}

/* RFC 6749 section 3.3 */
static gboolean
check_scope (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  const char *text = get_string (value);
  g_auto (GStrv) scopes = text ? g_strsplit (text, " ", -1) : NULL;

  if (scopes == NULL || g_strv_length (scopes) > MAX_ITEMS)
    return postern_fault (error, row->name, "must be a text of at most %d scopes with one space between", MAX_ITEMS);
  for (guint i = 0; scopes[i] != NULL; i++) {
    if (scopes[i][0] == '\0' || strlen (scopes[i]) > 200)
      return postern_fault (
          error, row->name,
          "holds an empty or overlong scope: write one space between two scopes, at most 200 bytes each");
    if (!postern_resource_is_scope (scopes[i]))
      return postern_fault (error, row->name, "\"%s\" has a character that no scope may have", scopes[i]);
  }

  return TRUE;
}

/* RFC 8707 section 2: absolute, without fragment */
static gboolean
check_resources (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  g_auto (GStrv) list = read_list (row, application, error);

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (strlen (list[i]) > 2048 || strchr (list[i], '#') != NULL || strchr (list[i], ' ') != NULL ||
        !g_uri_is_valid (list[i], G_URI_FLAGS_NONE, NULL))
      return postern_fault (error, row->name, "\"%.200s\" must be an absolute URI without fragment", list[i]);

  return list != NULL;
}

static gboolean
check_jwks (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  g_autoptr (GVariant) keys =
      g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) ? postern_json_get (value, "keys") : NULL;

  if (keys == NULL || !g_variant_is_of_type (keys, G_VARIANT_TYPE ("av")) || g_variant_n_children (keys) == 0)
    return postern_fault (error, row->name, "must be an object with an array \"keys\" of at least one key");
  if (g_variant_n_children (keys) > MAX_ITEMS)
    return postern_fault (error, row->name, "must not have more than %d keys", MAX_ITEMS);

  for (gsize i = 0; i < g_variant_n_children (keys); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (keys, i);
    g_autoptr (GVariant) key = g_variant_get_variant (box);
    g_autoptr (GError) problem = NULL;
    g_autoptr (PosternJwk) jwk = g_variant_is_of_type (key, G_VARIANT_TYPE_VARDICT)
                                     ? postern_jwk_new_from_variant (key, FALSE, &problem)
                                     : NULL;

    if (jwk == NULL)
      return postern_fault (error, row->name, "key %d: %s", (int)i + 1,
                    problem ? problem->message : "it is no object");
  }

  return TRUE;
}

static gboolean
check_claims_map (const Row *row, PosternApplication *application, GVariant *value, GError **error)
{
  return postern_claims_map_check (row->name, value, error);
}

#define OUR_ALGS    "RS256 PS256 ES256 ES384 EdDSA Ed25519"
#define THEIR_ALGS  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519"
#define JWE_ALGS    "RSA-OAEP-256 ECDH-ES"
#define JWE_ENCS    "A128GCM A256GCM"
#define AUTH        "none client_secret_basic client_secret_post private_key_jwt"
#define GRANT_TYPES "authorization_code refresh_token client_credentials"

static const Row rows[] = {
    {"redirect_uris", check_redirects, NULL, 0, 0},
    {"post_logout_redirect_uris", check_redirects, NULL, 0, 0},
    {"grant_types", check_words, GRANT_TYPES, 0, 0},
    {"response_types", check_words, "code", 0, 0},
    {"scope", check_scope, NULL, 0, 0},
    {"resources", check_resources, NULL, 0, 0},
    {"token_endpoint_auth_method", check_word, AUTH, 0, 0},
    {"token_endpoint_auth_signing_alg", check_word, THEIR_ALGS, 0, 0},
    {"jwks", check_jwks, NULL, 0, 0},
    {"jwks_uri", check_endpoint, NULL, 0, 0},
    {"id_token_signed_response_alg", check_word, OUR_ALGS, 0, 0},
    {"access_token_signed_response_alg", check_word, OUR_ALGS, 0, 0},
    {"userinfo_signed_response_alg", check_word, OUR_ALGS, 0, 0},
    {"id_token_encrypted_response_alg", check_word, JWE_ALGS, 0, 0},
    {"id_token_encrypted_response_enc", check_word, JWE_ENCS, 0, 0},
    {"userinfo_encrypted_response_alg", check_word, JWE_ALGS, 0, 0},
    {"userinfo_encrypted_response_enc", check_word, JWE_ENCS, 0, 0},
    {"request_object_signing_alg", check_word, THEIR_ALGS, 0, 0},
    {"require_signed_request_object", check_boolean, NULL, 0, 0},
    {"backchannel_logout_uri", check_endpoint, NULL, 0, 0},
    {"backchannel_logout_session_required", check_boolean, NULL, 0, 0},
    {"access_token_format", check_word, "jwt opaque", 0, 0},
    {"access_token_lifetime", check_integer, NULL, 10, MONTH},
    {"id_token_lifetime", check_integer, NULL, 10, MONTH},
    {"refresh_token_lifetime", check_integer, NULL, 60, 10 * YEAR},
    {"refresh_token_rotation", check_boolean, NULL, 0, 0},
    {"default_max_age", check_integer, NULL, 0, YEAR},
    {"second_factor", check_word, POSTERN_SECOND_RULES, 0, 0},
    {"second_factors", check_words, POSTERN_SECOND_FACTORS, 0, 0},
    {"require_auth_time", check_boolean, NULL, 0, 0},
    {"require_pkce", check_boolean, NULL, 0, 0},
    {"authorization_challenge", check_boolean, NULL, 0, 0},
    {"application_type", check_word, "web native", 0, 0},
    {"subject_type", check_word, "public", 0, 0},
    {"client_name", check_text, NULL, 1, 200},
    {"client_uri", check_link, NULL, 0, 0},
    {"logo_uri", check_link, NULL, 0, 0},
    {"policy_uri", check_link, NULL, 0, 0},
    {"tos_uri", check_link, NULL, 0, 0},
    {"initiate_login_uri", check_endpoint, NULL, 0, 0},
    {"claims_map", check_claims_map, NULL, 0, 0},
    {"contacts", check_texts, NULL, 0, 320},
    {"software_id", check_text, NULL, 1, 200},
    {"software_version", check_text, NULL, 1, 200},
};

static const Row *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, name))
      return &rows[i];

  return NULL;
}

static gboolean
check_members (PosternApplication *application, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *member;
  gboolean good = TRUE;

  g_variant_iter_init (&iter, application->metadata);
  while (good && g_variant_iter_next (&iter, "{&sv}", &name, &member)) {
    g_autoptr (GVariant) value = member;
    const Row *row = find_row (name);

    if (row == NULL)
      good = postern_fault (error, name, "is no member of an application's metadata that is known here");
    else if (!g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE)) /* JSON null: as if it were absent */
      good = row->check (row, application, value, error);
  }

  return good;
}

/* @what: the beginning of the members' names. A set behind `jwks_uri` is seen when it is needed. */
static gboolean
check_encryption (PosternClient *client, const char *what, const PosternClientEncryption *wanted,
                  GError **error)
{
  g_autofree char *alg = g_strconcat (what, "_encrypted_response_alg", NULL);
  g_autofree char *enc = g_strconcat (what, "_encrypted_response_enc", NULL);

  if (wanted->alg == POSTERN_JWE_ALG_UNKNOWN)
    return wanted->enc == POSTERN_JWE_ENC_UNKNOWN ? TRUE
                                                  : postern_fault (error, enc, "means nothing without %s", alg);
  /* OpenID Connect Registration section 2 has a default for it, which is not one of ours */
  if (wanted->enc == POSTERN_JWE_ENC_UNKNOWN)
    return postern_fault (error, enc, "must be one of: " JWE_ENCS " (its default A128CBC-HS256 is not supported)");
  if (client->jwks == NULL && client->jwks_uri == NULL)
    return postern_fault (error, "jwks", "or jwks_uri must be given for %s", alg);

  return client->jwks == NULL || postern_jwe_find_key (client->jwks, wanted->alg)
             ? TRUE
             : postern_fault (error, "jwks",
                      "has no key that %s can encrypt to: of its type, and neither for signing by "
                      "its \"use\" nor by its \"alg\"",
                      alg);
}

/* Whoever asks people for their passwords must be the one that they are for, and have a place where they are safe from its page's scripts. */
static gboolean
check_challenge (PosternApplication *application, gboolean code, GError **error)
{
  GVariant *metadata = application->metadata;

  if (metadata == NULL || !postern_json_get_boolean (metadata, "authorization_challenge", FALSE))
    return TRUE;
  if (!application->first_party)
    return postern_fault (error, "authorization_challenge", "is for your own applications only: it needs first_party");
  if (g_str_equal (application->kind, "spa"))
    return postern_fault (error, "authorization_challenge", "is not for applications in the browser: they send people to our pages");
  return code ? TRUE : postern_fault (error, "authorization_challenge", "needs the grant type authorization_code");
}

/* What one member says about another, the defaults included. */
static gboolean
check_together (PosternApplication *application, GError **error)
{
  g_autoptr (PosternClient) client = postern_client_new (application, error);
  gboolean code, public;

  if (client == NULL)
    return FALSE;

  code = postern_client_allows_grant (client, "authorization_code");
  public = g_str_equal (client->token_endpoint_auth_method, "none");
  if (client->grant_types[0] == NULL)
    return postern_fault (error, "grant_types", "must not be empty");
  if (code && client->redirect_uris[0] == NULL)
    return postern_fault (
        error, "redirect_uris",
        "must hold the address that people come back to (the grant type authorization_code needs one)");
  if (code != (client->response_types[0] != NULL))
    return postern_fault (error, "response_types",
                  "must be [\"code\"] exactly when grant_types has authorization_code");
  if (public && postern_client_allows_grant (client, "client_credentials"))
    return postern_fault (error, "token_endpoint_auth_method",
                  "client_credentials needs an application that proves who it is: not \"none\"");
  if (!public && g_str_equal (application->kind, "spa"))
    return postern_fault (error, "token_endpoint_auth_method",
                  "an application in the browser cannot keep a secret: use \"none\"");
  if (client->jwks != NULL && client->jwks_uri != NULL)
    return postern_fault (error, "jwks_uri", "must not stand beside jwks: give one of them");
  if (g_str_equal (client->token_endpoint_auth_method, "private_key_jwt") && client->jwks == NULL &&
      client->jwks_uri == NULL)
    return postern_fault (error, "jwks", "or jwks_uri must be given for private_key_jwt");

  return check_challenge (application, code, error) &&
         check_encryption (client, "id_token", &client->id_token_encryption, error) &&
         check_encryption (client, "userinfo", &client->userinfo_encryption, error);
}

#define ID_LEAST 3
#define ID_MOST 64

gboolean
postern_application_id_is_valid (const char *id)
{
  gsize length = id ? strlen (id) : 0;

  if (postern_id_is_valid (id, "app"))
    return TRUE;
  if (length < ID_LEAST || length > ID_MOST || !g_ascii_isalnum (*id) || g_str_equal (id, "server"))
    return FALSE;
  if (strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~") != length)
    return FALSE;
  return !(strspn (id, G_CSET_a_2_z) == 3 && id[3] == '_');
}

gboolean
postern_application_validate (PosternApplication *application, GError **error)
{
  static const Row name_row = {"name", NULL, NULL, 1, 200};
  g_autoptr (GVariant) name =
      g_variant_ref_sink (g_variant_new_string (application->name ? application->name : ""));

  if (!check_text (&name_row, application, name, error))
    return FALSE;
  if (application->kind == NULL || !is_word ("web spa native service", application->kind))
    return postern_fault (error, "kind", "must be one of: web spa native service");
  if (application->metadata != NULL && !g_variant_is_of_type (application->metadata, G_VARIANT_TYPE_VARDICT))
    return postern_fault (error, "metadata", "must be an object");

  return (application->metadata == NULL || check_members (application, error)) &&
         check_together (application, error);
}

/* Adds the secrets but the one of id @without (NULL: all) to @builder. Returns: how many were left out */
static guint
copy_secrets (PosternApplication *application, const char *without, GVariantBuilder *builder)
{
  gsize n = application->secrets ? g_variant_n_children (application->secrets) : 0;
  guint left_out = 0;

  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (application->secrets, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    if (without != NULL && g_strcmp0 (postern_json_get_string (row, "id"), without) == 0)
      left_out++;
    else
      g_variant_builder_add_value (builder, box);
  }

  return left_out;
}

static void
set_secrets (PosternApplication *application, GVariantBuilder *builder)
{
  g_clear_pointer (&application->secrets, g_variant_unref);
  application->secrets = g_variant_ref_sink (g_variant_builder_end (builder));
}

char *
postern_application_add_secret (PosternApplication *application, gint64 now, gint64 expires_at,
                                GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (GVariantDict) row = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *id = postern_id_new ("sec");
  g_autofree char *hash = NULL;
  char *secret;

  if (application->secrets != NULL && g_variant_n_children (application->secrets) >= MAX_SECRETS) {
    postern_fault (error, "secrets", "there are %d already: remove one first", MAX_SECRETS);
    return NULL;
  }

  secret = postern_secret_new ();
  hash = postern_secret_hash (secret);
  g_variant_dict_insert (&row, "id", "s", id);
  g_variant_dict_insert (&row, "hash", "s", hash);
  g_variant_dict_insert (&row, "created_at", "x", now);
  g_variant_dict_insert (&row, "expires_at", "x", expires_at);
  copy_secrets (application, NULL, &builder);
  g_variant_builder_add (&builder, "v", g_variant_dict_end (&row));
  set_secrets (application, &builder);

  return secret;
}

gboolean
postern_application_remove_secret (PosternApplication *application, const char *secret_id)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  guint removed = copy_secrets (application, secret_id, &builder);

  set_secrets (application, &builder);

  return removed > 0;
}
