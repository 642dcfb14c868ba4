/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-client.h"

#include "postern-jws.h"
#include "postern-jwt.h"
#include "postern-oauth2-fetch.h"

#include <string.h>

#define ASSERTION_SECONDS 60

static const struct {
  const char *word;
  PosternOauth2ClientMethod method;
} methods[] = {
  { "automatic", POSTERN_OAUTH2_CLIENT_AUTOMATIC },
  { "client_secret_basic", POSTERN_OAUTH2_CLIENT_BASIC },
  { "client_secret_post", POSTERN_OAUTH2_CLIENT_POST },
  { "private_key_jwt", POSTERN_OAUTH2_CLIENT_PRIVATE_KEY_JWT },
  { "none", POSTERN_OAUTH2_CLIENT_NONE },
};

static gboolean
fail_setting (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, what);
  return FALSE;
}

/* A signature for nobody: the public half of a key is a key, too, and would be found out only when somebody signs in. */
static gboolean
can_sign (PosternJwk *key, GError **error)
{
  g_autofree char *trial = postern_jws_sign (key, postern_jwk_get_alg (key), NULL, "{}", 2, error);

  return trial != NULL;
}

/* The key's kind decides the algorithm: of these the first that it fits. */
static gboolean
read_key (PosternOauth2Client *self, PosternSettings *settings, GError **error)
{
  const char *pem = postern_settings_get_string (settings, "private-key");
  const char *kid = postern_settings_get_string (settings, "private-key-id");
  static const PosternJoseAlg algs[] = { POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_EDDSA };
  g_autoptr (GError) local = NULL;

  if (!pem || !*pem)
    return fail_setting (error, "private-key is missing, and private_key_jwt needs it; give private-key-file");
  for (guint i = 0; i < G_N_ELEMENTS (algs) && !self->key; i++) {
    g_clear_error (&local);
    self->key = postern_jwk_new_from_pem (pem, -1, algs[i], kid && *kid ? kid : NULL, &local);
  }
  if (!self->key)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "private-key cannot be read: %s", local->message);
  else if (can_sign (self->key, &local))
    return TRUE;
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "private-key cannot sign; give the private half: %s", local->message);
  return FALSE;
}

static gboolean
read_method (PosternOauth2Client *self, const char *word, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (g_str_equal (methods[i].word, word)) {
      self->method = methods[i].method;
      return TRUE;
    }
  }
  return fail_setting (error, "client-authentication is none of automatic, client_secret_basic, client_secret_post, private_key_jwt and none");
}

gboolean
postern_oauth2_client_read (PosternOauth2Client *self, PosternSettings *settings, GError **error)
{
  const char *id = postern_settings_get_string (settings, "client-id");
  const char *secret = postern_settings_get_string (settings, "client-secret");
  const char *word = postern_settings_get_string (settings, "client-authentication");
  gboolean needs_secret;

  if (!id || !*id)
    return fail_setting (error, "client-id is missing; write the id that the provider gave this server");
  self->id = g_strdup (id);
  self->secret = secret && *secret ? secret : NULL;
  if (!read_method (self, word && *word ? word : "automatic", error))
    return FALSE;
  needs_secret = self->method == POSTERN_OAUTH2_CLIENT_BASIC || self->method == POSTERN_OAUTH2_CLIENT_POST;
  if (needs_secret && !self->secret)
    return fail_setting (error, "client-secret is missing, and client-authentication needs it");
  return self->method != POSTERN_OAUTH2_CLIENT_PRIVATE_KEY_JWT || read_key (self, settings, error);
}

void
postern_oauth2_client_clear (PosternOauth2Client *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_object (&self->key);
}

void
postern_oauth2_client_append (GString *form, const char *name, const char *value)
{
  g_autofree char *encoded = value ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (!encoded)
    return;
  if (form->len > 0 && form->str[form->len - 1] != '?' && form->str[form->len - 1] != '&')
    g_string_append_c (form, '&');
  g_string_append_printf (form, "%s=%s", name, encoded);
}

/* Basic is what a provider takes that says nothing (OpenID Connect Discovery 1.0 section 3). */
static PosternOauth2ClientMethod
choose_method (PosternOauth2Client *self, GVariant *metadata)
{
  g_auto (GStrv) offered = postern_json_dup_strv (metadata, "token_endpoint_auth_methods_supported", FALSE);

  if (self->method != POSTERN_OAUTH2_CLIENT_AUTOMATIC)
    return self->method;
  if (!self->secret)
    return POSTERN_OAUTH2_CLIENT_NONE;
  if (offered && !g_strv_contains ((const char *const *) offered, "client_secret_basic") &&
      g_strv_contains ((const char *const *) offered, "client_secret_post"))
    return POSTERN_OAUTH2_CLIENT_POST;
  return POSTERN_OAUTH2_CLIENT_BASIC;
}

/* RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
static char *
basic_header (PosternOauth2Client *self)
{
  g_autofree char *id = g_uri_escape_string (self->id, NULL, FALSE);
  g_autofree char *secret = g_uri_escape_string (self->secret, NULL, FALSE);
  g_autofree char *pair = g_strconcat (id, ":", secret, NULL);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

  return g_strconcat ("Basic ", encoded, NULL);
}

/* RFC 7523 section 3; the audience is the token endpoint, which every provider takes. */
static char *
make_assertion (PosternOauth2Client *self, GVariant *metadata, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *jti = g_uuid_string_random ();
  g_autoptr (GError) local = NULL;
  GVariantBuilder claims = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  char *assertion;

  g_variant_builder_add (&claims, "{sv}", "iss", g_variant_new_string (self->id));
  g_variant_builder_add (&claims, "{sv}", "sub", g_variant_new_string (self->id));
  g_variant_builder_add (&claims, "{sv}", "aud", g_variant_new_string (postern_json_get_string (metadata, "token_endpoint")));
  g_variant_builder_add (&claims, "{sv}", "jti", g_variant_new_string (jti));
  g_variant_builder_add (&claims, "{sv}", "iat", g_variant_new_int64 (now));
  g_variant_builder_add (&claims, "{sv}", "exp", g_variant_new_int64 (now + ASSERTION_SECONDS));
  assertion = postern_jwt_sign (self->key, postern_jwk_get_alg (self->key), "JWT", g_variant_builder_end (&claims), &local);
  if (!assertion)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "private-key cannot sign: %s", local->message);
  return assertion;
}

/* Adds our proof to @form, or to *@authorization. */
static gboolean
authenticate (PosternOauth2Client *self, GVariant *metadata, GString *form, char **authorization, GError **error)
{
  g_autofree char *assertion = NULL;

  switch (choose_method (self, metadata)) {
  case POSTERN_OAUTH2_CLIENT_BASIC:
    *authorization = basic_header (self);
    return TRUE;
  case POSTERN_OAUTH2_CLIENT_PRIVATE_KEY_JWT:
    assertion = make_assertion (self, metadata, error);
    postern_oauth2_client_append (form, "client_id", self->id);
    postern_oauth2_client_append (form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    postern_oauth2_client_append (form, "client_assertion", assertion);
    return assertion != NULL;
  case POSTERN_OAUTH2_CLIENT_POST:
    postern_oauth2_client_append (form, "client_id", self->id);
    postern_oauth2_client_append (form, "client_secret", self->secret);
    return TRUE;
  default:
    postern_oauth2_client_append (form, "client_id", self->id);
    return TRUE;
  }
}

/* What an endpoint says in place of what it was asked for; some say it with status 200. A word, or an object that holds one. */
static char *
dup_error_word (GVariant *response)
{
  g_autoptr (GVariant) error = postern_json_get (response, "error");
  const char *message;

  if (!error || g_variant_is_of_type (error, G_VARIANT_TYPE_MAYBE))
    return NULL;
  if (g_variant_is_of_type (error, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (error, NULL);
  message = g_variant_is_of_type (error, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (error, "message") : NULL;
  return g_strdup (message ? message : "an error of its own kind");
}

static gboolean
check_response (GVariant *response, guint status, GError **error)
{
  static const char *const about_us[] = { "invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id", NULL };
  g_autofree char *word = dup_error_word (response);
  const char *description = postern_json_get_string (response, "error_description");
  const char *type = postern_json_get_string (response, "token_type");

  if (status != 200 || word) {
    gboolean ours = word && g_strv_contains (about_us, word);
    PosternError code = g_strcmp0 (word, "invalid_grant") == 0 ? POSTERN_ERROR_INVALID_GRANT : POSTERN_ERROR_PROVIDER;
    g_set_error (error, POSTERN_ERROR, (gint) code, "The token endpoint refused: status %u, %.100s, %.300s%s", status,
                 word ? word : "no error word", description ? description : "no description",
                 ours ? "; compare client-id and client-secret with the provider's, or correct client-authentication" : "");
    return FALSE;
  }
  if (!postern_json_get_string (response, "access_token") || !type || g_ascii_strcasecmp (type, "Bearer") != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The token endpoint's answer lacks access_token or token_type Bearer");
    return FALSE;
  }
  return TRUE;
}

GVariant *
postern_oauth2_client_ask (PosternOauth2Client *self, GVariant *metadata, GString *form, GCancellable *cancellable, GError **error)
{
  const char *url = postern_json_get_string (metadata, "token_endpoint");
  g_autofree char *authorization = NULL;
  g_autoptr (GVariant) response = NULL;
  guint status = 0;

  if (!authenticate (self, metadata, form, &authorization, error))
    return NULL;
  response = postern_oauth2_fetch_object (url, form->str, authorization, NULL, &status, cancellable, error);
  explicit_bzero (form->str, form->len);
  if (authorization)
    explicit_bzero (authorization, strlen (authorization));
  return response && check_response (response, status, error) ? g_steal_pointer (&response) : NULL;
}
