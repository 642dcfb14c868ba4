/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-http-client.h"

#include <string.h>

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static GVariant *
sign_in (const char *const *pairs)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, pairs);

  return postern_oidc_world_redeem (world, code, NULL, NULL);
}

static const char *
get (GVariant *tokens, const char *name)
{
  const char *value = postern_json_get_string (tokens, name);

  g_assert_nonnull (value);
  return value;
}

/* --- discovery ------------------------------------------------------------------------------------------------------- */

static void
test_discovery (void)
{
  static const char *const required[] = { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint" };
  g_autoptr (PosternResponse) response = postern_oidc_world_call_inline (world, "GET", "/.well-known/openid-configuration", NULL, NULL);
  g_autoptr (PosternResponse) other = postern_oidc_world_call_inline (world, "GET", "/.well-known/oauth-authorization-server", NULL, NULL);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_auto (GStrv) methods = postern_json_dup_strv (model, "code_challenge_methods_supported", FALSE);

  g_assert_cmpstr (get (model, "issuer"), ==, POSTERN_OIDC_WORLD_ISSUER);
  for (guint i = 0; i < G_N_ELEMENTS (required); i++)
    g_assert_true (g_str_has_prefix (get (model, required[i]), POSTERN_OIDC_WORLD_ISSUER "/oidc/"));
  g_assert_cmpuint (g_strv_length (methods), ==, 1);
  g_assert_true (g_bytes_equal (postern_response_get_body (response), postern_response_get_body (other)));
  g_assert_false (postern_json_get_boolean (model, "request_uri_parameter_supported", TRUE));
}

static void
test_keys (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/oidc/jwks", NULL, NULL, FALSE);
  g_autoptr (PosternResponse) again = postern_oidc_world_call (world, "GET", "/oidc/jwks", NULL, NULL, FALSE);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autoptr (GVariant) keys = postern_json_get (model, "keys");
  g_autofree char *text = postern_json_print (model);

  g_assert_cmpuint (g_variant_n_children (keys), >=, 4); /* ES256 and RS256, current and next */
  g_assert_null (strstr (text, "\"d\""));
  g_assert_true (postern_response_get_body (response) == postern_response_get_body (again)); /* printed once */
}

static void
test_rotation (void)
{
  g_autoptr (GVariant) tokens = sign_in (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) after = NULL;

  postern_key_ring_rotate (postern_tenant_get_key_ring (world->tenant), POSTERN_JOSE_ALG_ES256, &error);
  g_assert_no_error (error);
  g_variant_unref (postern_oidc_world_verify (world, get (tokens, "access_token"), "at+jwt")); /* the old key is still shown */
  after = sign_in (NULL);
  g_variant_unref (postern_oidc_world_verify (world, get (after, "access_token"), "at+jwt"));
}

/* --- userinfo -------------------------------------------------------------------------------------------------------------- */

static PosternResponse *
userinfo (const char *token)
{
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

  return postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);
}

static void
test_userinfo (void)
{
  static const char *const strings[] = { "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "email", "phone_number" };
  g_autoptr (GVariant) tokens = sign_in (PAIRS ("scope", "openid profile email phone address"));
  g_autoptr (PosternResponse) response = userinfo (get (tokens, "access_token"));
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autoptr (GVariant) address = postern_json_get (model, "address");
  g_autofree char *form = g_strconcat ("access_token=", get (tokens, "access_token"), NULL);
  g_autoptr (PosternResponse) posted = postern_oidc_world_call (world, "POST", "/oidc/userinfo", form, NULL, FALSE);

  g_assert_cmpstr (get (model, "sub"), ==, world->user_id);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    get (model, strings[i]);
  g_assert_true (postern_json_get_boolean (model, "email_verified", FALSE));
  g_assert_false (postern_json_get_boolean (model, "phone_number_verified", TRUE));
  g_assert_cmpint (postern_json_get_int64 (model, "updated_at", 0), ==, 1700000000);
  g_assert_cmpstr (postern_json_get_string (address, "country"), ==, "DE");
  g_assert_true (g_bytes_equal (postern_response_get_body (response), postern_response_get_body (posted)));
}

static void
test_userinfo_claims (void)
{
  g_autoptr (GVariant) tokens = sign_in (PAIRS ("claims", "{\"userinfo\":{\"name\":{\"essential\":true},\"unknown\":null},\"id_token\":{\"email\":null}}"));
  g_autoptr (PosternResponse) response = userinfo (get (tokens, "access_token"));
  g_autoptr (GVariant) model = postern_oidc_world_json (response);

  g_assert_cmpstr (get (model, "name"), ==, "Alice Example");
  g_assert_null (postern_json_get_string (model, "email"));
  g_assert_null (postern_json_get_string (model, "nickname"));
}

/* The claims parameter is no way round the scopes that an application may have. */
static void
test_userinfo_claims_not_allowed (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", "{'redirect_uris':['https://app.example/callback'],'id_token_signed_response_alg':'ES256','scope':'openid'}", NULL);
  g_autofree char *code = postern_oidc_world_get_code (world, id, PAIRS ("claims", "{\"userinfo\":{\"email\":null},\"id_token\":{\"email\":{\"essential\":true}}}"));
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&client_id=%s&code=%s&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, id, code);
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, body, NULL, NULL);
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, get (tokens, "id_token"), NULL);
  g_autoptr (PosternResponse) response = userinfo (get (tokens, "access_token"));
  g_autoptr (GVariant) model = postern_oidc_world_json (response);

  g_assert_null (postern_json_get_string (id_token, "email"));
  g_assert_null (postern_json_get_string (model, "email"));
}

static void
expect_userinfo_error (const char *token, guint status, const char *error)
{
  g_autoptr (PosternResponse) response = userinfo (token);

  g_assert_nonnull (strstr (postern_response_get_header (response, "WWW-Authenticate"), error));
  postern_oidc_world_assert_error (response, status, error);
}

static void
test_userinfo_refused (void)
{
  g_autoptr (GVariant) tokens = sign_in (PAIRS ("resource", "https://api.example", "scope", "read"));
  g_autoptr (GVariant) openid = sign_in (NULL);
  g_autofree char *service = postern_oidc_world_basic (world->service, world->service_secret);
  g_autoptr (GVariant) machine = postern_oidc_world_token (world, "grant_type=client_credentials", service, NULL);
  g_autofree char *form = g_strconcat ("access_token=", get (openid, "access_token"), NULL);
  g_autofree char *query = g_strconcat ("/oidc/userinfo?access_token=", get (openid, "access_token"), NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", get (openid, "access_token"), NULL);
  g_autoptr (PosternResponse) none = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, NULL, TRUE);
  g_autoptr (PosternResponse) in_query = postern_oidc_world_call (world, "GET", query, NULL, NULL, FALSE);
  g_autoptr (PosternResponse) twice = postern_oidc_world_call (world, "POST", "/oidc/userinfo", form, bearer, FALSE);

  expect_userinfo_error (get (tokens, "access_token"), 401, "invalid_token"); /* for another resource */
  expect_userinfo_error (get (machine, "access_token"), 401, "invalid_token");
  expect_userinfo_error (get (openid, "id_token"), 401, "invalid_token");
  expect_userinfo_error ("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", 401, "invalid_token");
  expect_userinfo_error ("\"", 400, "invalid_request");
  g_assert_cmpuint (postern_response_get_status (none), ==, 401);
  g_assert_null (postern_response_get_body (none));
  postern_oidc_world_assert_error (in_query, 400, "invalid_request");
  postern_oidc_world_assert_error (twice, 400, "invalid_request");
}

static void
test_userinfo_signed (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", "{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code'],'userinfo_signed_response_alg':'ES384','id_token_signed_response_alg':'EdDSA'}", NULL);
  g_autofree char *code = postern_oidc_world_get_code (world, id, PAIRS ("scope", "openid email"));
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&client_id=%s&code=%s&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, id, code);
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, body, NULL, NULL);
  g_autoptr (PosternResponse) response = userinfo (get (tokens, "access_token"));
  gsize length;
  const char *text = g_bytes_get_data (postern_response_get_body (response), &length);
  g_autofree char *token = g_strndup (text, length);
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, get (tokens, "id_token"), NULL);
  g_autoptr (GVariant) header = postern_jws_peek_header (token, -1, NULL);

  g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/jwt");
  g_assert_cmpstr (get (header, "alg"), ==, "ES384");
  g_assert_cmpstr (get (id_token, "sub"), ==, world->user_id);
  g_assert_null (postern_json_get_string (tokens, "refresh_token")); /* not registered for it */
}

/* --- introspection and revocation --------------------------------------------------------------------------------------------- */

static GVariant *
introspect (const char *token, const char *id, const char *secret)
{
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strconcat ("token=", token, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/introspect", body, auth, FALSE);

  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  return postern_oidc_world_json (response);
}

static gboolean
is_active (const char *token, const char *id, const char *secret)
{
  g_autoptr (GVariant) answer = introspect (token, id, secret);

  g_assert_true (postern_json_get_boolean (answer, "active", FALSE) || g_variant_n_children (answer) == 1);
  return postern_json_get_boolean (answer, "active", FALSE);
}

static void
test_introspect (void)
{
  g_autoptr (GVariant) tokens = sign_in (PAIRS ("resource", "https://api.example", "scope", "openid read"));
  g_autoptr (GVariant) answer = introspect (get (tokens, "access_token"), world->web, world->web_secret);
  g_autoptr (PosternResponse) open = postern_oidc_world_call (world, "POST", "/oidc/introspect", "token=x", NULL, FALSE);
  g_autofree char *spa = g_strconcat ("token=x&client_id=", world->spa, NULL);
  g_autoptr (PosternResponse) by_public = postern_oidc_world_call (world, "POST", "/oidc/introspect", spa, NULL, FALSE);

  g_assert_true (postern_json_get_boolean (answer, "active", FALSE));
  g_assert_cmpstr (get (answer, "sub"), ==, world->user_id);
  g_assert_cmpstr (get (answer, "client_id"), ==, world->web);
  g_assert_cmpstr (get (answer, "scope"), ==, "openid read");
  g_assert_true (is_active (get (tokens, "access_token"), world->service, world->service_secret)); /* it is api.example */
  g_assert_false (is_active (get (tokens, "access_token"), world->other, world->other_secret));
  g_assert_true (is_active (get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_false (is_active (get (tokens, "refresh_token"), world->other, world->other_secret));
  g_assert_false (is_active (get (tokens, "id_token"), world->web, world->web_secret));
  g_assert_false (is_active ("a.b.c", world->web, world->web_secret));
  g_assert_false (is_active ("nonsense", world->web, world->web_secret));
  postern_oidc_world_assert_error (open, 401, "invalid_client");
  postern_oidc_world_assert_error (by_public, 401, "invalid_client");
}

static guint
revoke_token (const char *token, const char *id, const char *secret)
{
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strconcat ("token_type_hint=nonsense&token=", token, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/revoke", body, auth, FALSE);

  return postern_response_get_status (response);
}

static void
test_revoke (void)
{
  g_autoptr (GVariant) tokens = sign_in (NULL);

  g_assert_cmpuint (revoke_token (get (tokens, "access_token"), world->other, world->other_secret), ==, 400);
  g_assert_cmpuint (revoke_token (get (tokens, "refresh_token"), world->other, world->other_secret), ==, 200);
  g_assert_true (is_active (get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_cmpuint (revoke_token (get (tokens, "access_token"), world->web, world->web_secret), ==, 200);
  g_assert_cmpuint (revoke_token (get (tokens, "access_token"), world->web, world->web_secret), ==, 200);
  g_assert_false (is_active (get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_true (is_active (get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_cmpuint (revoke_token ("unknown", world->web, world->web_secret), ==, 200);
}

static void
test_revoke_family (void)
{
  g_autoptr (GVariant) tokens = sign_in (NULL);

  g_assert_cmpuint (revoke_token (get (tokens, "refresh_token"), world->web, world->web_secret), ==, 200);
  g_assert_false (is_active (get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_false (is_active (get (tokens, "refresh_token"), world->web, world->web_secret));
}

/* --- opaque access tokens ------------------------------------------------------------------------------------------------------- */

#define OPAQUE_WEB "{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code','refresh_token'],'id_token_signed_response_alg':'ES256'," \
  "'access_token_format':'opaque','resources':['https://api.example'],'scope':'openid email read'}"

static GVariant *
sign_in_opaque (const char *id, const char *secret)
{
  g_autofree char *code = postern_oidc_world_get_code (world, id, PAIRS ("scope", "openid email read", "resource", "https://api.example"));
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, code);
  guint status;
  GVariant *tokens = postern_oidc_world_token (world, body, auth, &status);

  g_assert_cmpuint (status, ==, 200);
  g_assert_true (g_str_has_prefix (get (tokens, "access_token"), "at_"));
  return tokens;
}

/* The whole life of one: it says nothing itself, is told of to who may know, and ends as a JWT would. */
static void
test_opaque (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", OPAQUE_WEB, &secret);
  g_autoptr (GVariant) tokens = sign_in_opaque (id, secret);
  const char *token = get (tokens, "access_token");
  g_autoptr (GVariant) told = introspect (token, id, secret);
  g_autoptr (PosternResponse) claims = userinfo (token);
  g_autoptr (GVariant) model = postern_oidc_world_json (claims);
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&resource=https%3A%2F%2Fapi.example&refresh_token=", get (tokens, "refresh_token"), NULL);
  g_autoptr (GVariant) next = postern_oidc_world_token (world, body, auth, NULL);

  g_assert_cmpstr (get (told, "sub"), ==, world->user_id);
  g_assert_cmpstr (get (told, "client_id"), ==, id);
  g_assert_cmpstr (get (told, "scope"), ==, "openid email read");
  g_assert_true (g_str_has_prefix (get (told, "jti"), "tok_"));
  g_assert_cmpstr (get (model, "email"), ==, "alice@example.com");
  g_assert_false (is_active (token, world->other, world->other_secret));
  g_assert_true (is_active (get (next, "access_token"), world->service, world->service_secret)); /* it is api.example */
  g_assert_cmpuint (revoke_token (token, world->other, world->other_secret), ==, 400);
  g_assert_true (is_active (token, id, secret));
  g_assert_cmpuint (revoke_token (token, id, secret), ==, 200);
  g_assert_false (is_active (token, id, secret));
  g_assert_true (is_active (get (next, "access_token"), id, secret));
  g_assert_cmpuint (revoke_token (get (next, "refresh_token"), id, secret), ==, 200); /* and all that came of it */
  g_assert_false (is_active (get (next, "access_token"), id, secret));
  expect_userinfo_error (get (next, "access_token"), 401, "invalid_token");
}

/* Kept by its hash: what names a row is not enough, and neither is what a code or a refresh token would look like. */
static void
test_opaque_forged (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", OPAQUE_WEB, &secret);
  g_autoptr (GVariant) tokens = sign_in_opaque (id, secret);
  const char *token = get (tokens, "access_token");
  g_autofree char *other = g_strdup (token), *bare = g_strdup (token + 3), *refresh = g_strconcat ("at_", get (tokens, "refresh_token"), NULL);
  g_autofree char *longer = g_strconcat (token, "A", NULL), *doubled = g_strconcat ("at_", token, NULL);
  const char *const forged[] = { other, bare, refresh, longer, doubled, "at_", "at_x", NULL };

  other[strlen (other) - 1] = other[strlen (other) - 1] == 'A' ? 'Q' : 'A';
  for (guint i = 0; forged[i]; i++) {
    g_assert_false (is_active (forged[i], id, secret));
    expect_userinfo_error (forged[i], 401, "invalid_token");
  }
  g_assert_true (is_active (token, id, secret));
}

typedef struct {
  const char *token;
  gint64 expires_at;
  char *twin; /* another of the same claims, that ends then */
} Twin;

static gboolean
make_twin (PosternTxn *txn, gpointer data, GError **error)
{
  Twin *self = data;
  g_autofree char *id = postern_secret_dup_id (self->token + 3, "tok");
  g_autofree char *hash = postern_secret_hash (self->token);
  g_autoptr (PosternAccessToken) token = postern_access_store_get (txn, id, hash, error);
  g_autofree char *secret = NULL;

  g_free (token->id);
  g_free (token->hash);
  token->id = postern_id_new ("tok");
  secret = postern_secret_new_for (token->id);
  g_free (self->twin);
  self->twin = g_strconcat ("at_", secret, NULL);
  token->hash = postern_secret_hash (self->twin);
  token->expires_at = self->expires_at;
  return postern_access_store_insert (txn, token, error);
}

static gboolean
is_twin_active (const char *token, gint64 expires_at, const char *id, const char *secret)
{
  Twin twin = { token, expires_at };
  g_autofree char *text = NULL;

  postern_oidc_world_write (world, make_twin, &twin);
  text = twin.twin;
  return is_active (text, id, secret);
}

/* A machine's, which no transaction of a flow carries: written before it is given, never inline, and over when its time is. */
static void
test_opaque_machine (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "service", "{'access_token_format':'opaque','resources':['https://api.example'],'scope':'read'}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autoptr (GVariant) answer = postern_oidc_world_token (world, "grant_type=client_credentials&scope=read", auth, NULL);
  const char *token = get (answer, "access_token");

  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials&scope=read", auth));
  g_assert_true (is_active (token, id, secret));
  g_assert_true (is_active (token, world->service, world->service_secret));
  expect_userinfo_error (token, 401, "invalid_token");
  g_assert_true (is_twin_active (token, g_get_real_time () / G_USEC_PER_SEC + 60, id, secret));
  g_assert_false (is_twin_active (token, g_get_real_time () / G_USEC_PER_SEC, id, secret));
}

/* --- logout ---------------------------------------------------------------------------------------------------------------------- */

static PosternResponse *
logout (const char *query, gboolean with_cookie)
{
  g_autofree char *target = g_strconcat ("/oidc/logout?", query, NULL);

  return postern_oidc_world_call (world, "GET", target, NULL, NULL, with_cookie);
}

static void
expect_logout_page (const char *query, const char *template_name)
{
  g_autoptr (PosternResponse) response = logout (query, TRUE);

  g_assert_null (postern_response_get_header (response, "Location"));
  g_assert_cmpstr (postern_response_get_template (response), ==, template_name);
}

#define BYE "&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye"

static void
test_logout_refused (void)
{
  g_autoptr (GVariant) tokens = sign_in (NULL);
  g_autofree char *hint = g_strconcat ("id_token_hint=", get (tokens, "id_token"), NULL);
  g_autofree char *unregistered = g_strconcat (hint, "&post_logout_redirect_uri=https%3A%2F%2Fevil.example", NULL);
  g_autofree char *longer = g_strconcat (hint, BYE "%3Fextra", NULL);
  g_autofree char *other = g_strconcat (hint, "&client_id=", world->other, BYE, NULL);
  g_autofree char *broken = g_strconcat (hint, "x" BYE, NULL);
  g_autofree char *access = g_strconcat ("id_token_hint=", get (tokens, "access_token"), BYE, NULL);
  g_autofree char *twice = g_strconcat (hint, "&", hint, NULL);

  expect_logout_page (unregistered, "error");
  expect_logout_page (longer, "error");
  expect_logout_page (other, "error");
  expect_logout_page (broken, "error");
  expect_logout_page (access, "error");
  expect_logout_page (twice, "error");
  expect_logout_page ("client_id=app_00000000000000000000000000" BYE, "error");
  expect_logout_page ("", "sign-out");
  expect_logout_page ("state=x", "sign-out");
  expect_logout_page ("state=x" BYE, "sign-out"); /* nobody vouches for the URI: it is forgotten */
  g_assert_true (is_active (get (tokens, "access_token"), world->web, world->web_secret));
}

static void
test_logout_asks (void)
{
  g_autofree char *query = g_strconcat ("client_id=", world->web, BYE "&state=s%26", NULL);
  g_autoptr (PosternResponse) page = logout (query, TRUE);
  const char *action = postern_json_get_string (postern_response_get_model (page), "action");
  g_autoptr (PosternResponse) stranger = logout (query, FALSE);

  g_assert_cmpstr (postern_response_get_template (page), ==, "sign-out");
  g_assert_true (g_str_has_prefix (action, POSTERN_OIDC_WORLD_ISSUER "/oidc/logout/confirm?client_id="));
  g_assert_cmpuint (postern_response_get_form_targets (page)->len, ==, 1);
  g_assert_cmpstr (postern_json_get_string (postern_response_get_model (page), "identifier"), ==, "alice@example.com");
  /* Nobody is signed in: there is nothing to ask. */
  g_assert_cmpstr (postern_response_get_header (stranger, "Location"), ==, "https://app.example/bye?state=s%26");
  {
    g_autoptr (PosternResponse) cancelled = postern_oidc_world_call (world, "POST", action + strlen (POSTERN_OIDC_WORLD_ISSUER), "action=cancel", NULL, TRUE);
    g_assert_cmpstr (postern_response_get_header (cancelled, "Location"), ==, "/account");
  }
}

static void
test_logout_post (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/logout", "state=x" BYE, NULL, FALSE);

  g_assert_cmpstr (postern_response_get_header (response, "Location"), ==, "/oidc/logout?state=x" BYE);
}

/* --- registration ---------------------------------------------------------------------------------------------------------------- */

static PosternResponse *
send_registration (const char *json, const char *authorization)
{
  g_autofree char *body = g_strdelimit (g_strdup (json), "'", '"');

  return postern_oidc_world_call (world, "POST", "/oidc/register", body, authorization, FALSE);
}

#define INITIAL "Bearer initial-token-of-the-tests"

static void
test_register (void)
{
  g_autoptr (PosternResponse) response = send_registration ("{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code','refresh_token'],"
    "'id_token_signed_response_alg':'ES256','client_name':'New','unknown':{'x':1},'resources':['https://api.example'],'access_token_lifetime':99999,'scope':'openid admin email'}", INITIAL);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autofree char *auth = postern_oidc_world_basic (get (model, "client_id"), get (model, "client_secret"));
  guint status;
  g_autoptr (GVariant) unknown_code = postern_oidc_world_token (world, "grant_type=authorization_code&code=x", auth, &status);

  g_assert_cmpuint (postern_response_get_status (response), ==, 201);
  g_assert_cmpstr (get (model, "token_endpoint_auth_method"), ==, "client_secret_basic");
  g_assert_cmpstr (get (model, "scope"), ==, "openid email");
  g_assert_cmpint (postern_json_get_int64 (model, "client_secret_expires_at", -1), ==, 0);
  g_assert_false (g_variant_lookup (model, "resources", "*", NULL));
  g_assert_false (g_variant_lookup (model, "access_token_lifetime", "*", NULL));
  g_assert_cmpstr (get (unknown_code, "error"), ==, "invalid_grant"); /* so it was let in */
}

static void
test_register_refused (void)
{
  g_autoptr (PosternResponse) open = send_registration ("{}", NULL);
  g_autoptr (PosternResponse) wrong = send_registration ("{}", "Bearer initial-token-of-the-testS");
  g_autoptr (PosternResponse) redirect = send_registration ("{'redirect_uris':['https://app.example/#x']}", INITIAL);
  g_autoptr (PosternResponse) alg = send_registration ("{'redirect_uris':['https://app.example/'],'id_token_signed_response_alg':'none'}", INITIAL);
  g_autoptr (PosternResponse) text = send_registration ("[", INITIAL);

  postern_oidc_world_assert_error (open, 401, "invalid_token");
  postern_oidc_world_assert_error (wrong, 401, "invalid_token");
  postern_oidc_world_assert_error (redirect, 400, "invalid_redirect_uri");
  postern_oidc_world_assert_error (alg, 400, "invalid_client_metadata");
  postern_oidc_world_assert_error (text, 400, "invalid_client_metadata");
}

/* --- back-channel logout: a small application that listens ---------------------------------------------------------------- */

typedef struct {
  GSocketListener *listener;
  guint16 port;
  GThread *thread;
} Application;

/* Answers 500 to the first letter, so that the courier must come again. (transfer full): the form of the second */
static gpointer
listen_twice (gpointer data)
{
  Application *self = data;
  char *form = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GSocketConnection) connection = g_socket_listener_accept (self->listener, NULL, NULL, NULL);
    GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
    const char *answer = i == 0 ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    g_autoptr (GString) text = g_string_new (NULL);
    char buffer[4096];
    const char *body = NULL;

    while (!(body && strstr (text->str, "logout_token=") && strlen (body) > 300)) {
      gssize n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL, NULL);
      if (n <= 0)
        break;
      g_string_append_len (text, buffer, n);
      body = strstr (text->str, "\r\n\r\n");
    }
    g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
    g_free (form);
    form = g_strdup (body ? body + 4 : "");
  }
  return form;
}

static char *
start_application (Application *self)
{
  g_autofree char *allow = NULL;
  g_autofree char *metadata = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_listener_new ();
  self->port = g_socket_listener_add_any_inet_port (self->listener, NULL, &error);
  g_assert_no_error (error);
  allow = g_strdup_printf ("127.0.0.1:%u", self->port);
  postern_http_client_configure (postern_http_client_get_default (), (const char *const[]){ allow, NULL }, NULL, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("application", listen_twice, self);
  metadata = g_strdup_printf ("{'redirect_uris':['https://app.example/callback'],'backchannel_logout_uri':'http://%s/logout','id_token_signed_response_alg':'ES256'}", allow);
  return postern_oidc_world_add_application (world, "spa", metadata, NULL);
}

static void
check_logout_token (const char *form, const char *client_id)
{
  g_autoptr (GVariant) claims = NULL, events = NULL;

  g_assert_true (g_str_has_prefix (form, "logout_token="));
  claims = postern_oidc_world_verify (world, form + strlen ("logout_token="), "logout+jwt");
  events = postern_json_get (claims, "events");
  g_assert_cmpstr (get (claims, "aud"), ==, client_id);
  g_assert_cmpstr (get (claims, "sid"), ==, world->session_id);
  g_assert_cmpstr (get (claims, "sub"), ==, world->user_id);
  g_assert_null (postern_json_get_string (claims, "nonce"));
  g_assert_true (g_variant_lookup (events, "http://schemas.openid.net/event/backchannel-logout", "*", NULL));
}

/* Ends the session for good: last. */
static void
test_logout (void)
{
  Application application;
  g_autofree char *listening = start_application (&application);
  g_autofree char *code = postern_oidc_world_get_code (world, listening, NULL);
  g_autofree char *form = NULL;
  g_autoptr (GVariant) tokens = sign_in (NULL);
  g_autoptr (GVariant) offline = sign_in (PAIRS ("scope", "openid offline_access"));
  g_autofree char *query = g_strconcat ("id_token_hint=", get (tokens, "id_token"), BYE "%3Fa%3Db&state=s", NULL);
  g_autoptr (PosternResponse) response = logout (query, TRUE);
  g_autoptr (PosternResponse) after = NULL;

  g_assert_cmpstr (postern_response_get_header (response, "Location"), ==, "https://app.example/bye?a=b&state=s");
  g_assert_false (is_active (get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_false (is_active (get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_true (is_active (get (offline, "refresh_token"), world->web, world->web_secret)); /* outlives the session */
  after = postern_oidc_world_authorize (world, world->web, PAIRS ("prompt", "none"));
  postern_oidc_world_assert_redirect_error (after, "login_required");
  form = g_thread_join (application.thread);
  check_logout_token (form, listening);
  g_object_unref (application.listener);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/discovery", test_discovery);
  g_test_add_func ("/oidc/keys", test_keys);
  g_test_add_func ("/oidc/rotation", test_rotation);
  g_test_add_func ("/oidc/userinfo", test_userinfo);
  g_test_add_func ("/oidc/userinfo/claims", test_userinfo_claims);
  g_test_add_func ("/oidc/userinfo/claims-not-allowed", test_userinfo_claims_not_allowed);
  g_test_add_func ("/oidc/userinfo/refused", test_userinfo_refused);
  g_test_add_func ("/oidc/userinfo/signed", test_userinfo_signed);
  g_test_add_func ("/oidc/introspect", test_introspect);
  g_test_add_func ("/oidc/revoke", test_revoke);
  g_test_add_func ("/oidc/revoke/family", test_revoke_family);
  g_test_add_func ("/oidc/opaque", test_opaque);
  g_test_add_func ("/oidc/opaque/forged", test_opaque_forged);
  g_test_add_func ("/oidc/opaque/machine", test_opaque_machine);
  g_test_add_func ("/oidc/register", test_register);
  g_test_add_func ("/oidc/register/refused", test_register_refused);
  g_test_add_func ("/oidc/logout/refused", test_logout_refused);
  g_test_add_func ("/oidc/logout/asks", test_logout_asks);
  g_test_add_func ("/oidc/logout/post", test_logout_post);
  g_test_add_func ("/oidc/logout/ends", test_logout);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
