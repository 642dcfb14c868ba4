/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include <string.h>

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
expect_redirect_error (const char *client, const char *const *pairs, const char *error)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, client, pairs);

  postern_oidc_world_assert_redirect_error (response, error);
}

static void
expect_page (const char *client, const char *const *pairs)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, client, pairs);

  postern_oidc_world_assert_page (response);
}

static void
test_success (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, NULL);
  const char *location = postern_response_get_header (response, "Location");
  g_autofree char *code = postern_oidc_world_dup_parameter (location, "code");
  g_autofree char *state = postern_oidc_world_dup_parameter (location, "state");
  g_autofree char *issuer = postern_oidc_world_dup_parameter (location, "iss");

  g_assert_cmpuint (postern_response_get_status (response), ==, 303);
  g_assert_true (g_str_has_prefix (location, "https://app.example/callback?code="));
  g_assert_cmpuint (strlen (code), ==, 53); /* its grant's 26 digits, and 27 of chance */
  g_assert_cmpstr (state, ==, "a state");
  g_assert_cmpstr (issuer, ==, POSTERN_OIDC_WORLD_ISSUER);
}

/* A redirect URI that already has a query keeps it. */
static void
test_query_kept (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, PAIRS ("redirect_uri", "https://app.example/other?x=1"));

  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "Location"), "https://app.example/other?x=1&code="));
}

static void
test_form_post (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, PAIRS ("response_mode", "form_post", "state", "<\"&>"));
  GVariant *model = postern_response_get_model (response);
  g_autoptr (GVariant) fields = postern_json_get (model, "fields");

  g_assert_null (postern_response_get_header (response, "Location"));
  g_assert_cmpstr (postern_response_get_template (response), ==, "form-post");
  g_assert_cmpstr (postern_json_get_string (model, "url"), ==, "https://app.example/callback");
  g_assert_cmpuint (g_variant_n_children (fields), ==, 3);
}

/* Whatever is wrong with the client or the redirect URI, nobody is sent anywhere. */
static void
test_redirect_tricks (void)
{
  static const char *const tricks[] = {
    "https://app.example/callback/", "https://app.example/callback?x=1", "https://app.example/callback#x", "https://APP.example/callback",
    "https://app.example:443/callback", "https://app.example/callback/../callback", "https://app.example/%63allback", "http://app.example/callback",
    "https://app.example.evil.example/callback", "https://evil.example/callback", "https://app.example@evil.example/callback",
    "https://evil.example/?https://app.example/callback", "https://sub.app.example/callback", "//app.example/callback", "/callback",
    "https://app.example\\@evil.example/callback", "https://app.example/callback\t", " https://app.example/callback", "javascript:alert(1)", "-",
  };

  for (guint i = 0; i < G_N_ELEMENTS (tricks); i++)
    expect_page (world->web, PAIRS ("redirect_uri", tricks[i]));
  expect_page ("app_00000000000000000000000000", NULL);
  expect_page ("../../etc/passwd", NULL);
  expect_page ("-", NULL);
  expect_page (world->web, PAIRS ("client_id", "-"));
  expect_page (world->web, PAIRS ("state", "x", "state", "y"));
  expect_page (world->web, PAIRS ("redirect_uri", "https://app.example/callback", "redirect_uri", "https://evil.example/"));
}

static void
test_broken_bytes (void)
{
  static const char *const queries[] = { "client_id=%00", "client_id=%ff%fe", "client_id=%zz", "client_id=a%2" };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++) {
    g_autofree char *target = g_strconcat ("/oidc/authorize?", queries[i], NULL);
    g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", target, NULL, NULL, TRUE);
    postern_oidc_world_assert_page (response);
  }
}

static void
test_response_type_and_mode (void)
{
  expect_redirect_error (world->web, PAIRS ("response_type", "-"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("response_type", "token"), "unsupported_response_type");
  expect_redirect_error (world->web, PAIRS ("response_type", "code id_token"), "unsupported_response_type");
  expect_redirect_error (world->web, PAIRS ("response_mode", "fragment"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("response_mode", "query.jwt"), "invalid_request");
}

static void
test_pkce (void)
{
  expect_redirect_error (world->spa, PAIRS ("code_challenge", "-", "code_challenge_method", "-"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("code_challenge_method", "plain"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("code_challenge_method", "-"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("code_challenge", "short"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("code_challenge", "===========================================" ), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("code_challenge", "-"), "invalid_request");
}

static void
test_scope (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("scope", "openid unknown  email read openid"));
  g_autoptr (GVariant) tokens = postern_oidc_world_redeem (world, code, NULL, NULL);

  g_assert_cmpstr (postern_json_get_string (tokens, "scope"), ==, "openid email read");
  expect_redirect_error (world->web, PAIRS ("scope", "-"), "invalid_scope");
  expect_redirect_error (world->web, PAIRS ("scope", "unknown"), "invalid_scope");
  expect_redirect_error (world->web, PAIRS ("scope", "openid \"quoted\""), "invalid_scope");
  expect_redirect_error (world->web, PAIRS ("scope", "openid h\303\266"), "invalid_scope");
}

static void
test_resource (void)
{
  expect_redirect_error (world->web, PAIRS ("resource", "https://evil.example"), "invalid_target");
  expect_redirect_error (world->web, PAIRS ("resource", "https://api.example#x"), "invalid_target");
  expect_redirect_error (world->web, PAIRS ("resource", "api"), "invalid_target");
}

static void
test_prompt (void)
{
  expect_redirect_error (world->web, PAIRS ("prompt", "none login"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("prompt", "create login"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("prompt", "whatever"), "invalid_request");
  g_free (postern_oidc_world_get_code (world, world->web, PAIRS ("prompt", "none")));
}

static void
test_prompt_none_without_session (void)
{
  g_autofree char *target = g_strdup_printf ("/oidc/authorize?client_id=%s&response_type=code&scope=openid&prompt=none&state=a%%20state&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback", world->web);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", target, NULL, NULL, FALSE);

  postern_oidc_world_assert_redirect_error (response, "login_required");
}

static void
test_max_age (void)
{
  expect_redirect_error (world->web, PAIRS ("max_age", "x"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("max_age", "-1"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("max_age", "99999999999999999999"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("max_age", "1", "prompt", "none"), "login_required");
  g_free (postern_oidc_world_get_code (world, world->web, PAIRS ("max_age", "1000", "prompt", "none")));
}

static void
test_claims (void)
{
  g_autofree char *other_user = postern_id_new ("usr");
  g_autofree char *sub = g_strdup_printf ("{\"id_token\":{\"sub\":{\"value\":\"%s\"}}}", other_user);

  expect_redirect_error (world->web, PAIRS ("claims", "["), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("claims", "[]"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("claims", "{\"userinfo\":[]}"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("claims", "{\"userinfo\":{\"name\":true}}"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("claims", "{\"userinfo\":{\"name\":null,\"name\":null}}"), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("claims", "{\"userinfo\":{\"x\":{\"value\":[[[[[[[[[[[[1]]]]]]]]]]]]}}}"), "invalid_request"); /* too deep to be kept */
  g_free (postern_oidc_world_get_code (world, world->web, PAIRS ("claims", "{\"userinfo\":{\"x\":{\"value\":[[[[[1]]]]]}}}")));
  expect_redirect_error (world->web, PAIRS ("claims", sub, "prompt", "none"), "login_required");
  expect_redirect_error (world->web, PAIRS ("claims", "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"2\"]}}}", "prompt", "none"), "unmet_authentication_requirements");
  g_free (postern_oidc_world_get_code (world, world->web, PAIRS ("claims", "{\"userinfo\":{\"name\":{\"essential\":true}},\"id_token\":{\"email\":null}}")));
}

static gboolean
remember_openid (PosternTxn *txn, gpointer id, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, id, error);

  application->first_party = FALSE;
  return postern_application_store_update (txn, application, error) &&
         postern_consent_store_put (txn, world->user_id, id, "openid", 1700000000, error);
}

/* The attack: a condition of a wrong type is no condition, and whoever comes, however they come, is let through. */
static void
test_claims_conditions (void)
{
  static const char *const conditions[] = {
    "'sub':{'value':7}", "'sub':{'value':['root']}", "'sub':{'value':'root'}", "'sub':{'values':['usr_01m8hqyz49encaned8h3htdtw5']}", "'acr':{'essential':true,'value':2}",
    "'acr':{'essential':true,'values':'2'}", "'acr':{'essential':true,'values':[2]}", "'acr':{'essential':true,'values':[]}", "'acr':{'essential':true,'values':['2',7]}",
    "'acr':{'essential':'true','values':['2']}", "'acr':{'essential':1,'value':'2'}", "'name':{'essential':null}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++) {
    g_autofree char *claims = g_strdup_printf ("{'id_token':{%s}}", conditions[i]);

    expect_redirect_error (world->web, PAIRS ("claims", g_strdelimit (claims, "'", '"')), "invalid_request");
  }
}

/* Who allowed `openid` did not allow the e-mail address, by whatever parameter it is asked for. */
static void
test_claims_need_consent (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", "{'redirect_uris':['https://app.example/callback']}", NULL);

  postern_oidc_world_write (world, remember_openid, id);
  g_free (postern_oidc_world_get_code (world, id, PAIRS ("prompt", "none")));
  expect_redirect_error (id, PAIRS ("prompt", "none", "scope", "openid email"), "consent_required");
  expect_redirect_error (id, PAIRS ("prompt", "none", "claims", "{\"id_token\":{\"email\":null}}"), "consent_required");
}

static void
test_sizes (void)
{
  g_autofree char *huge = g_strnfill (70000, 'a');
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->web, PAIRS ("state", huge));
  g_autofree char *error = postern_oidc_world_dup_parameter (postern_response_get_header (response, "Location"), "error");

  g_assert_cmpstr (error, ==, "invalid_request");
  expect_redirect_error (world->web, PAIRS ("nonce", huge), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("login_hint", huge), "invalid_request");
  expect_page (huge, NULL);
}

/* What may only act for itself has people sent back by no code, though the address is registered. */
static void
test_other_grants (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "web", "{'redirect_uris':['https://app.example/callback'],'grant_types':['client_credentials'],'response_types':[]}", NULL);

  expect_redirect_error (id, NULL, "unauthorized_client");
}

/* --- id_token_hint ---------------------------------------------------------------------------------------------- */

static char *
get_id_token (const char *const *pairs)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, pairs);
  g_autoptr (GVariant) tokens = postern_oidc_world_redeem (world, code, NULL, NULL);

  return g_strdup (postern_json_get_string (tokens, "id_token"));
}

static void
test_id_token_hint (void)
{
  g_autofree char *hint = get_id_token (NULL);
  g_autofree char *code = postern_oidc_world_get_code (world, world->web, PAIRS ("id_token_hint", hint, "prompt", "none"));
  g_autoptr (GVariant) tokens = postern_oidc_world_redeem (world, code, NULL, NULL);
  g_autofree char *broken = g_strdup (hint), *other_user = postern_id_new ("usr");
  g_autofree char *other = g_strdup_printf ("{\"id_token\":{\"sub\":{\"value\":\"%s\"}}}", other_user), *same = g_strdup_printf ("{\"id_token\":{\"sub\":{\"value\":\"%s\"}}}", world->user_id);

  broken[strlen (broken) / 2] ^= 1;
  expect_redirect_error (world->web, PAIRS ("id_token_hint", broken), "invalid_request");
  expect_redirect_error (world->other, PAIRS ("id_token_hint", hint), "invalid_request"); /* another application's */
  expect_redirect_error (world->web, PAIRS ("id_token_hint", postern_json_get_string (tokens, "access_token")), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("id_token_hint", "eyJhbGciOiJub25lIn0.e30."), "invalid_request");
  expect_redirect_error (world->web, PAIRS ("id_token_hint", hint, "claims", other), "invalid_request"); /* two people */
  g_free (postern_oidc_world_get_code (world, world->web, PAIRS ("id_token_hint", hint, "claims", same, "prompt", "none")));
}

/* --- request objects -------------------------------------------------------------------------------------------- */

static char *
sign_object (const char *members)
{
  g_autofree char *text = g_strdelimit (g_strdup (members), "'", '"');
  g_autoptr (GError) error = NULL;
  char *object = postern_jws_sign (world->signer_key, POSTERN_JOSE_ALG_ES256, "oauth-authz-req+jwt", text, strlen (text), &error);

  g_assert_no_error (error);
  return object;
}

static void
test_request_object (void)
{
  g_autofree char *members = g_strdup_printf ("{'iss':'%s','client_id':'%s','aud':'" POSTERN_OIDC_WORLD_ISSUER "','response_type':'code','redirect_uri':'https://app.example/other?x=1','max_age':1000,'claims':{'userinfo':{'name':null}}}",
                                              world->signer, world->signer);
  g_autofree char *object = sign_object (members);
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, world->signer, PAIRS ("request", object, "redirect_uri", "https://evil.example/"));

  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "Location"), "https://app.example/other?x=1&code="));
}

static void
test_request_object_refused (void)
{
  g_autofree char *none = g_strdup ("eyJhbGciOiJub25lIn0.e30.");
  g_autofree char *other_client = g_strdup_printf ("{'client_id':'%s'}", world->web);
  g_autofree char *mixed = sign_object (other_client);
  g_autofree char *foreign = sign_object ("{'aud':'https://other.example'}");
  g_autofree char *issued = sign_object ("{'iss':'https://other.example'}");
  g_autofree char *old = sign_object ("{'exp':1000}");
  g_autofree char *nested = sign_object ("{'request':'x'}");
  g_autofree char *odd = sign_object ("{'scope':['openid']}");
  g_autofree char *own_name = g_strdup_printf ("{'sub':'%s'}", world->signer);
  g_autofree char *assertion = sign_object (own_name);
  g_autofree char *evil = sign_object ("{'redirect_uri':'https://evil.example/'}");

  expect_redirect_error (world->signer, PAIRS ("request", none), "request_not_supported");
  expect_redirect_error (world->signer, PAIRS ("request", mixed), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", foreign), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", issued), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", old), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", nested), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", odd), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", assertion), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request", "x.y"), "invalid_request_object");
  expect_redirect_error (world->signer, PAIRS ("request_uri", "https://app.example/object"), "request_uri_not_supported");
  expect_redirect_error (world->web, PAIRS ("request", foreign), "request_not_supported"); /* it has no keys */
  expect_page (world->signer, PAIRS ("request", evil));
  expect_page (world->signer, PAIRS ("request", none, "redirect_uri", "https://evil.example/"));
}

/* An application that always signs: what stands outside is nobody's word. */
static void
test_request_object_required (void)
{
  g_autoptr (GVariant) jwk = postern_jwk_to_variant (world->signer_key, FALSE);
  g_autofree char *key = postern_json_print (jwk);
  g_autofree char *metadata = g_strdup_printf ("{'redirect_uris':['https://app.example/callback'],'require_signed_request_object':true,'jwks':{'keys':[%s]}}", key);
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", metadata, NULL);
  g_autofree char *object = sign_object ("{'response_type':'code','redirect_uri':'https://app.example/callback','state':'a state','scope':'openid'}");

  expect_redirect_error (id, NULL, "invalid_request");
  expect_redirect_error (id, PAIRS ("request", object, "state", "forged"), "invalid_request"); /* no code_challenge inside */
}

/* A form from another site comes without cookies; the same by GET brings them. A bad one stays a page. */
static void
test_post (void)
{
  g_autofree char *body = g_strdup_printf ("client_id=%s&response_type=code&scope=openid&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback", world->web);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/authorize", body, NULL, FALSE);
  g_autofree char *split = g_strconcat (body, "&x=\r\nSet-Cookie: session=y", NULL);
  g_autoptr (PosternResponse) injected = postern_oidc_world_call (world, "POST", "/oidc/authorize", split, NULL, FALSE);
  g_autoptr (PosternResponse) bad = postern_oidc_world_call (world, "POST", "/oidc/authorize", "client_id=x", NULL, FALSE);
  const char *location = postern_response_get_header (response, "Location");
  g_autoptr (PosternResponse) next = NULL;

  g_assert_true (g_str_has_prefix (location, "/oidc/authorize?client_id="));
  postern_oidc_world_assert_page (bad);
  g_assert_false (g_str_has_prefix (postern_response_get_header (injected, "Location"), "/oidc/authorize"));
  next = postern_oidc_world_call (world, "GET", location, NULL, NULL, TRUE);
  g_assert_true (g_str_has_prefix (postern_response_get_header (next, "Location"), "https://app.example/callback?code="));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/authorize/success", test_success);
  g_test_add_func ("/oidc/authorize/query-kept", test_query_kept);
  g_test_add_func ("/oidc/authorize/form-post", test_form_post);
  g_test_add_func ("/oidc/authorize/redirect-tricks", test_redirect_tricks);
  g_test_add_func ("/oidc/authorize/broken-bytes", test_broken_bytes);
  g_test_add_func ("/oidc/authorize/response-type-and-mode", test_response_type_and_mode);
  g_test_add_func ("/oidc/authorize/pkce", test_pkce);
  g_test_add_func ("/oidc/authorize/scope", test_scope);
  g_test_add_func ("/oidc/authorize/resource", test_resource);
  g_test_add_func ("/oidc/authorize/prompt", test_prompt);
  g_test_add_func ("/oidc/authorize/prompt-none-without-session", test_prompt_none_without_session);
  g_test_add_func ("/oidc/authorize/max-age", test_max_age);
  g_test_add_func ("/oidc/authorize/claims", test_claims);
  g_test_add_func ("/oidc/authorize/claims-conditions", test_claims_conditions);
  g_test_add_func ("/oidc/authorize/claims-need-consent", test_claims_need_consent);
  g_test_add_func ("/oidc/authorize/sizes", test_sizes);
  g_test_add_func ("/oidc/authorize/other-grants", test_other_grants);
  g_test_add_func ("/oidc/authorize/id-token-hint", test_id_token_hint);
  g_test_add_func ("/oidc/authorize/request-object", test_request_object);
  g_test_add_func ("/oidc/authorize/request-object-refused", test_request_object_refused);
  g_test_add_func ("/oidc/authorize/request-object-required", test_request_object_required);
  g_test_add_func ("/oidc/authorize/post", test_post);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
