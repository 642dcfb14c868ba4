/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include <string.h>

/* Who a client is, and what it gets in its own name. */

static PosternOidcWorld *world;

/* --- client credentials ------------------------------------------------------------------------------------------------------ */

static void
test_client_credentials (void)
{
  g_autofree char *auth = postern_oidc_world_basic (world->service, world->service_secret);
  guint status;
  g_autoptr (GVariant) answer = postern_oidc_world_token (world, "grant_type=client_credentials&scope=read", auth, &status);
  g_autoptr (PosternResponse) cold = NULL;
  g_autoptr (GVariant) warm = NULL, claims = NULL;

  g_assert_cmpuint (status, ==, 200);
  g_assert_null (postern_json_get_string (answer, "refresh_token"));
  cold = postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials&scope=read", auth);
  g_assert_nonnull (cold);
  warm = postern_oidc_world_json (cold);
  claims = postern_oidc_world_verify (world, postern_json_get_string (warm, "access_token"), "at+jwt");
  g_assert_cmpstr (postern_json_get_string (claims, "sub"), ==, world->service);
  g_assert_cmpstr (postern_json_get_string (claims, "aud"), ==, "https://api.example");
  g_assert_cmpstr (postern_json_get_string (claims, "scope"), ==, "read");
  g_assert_null (postern_json_get_string (claims, "grant_id"));
}

static void
test_client_credentials_refused (void)
{
  g_autofree char *auth = postern_oidc_world_basic (world->service, world->service_secret);
  g_autofree char *web = postern_oidc_world_basic (world->web, world->web_secret);
  g_autofree char *spa = g_strconcat ("grant_type=client_credentials&client_id=", world->spa, NULL);
  g_autoptr (GString) many = g_string_new ("grant_type=client_credentials&scope=read");

  while (many->len < 8000)
    g_string_append (many, "%20read");
  postern_oidc_world_refused (world, many->str, auth, 400, "invalid_scope"); /* each of them it may have */
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=admin", auth, 400, "invalid_scope");
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=openid", auth, 400, "invalid_scope");
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=read&scope=write", auth, 400, "invalid_request");
  postern_oidc_world_refused (world, "grant_type=client_credentials&resource=https%3A%2F%2Fevil.example", auth, 400, "invalid_target");
  postern_oidc_world_refused (world, "grant_type=client_credentials", web, 400, "unauthorized_client");
  postern_oidc_world_refused (world, spa, NULL, 400, "unauthorized_client");
}

/* What the I/O thread may not do, it hands on. */
static void
test_inline_hands_on (void)
{
  g_autofree char *auth = postern_oidc_world_basic (world->service, world->service_secret);
  g_autofree char *fresh_secret = NULL;
  g_autofree char *fresh = postern_oidc_world_add_application (world, "service", "{}", &fresh_secret);
  g_autofree char *unread = postern_oidc_world_basic (fresh, fresh_secret);

  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=refresh_token&refresh_token=x", auth));
  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials&client_assertion=x.y.z&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer", NULL));
  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials", unread));
  g_assert_null (postern_oidc_world_call_inline (world, "POST", "/oidc/token", "nonsense", NULL));
}

/* --- client authentication ------------------------------------------------------------------------------------------------------- */

#define CC "grant_type=client_credentials"

static void
test_basic_refused (void)
{
  static const char *const headers[] = { "Basic", "Basic ", "Basic !!!!", "Basic OnNlY3JldA==", "Basic YQ==", "Bearer x", "Basic YTpiAA==", "Basic YTol", "Digest x" };
  g_autofree char *wrong = postern_oidc_world_basic (world->service, "wrong");
  g_autofree char *unknown = postern_oidc_world_basic ("app_00000000000000000000000000", "wrong");
  g_autofree char *other = postern_oidc_world_basic (world->service, world->web_secret);
  g_autofree char *good = postern_oidc_world_basic (world->service, world->service_secret);
  g_autofree char *both = g_strconcat (CC "&client_secret=", world->service_secret, NULL);
  g_autofree char *mixed = g_strconcat (CC "&client_id=", world->web, NULL);
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/token", CC, wrong, FALSE);
  g_autoptr (PosternResponse) plain = postern_oidc_world_call (world, "POST", "/oidc/token", CC, NULL, FALSE);

  g_assert_true (g_str_has_prefix (postern_response_get_header (response, "WWW-Authenticate"), "Basic "));
  g_assert_null (postern_response_get_header (plain, "WWW-Authenticate"));
  postern_oidc_world_assert_error (plain, 401, "invalid_client");
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    postern_oidc_world_refused (world, CC, headers[i], 401, "invalid_client");
  postern_oidc_world_refused (world, CC, wrong, 401, "invalid_client");
  postern_oidc_world_refused (world, CC, unknown, 401, "invalid_client");
  postern_oidc_world_refused (world, CC, other, 401, "invalid_client");
  postern_oidc_world_refused (world, both, good, 400, "invalid_request");
  postern_oidc_world_refused (world, mixed, good, 400, "invalid_request");
}

static void
test_post_secret (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *id = postern_oidc_world_add_application (world, "service", "{'token_endpoint_auth_method':'client_secret_post'}", &secret);
  g_autofree char *good = g_strconcat (CC "&client_id=", id, "&client_secret=", secret, NULL);
  g_autofree char *none = g_strconcat (CC "&client_id=", id, NULL);
  g_autofree char *empty = g_strconcat (CC "&client_secret=&client_id=", id, NULL);
  g_autofree char *as_basic = postern_oidc_world_basic (id, secret);
  guint status;

  g_variant_unref (postern_oidc_world_token (world, good, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  postern_oidc_world_refused (world, none, NULL, 401, "invalid_client");
  postern_oidc_world_refused (world, empty, NULL, 401, "invalid_client");
  g_variant_unref (postern_oidc_world_token (world, CC, as_basic, &status)); /* worth the same */
  g_assert_cmpuint (status, ==, 200);
}

static void
test_content_type (void)
{
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/oidc/token", NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"grant_type\":\"client_credentials\"}", 35);
  g_autoptr (PosternResponse) response = NULL;

  postern_request_add_header (request, "Content-Type", "application/json");
  postern_request_set_body (request, body);
  for (const PosternRoute *route = postern_protocol_get_routes (world->oidc); route->method && !response; route++)
    if (g_str_equal (route->pattern, "/oidc/token"))
      response = route->handler (request, world->oidc);
  postern_oidc_world_assert_error (response, 400, "invalid_request");
}

/* --- private_key_jwt ------------------------------------------------------------------------------------------------------------------ */

static char *
assertion (const char *aud, gint64 exp, const char *jti, const char *iss)
{
  g_autofree char *text = g_strdup_printf ("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":%s,\"exp\":%" G_GINT64_FORMAT ",\"jti\":%s}", iss, world->signer, aud, exp, jti);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = postern_jws_sign (world->signer_key, POSTERN_JOSE_ALG_ES256, "JWT", text, strlen (text), &error);

  g_assert_no_error (error);
  return g_strconcat (CC "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=", token, NULL);
}

#define AUD "\"" POSTERN_OIDC_WORLD_ISSUER "\""

static void
test_assertion (void)
{
  gint64 soon = g_get_real_time () / G_USEC_PER_SEC + 60;
  g_autofree char *good = assertion (AUD, soon, "\"j1\"", world->signer);
  g_autofree char *named = g_strconcat (good, "&client_id=", world->web, NULL);
  g_autofree char *with_secret = g_strconcat (good, "&client_secret=x", NULL);
  struct {
    const char *aud;
    gint64 exp;
    const char *jti, *iss;
  } bad[] = {
    { "\"" POSTERN_OIDC_WORLD_ISSUER "/oidc/token\"", soon, "\"j2\"", world->signer },
    { "\"https://other.example\"", soon, "\"j2\"", world->signer },
    { "[" AUD "]", soon, "\"j2\"", world->signer },
    { "[" AUD ",\"https://other.example\"]", soon, "\"j2\"", world->signer },
    { AUD, soon - 3600, "\"j2\"", world->signer },
    { AUD, soon + 86400, "\"j2\"", world->signer },
    { AUD, soon, "null", world->signer },
    { AUD, soon, "\"\"", world->signer },
    { AUD, soon, "7", world->signer },
    { AUD, soon, "\"j2\"", world->web },
  };
  guint status;

  postern_oidc_world_refused (world, named, NULL, 401, "invalid_client");
  postern_oidc_world_refused (world, with_secret, NULL, 400, "invalid_request");
  g_variant_unref (postern_oidc_world_token (world, good, NULL, &status));
  g_assert_cmpuint (status, ==, 200);
  postern_oidc_world_refused (world, good, NULL, 401, "invalid_client"); /* replayed */
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *body = assertion (bad[i].aud, bad[i].exp, bad[i].jti, bad[i].iss);
    postern_oidc_world_refused (world, body, NULL, 401, "invalid_client");
  }
  postern_oidc_world_refused (world, CC "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=eyJhbGciOiJub25lIn0.e30.", NULL, 401, "invalid_client");
  postern_oidc_world_refused (world, CC "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=x", NULL, 401, "invalid_client");
  postern_oidc_world_refused (world, CC "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=x.", NULL, 401, "invalid_client");
  postern_oidc_world_refused (world, CC "&client_assertion_type=x&client_assertion=y", NULL, 400, "invalid_request");
}

static void
test_assertion_race (void)
{
  g_autofree char *body = assertion (AUD, g_get_real_time () / G_USEC_PER_SEC + 60, "\"race\"", world->signer);

  g_assert_cmpuint (postern_oidc_world_race (world, body, NULL), ==, 1);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/client-auth/client-credentials", test_client_credentials);
  g_test_add_func ("/oidc/client-auth/client-credentials-refused", test_client_credentials_refused);
  g_test_add_func ("/oidc/client-auth/inline-hands-on", test_inline_hands_on);
  g_test_add_func ("/oidc/client-auth/basic-refused", test_basic_refused);
  g_test_add_func ("/oidc/client-auth/post-secret", test_post_secret);
  g_test_add_func ("/oidc/client-auth/content-type", test_content_type);
  g_test_add_func ("/oidc/client-auth/assertion", test_assertion);
  g_test_add_func ("/oidc/client-auth/assertion-race", test_assertion_race);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
