/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include <string.h>

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* --- discovery ------------------------------------------------------------------------------------------------------- */

static void
test_discovery (void)
{
  static const char *const required[] = { "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint" };
  g_autoptr (PosternResponse) response = postern_oidc_world_call_inline (world, "GET", "/.well-known/openid-configuration", NULL, NULL);
  g_autoptr (PosternResponse) other = postern_oidc_world_call_inline (world, "GET", "/.well-known/oauth-authorization-server", NULL, NULL);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_auto (GStrv) methods = postern_json_dup_strv (model, "code_challenge_methods_supported", FALSE);
  g_auto (GStrv) scopes = postern_json_dup_strv (model, "scopes_supported", FALSE);

  g_assert_cmpstr (postern_oidc_world_get (model, "issuer"), ==, POSTERN_OIDC_WORLD_ISSUER);
  for (guint i = 0; i < G_N_ELEMENTS (required); i++)
    g_assert_true (g_str_has_prefix (postern_oidc_world_get (model, required[i]), POSTERN_OIDC_WORLD_ISSUER "/oidc/"));
  g_assert_cmpuint (g_strv_length (methods), ==, 1);
  g_assert_true (g_strv_contains ((const char *const *) scopes, "openid") && g_strv_contains ((const char *const *) scopes, "account:write"));
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
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) after = NULL;

  postern_key_ring_rotate (postern_tenant_get_key_ring (world->tenant), POSTERN_JOSE_ALG_ES256, &error);
  g_assert_no_error (error);
  g_variant_unref (postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "access_token"), "at+jwt")); /* the old key is still shown */
  after = postern_oidc_world_sign_in (world, NULL);
  g_variant_unref (postern_oidc_world_verify (world, postern_oidc_world_get (after, "access_token"), "at+jwt"));
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
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid profile email phone address"));
  g_autoptr (PosternResponse) response = userinfo (postern_oidc_world_get (tokens, "access_token"));
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autoptr (GVariant) address = postern_json_get (model, "address");
  g_autofree char *form = g_strconcat ("access_token=", postern_oidc_world_get (tokens, "access_token"), NULL);
  g_autoptr (PosternResponse) posted = postern_oidc_world_call (world, "POST", "/oidc/userinfo", form, NULL, FALSE);

  g_assert_cmpstr (postern_oidc_world_get (model, "sub"), ==, world->user_id);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    postern_oidc_world_get (model, strings[i]);
  g_assert_true (postern_json_get_boolean (model, "email_verified", FALSE));
  g_assert_false (postern_json_get_boolean (model, "phone_number_verified", TRUE));
  g_assert_cmpint (postern_json_get_int64 (model, "updated_at", 0), ==, 1700000000);
  g_assert_cmpstr (postern_json_get_string (address, "country"), ==, "DE");
  g_assert_true (g_bytes_equal (postern_response_get_body (response), postern_response_get_body (posted)));
}

static void
test_userinfo_claims (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("claims", "{\"userinfo\":{\"name\":{\"essential\":true},\"unknown\":null},\"id_token\":{\"email\":null}}"));
  g_autoptr (PosternResponse) response = userinfo (postern_oidc_world_get (tokens, "access_token"));
  g_autoptr (GVariant) model = postern_oidc_world_json (response);

  g_assert_cmpstr (postern_oidc_world_get (model, "name"), ==, "Alice Example");
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
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_autoptr (PosternResponse) response = userinfo (postern_oidc_world_get (tokens, "access_token"));
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
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("resource", "https://api.example", "scope", "read"));
  g_autoptr (GVariant) openid = postern_oidc_world_sign_in (world, NULL);
  g_autofree char *service = postern_oidc_world_basic (world->service, world->service_secret);
  g_autoptr (GVariant) machine = postern_oidc_world_token (world, "grant_type=client_credentials", service, NULL);
  g_autofree char *form = g_strconcat ("access_token=", postern_oidc_world_get (openid, "access_token"), NULL);
  g_autofree char *query = g_strconcat ("/oidc/userinfo?access_token=", postern_oidc_world_get (openid, "access_token"), NULL);
  g_autofree char *bearer = g_strconcat ("Bearer ", postern_oidc_world_get (openid, "access_token"), NULL);
  g_autoptr (PosternResponse) none = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, NULL, TRUE);
  g_autoptr (PosternResponse) in_query = postern_oidc_world_call (world, "GET", query, NULL, NULL, FALSE);
  g_autoptr (PosternResponse) twice = postern_oidc_world_call (world, "POST", "/oidc/userinfo", form, bearer, FALSE);

  expect_userinfo_error (postern_oidc_world_get (tokens, "access_token"), 401, "invalid_token"); /* for another resource */
  expect_userinfo_error (postern_oidc_world_get (machine, "access_token"), 401, "invalid_token");
  expect_userinfo_error (postern_oidc_world_get (openid, "id_token"), 401, "invalid_token");
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
  g_autoptr (PosternResponse) response = userinfo (postern_oidc_world_get (tokens, "access_token"));
  gsize length;
  const char *text = g_bytes_get_data (postern_response_get_body (response), &length);
  g_autofree char *token = g_strndup (text, length);
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_autoptr (GVariant) header = postern_jws_peek_header (token, -1, NULL);

  g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/jwt");
  g_assert_cmpstr (postern_oidc_world_get (header, "alg"), ==, "ES384");
  g_assert_cmpstr (postern_oidc_world_get (id_token, "sub"), ==, world->user_id);
  g_assert_null (postern_json_get_string (tokens, "refresh_token")); /* not registered for it */
}

/* --- introspection and revocation --------------------------------------------------------------------------------------------- */

static void
test_introspect (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, PAIRS ("resource", "https://api.example", "scope", "openid read"));
  g_autoptr (GVariant) answer = postern_oidc_world_introspect (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret);
  g_autoptr (PosternResponse) open = postern_oidc_world_call (world, "POST", "/oidc/introspect", "token=x", NULL, FALSE);
  g_autofree char *spa = g_strconcat ("token=x&client_id=", world->spa, NULL);
  g_autoptr (PosternResponse) by_public = postern_oidc_world_call (world, "POST", "/oidc/introspect", spa, NULL, FALSE);

  g_assert_true (postern_json_get_boolean (answer, "active", FALSE));
  g_assert_cmpstr (postern_oidc_world_get (answer, "sub"), ==, world->user_id);
  g_assert_cmpstr (postern_oidc_world_get (answer, "client_id"), ==, world->web);
  g_assert_cmpstr (postern_oidc_world_get (answer, "scope"), ==, "openid read");
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->service, world->service_secret)); /* it is api.example */
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->other, world->other_secret));
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->other, world->other_secret));
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "id_token"), world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, "a.b.c", world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, "nonsense", world->web, world->web_secret));
  postern_oidc_world_assert_error (open, 401, "invalid_client");
  postern_oidc_world_assert_error (by_public, 401, "invalid_client");
}

/* Nothing is asked about: that is no token that is unknown. */
static void
test_token_missing (void)
{
  static const char *const targets[] = { "/oidc/introspect", "/oidc/revoke" }, *const bodies[] = { "token_type_hint=access_token", "token=", "token=a&token=b" };
  g_autofree char *auth = postern_oidc_world_basic (world->web, world->web_secret);

  for (guint i = 0; i < G_N_ELEMENTS (targets) * G_N_ELEMENTS (bodies); i++) {
    g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", targets[i % 2], bodies[i / 2], auth, FALSE);

    postern_oidc_world_assert_error (response, 400, "invalid_request");
  }
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
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);

  g_assert_cmpuint (revoke_token (postern_oidc_world_get (tokens, "access_token"), world->other, world->other_secret), ==, 400);
  g_assert_cmpuint (revoke_token (postern_oidc_world_get (tokens, "refresh_token"), world->other, world->other_secret), ==, 200);
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_cmpuint (revoke_token (postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret), ==, 200);
  g_assert_cmpuint (revoke_token (postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret), ==, 200);
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_cmpuint (revoke_token ("unknown", world->web, world->web_secret), ==, 200);
}

static void
test_revoke_family (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);

  g_assert_cmpuint (revoke_token (postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret), ==, 200);
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
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
  g_assert_true (g_str_has_prefix (postern_oidc_world_get (tokens, "access_token"), "at_"));
  return tokens;
}

/* The whole life of one: it says nothing itself, is told of to who may know, and ends as a JWT would. */
static void
test_opaque (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", OPAQUE_WEB, &secret);
  g_autoptr (GVariant) tokens = sign_in_opaque (id, secret);
  const char *token = postern_oidc_world_get (tokens, "access_token");
  g_autoptr (GVariant) told = postern_oidc_world_introspect (world, token, id, secret);
  g_autoptr (PosternResponse) claims = userinfo (token);
  g_autoptr (GVariant) model = postern_oidc_world_json (claims);
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&resource=https%3A%2F%2Fapi.example&refresh_token=", postern_oidc_world_get (tokens, "refresh_token"), NULL);
  g_autoptr (GVariant) next = postern_oidc_world_token (world, body, auth, NULL);

  g_assert_cmpstr (postern_oidc_world_get (told, "sub"), ==, world->user_id);
  g_assert_cmpstr (postern_oidc_world_get (told, "client_id"), ==, id);
  g_assert_cmpstr (postern_oidc_world_get (told, "scope"), ==, "openid email read");
  g_assert_true (g_str_has_prefix (postern_oidc_world_get (told, "jti"), "tok_"));
  g_assert_cmpstr (postern_oidc_world_get (model, "email"), ==, "alice@example.com");
  g_assert_false (postern_oidc_world_is_active (world, token, world->other, world->other_secret));
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (next, "access_token"), world->service, world->service_secret)); /* it is api.example */
  g_assert_cmpuint (revoke_token (token, world->other, world->other_secret), ==, 400);
  g_assert_true (postern_oidc_world_is_active (world, token, id, secret));
  g_assert_cmpuint (revoke_token (token, id, secret), ==, 200);
  g_assert_false (postern_oidc_world_is_active (world, token, id, secret));
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (next, "access_token"), id, secret));
  g_assert_cmpuint (revoke_token (postern_oidc_world_get (next, "refresh_token"), id, secret), ==, 200); /* and all that came of it */
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (next, "access_token"), id, secret));
  expect_userinfo_error (postern_oidc_world_get (next, "access_token"), 401, "invalid_token");
}

/* Kept by its hash: what names a row is not enough, and neither is what a code or a refresh token would look like. */
static void
test_opaque_forged (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "web", OPAQUE_WEB, &secret);
  g_autoptr (GVariant) tokens = sign_in_opaque (id, secret);
  const char *token = postern_oidc_world_get (tokens, "access_token");
  g_autofree char *other = g_strdup (token), *bare = g_strdup (token + 3), *refresh = g_strconcat ("at_", postern_oidc_world_get (tokens, "refresh_token"), NULL);
  g_autofree char *longer = g_strconcat (token, "A", NULL), *doubled = g_strconcat ("at_", token, NULL);
  const char *const forged[] = { other, bare, refresh, longer, doubled, "at_", "at_x", NULL };

  other[strlen (other) - 1] = other[strlen (other) - 1] == 'A' ? 'Q' : 'A';
  for (guint i = 0; forged[i]; i++) {
    g_assert_false (postern_oidc_world_is_active (world, forged[i], id, secret));
    expect_userinfo_error (forged[i], 401, "invalid_token");
  }
  g_assert_true (postern_oidc_world_is_active (world, token, id, secret));
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
  return postern_oidc_world_is_active (world, text, id, secret);
}

/* A machine's, which no transaction of a flow carries: written before it is given, never inline, and over when its time is. */
static void
test_opaque_machine (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "service", "{'access_token_format':'opaque','resources':['https://api.example'],'scope':'read'}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autoptr (GVariant) answer = postern_oidc_world_token (world, "grant_type=client_credentials&scope=read", auth, NULL);
  const char *token = postern_oidc_world_get (answer, "access_token");

  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials&scope=read", auth));
  g_assert_true (postern_oidc_world_is_active (world, token, id, secret));
  g_assert_true (postern_oidc_world_is_active (world, token, world->service, world->service_secret));
  expect_userinfo_error (token, 401, "invalid_token");
  g_assert_true (is_twin_active (token, g_get_real_time () / G_USEC_PER_SEC + 60, id, secret));
  g_assert_false (is_twin_active (token, g_get_real_time () / G_USEC_PER_SEC, id, secret));
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
  g_autofree char *auth = postern_oidc_world_basic (postern_oidc_world_get (model, "client_id"), postern_oidc_world_get (model, "client_secret"));
  guint status;
  g_autoptr (GVariant) unknown_code = postern_oidc_world_token (world, "grant_type=authorization_code&code=x", auth, &status);

  g_assert_cmpuint (postern_response_get_status (response), ==, 201);
  g_assert_cmpstr (postern_oidc_world_get (model, "token_endpoint_auth_method"), ==, "client_secret_basic");
  g_assert_cmpstr (postern_oidc_world_get (model, "scope"), ==, "openid email");
  g_assert_cmpint (postern_json_get_int64 (model, "client_secret_expires_at", -1), ==, 0);
  g_assert_false (g_variant_lookup (model, "resources", "*", NULL));
  g_assert_false (g_variant_lookup (model, "access_token_lifetime", "*", NULL));
  g_assert_cmpstr (postern_oidc_world_get (unknown_code, "error"), ==, "invalid_grant"); /* so it was let in */
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

/* --- step-up ------------------------------------------------------------------------------------------------------------- */

static gboolean
put_policy (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) model = postern_json_parse_object (data, -1, 0, error);

  return model && postern_setting_store_put (txn, "policy", model, 1, error);
}

static void
set_policy (const char *json)
{
  postern_oidc_world_write (world, put_policy, (gpointer) json);
}

/* RFC 9470: a token that was good becomes too weak with the rule, and says what would do; introspection says what was shown. */
static void
test_too_weak (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  const char *token = postern_oidc_world_get (tokens, "access_token");
  g_autoptr (GVariant) told = postern_oidc_world_introspect (world, token, world->web, world->web_secret);
  g_autoptr (PosternResponse) before = userinfo (token);
  g_autoptr (PosternResponse) weak = NULL;
  g_autoptr (PosternResponse) after = NULL;

  g_assert_cmpuint (postern_response_get_status (before), ==, 200);
  g_assert_cmpstr (postern_json_get_string (told, "acr"), ==, "1");
  g_assert_cmpint (postern_json_get_int64 (told, "auth_time", 0), >, 0);
  set_policy ("{\"second_factor\":\"required\"}");
  weak = userinfo (token);
  postern_oidc_world_assert_error (weak, 401, "insufficient_user_authentication");
  g_assert_cmpstr (postern_response_get_header (weak, "WWW-Authenticate"), ==, "Bearer realm=\"Postern\", error=\"insufficient_user_authentication\", acr_values=\"2\"");
  set_policy ("{}");
  after = userinfo (token);
  g_assert_cmpuint (postern_response_get_status (after), ==, 200);
}

/* The policy goes before what an application's record lets it leave out. */
static void
test_pkce_of_all (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "web", "{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code'],'require_pkce':false}", NULL);
  g_autoptr (PosternResponse) before = postern_oidc_world_authorize (world, id, PAIRS ("code_challenge", "-", "code_challenge_method", "-"));
  g_autofree char *code = postern_oidc_world_dup_parameter (postern_response_get_header (before, "Location"), "code");
  g_autoptr (PosternResponse) after = NULL;

  g_assert_nonnull (code);
  set_policy ("{\"pkce_required\":true}");
  after = postern_oidc_world_authorize (world, id, PAIRS ("code_challenge", "-", "code_challenge_method", "-"));
  postern_oidc_world_assert_redirect_error (after, "invalid_request");
  set_policy ("{}");
}

/* --- limits of a session ---------------------------------------------------------------------------------------------------- */

static gboolean
move_end (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternSession) session = postern_session_store_get (txn, world->session_id, error);

  if (!session)
    return FALSE;
  *(g_str_equal (data, "idle") ? &session->idle_expires_at : &session->expires_at) = 1000;
  return postern_session_store_raise (txn, session, error);
}

static gboolean
put_back (PosternTxn *txn, gpointer data, GError **error)
{
  ((PosternSession *) data)->used_at = 1; /* before either end: what has lapsed does not come back */
  return postern_session_store_raise (txn, data, error);
}

static gboolean
read_session (PosternTxn *txn, gpointer data, GError **error)
{
  *(PosternSession **) data = postern_session_store_get (txn, world->session_id, error);
  return *(PosternSession **) data != NULL;
}

/* Whichever is over first ends it everywhere at once: the page, our own resource, introspection, codes and refresh tokens. */
static void
test_limits (void)
{
  static const char *const limits[] = { "idle", "absolute" };
  g_autofree char *basic = postern_oidc_world_basic (world->web, world->web_secret);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    PosternSession *session = NULL;
    g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
    const char *token = postern_oidc_world_get (tokens, "access_token");
    g_autofree char *code = postern_oidc_world_get_code (world, world->web, NULL);
    g_autofree char *redeem = g_strdup_printf ("grant_type=authorization_code&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER "&code=%s", code);
    g_autoptr (PosternResponse) silent = NULL;

    g_assert_true (postern_store_read (world->store, POSTERN_KEEP_LASTING, read_session, &session, NULL));
    g_assert_true (postern_oidc_world_is_active (world, token, world->web, world->web_secret));
    postern_oidc_world_write (world, move_end, (gpointer) limits[i]);
    g_assert_false (postern_oidc_world_is_active (world, token, world->web, world->web_secret));
    expect_userinfo_error (token, 401, "invalid_token");
    postern_oidc_world_refused (world, redeem, basic, 400, "invalid_grant");
    silent = postern_oidc_world_authorize (world, world->web, PAIRS ("prompt", "none"));
    postern_oidc_world_assert_redirect_error (silent, "login_required");
    postern_oidc_world_write (world, put_back, session);
    postern_session_unref (session);
  }
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
  g_test_add_func ("/oidc/too-weak", test_too_weak);
  g_test_add_func ("/oidc/pkce-of-all", test_pkce_of_all);
  g_test_add_func ("/oidc/limits", test_limits);
  g_test_add_func ("/oidc/userinfo/claims", test_userinfo_claims);
  g_test_add_func ("/oidc/userinfo/claims-not-allowed", test_userinfo_claims_not_allowed);
  g_test_add_func ("/oidc/userinfo/refused", test_userinfo_refused);
  g_test_add_func ("/oidc/userinfo/signed", test_userinfo_signed);
  g_test_add_func ("/oidc/introspect", test_introspect);
  g_test_add_func ("/oidc/token-missing", test_token_missing);
  g_test_add_func ("/oidc/revoke", test_revoke);
  g_test_add_func ("/oidc/revoke/family", test_revoke_family);
  g_test_add_func ("/oidc/opaque", test_opaque);
  g_test_add_func ("/oidc/opaque/forged", test_opaque_forged);
  g_test_add_func ("/oidc/opaque/machine", test_opaque_machine);
  g_test_add_func ("/oidc/register", test_register);
  g_test_add_func ("/oidc/register/refused", test_register_refused);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
