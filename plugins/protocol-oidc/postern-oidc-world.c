/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-database-sqlite.h"
#include "postern-event-fixture.h"
#include "postern-sign-in.h"

#include <glib/gstdio.h>
#include <string.h>

#define REDIRECT "https://app.example/callback"

static GVariant *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  GVariant *model = postern_json_parse_object (text, -1, 0, &error);

  g_assert_no_error (error);
  return model;
}

void
postern_oidc_world_write (PosternOidcWorld *self, PosternTxnFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (self->store, POSTERN_KEEP_LASTING, func, data, &error);
  g_assert_no_error (error);
}

static gboolean
insert_application (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_application_store_insert (txn, data, error);
}

char *
postern_oidc_world_add_application (PosternOidcWorld *self, const char *kind, const char *metadata, char **secret)
{
  static guint n_services;
  g_autoptr (PosternApplication) application = postern_application_new ();
  g_autoptr (GError) error = NULL;

  application->id = g_str_equal (kind, "service") ? g_strdup_printf ("Job-%u.example~x_y", ++n_services) : postern_id_new ("app"); /* as an operator chose it, and as the server makes them */
  application->name = g_strdup ("Example");
  application->kind = g_strdup (kind);
  application->enabled = application->first_party = TRUE;
  application->metadata = parse (metadata);
  application->secrets = g_variant_ref_sink (g_variant_new ("av", NULL));
  if (secret)
    *secret = postern_application_add_secret (application, 1, 0, &error);
  g_assert_no_error (error);
  postern_application_validate (application, &error);
  g_assert_no_error (error);
  postern_oidc_world_write (self, insert_application, application);
  return g_strdup (application->id);
}

static gboolean
insert_alice (PosternTxn *txn, gpointer data, GError **error)
{
  PosternOidcWorld *self = data;
  const char *const amr[] = { "pwd", NULL };
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (self->tenant);
  g_autoptr (PosternUser) user = postern_user_new ();
  g_autoptr (PosternSession) session = NULL;

  user->id = postern_id_new ("usr");
  user->username = g_strdup ("alice");
  user->email = g_strdup ("alice@example.com");
  user->email_verified = TRUE;
  user->phone = g_strdup ("+4930123456");
  user->profile = parse ("{'name':'Alice Example','given_name':'Alice','family_name':'Example','middle_name':'M','nickname':'Al',"
                         "'profile':'https://a.example/','picture':'https://a.example/p.png','website':'https://a.example/w','gender':'female',"
                         "'birthdate':'1990-01-02','zoneinfo':'Europe/Berlin','locale':'de-DE','address':{'country':'DE','locality':'Berlin'}}");
  user->created_at = user->updated_at = 1700000000;
  session = postern_sign_in_new_session (policy, user->id, amr, g_get_real_time () / G_USEC_PER_SEC - 5, &self->cookie);
  self->user_id = g_strdup (user->id);
  self->session_id = g_strdup (session->id);
  return postern_user_store_insert (txn, user, error) && postern_session_store_insert (txn, session, error);
}

#define PERSONAL "'require_pkce':false,'redirect_uris':['" REDIRECT "','https://app.example/other?x=1'],'post_logout_redirect_uris':['https://app.example/bye','https://app.example/bye?a=b'],"

static void
add_applications (PosternOidcWorld *self)
{
  g_autofree char *signer = NULL;
  g_autoptr (GVariant) jwk = NULL;
  g_autofree char *key_text = NULL;
  g_autoptr (GError) error = NULL;

  self->web = postern_oidc_world_add_application (self, "web", "{" PERSONAL "'grant_types':['authorization_code','refresh_token'],'id_token_signed_response_alg':'ES256',"
    "'resources':['https://api.example','https://two.example'],'scope':'openid profile email phone address organization offline_access read write'}", &self->web_secret);
  self->other = postern_oidc_world_add_application (self, "web", "{" PERSONAL "'grant_types':['authorization_code','refresh_token']}", &self->other_secret);
  self->spa = postern_oidc_world_add_application (self, "spa", "{" PERSONAL "'grant_types':['authorization_code','refresh_token'],'id_token_signed_response_alg':'ES256'}", NULL);
  self->service = postern_oidc_world_add_application (self, "service", "{'resources':['https://api.example'],'scope':'read write'}", &self->service_secret);
  self->signer_key = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, &error);
  g_assert_no_error (error);
  jwk = postern_jwk_to_variant (self->signer_key, FALSE);
  key_text = postern_json_print (jwk);
  signer = g_strdup_printf ("{" PERSONAL "'grant_types':['authorization_code','client_credentials'],'token_endpoint_auth_method':'private_key_jwt','scope':'openid read','jwks':{'keys':[%s]}}", key_text);
  self->signer = postern_oidc_world_add_application (self, "web", signer, NULL);
}

static void
start_plugin (PosternOidcWorld *self, const char *grace)
{
  g_autofree char *modules = g_test_build_filename (G_TEST_BUILT, "plugins", NULL);
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'registration-token': 'initial-token-of-the-tests', 'refresh-grace': %s}", grace));
  g_autoptr (GError) error = NULL;

  self->hub = postern_hub_new ();
  self->registry = postern_registry_new ((const char *const[]){ modules, NULL });
  postern_registry_scan (self->registry);
  for (guint i = 0; i < postern_registry_get_problems (self->registry)->len; i++)
    g_test_message ("%s", (const char *) g_ptr_array_index (postern_registry_get_problems (self->registry), i));
  self->oidc = POSTERN_PROTOCOL (postern_registry_add_instance (self->registry, "protocol-oidc", "oidc", settings, &error));
  g_assert_no_error (error);
  self->runtime = postern_runtime_new (NULL, self->registry, self->hub);
  postern_runtime_set_tenant (self->runtime, self->tenant);
  self->engine = postern_flow_engine_new (self->runtime);
  postern_protocol_start (self->oidc, self->runtime, self->engine, &error);
  g_assert_no_error (error);
}

PosternOidcWorld *
postern_oidc_world_new (void)
{
  return postern_oidc_world_new_with_grace ("0");
}

PosternOidcWorld *
postern_oidc_world_new_with_grace (const char *grace)
{
  PosternOidcWorld *self = g_new0 (PosternOidcWorld, 1);
  g_autoptr (PosternDatabase) database = g_object_new (POSTERN_TYPE_DATABASE_SQLITE, NULL);
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GError) error = NULL;

  self->location = g_dir_make_tmp ("postern-oidc-XXXXXX", &error);
  g_assert_no_error (error);
  self->store = postern_store_open (database, key, self->location, "default", &error);
  g_assert_no_error (error);
  self->tenant = postern_tenant_new ("default", POSTERN_OIDC_WORLD_ISSUER, self->store, &error);
  g_assert_no_error (error);
  start_plugin (self, grace);
  postern_oidc_world_write (self, insert_alice, self);
  add_applications (self);
  return self;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder))) {
    g_autofree char *inner = g_build_filename (path, name, NULL);
    remove_tree (inner);
  }
  g_remove (path);
}

void
postern_oidc_world_free (PosternOidcWorld *self)
{
  char *strings[] = { self->user_id, self->session_id, self->cookie, self->web, self->web_secret, self->other, self->other_secret,
                      self->spa, self->service, self->service_secret, self->signer };

  g_object_unref (self->engine);
  g_object_unref (self->runtime);
  g_object_unref (self->registry);
  g_object_unref (self->hub);
  g_object_unref (self->signer_key);
  g_object_unref (self->tenant);
  event_fixture_tell (self->store);
  postern_store_close (self->store);
  g_object_unref (self->store);
  remove_tree (self->location);
  g_free (self->location);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  g_free (self);
}

static const PosternRoute *
find_route (PosternOidcWorld *self, const char *method, const char *path)
{
  for (const PosternRoute *route = postern_protocol_get_routes (self->oidc); route->method; route++)
    if (g_str_equal (route->method, method) && g_str_equal (route->pattern, path))
      return route;
  g_error ("No route for %s %s", method, path);
}

static PosternRequest *
make_request (PosternOidcWorld *self, const char *method, const char *path, const char *query, const char *body, const char *authorization)
{
  PosternRequest *request = postern_request_new (method, path, query);

  postern_request_set_id (request, "req");
  postern_request_set_public_url (request, POSTERN_OIDC_WORLD_ISSUER);
  postern_request_set_remote_address (request, "192.0.2.1");
  if (authorization)
    postern_request_add_header (request, "Authorization", authorization);
  if (body) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
    postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
    postern_request_set_body (request, bytes);
  }
  return request;
}

PosternResponse *
postern_oidc_world_call (PosternOidcWorld *self, const char *method, const char *target, const char *body, const char *authorization, gboolean with_cookie)
{
  g_auto (GStrv) parts = g_strsplit (target, "?", 2);
  g_autoptr (PosternRequest) request = make_request (self, method, parts[0], parts[1], body, authorization);
  g_autofree char *cookie = g_strconcat ("session=", self->cookie, NULL);

  if (with_cookie)
    postern_request_add_header (request, "Cookie", cookie);
  return find_route (self, method, parts[0])->handler (request, self->oidc);
}

PosternResponse *
postern_oidc_world_call_inline (PosternOidcWorld *self, const char *method, const char *target, const char *body, const char *authorization)
{
  g_autoptr (PosternRequest) request = make_request (self, method, target, NULL, body, authorization);

  return find_route (self, method, target)->inline_handler (request, self->oidc);
}

char *
postern_oidc_world_basic (const char *id, const char *secret)
{
  g_autofree char *pair = g_strconcat (id, ":", secret, NULL);
  g_autofree char *text = g_base64_encode ((const guchar *) pair, strlen (pair));

  return g_strconcat ("Basic ", text, NULL);
}

static const char *
find_pair (const char *const *pairs, const char *name)
{
  for (guint i = 0; pairs && pairs[i]; i += 2)
    if (g_str_equal (pairs[i], name))
      return pairs[i + 1];
  return NULL;
}

static void
add_pair (GString *query, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (query, "%s%s=%s", query->len ? "&" : "", name, escaped);
}

PosternResponse *
postern_oidc_world_authorize (PosternOidcWorld *self, const char *client_id, const char *const *pairs)
{
  g_autofree char *challenge = postern_secret_hash (POSTERN_OIDC_WORLD_VERIFIER);
  const char *usual[] = { "client_id", client_id, "response_type", "code", "redirect_uri", REDIRECT, "scope", "openid", "state", "a state",
                          "nonce", "n-1", "code_challenge", challenge, "code_challenge_method", "S256", NULL };
  g_autoptr (GString) query = g_string_new (NULL);
  g_autofree char *target = NULL;

  for (guint i = 0; usual[i]; i += 2)
    if (!find_pair (pairs, usual[i]))
      add_pair (query, usual[i], usual[i + 1]);
  for (guint i = 0; pairs && pairs[i]; i += 2)
    if (!g_str_equal (pairs[i + 1], "-"))
      add_pair (query, pairs[i], pairs[i + 1]);
  target = g_strconcat ("/oidc/authorize?", query->str, NULL);
  return postern_oidc_world_call (self, "GET", target, NULL, NULL, TRUE);
}

char *
postern_oidc_world_dup_parameter (const char *url, const char *name)
{
  const char *query = url ? strchr (url, '?') : NULL;
  g_autoptr (GHashTable) parameters = query ? g_uri_parse_params (query + 1, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;

  return parameters ? g_strdup (g_hash_table_lookup (parameters, name)) : NULL;
}

char *
postern_oidc_world_get_code (PosternOidcWorld *self, const char *client_id, const char *const *pairs)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (self, client_id, pairs);
  const char *location = postern_response_get_header (response, "Location");
  char *code = postern_oidc_world_dup_parameter (location, "code");

  if (!code)
    g_error ("No code: status %u, Location %s", postern_response_get_status (response), location ? location : "none");
  return code;
}

GVariant *
postern_oidc_world_json (PosternResponse *response)
{
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  const char *text = postern_response_get_body (response) ? g_bytes_get_data (postern_response_get_body (response), &length) : "";
  GVariant *model = postern_json_parse_object (text, (gssize) length, 0, &error);

  g_assert_no_error (error);
  return model;
}

GVariant *
postern_oidc_world_token (PosternOidcWorld *self, const char *body, const char *authorization, guint *status)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (self, "POST", "/oidc/token", body, authorization, FALSE);

  g_assert_cmpstr (postern_response_get_header (response, "Cache-Control"), ==, "no-store");
  if (status)
    *status = postern_response_get_status (response);
  return postern_oidc_world_json (response);
}

GVariant *
postern_oidc_world_redeem (PosternOidcWorld *self, const char *code, const char *verifier, guint *status)
{
  g_autofree char *basic = postern_oidc_world_basic (self->web, self->web_secret);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=%s",
                                           code, verifier ? verifier : POSTERN_OIDC_WORLD_VERIFIER);

  return postern_oidc_world_token (self, body, basic, status);
}

GVariant *
postern_oidc_world_verify (PosternOidcWorld *self, const char *token, const char *typ)
{
  static const PosternJoseAlg algs[] = { POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_EDDSA };
  PosternJwtRules rules = { .typ = typ, .issuer = POSTERN_OIDC_WORLD_ISSUER, .require_exp = TRUE };
  g_autoptr (PosternResponse) response = postern_oidc_world_call (self, "GET", "/oidc/jwks", NULL, NULL, FALSE);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwkSet) keys = postern_jwk_set_new_from_variant (model, &error);
  GVariant *claims = postern_jwt_verify (token, -1, keys, algs, G_N_ELEMENTS (algs), &rules, &error);

  g_assert_no_error (error);
  return claims;
}

void
postern_oidc_world_assert_error (PosternResponse *response, guint status, const char *error)
{
  g_autoptr (GVariant) model = postern_oidc_world_json (response);

  g_assert_cmpstr (postern_json_get_string (model, "error"), ==, error);
  g_assert_cmpuint (postern_response_get_status (response), ==, status);
  g_assert_cmpstr (postern_response_get_header (response, "Cache-Control"), ==, "no-store");
}

void
postern_oidc_world_assert_redirect_error (PosternResponse *response, const char *error)
{
  const char *location = postern_response_get_header (response, "Location");
  g_autofree char *found = postern_oidc_world_dup_parameter (location, "error");
  g_autofree char *state = postern_oidc_world_dup_parameter (location, "state");
  g_autofree char *issuer = postern_oidc_world_dup_parameter (location, "iss");

  g_assert_cmpuint (postern_response_get_status (response), ==, 303);
  g_assert_true (g_str_has_prefix (location, REDIRECT "?"));
  g_assert_cmpstr (found, ==, error);
  g_assert_cmpstr (state, ==, "a state");
  g_assert_cmpstr (issuer, ==, POSTERN_OIDC_WORLD_ISSUER);
  g_assert_null (strstr (location, "code="));
}

void
postern_oidc_world_assert_page (PosternResponse *response)
{
  g_assert_null (postern_response_get_header (response, "Location"));
  g_assert_cmpuint (postern_response_get_status (response), >=, 400);
  g_assert_cmpstr (postern_response_get_template (response), ==, "error");
}

void
postern_oidc_world_refused (PosternOidcWorld *self, const char *body, const char *authorization, guint status, const char *error)
{
  guint answered;
  g_autoptr (GVariant) answer = postern_oidc_world_token (self, body, authorization, &answered);

  g_assert_cmpstr (postern_json_get_string (answer, "error"), ==, error);
  g_assert_cmpuint (answered, ==, status);
  g_assert_null (postern_json_get_string (answer, "access_token"));
}

typedef struct {
  PosternOidcWorld *world;
  const char *body, *authorization;
  gint good;
} Race;

static gpointer
run_race (gpointer data)
{
  Race *self = data;
  g_autoptr (PosternResponse) response = postern_oidc_world_call (self->world, "POST", "/oidc/token", self->body, self->authorization, FALSE);

  if (postern_response_get_status (response) == 200)
    g_atomic_int_inc (&self->good);
  return NULL;
}

guint
postern_oidc_world_race (PosternOidcWorld *self, const char *body, const char *authorization)
{
  Race race = { self, body, authorization, 0 };
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("race", run_race, &race);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  return (guint) race.good;
}

GVariant *
postern_oidc_world_sign_in (PosternOidcWorld *self, const char *const *pairs)
{
  g_autofree char *code = postern_oidc_world_get_code (self, self->web, pairs);
  guint status;
  GVariant *tokens = postern_oidc_world_redeem (self, code, NULL, &status);

  g_assert_cmpuint (status, ==, 200);
  return tokens;
}

const char *
postern_oidc_world_get (GVariant *answer, const char *name)
{
  const char *value = postern_json_get_string (answer, name);

  g_assert_nonnull (value);
  return value;
}

GVariant *
postern_oidc_world_introspect (PosternOidcWorld *self, const char *token, const char *id, const char *secret)
{
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strconcat ("token=", token, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (self, "POST", "/oidc/introspect", body, auth, FALSE);

  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  return postern_oidc_world_json (response);
}

gboolean
postern_oidc_world_is_active (PosternOidcWorld *self, const char *token, const char *id, const char *secret)
{
  g_autoptr (GVariant) answer = postern_oidc_world_introspect (self, token, id, secret);

  g_assert_true (postern_json_get_boolean (answer, "active", FALSE) || g_variant_n_children (answer) == 1);
  return postern_json_get_boolean (answer, "active", FALSE);
}
