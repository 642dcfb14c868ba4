/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-authenticator.h"

#include <string.h>

/* The authorization challenge endpoint: whom it answers, and what it looks at before anybody is asked anything. */

static PosternOidcWorld *world;
static char *tool, *web, *web_secret; /* applications that may: a public one, and one with a secret */

#define METADATA "'redirect_uris':['http://127.0.0.1/cb'],'authorization_challenge':true"

static char *
make_body (const char *client_id, const char *more)
{
  g_autofree char *challenge = postern_secret_hash (POSTERN_OIDC_WORLD_VERIFIER);

  return g_strdup_printf ("client_id=%s&response_type=code&scope=openid&nonce=n&code_challenge=%s&code_challenge_method=S256%s", client_id, challenge, more);
}

static PosternResponse *
post (const char *body, const char *authorization, gboolean with_cookie)
{
  return postern_oidc_world_call (world, "POST", "/oidc/authorize-challenge", body, authorization, with_cookie);
}

static void
expect (const char *body, const char *authorization, guint status, const char *error)
{
  g_autoptr (PosternResponse) response = post (body, authorization, TRUE);

  postern_oidc_world_assert_error (response, status, error);
}

static void
expect_refused (const char *client_id, const char *more, const char *error)
{
  g_autofree char *body = make_body (client_id, more);

  expect (body, NULL, 400, error);
}

static void
refuse_cookie (const char *name, const char *value, gint64 max_age, gpointer data)
{
  g_error ("the cookie %s", name);
}

/* (transfer full): the auth_session of the page that answers */
static char *
take_page (PosternResponse *response, const char *name)
{
  GVariant *model = postern_response_get_model (response);
  g_autoptr (GVariant) page = model ? postern_json_get (model, "page") : NULL;

  g_assert_cmpuint (postern_response_get_status (response), ==, 403);
  g_assert_nonnull (page);
  g_assert_cmpstr (postern_json_get_string (model, "error"), ==, "insufficient_authorization");
  g_assert_cmpstr (postern_json_get_string (page, "name"), ==, name);
  g_assert_cmpint (postern_json_get_int64 (model, "auth_session_expires_in", 0), >, 0);
  g_assert_cmpstr (postern_response_get_header (response, "Cache-Control"), ==, "no-store");
  postern_response_foreach_cookie (response, refuse_cookie, NULL);
  return g_strdup (postern_json_get_string (model, "auth_session"));
}

static char *
begin (const char *client_id, const char *authorization)
{
  g_autofree char *body = make_body (client_id, "");
  g_autoptr (PosternResponse) response = post (body, authorization, FALSE);

  return take_page (response, "identifier");
}

static char *
go_on (const char *client_id, const char *auth_session, const char *more)
{
  return g_strdup_printf ("client_id=%s&auth_session=%s%s", client_id, auth_session, more);
}

static void
test_discovery (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/.well-known/openid-configuration", NULL, NULL, FALSE);
  g_autoptr (GVariant) metadata = postern_oidc_world_json (response);

  g_assert_cmpstr (postern_json_get_string (metadata, "authorization_challenge_endpoint"), ==, POSTERN_OIDC_WORLD_ISSUER "/oidc/authorize-challenge");
}

/* Off unless it was switched on: also for ours. */
static void
test_off (void)
{
  g_autofree char *body = make_body (world->web, "");
  g_autofree char *basic = postern_oidc_world_basic (world->web, world->web_secret);

  expect_refused (world->spa, "", "unauthorized_client");
  expect (body, basic, 400, "unauthorized_client");
  g_free (begin (tool, NULL));
}

/* As at the token endpoint: whoever has a secret shows it, each time. */
static void
test_client_authentication (void)
{
  g_autofree char *right = postern_oidc_world_basic (web, web_secret);
  g_autofree char *wrong = postern_oidc_world_basic (web, "guess");
  g_autofree char *body = make_body (web, "");
  g_autofree char *auth_session = begin (web, right);
  g_autofree char *answer = go_on (web, auth_session, "&identifier=alice");
  g_autofree char *guess = make_body (tool, "&client_secret=guess"); /* a public one that shows a secret is not itself */

  expect (body, NULL, 401, "invalid_client");
  expect (body, wrong, 401, "invalid_client");
  expect (answer, NULL, 401, "invalid_client");
  expect (answer, wrong, 401, "invalid_client");
  expect ("response_type=code", NULL, 401, "invalid_client");
  expect (guess, NULL, 401, "invalid_client");
}

/* The same checks as of a request in a browser. */
static void
test_parameters (void)
{
  static const struct {
    const char *more, *error;
  } cases[] = {
    { "&scope=email", "invalid_request" }, /* twice */
    { "&resource=https%3A%2F%2Fnobody.example", "invalid_target" },
    { "&prompt=nonsense", "invalid_request" },
    { "&prompt=none+login", "invalid_request" },
    { "&max_age=soon", "invalid_request" },
    { "&claims=%7B", "invalid_request" },
    { "&id_token_hint=x", "invalid_request" },
    { "&request=x", "invalid_request_object" },
    { "&request_uri=urn:x", "request_uri_not_supported" },
    { "&registration=x", "registration_not_supported" },
    { "&redirect_uri=https%3A%2F%2Fevil.example%2F", "invalid_request" },
    { "&login_hint=%00", "invalid_request" },
    { "&login_hint=%ff", "invalid_request" },
    { "&prompt=none", "login_required" }, /* the browser's session that comes along is nobody's here */
  };
  g_autofree char *huge = g_strnfill (2000, 'x');
  g_autofree char *hint = g_strconcat ("&login_hint=", huge, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect_refused (tool, cases[i].more, cases[i].error);
  expect_refused (tool, hint, "invalid_request");
}

static void
test_missing (void)
{
  g_autofree char *challenge = postern_secret_hash (POSTERN_OIDC_WORLD_VERIFIER);
  g_autofree char *basic = postern_oidc_world_basic (web, web_secret);
  g_autofree char *no_type = g_strdup_printf ("client_id=%s&scope=openid&code_challenge=%s&code_challenge_method=S256", tool, challenge);
  g_autofree char *no_scope = g_strdup_printf ("client_id=%s&response_type=code&code_challenge=%s&code_challenge_method=S256", tool, challenge);
  g_autofree char *plain = g_strdup_printf ("client_id=%s&response_type=code&scope=openid&code_challenge=%s&code_challenge_method=plain", tool, challenge);
  g_autofree char *unbound = g_strdup_printf ("client_id=%s&response_type=code&scope=openid", web);

  expect (no_type, NULL, 400, "invalid_request");
  expect (no_scope, NULL, 400, "invalid_scope");
  expect (plain, NULL, 400, "invalid_request");
  expect (unbound, basic, 400, "invalid_request"); /* its record lets it go without PKCE in a browser, where a redirect URI binds the code */
}

/* Another application, with or without a secret, gets nothing by it and burns nothing; nor does whoever has an old one. */
static void
test_auth_session (void)
{
  g_autofree char *basic = postern_oidc_world_basic (web, web_secret);
  g_autofree char *auth_session = begin (tool, NULL);
  g_autofree char *stolen = go_on (web, auth_session, "&identifier=alice");
  g_autofree char *twice = go_on (tool, auth_session, "&auth_session=x&identifier=alice");
  g_autofree char *odd = go_on (tool, "flw_x.%2e", "");
  g_autofree char *right = go_on (tool, auth_session, "&identifier=");
  g_autoptr (PosternResponse) response = NULL;

  expect (stolen, basic, 400, "invalid_session");
  expect (twice, NULL, 400, "invalid_request");
  expect (odd, NULL, 400, "invalid_session");
  response = post (right, NULL, FALSE);
  g_free (take_page (response, "identifier"));
  expect (right, NULL, 400, "invalid_session");
}

/* A page in a browser, ours or a stranger's, may neither send a form here nor read what a script would be told. */
static void
test_browsers (void)
{
  static const char *const headers[][2] = { { "Origin", "https://evil.example" }, { "Origin", "null" }, { "Origin", POSTERN_OIDC_WORLD_ISSUER }, { "Sec-Fetch-Site", "cross-site" } };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autofree char *body = make_body (tool, "");
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
    g_autoptr (PosternRequest) request = postern_request_new ("POST", "/oidc/authorize-challenge", NULL);
    g_autoptr (PosternResponse) response = NULL;
    const PosternRoute *route = postern_protocol_get_routes (world->oidc);

    while (!g_str_equal (route->pattern, "/oidc/authorize-challenge"))
      route++;
    g_assert_false (route->flags & POSTERN_ROUTE_CORS);
    postern_request_set_public_url (request, POSTERN_OIDC_WORLD_ISSUER);
    postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
    postern_request_add_header (request, headers[i][0], headers[i][1]);
    postern_request_set_body (request, bytes);
    response = route->handler (request, world->oidc);
    postern_oidc_world_assert_error (response, 400, "invalid_request");
  }
}

/* --- what only a browser can do: the request goes on there ------------------------------------------------------------------ */

G_DECLARE_FINAL_TYPE (Away, away, TEST, AWAY, PosternConnector)

struct _Away {
  PosternConnector parent_instance;
};

G_DEFINE_FINAL_TYPE (Away, away, POSTERN_TYPE_CONNECTOR)

static void
away_class_init (AwayClass *klass)
{
}

static void
away_init (Away *self)
{
}

static void
adopt_connector (void)
{
  g_autoptr (PosternInstance) instance = g_object_new (away_get_type (), NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("@a{ss} {}"), NULL);

  postern_instance_set_identity (instance, "away", "away", "Away", NULL, settings);
  g_assert_true (postern_instance_configure (instance, NULL));
  postern_registry_adopt (world->registry, instance);
}

#define BACK "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&state=s"
#define URN "urn:ietf:params:oauth:request_uri:"

/* There is only that provider to choose. (transfer full): the request_uri of the answer; (nullable) */
static char *
send_away (const char *more)
{
  g_autofree char *body = make_body (tool, more);
  g_autoptr (PosternResponse) response = NULL;
  g_autoptr (GVariant) answer = NULL;

  if (postern_registry_get_instance (world->registry, "away") == NULL)
    adopt_connector ();
  response = post (body, NULL, FALSE);
  answer = postern_oidc_world_json (response);
  g_assert_cmpuint (postern_response_get_status (response), ==, 403);
  g_assert_cmpstr (postern_json_get_string (answer, "error"), ==, "redirect_to_web");
  g_assert_cmpint (postern_json_get_int64 (answer, "expires_in", 0), ==, postern_json_get_string (answer, "request_uri") ? 300 : 0);
  return g_strdup (postern_json_get_string (answer, "request_uri"));
}

static PosternResponse *
open_in_browser (const char *method, const char *client_id, const char *request_uri, const char *more)
{
  g_autofree char *escaped = g_uri_escape_string (request_uri, NULL, FALSE);
  g_autofree char *query = g_strdup_printf ("client_id=%s&request_uri=%s%s", client_id, escaped, more);
  g_autofree char *target = g_strconcat ("/oidc/authorize?", query, NULL);
  gboolean is_post = g_str_equal (method, "POST");

  return postern_oidc_world_call (world, method, is_post ? "/oidc/authorize" : target, is_post ? query : NULL, NULL, TRUE);
}

static void
assert_unknown (const char *client_id, const char *request_uri)
{
  g_autoptr (PosternResponse) response = open_in_browser ("GET", client_id, request_uri, "");

  postern_oidc_world_assert_page (response);
  g_assert_cmpuint (postern_response_get_status (response), ==, 400);
}

/* Alice's browser is signed in: the code goes to the way back that was named, and is redeemed with the verifier that the program has. */
static void
test_goes_on (void)
{
  g_autofree char *request_uri = send_away (BACK);
  g_autoptr (PosternResponse) response = NULL;
  g_autofree char *code = NULL;
  g_autofree char *state = NULL;
  g_autofree char *body = NULL;
  g_autoptr (GVariant) tokens = NULL;
  g_autoptr (GVariant) claims = NULL;
  guint status;

  g_assert_true (g_str_has_prefix (request_uri, URN));
  response = open_in_browser ("GET", tool, request_uri, "&redirect_uri=https%3A%2F%2Fevil.example%2F&state=other&scope=openid+email&prompt=login");
  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "Location"), "http://127.0.0.1/cb?code="));
  code = postern_oidc_world_dup_parameter (postern_response_get_header (response, "Location"), "code");
  state = postern_oidc_world_dup_parameter (postern_response_get_header (response, "Location"), "state");
  g_assert_cmpstr (state, ==, "s");
  body = g_strdup_printf ("grant_type=authorization_code&client_id=%s&code=%s&redirect_uri=http%%3A%%2F%%2F127.0.0.1%%2Fcb&code_verifier=%s", tool, code, POSTERN_OIDC_WORLD_VERIFIER);
  tokens = postern_oidc_world_token (world, body, NULL, &status);
  g_assert_cmpuint (status, ==, 200);
  claims = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_assert_cmpstr (postern_json_get_string (claims, "nonce"), ==, "n");
  assert_unknown (tool, request_uri); /* once */
}

/* Only the application that it was given to, and nothing that only looks like one. Neither uses it up. */
static void
test_goes_on_nowhere_else (void)
{
  g_autofree char *request_uri = send_away (BACK);
  g_autofree char *other = g_strdup (request_uri);
  char *last = other + strlen (other) - 2; /* of the last character not all bits count */
  g_autoptr (PosternResponse) by_post = NULL;
  g_autoptr (PosternResponse) response = NULL;

  *last = *last == 'A' ? 'B' : 'A';
  assert_unknown (web, request_uri);
  assert_unknown (tool, other);
  assert_unknown (tool, URN);
  assert_unknown (tool, URN "0123456789abcdefghjkmnpqrs0123456789abcdefghjkmnpqrst");
  by_post = open_in_browser ("POST", tool, request_uri, ""); /* is asked again by GET, with the cookies */
  g_assert_true (g_str_has_prefix (postern_response_get_header (by_post, "Location"), "/oidc/authorize?"));
  response = open_in_browser ("GET", tool, request_uri, "");
  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "Location"), "http://127.0.0.1/cb?code="));
}

/* What was asked of the person is asked in the browser. And without a way back there is nothing to go on with. */
static void
test_goes_on_as_asked (void)
{
  g_autofree char *request_uri = send_away (BACK "&prompt=login");
  g_autofree char *none = send_away ("");
  g_autoptr (PosternResponse) response = open_in_browser ("GET", tool, request_uri, "");

  g_assert_null (none);
  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "Location"), "/sign-in/flw_"));
}

static gpointer
open_once (gpointer request_uri)
{
  g_autoptr (PosternResponse) response = open_in_browser ("GET", tool, request_uri, "");
  const char *location = postern_response_get_header (response, "Location");

  return GUINT_TO_POINTER (location && g_str_has_prefix (location, "http://127.0.0.1/cb?code="));
}

static void
test_goes_on_once (void)
{
  g_autofree char *request_uri = send_away (BACK);
  GThread *threads[8];
  guint codes = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("open", open_once, request_uri);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    codes += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  g_assert_cmpuint (codes, ==, 1);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  tool = postern_oidc_world_add_application (world, "native", "{" METADATA "}", NULL);
  web = postern_oidc_world_add_application (world, "web", "{" METADATA ",'require_pkce':false}", &web_secret);
  g_test_add_func ("/oidc/challenge/discovery", test_discovery);
  g_test_add_func ("/oidc/challenge/off", test_off);
  g_test_add_func ("/oidc/challenge/client-authentication", test_client_authentication);
  g_test_add_func ("/oidc/challenge/parameters", test_parameters);
  g_test_add_func ("/oidc/challenge/missing", test_missing);
  g_test_add_func ("/oidc/challenge/auth-session", test_auth_session);
  g_test_add_func ("/oidc/challenge/browsers", test_browsers);
  g_test_add_func ("/oidc/challenge/goes-on", test_goes_on);
  g_test_add_func ("/oidc/challenge/goes-on-nowhere-else", test_goes_on_nowhere_else);
  g_test_add_func ("/oidc/challenge/goes-on-as-asked", test_goes_on_as_asked);
  g_test_add_func ("/oidc/challenge/goes-on-once", test_goes_on_once);
  failed = g_test_run ();
  postern_oidc_world_free (world);
  g_free (tool);
  g_free (web);
  g_free (web_secret);
  return failed;
}
