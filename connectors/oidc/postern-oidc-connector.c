/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-connector.h"

#include "postern-oidc-profile.h"
#include "postern-oidc-id-token.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define GET_CLASS(self) G_TYPE_INSTANCE_GET_CLASS (self, POSTERN_TYPE_OIDC_CONNECTOR, PosternOidcConnectorClass)

static gpointer parent_class;

/* 256 random bits, base64url: a nonce, or a verifier as long as RFC 7636 section 4.1 wants one. */
static char *
random_word (void)
{
  guint8 bytes[32];
  gsize filled = 0;

  while (filled < sizeof bytes) {
    gssize got = getrandom (bytes + filled, sizeof bytes - filled, 0);
    if (got < 0 && errno != EINTR)
      g_error ("The system gives no random bytes: %s", g_strerror (errno));
    filled += got > 0 ? (gsize) got : 0;
  }
  return postern_base64url_encode (bytes, sizeof bytes);
}

static char *
challenge_of (const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) verifier, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return postern_base64url_encode (digest, length);
}

static char *
authorization_url (PosternOidcConnector *self, PosternStep *step, GVariant *metadata, const char *nonce, const char *verifier)
{
  const char *endpoint = postern_json_get_string (metadata, "authorization_endpoint");
  GString *url = g_string_new (endpoint);
  g_autofree char *challenge = challenge_of (verifier);

  g_string_append_c (url, strchr (endpoint, '?') ? '&' : '?');
  postern_oidc_client_append (url, "response_type", "code");
  postern_oidc_client_append (url, "client_id", self->client.id);
  postern_oidc_client_append (url, "redirect_uri", postern_step_get_callback_url (step));
  postern_oidc_client_append (url, "scope", self->scope);
  postern_oidc_client_append (url, "state", postern_step_get_callback_state (step));
  postern_oidc_client_append (url, "nonce", nonce);
  postern_oidc_client_append (url, "code_challenge", challenge);
  postern_oidc_client_append (url, "code_challenge_method", "S256");
  postern_oidc_client_append (url, "response_mode", self->response_mode);
  postern_oidc_client_append (url, "prompt", self->prompt);
  postern_oidc_client_append (url, "login_hint", postern_step_get_login_hint (step));
  postern_oidc_client_append (url, "ui_locales", postern_step_get_ui_locales (step));
  if (GET_CLASS (self)->add_parameters)
    GET_CLASS (self)->add_parameters (self, url);
  return g_string_free (url, FALSE);
}

static gboolean
begin (PosternOidcConnector *self, PosternStep *step, GError **error)
{
  g_autoptr (GVariant) metadata = postern_oidc_provider_dup_metadata (self->provider, postern_step_get_cancellable (step), error);
  g_autofree char *nonce = random_word ();
  g_autofree char *verifier = random_word ();
  g_autofree char *url = NULL;

  if (!metadata)
    return FALSE;
  postern_step_set_state (step, "nonce", nonce);
  postern_step_set_state (step, "verifier", verifier);
  url = authorization_url (self, step, metadata, nonce, verifier);
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
  return TRUE;
}

/* RFC 9207: an answer that came by another provider's way is not this one's. */
static gboolean
check_response_issuer (PosternOidcConnector *self, PosternStep *step, GVariant *metadata, GError **error)
{
  const char *issuer = postern_step_get_input (step, "iss");
  gboolean promised = postern_json_get_boolean (metadata, "authorization_response_iss_parameter_supported", FALSE);

  if (issuer ? strcmp (issuer, postern_oidc_provider_get_issuer (self->provider)) == 0 : !promised)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER,
                       issuer ? "The answer's iss names another provider" : "The answer lacks iss, which the provider's metadata promises");
  return FALSE;
}

/* What a provider says instead of a code. Its words reach the log, cut to a length; the person reads ours. */
static gboolean
check_response_error (PosternOidcConnector *self, PosternStep *step, GError **error)
{
  const char *word = postern_step_get_input (step, "error");
  const char *description = postern_step_get_input (step, "error_description");
  const char *name = postern_instance_get_display_name (POSTERN_INSTANCE (self));
  gboolean declined = word && (g_str_equal (word, "access_denied") || g_str_equal (word, "user_cancelled_login"));

  if (!word)
    return TRUE;
  if (declined)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "You did not finish signing in at %s. Try again, or choose another way.", name);
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s answered %.100s: %.300s", name, word, description ? description : "no description");
  return FALSE;
}

static void
add_upstream (PosternOidcConnector *self, PosternSubject *subject, GVariant *response, GVariant *claims)
{
  static const char *const kept[] = { "access_token", "refresh_token", "id_token" };
  GVariantBuilder tokens = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  gint64 lifetime = postern_json_get_int64 (response, "expires_in", 0);
  g_autoptr (GVariant) model = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    const char *token = postern_json_get_string (response, kept[i]);
    if (token)
      g_variant_builder_add (&tokens, "{sv}", kept[i], g_variant_new_string (token));
  }
  if (lifetime > 0)
    g_variant_builder_add (&tokens, "{sv}", "expires_at", g_variant_new_int64 (g_get_real_time () / G_USEC_PER_SEC + lifetime));
  model = g_variant_ref_sink (g_variant_builder_end (&tokens));
  postern_subject_set_upstream (subject, self->keep_tokens ? model : NULL, postern_json_get_string (claims, "sid"));
}

static PosternSubject *
subject_from_response (PosternOidcConnector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  GCancellable *cancellable = postern_step_get_cancellable (step);
  g_autofree char *id_token = postern_oidc_client_open (&self->client, postern_json_get_string (response, "id_token"), error);
  PosternOidcIdToken token = {
    .provider = self->provider,
    .metadata = metadata,
    .client_id = self->client.id,
    .nonce = postern_step_get_state (step, "nonce"),
    .id_token = id_token,
    .access_token = postern_json_get_string (response, "access_token"),
  };
  g_autoptr (GVariant) claims = id_token ? postern_oidc_id_token_verify (&token, cancellable, error) : NULL;
  g_autoptr (GVariant) userinfo = NULL;
  g_autoptr (PosternClaims) merged = NULL;
  g_autoptr (GError) local = NULL;
  PosternSubject *subject;

  if (!claims || (GET_CLASS (self)->check_claims && !GET_CLASS (self)->check_claims (self, claims, error)))
    return NULL;
  if (self->use_userinfo)
    userinfo = postern_oidc_id_token_fetch_userinfo (&token, claims, cancellable, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  merged = postern_oidc_profile_merge (claims, userinfo, (const char *const *) self->claim_map);
  subject = postern_subject_new (postern_json_get_string (claims, "sub"), merged);
  add_upstream (self, subject, response, claims);
  return subject;
}

static gboolean
finish (PosternOidcConnector *self, PosternStep *step, GError **error)
{
  GCancellable *cancellable = postern_step_get_cancellable (step);
  g_autoptr (GVariant) metadata = postern_oidc_provider_dup_metadata (self->provider, cancellable, error);
  const char *code = postern_step_get_input (step, "code");
  const char *verifier = postern_step_get_state (step, "verifier");
  g_autoptr (GVariant) response = NULL;
  PosternSubject *subject;

  if (!metadata || !check_response_issuer (self, step, metadata, error) || !check_response_error (self, step, error))
    return FALSE;
  if (!code || !*code || !verifier) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The provider sent the browser back without a code, or without our having asked");
    return FALSE;
  }
  response = postern_oidc_client_redeem (&self->client, metadata, code, postern_step_get_callback_url (step), verifier, cancellable, error);
  subject = response ? subject_from_response (self, step, metadata, response, error) : NULL;
  if (!subject)
    return FALSE;
  postern_step_set_state (step, "nonce", NULL);
  postern_step_set_state (step, "verifier", NULL);
  postern_step_return_subject (step, subject);
  return TRUE;
}

static gboolean
postern_oidc_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (authenticator);
  PosternStepPhase phase = postern_step_get_phase (step);
  g_autoptr (GError) error = NULL;

  if (phase == POSTERN_STEP_CONTINUE)
    return FALSE;
  if (!(phase == POSTERN_STEP_BEGIN ? begin (self, step, &error) : finish (self, step, &error)))
    postern_step_return_error (step, g_steal_pointer (&error));
  return TRUE;
}

/* "openid" is what makes it OpenID Connect: it is asked for whether or not the operator remembered it. */
static char *
read_scope (PosternSettings *settings)
{
  g_auto (GStrv) scopes = postern_settings_dup_strv (settings, "scopes");
  g_autofree char *joined = scopes && *scopes ? g_strjoinv (" ", scopes) : g_strdup ("openid email profile");

  if (scopes && *scopes && !g_strv_contains ((const char *const *) scopes, "openid"))
    return g_strconcat ("openid ", joined, NULL);
  return g_steal_pointer (&joined);
}

static const char *
get_filled (PosternSettings *settings, const char *name)
{
  const char *value = postern_settings_get_string (settings, name);

  return value && *value ? value : NULL;
}

static gboolean
postern_oidc_connector_configure (PosternInstance *instance, GError **error)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *issuer = get_filled (settings, "issuer");
  const char *userinfo = get_filled (settings, "userinfo");

  if (!issuer)
    issuer = GET_CLASS (self)->issuer;
  if (!issuer) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "issuer is missing; write the provider's issuer URL");
    return FALSE;
  }
  self->provider = postern_oidc_provider_new (issuer);
  self->scope = read_scope (settings);
  self->claim_map = postern_settings_dup_strv (settings, "claim-map");
  self->prompt = get_filled (settings, "prompt");
  self->response_mode = get_filled (settings, "response-mode");
  self->use_userinfo = !userinfo || postern_settings_get_boolean (settings, "userinfo");
  self->keep_tokens = postern_settings_get_boolean (settings, "keep-tokens");
  return postern_oidc_profile_check_map ((const char *const *) self->claim_map, error) && postern_oidc_client_read (&self->client, settings, error);
}

static void
postern_oidc_connector_finalize (GObject *object)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (object);

  postern_oidc_provider_free (self->provider);
  postern_oidc_client_clear (&self->client);
  g_free (self->scope);
  g_strfreev (self->claim_map);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
postern_oidc_connector_class_init (gpointer klass, gpointer data)
{
  parent_class = g_type_class_peek_parent (klass);
  G_OBJECT_CLASS (klass)->finalize = postern_oidc_connector_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_oidc_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_oidc_connector_handle_step;
}

/*
 * Written out, because every module that links this library brings its own copy, and a type's name can be taken only
 * once in a process: the first copy gets the plain name, the others one with a number.
 */
GType
postern_oidc_connector_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type)) {
    static const GTypeInfo info = {
      .class_size = sizeof (PosternOidcConnectorClass),
      .class_init = postern_oidc_connector_class_init,
      .instance_size = sizeof (PosternOidcConnector),
    };
    g_autofree char *name = g_strdup ("PosternOidcConnector");
    for (guint copy = 2; g_type_from_name (name) != G_TYPE_INVALID; copy++) {
      g_free (name);
      name = g_strdup_printf ("PosternOidcConnector-%u", copy);
    }
    g_once_init_leave (&type, g_type_register_static (POSTERN_TYPE_CONNECTOR, name, &info, 0));
  }
  return type;
}
