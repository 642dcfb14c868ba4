/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-connector.h"

#include "postern-oauth2-identity.h"
#include "postern-oauth2-path.h"
#include "postern-oauth2-profile.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define GET_CLASS(self) G_TYPE_INSTANCE_GET_CLASS (self, POSTERN_TYPE_OAUTH2_CONNECTOR, PosternOauth2ConnectorClass)

static gpointer parent_class;

char *
postern_oauth2_connector_dup_random (void)
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

const char *
postern_oauth2_connector_get_filled (PosternOauth2Connector *self, const char *name)
{
  const char *value = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), name);

  return value && *value ? value : NULL;
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

static void
add_challenge (PosternStep *step, GString *query)
{
  g_autofree char *verifier = postern_oauth2_connector_dup_random ();
  g_autofree char *challenge = challenge_of (verifier);

  postern_step_set_state (step, "verifier", verifier);
  postern_oauth2_client_append (query, "code_challenge", challenge);
  postern_oauth2_client_append (query, "code_challenge_method", "S256");
}

/*
 * The setting's own prompt would lead past a sign-in that is asked for anew: only consent goes beside it. When the sign-in must have
 * been at the earliest is kept for what comes back, since the way there leads through the person's browser, who may change it.
 */
static void
add_prompt (PosternOauth2Connector *self, PosternStep *step, GString *url)
{
  gint64 max_age = postern_step_get_max_age (step);
  gboolean asked = max_age >= 0 && self->reauthentication != POSTERN_OAUTH2_REAUTHENTICATION_NONE;
  gboolean says_when = self->reauthentication == POSTERN_OAUTH2_REAUTHENTICATION_MAX_AGE;
  g_autofree char *seconds = asked && says_when ? g_strdup_printf ("%" G_GINT64_FORMAT, max_age) : NULL;
  g_autofree char *earliest = asked ? g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC - max_age) : NULL;
  const char *prompt = self->prompt;

  if (asked && (max_age == 0 || !says_when))
    prompt = g_strcmp0 (self->prompt, "consent") == 0 ? "login consent" : "login";
  postern_oauth2_client_append (url, "prompt", prompt);
  postern_oauth2_client_append (url, "max_age", seconds);
  postern_step_set_state (step, "earliest", earliest);
}

static char *
postern_oauth2_connector_dup_url (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata)
{
  const char *endpoint = postern_json_get_string (metadata, "authorization_endpoint");
  GString *url = g_string_new (endpoint);

  g_string_append_c (url, strchr (endpoint, '?') ? '&' : '?');
  postern_oauth2_client_append (url, "response_type", "code");
  postern_oauth2_client_append (url, "client_id", self->client.id);
  postern_oauth2_client_append (url, "redirect_uri", postern_step_get_callback_url (step));
  postern_oauth2_client_append (url, "scope", *self->scope ? self->scope : NULL);
  postern_oauth2_client_append (url, "state", postern_step_get_callback_state (step));
  if (self->use_pkce)
    add_challenge (step, url);
  add_prompt (self, step, url);
  for (guint i = 0; self->parameters && self->parameters[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (self->parameters[i], "=", 2);
    postern_oauth2_client_append (url, pair[0], pair[1]);
  }
  if (GET_CLASS (self)->prepare)
    GET_CLASS (self)->prepare (self, step, url);
  if (GET_CLASS (self)->add_parameters)
    GET_CLASS (self)->add_parameters (self, url);
  return g_string_free (url, FALSE);
}

static gboolean
begin (PosternOauth2Connector *self, PosternStep *step, GError **error)
{
  g_autoptr (GVariant) metadata = GET_CLASS (self)->dup_metadata (self, postern_step_get_cancellable (step), error);
  g_autofree char *url = NULL;

  if (!metadata)
    return FALSE;
  postern_step_set_state (step, "asked", "1");
  url = GET_CLASS (self)->dup_url (self, step, metadata);
  postern_step_return_prompt (step, postern_prompt_new_redirect (url));
  return TRUE;
}

/* What a provider says instead of a code. Its words reach the log, cut to a length; the person reads ours. */
static gboolean
check_response_error (PosternOauth2Connector *self, PosternStep *step, GError **error)
{
  static const char *const no[] = { "access_denied", "user_cancelled_login", "user_cancelled_authorize", "user_denied", NULL };
  const char *word = postern_step_get_input (step, "error");
  const char *description = postern_step_get_input (step, "error_description");
  const char *name = postern_instance_get_display_name (POSTERN_INSTANCE (self));

  if (!word)
    return TRUE;
  if (g_strv_contains (no, word))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "You did not finish signing in at %s. Try again, or choose another way.", name);
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s answered %.100s: %.300s", name, word, description ? description : "no description");
  return FALSE;
}

/* Adds to @tokens what is sealed for applications that call the provider. */
static void
put_tokens (GVariantDict *tokens, GVariant *response, const char *const *kept)
{
  g_autofree char *seconds = postern_oauth2_path_dup_text (response, "expires_in"); /* some write it as a text */
  gint64 lifetime = seconds ? MIN (g_ascii_strtoll (seconds, NULL, 10), G_MAXINT32) : 0;

  for (; *kept; kept++) {
    const char *token = postern_json_get_string (response, *kept);
    if (token)
      g_variant_dict_insert (tokens, *kept, "s", token);
  }
  g_variant_dict_remove (tokens, "expires_at");
  if (lifetime > 0)
    g_variant_dict_insert (tokens, "expires_at", "x", g_get_real_time () / G_USEC_PER_SEC + lifetime);
}

static void
keep_tokens (PosternSubject *subject, GVariant *response)
{
  static const char *const kept[] = { "access_token", "refresh_token", "id_token", NULL };
  g_autofree char *sid = g_strdup (postern_subject_get_upstream_sid (subject));
  g_autoptr (GVariant) model = NULL;
  GVariantDict tokens;

  g_variant_dict_init (&tokens, NULL);
  put_tokens (&tokens, response, kept);
  model = g_variant_ref_sink (g_variant_dict_end (&tokens));
  postern_subject_set_upstream (subject, model, sid);
}

/* RFC 6749 section 6. A new ID token that comes with it was not verified, so that the old one stays. */
static GVariant *
postern_oauth2_connector_refresh_tokens (PosternConnector *connector, GVariant *tokens, GCancellable *cancellable, GError **error)
{
  static const char *const renewed[] = { "access_token", "refresh_token", NULL };
  PosternOauth2Connector *self = POSTERN_OAUTH2_CONNECTOR (connector);
  const char *refresh_token = postern_json_get_string (tokens, "refresh_token");
  g_autoptr (GString) form = g_string_new ("grant_type=refresh_token");
  g_autoptr (GVariant) metadata = NULL, response = NULL;
  GVariantDict fresh;

  if (!refresh_token) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "The provider gave no refresh token");
    return NULL;
  }
  metadata = GET_CLASS (self)->dup_metadata (self, cancellable, error);
  postern_oauth2_client_append (form, "refresh_token", refresh_token);
  if (!metadata || (GET_CLASS (self)->add_token_parameters && !GET_CLASS (self)->add_token_parameters (self, form, error)))
    return NULL;
  response = postern_oauth2_client_ask (&self->client, metadata, form, cancellable, error);
  if (!response)
    return NULL;
  g_variant_dict_init (&fresh, tokens);
  put_tokens (&fresh, response, renewed);
  return g_variant_ref_sink (g_variant_dict_end (&fresh));
}

static GVariant *
postern_oauth2_connector_redeem (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GError **error)
{
  g_autoptr (GString) form = g_string_new ("grant_type=authorization_code");
  g_autoptr (GError) local = NULL;
  GVariant *response;

  postern_oauth2_client_append (form, "code", postern_step_get_input (step, "code"));
  postern_oauth2_client_append (form, "redirect_uri", postern_step_get_callback_url (step));
  postern_oauth2_client_append (form, "code_verifier", postern_step_get_state (step, "verifier"));
  if (postern_settings_get_boolean (postern_instance_get_settings (POSTERN_INSTANCE (self)), "token-state"))
    postern_oauth2_client_append (form, "state", postern_step_get_input (step, "state"));
  if (GET_CLASS (self)->add_token_parameters && !GET_CLASS (self)->add_token_parameters (self, form, error))
    return NULL;
  response = postern_oauth2_client_ask (&self->client, metadata, form, postern_step_get_cancellable (step), &local);
  /* A code that is refused is the provider's word about itself: the person did not choose it. */
  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT))
    local->code = POSTERN_ERROR_PROVIDER;
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return response;
}

static gboolean
check_response (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GError **error)
{
  const char *code = postern_step_get_input (step, "code");
  gboolean asked = postern_step_get_state (step, "asked") && (!self->use_pkce || postern_step_get_state (step, "verifier"));

  if (GET_CLASS (self)->check_response && !GET_CLASS (self)->check_response (self, step, metadata, error))
    return FALSE;
  if (!check_response_error (self, step, error))
    return FALSE;
  if (code && *code && asked)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The provider sent the browser back without a code, or without our having asked");
  return FALSE;
}

static gboolean
finish (PosternOauth2Connector *self, PosternStep *step, GError **error)
{
  static const char *const used[] = { "asked", "earliest", "nonce", "verifier" };
  g_autoptr (GVariant) metadata = GET_CLASS (self)->dup_metadata (self, postern_step_get_cancellable (step), error);
  g_autoptr (GVariant) response = NULL;
  PosternSubject *subject;

  if (!metadata || !check_response (self, step, metadata, error))
    return FALSE;
  response = GET_CLASS (self)->redeem (self, step, metadata, error);
  subject = response ? GET_CLASS (self)->identify (self, step, metadata, response, error) : NULL;
  if (!subject)
    return FALSE;
  if (self->keep_tokens)
    keep_tokens (subject, response);
  for (guint i = 0; i < G_N_ELEMENTS (used); i++)
    postern_step_set_state (step, used[i], NULL);
  postern_step_return_subject (step, subject);
  return TRUE;
}

static gboolean
postern_oauth2_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternOauth2Connector *self = POSTERN_OAUTH2_CONNECTOR (authenticator);
  PosternStepPhase phase = postern_step_get_phase (step);
  g_autoptr (GError) error = NULL;

  if (phase == POSTERN_STEP_CONTINUE)
    return FALSE;
  if (!(phase == POSTERN_STEP_BEGIN ? begin (self, step, &error) : finish (self, step, &error)))
    postern_step_return_error (step, g_steal_pointer (&error));
  return TRUE;
}

static GVariant *
postern_oauth2_connector_dup_metadata (PosternOauth2Connector *self, GCancellable *cancellable, GError **error)
{
  return g_variant_ref (self->endpoints);
}

static gboolean
check_pairs (const char *setting, char **pairs, GError **error)
{
  for (; pairs && *pairs; pairs++) {
    const char *sign = strchr (*pairs, '=');
    if (sign && sign > *pairs && sign[1])
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: “%s” is not “name=value”", setting, *pairs);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_endpoint (const char *url, gboolean plain, const char *setting, GError **error)
{
  if (url && (g_str_has_prefix (url, "https://") || (plain && g_str_has_prefix (url, "http://"))) && !strpbrk (url, "#\r\n"))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s is missing or no https URL; write the one that the provider documents", setting);
  return FALSE;
}

/* Where tokens are shown beside the profile endpoint. */
static gboolean
check_further (PosternOauth2Connector *self, gboolean plain, GError **error)
{
  g_auto (GStrv) further = postern_settings_dup_strv (postern_instance_get_settings (POSTERN_INSTANCE (self)), "further-endpoints");
  const char *id_token = postern_oauth2_connector_get_filled (self, "id-token-endpoint");

  if (!check_pairs ("further-endpoints", further, error))
    return FALSE;
  for (guint i = 0; further && further[i]; i++)
    if (!check_endpoint (strchr (further[i], '=') + 1, plain, "further-endpoints", error))
      return FALSE;
  return !id_token || check_endpoint (id_token, plain, "id-token-endpoint", error);
}

/* Each endpoint must be as safe as the first: with one on https nobody is sent to plain http. */
static gboolean
read_endpoints (PosternOauth2Connector *self, GError **error)
{
  static const struct {
    const char *setting, *name;
  } all[] = {
    { "authorization-endpoint", "authorization_endpoint" },
    { "token-endpoint", "token_endpoint" },
    { "profile-endpoint", "userinfo_endpoint" },
  };
  const char *first = postern_oauth2_connector_get_filled (self, all[0].setting);
  gboolean plain = first && g_str_has_prefix (first, "http://");
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    const char *url = postern_oauth2_connector_get_filled (self, all[i].setting);
    if (!check_endpoint (url, plain, all[i].setting, error))
      return FALSE;
    g_variant_builder_add (&builder, "{sv}", all[i].name, g_variant_new_string (url));
  }
  self->endpoints = g_variant_ref_sink (g_variant_builder_end (&builder));
  return check_further (self, plain, error);
}

static char *
read_scope (PosternSettings *settings)
{
  g_auto (GStrv) scopes = postern_settings_dup_strv (settings, "scopes");
  const char *separator = postern_settings_get_string (settings, "scope-separator");

  return scopes ? g_strjoinv (g_strcmp0 (separator, "comma") == 0 ? "," : " ", scopes) : g_strdup ("");
}

/* How the profile is asked for, and where it says who it is about. */
static gboolean
check_profile (PosternOauth2Connector *self, GError **error)
{
  g_auto (GStrv) headers = postern_settings_dup_strv (postern_instance_get_settings (POSTERN_INSTANCE (self)), "profile-headers");
  const char *subject = postern_oauth2_connector_get_filled (self, "subject");

  if (!check_pairs ("profile-headers", headers, error))
    return FALSE;
  if (!subject || postern_oauth2_path_check (subject))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "subject: “%s” is no path; write one such as id or data.id", subject);
  return FALSE;
}

static PosternOauth2Reauthentication
read_reauthentication (PosternOauth2Connector *self)
{
  static const char *const words[] = { "none", "prompt", "max_age" };
  const char *word = postern_oauth2_connector_get_filled (self, "reauthentication");

  for (guint i = 0; word && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i]))
      return i;
  return self->reauthentication;
}

static gboolean
postern_oauth2_connector_configure (PosternInstance *instance, GError **error)
{
  PosternOauth2Connector *self = POSTERN_OAUTH2_CONNECTOR (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *pkce = postern_settings_get_string (settings, "pkce");

  self->scope = read_scope (settings);
  self->parameters = postern_settings_dup_strv (settings, "authorization-parameters");
  self->claim_map = postern_settings_dup_strv (settings, "claim-map");
  self->prompt = postern_oauth2_connector_get_filled (self, "prompt");
  self->reauthentication = read_reauthentication (self);
  self->use_pkce = g_strcmp0 (pkce, "none") != 0;
  self->keep_tokens = postern_settings_get_boolean (settings, "keep-tokens");
  /* A protocol that finds its endpoints by itself has no setting for them. */
  if (GET_CLASS (self)->dup_metadata == postern_oauth2_connector_dup_metadata && !read_endpoints (self, error))
    return FALSE;
  return check_pairs ("authorization-parameters", self->parameters, error) && check_profile (self, error) &&
         postern_oauth2_profile_check_map ((const char *const *) self->claim_map, error) && postern_oauth2_client_read (&self->client, settings, error);
}

static void
postern_oauth2_connector_finalize (GObject *object)
{
  PosternOauth2Connector *self = POSTERN_OAUTH2_CONNECTOR (object);

  postern_oauth2_client_clear (&self->client);
  g_clear_pointer (&self->endpoints, g_variant_unref);
  g_free (self->scope);
  g_strfreev (self->parameters);
  g_strfreev (self->claim_map);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
postern_oauth2_connector_class_init (gpointer klass, gpointer data)
{
  PosternOauth2ConnectorClass *class = klass;

  parent_class = g_type_class_peek_parent (klass);
  G_OBJECT_CLASS (klass)->finalize = postern_oauth2_connector_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_oauth2_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_oauth2_connector_handle_step;
  POSTERN_CONNECTOR_CLASS (klass)->refresh_tokens = postern_oauth2_connector_refresh_tokens;
  class->dup_metadata = postern_oauth2_connector_dup_metadata;
  class->dup_url = postern_oauth2_connector_dup_url;
  class->redeem = postern_oauth2_connector_redeem;
  class->identify = postern_oauth2_identity_find;
}

GType
postern_oauth2_connector_register (GType parent, const char *name, const GTypeInfo *info)
{
  g_autofree char *free_name = g_strdup (name);

  for (guint copy = 2; g_type_from_name (free_name) != G_TYPE_INVALID; copy++) {
    g_free (free_name);
    free_name = g_strdup_printf ("%s-%u", name, copy);
  }
  return g_type_register_static (parent, free_name, info, 0);
}

GType
postern_oauth2_connector_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type)) {
    static const GTypeInfo info = {
      .class_size = sizeof (PosternOauth2ConnectorClass),
      .class_init = postern_oauth2_connector_class_init,
      .instance_size = sizeof (PosternOauth2Connector),
    };
    g_once_init_leave (&type, postern_oauth2_connector_register (POSTERN_TYPE_CONNECTOR, "PosternOauth2Connector", &info));
  }
  return type;
}
