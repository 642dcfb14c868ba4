/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-hostile.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct {
  GMutex mutex;
  GCond cond;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  guint port;
} Server;

static GVariant *
object_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  GVariant *object = postern_json_parse_object (json, -1, 0, &error);

  g_assert_no_error (error);
  return object;
}

/* @good with the members of @changes in place; null takes one out. Returns: (transfer full) */
static GVariant *
with_changes (GVariant *good, const char *changes)
{
  g_autoptr (GVariant) object = object_of (changes ? changes : "{}");
  GVariantDict dict;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_dict_init (&dict, good);
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
      g_variant_dict_remove (&dict, name);
    else
      g_variant_dict_insert_value (&dict, name, value);
  }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
answer (SoupServerMessage *message, guint status, GVariant *object)
{
  g_autofree char *text = postern_json_print (object);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text, strlen (text));
}

static GVariant *
metadata (PosternOidcHostile *self)
{
  g_autofree char *json = g_strdup_printf ("{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize?kept=1\",\"token_endpoint\":\"%s/token\","
                                           "\"jwks_uri\":\"%s/jwks\",\"userinfo_endpoint\":\"%s/userinfo\","
                                           "\"id_token_signing_alg_values_supported\":[\"RS256\",\"ES256\",\"HS256\",\"none\"]}",
                                           self->issuer, self->issuer, self->issuer, self->issuer, self->issuer);
  g_autoptr (GVariant) good = object_of (json);

  return with_changes (good, self->metadata);
}

static char *
sign (PosternOidcHostile *self)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *json = g_strdup_printf ("{\"iss\":\"%s\",\"aud\":\"postern\",\"sub\":\"grace\",\"nonce\":\"%s\",\"iat\":%" G_GINT64_FORMAT
                                           ",\"exp\":%" G_GINT64_FORMAT ",\"name\":\"Grace\",\"sid\":\"s1\"}",
                                           self->issuer, self->nonce ? self->nonce : "", now, now + 300);
  g_autoptr (GVariant) good = object_of (json);
  g_autoptr (GVariant) claims = with_changes (good, self->claims);
  g_autoptr (GError) error = NULL;
  char *token = postern_jwt_sign (self->key, self->alg, "JWT", claims, &error);

  g_assert_no_error (error);
  return token;
}

static void
check_verifier (PosternOidcHostile *self, const char *form)
{
  g_autoptr (GHashTable) fields = soup_form_decode (form);
  const char *verifier = g_hash_table_lookup (fields, "code_verifier");
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *challenge = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) (verifier ? verifier : ""), -1);
  g_checksum_get_digest (checksum, digest, &length);
  challenge = postern_base64url_encode (digest, length);
  self->verifier_matches = g_strcmp0 (challenge, self->challenge) == 0;
}

static void
token (PosternOidcHostile *self, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autofree char *id_token = self->id_token ? g_strdup (self->id_token) : sign (self);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autoptr (GVariant) good = NULL, changed = NULL;

  g_free (self->last_form);
  g_free (self->last_authorization);
  self->last_form = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  self->last_authorization = g_strdup (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization"));
  check_verifier (self, self->last_form);
  good = g_variant_ref_sink (g_variant_new_parsed ("{'token_type': <'bearer'>, 'access_token': <'at'>, 'expires_in': <int64 60>, 'id_token': <%s>}", id_token));
  changed = with_changes (good, self->token);
  answer (message, 200, changed);
}

static void
misbehave (SoupServerMessage *message, const char *how)
{
  static char huge[10 * 1024 * 1024];

  soup_server_message_set_status (message, g_str_equal (how, "500") ? 500 : 200, NULL);
  if (g_str_equal (how, "redirect")) {
    soup_server_message_set_redirect (message, 302, "/elsewhere");
  } else if (g_str_equal (how, "refuse")) {
    answer (message, 400, g_variant_new_parsed ("{'error': <'invalid_grant'>}"));
  } else if (g_str_equal (how, "error-200")) {
    answer (message, 200, g_variant_new_parsed ("{'error': <{'message': <'no'>, 'code': <int64 190>}>}"));
  } else if (g_str_equal (how, "huge")) {
    memset (huge, ' ', sizeof huge);
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, huge, sizeof huge);
  } else {
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, "<html>", 6);
  }
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  PosternOidcHostile *self = data;
  g_autoptr (GVariant) object = NULL;

  self->n_metadata += g_str_has_prefix (path, "/.well-known");
  self->n_jwks += g_str_equal (path, "/jwks");
  self->n_userinfo += g_str_equal (path, "/userinfo");
  if (self->misbehave && g_str_equal (path, self->misbehave)) {
    misbehave (message, self->how);
  } else if (g_str_equal (path, "/.well-known/openid-configuration")) {
    object = metadata (self);
    answer (message, 200, object);
  } else if (g_str_equal (path, "/jwks")) {
    g_autoptr (GVariant) key = postern_jwk_to_variant (self->published, FALSE);
    answer (message, 200, g_variant_new_parsed ("{'keys': <[<%@a{sv}>]>}", key));
  } else if (g_str_equal (path, "/userinfo")) {
    g_autoptr (GVariant) good = object_of ("{\"sub\":\"grace\",\"email\":\"grace@corp.example\",\"email_verified\":true}");
    object = with_changes (good, self->userinfo);
    answer (message, 200, object);
  } else if (g_str_equal (path, "/token")) {
    token (self, message);
  } else {
    soup_server_message_set_status (message, 404, NULL);
  }
}

static gpointer
run (gpointer data)
{
  PosternOidcHostile *self = data;
  Server *server = self->server;
  g_autoptr (SoupServer) soup = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  g_main_context_push_thread_default (server->context);
  soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_handler (soup, NULL, on_request, self, NULL);
  soup_server_listen_local (soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (soup);
  g_mutex_lock (&server->mutex);
  server->port = (guint) g_uri_get_port (uris->data);
  g_cond_signal (&server->cond);
  g_mutex_unlock (&server->mutex);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (server->loop);
  soup_server_disconnect (soup);
  g_clear_object (&soup);
  while (g_main_context_iteration (server->context, FALSE))
    ;
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

static PosternOidcHostile *
hostile_new (void)
{
  PosternOidcHostile *self = g_new0 (PosternOidcHostile, 1);
  Server *server = g_new0 (Server, 1);
  const char *allow[] = { "127.0.0.1", NULL };
  g_autoptr (GError) error = NULL;

  postern_http_client_configure (postern_http_client_get_default (), allow, NULL, &error);
  g_assert_no_error (error);
  self->alg = POSTERN_JOSE_ALG_ES256;
  self->key = postern_jwk_generate (self->alg, 0, &error);
  g_assert_no_error (error);
  self->published = g_object_ref (self->key);
  self->server = server;
  server->context = g_main_context_new ();
  server->loop = g_main_loop_new (server->context, FALSE);
  server->thread = g_thread_new ("provider", run, self);
  g_mutex_lock (&server->mutex);
  while (!server->port)
    g_cond_wait (&server->cond, &server->mutex);
  g_mutex_unlock (&server->mutex);
  self->issuer = g_strdup_printf ("http://127.0.0.1:%u", server->port);
  return self;
}

void
postern_oidc_hostile_reset (PosternOidcHostile *self)
{
  self->metadata = self->claims = self->userinfo = self->token = self->misbehave = self->how = self->max_age = NULL;
  self->n_metadata = self->n_jwks = self->n_userinfo = 0;
  self->verifier_matches = FALSE;
  g_clear_pointer (&self->id_token, g_free);
  g_clear_pointer (&self->nonce, g_free);
  g_clear_pointer (&self->challenge, g_free);
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->last_form, g_free);
  g_clear_pointer (&self->last_authorization, g_free);
}

/* From inside the loop: one that is told to quit before it runs would run for ever. */
static gboolean
leave_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
hostile_free (PosternOidcHostile *self)
{
  Server *server = self->server;

  g_main_context_invoke (server->context, leave_loop, server->loop);
  g_thread_join (server->thread);
  g_main_loop_unref (server->loop);
  g_main_context_unref (server->context);
  g_free (server);
  postern_oidc_hostile_reset (self);
  g_object_unref (self->key);
  g_object_unref (self->published);
  g_free (self->issuer);
  g_free (self);
}

PosternAuthenticator *
postern_oidc_hostile_connector (PosternOidcHostile *self, GType type, const char *extra)
{
  g_autofree char *json = g_strdup_printf ("{\"issuer\":\"%s\",\"client-id\":\"postern\",\"client-secret\":\"s3cret/+\"}", self->issuer);
  g_autoptr (GVariant) good = object_of (json);
  g_autoptr (GVariant) all = with_changes (good, extra);
  GVariantBuilder values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (PosternSettings) settings = NULL;
  PosternAuthenticator *connector = g_object_new (type, NULL);
  g_autoptr (GError) error = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, all);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_builder_add (&values, "{ss}", name, g_variant_get_string (value, NULL));
  settings = postern_settings_new (g_variant_builder_end (&values), NULL);
  postern_instance_set_identity (POSTERN_INSTANCE (connector), "corp", "oidc", "Corp", NULL, settings);
  postern_instance_configure (POSTERN_INSTANCE (connector), &error);
  g_assert_no_error (error);
  return connector;
}

char *
postern_oidc_hostile_parameter (PosternOidcHostile *self, const char *name)
{
  g_autoptr (GUri) uri = g_uri_parse (self->url, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GHashTable) query = soup_form_decode (g_uri_get_query (uri));

  return g_strdup (g_hash_table_lookup (query, name));
}

void
postern_oidc_hostile_refuse_settings (GType type, const char *const *bad)
{
  for (; *bad; bad++) {
    g_autoptr (PosternInstance) instance = g_object_new (type, NULL);
    g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE ("a{ss}"), *bad, NULL, NULL, NULL));
    g_autoptr (PosternSettings) settings = postern_settings_new (values, NULL);
    g_autoptr (GError) error = NULL;

    postern_instance_set_identity (instance, "x", "x", "X", NULL, settings);
    g_assert_false (postern_instance_configure (instance, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_test_message ("%s", error->message);
  }
}

PosternStep *
postern_oidc_hostile_begin (PosternOidcHostile *self, PosternAuthenticator *connector)
{
  PosternStep *step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/corp");
  PosternPrompt *prompt;

  postern_step_set_callback_state (step, "flw_1.state");
  postern_step_set_hints (step, "grace@corp.example", NULL);
  if (self->max_age)
    postern_step_set_max_age (step, g_ascii_strtoll (self->max_age, NULL, 10));
  postern_authenticator_ask (connector, step);
  prompt = postern_step_get_prompt (step);
  if (!prompt)
    return step;
  g_free (self->url);
  g_free (self->nonce);
  g_free (self->challenge);
  self->url = g_strdup (postern_prompt_get_url (prompt));
  self->nonce = postern_oidc_hostile_parameter (self, "nonce");
  self->challenge = postern_oidc_hostile_parameter (self, "code_challenge");
  return step;
}

PosternStep *
postern_oidc_hostile_callback (PosternStep *begun, PosternAuthenticator *connector, const char *input)
{
  PosternStep *step = postern_step_new (POSTERN_STEP_CALLBACK, "flw_1", "https://id.example/callback/corp");
  g_autoptr (GVariant) state = postern_step_dup_state (begun);
  g_autoptr (GVariant) object = object_of (input);
  GVariantBuilder fields = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_builder_add (&fields, "{ss}", name, g_variant_get_string (value, NULL));
  postern_step_load_state (step, state);
  postern_step_set_input (step, g_variant_builder_end (&fields));
  postern_authenticator_ask (connector, step);
  return step;
}

PosternStep *
postern_oidc_hostile_sign_in (PosternOidcHostile *self, PosternAuthenticator *connector)
{
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (self, connector);

  if (postern_step_get_error (begun))
    return g_steal_pointer (&begun);
  return postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\",\"state\":\"flw_1.state\"}");
}

void
postern_oidc_hostile_refused (PosternStep *step, const char *why)
{
  const GError *error = postern_step_get_error (step);

  g_assert_null (postern_step_get_subject (step));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, why));
}

static PosternOidcHostile *tested; /* by the program that runs */

static void
run_test (gconstpointer test)
{
  postern_oidc_hostile_reset (tested);
  ((const PosternOidcHostileTest *) test)->run ();
}

int
postern_oidc_hostile_main (int argc, char **argv, PosternOidcHostile **provider, const PosternOidcHostileTest *tests)
{
  int failures;

  g_test_init (&argc, &argv, NULL);
  *provider = tested = hostile_new ();
  for (; tests->name; tests++)
    g_test_add_data_func (tests->name, tests, run_test);
  failures = g_test_run ();
  hostile_free (tested);
  return failures;
}
