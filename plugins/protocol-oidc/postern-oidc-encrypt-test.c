/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-jwe.h"

#include <string.h>

static PosternOidcWorld *world;

#define CALLBACK "'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code']"
#define POINT    "'kty':'EC','crv':'P-256','x':'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ','y':'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck'"
#define SECRET   "{" POINT ",'d':'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw','kid':'bob','use':'enc'}"
#define KEYS     "'jwks':{'keys':[{" POINT ",'kid':'bob','use':'enc'}]}"
#define ID_TOKEN "'id_token_encrypted_response_alg':'ECDH-ES','id_token_encrypted_response_enc':'A256GCM'"
#define USERINFO "'userinfo_encrypted_response_alg':'ECDH-ES','userinfo_encrypted_response_enc':'A128GCM'"

/* Signs Alice in to a new application of this metadata. (transfer full): the token response */
static GVariant *
sign_in (const char *metadata, guint *status)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", metadata, NULL);
  g_autofree char *code = postern_oidc_world_get_code (world, id, (const char *const[]){ "scope", "openid email", NULL });
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&client_id=%s&code=%s&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, id, code);

  return postern_oidc_world_token (world, body, NULL, status);
}

static PosternResponse *
userinfo (GVariant *tokens)
{
  g_autofree char *bearer = g_strconcat ("Bearer ", postern_json_get_string (tokens, "access_token"), NULL);

  return postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);
}

/* As the application would. (transfer full): what was within; fails the test */
static char *
decrypt (const char *token, const char *enc, const char *cty)
{
  g_autofree char *json = g_strdelimit (g_strdup (SECRET), "'", '"');
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, NULL);
  g_autoptr (PosternJwk) key = postern_jwk_new_from_variant (model, TRUE, NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (PosternJwkSet) keys = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) header = NULL;
  g_autoptr (GBytes) plain = NULL;

  g_ptr_array_add (list, key);
  keys = postern_jwk_set_new (list);
  plain = postern_jwe_decrypt (token, -1, keys, cty, &header, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (postern_json_get_string (header, "enc"), ==, enc);
  g_assert_cmpstr (postern_json_get_string (header, "kid"), ==, "bob");
  g_assert_cmpstr (postern_json_get_string (header, "cty"), ==, cty);
  return g_strndup (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

static char *
dup_body (PosternResponse *response)
{
  gsize length;
  const char *text = g_bytes_get_data (postern_response_get_body (response), &length);

  return g_strndup (text, length);
}

/* A userinfo answer has no end, so it is no token that the world would take. */
static GVariant *
read_signed (const char *token)
{
  const PosternJoseAlg alg = POSTERN_JOSE_ALG_ES256;
  const PosternJwtRules rules = { .issuer = POSTERN_OIDC_WORLD_ISSUER, .require_sub = TRUE };
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/oidc/jwks", NULL, NULL, FALSE);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_autoptr (PosternJwkSet) keys = postern_jwk_set_new_from_variant (model, NULL);
  g_autoptr (GError) error = NULL;
  GVariant *claims = postern_jwt_verify (token, -1, keys, &alg, 1, &rules, &error);

  g_assert_no_error (error);
  return claims;
}

static void
test_id_token (void)
{
  guint status;
  g_autoptr (GVariant) tokens = sign_in ("{" CALLBACK "," KEYS "," ID_TOKEN ",'id_token_signed_response_alg':'ES256'}", &status);
  g_autofree char *within = decrypt (postern_json_get_string (tokens, "id_token"), "A256GCM", "JWT");
  g_autoptr (GVariant) claims = postern_oidc_world_verify (world, within, NULL);
  g_autoptr (PosternResponse) plain = userinfo (tokens);

  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpstr (postern_json_get_string (claims, "sub"), ==, world->user_id);
  g_assert_nonnull (postern_json_get_string (claims, "at_hash"));
  g_assert_cmpstr (postern_response_get_content_type (plain), ==, "application/json");
}

static void
test_userinfo_nested (void)
{
  g_autoptr (GVariant) tokens = sign_in ("{" CALLBACK "," KEYS "," USERINFO ",'userinfo_signed_response_alg':'ES256'}", NULL);
  g_autoptr (PosternResponse) response = userinfo (tokens);
  g_autofree char *token = dup_body (response);
  g_autofree char *within = decrypt (token, "A128GCM", "JWT");
  g_autoptr (GVariant) claims = read_signed (within);
  g_autoptr (GVariant) id_token = postern_oidc_world_verify (world, postern_json_get_string (tokens, "id_token"), NULL);

  g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/jwt");
  g_assert_cmpstr (postern_json_get_string (claims, "sub"), ==, postern_json_get_string (id_token, "sub"));
  g_assert_cmpstr (postern_json_get_string (claims, "iss"), ==, POSTERN_OIDC_WORLD_ISSUER);
}

static void
test_userinfo_encrypted_only (void)
{
  g_autoptr (GVariant) tokens = sign_in ("{" CALLBACK "," KEYS "," USERINFO "}", NULL);
  g_autoptr (PosternResponse) response = userinfo (tokens);
  g_autofree char *token = dup_body (response);
  g_autofree char *within = decrypt (token, "A128GCM", NULL);
  g_autoptr (GVariant) claims = postern_json_parse_object (within, -1, 0, NULL);

  g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/jwt");
  g_assert_cmpstr (postern_json_get_string (claims, "sub"), ==, world->user_id);
  g_assert_nonnull (postern_json_get_string (claims, "email"));
}

/* Keys that cannot be had: no token in clear, and the code is still good. */
static void
test_no_keys (void)
{
  g_autofree char *id = postern_oidc_world_add_application (world, "spa", "{" CALLBACK "," ID_TOKEN ",'jwks_uri':'https://127.0.0.1:1/jwks'}", NULL);
  g_autofree char *code = postern_oidc_world_get_code (world, id, NULL);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&client_id=%s&code=%s&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, id, code);

  for (guint i = 0; i < 2; i++) {
    guint status;
    g_autoptr (GVariant) answer = postern_oidc_world_token (world, body, NULL, &status);

    g_assert_cmpuint (status, ==, 400);
    g_assert_cmpstr (postern_json_get_string (answer, "error"), ==, "invalid_request");
    g_assert_null (postern_json_get_string (answer, "id_token"));
  }
}

static void
test_discovery (void)
{
  static const char *const names[] = { "id_token_encryption_alg_values_supported", "userinfo_encryption_alg_values_supported" };
  g_autoptr (PosternResponse) response = postern_oidc_world_call_inline (world, "GET", "/.well-known/openid-configuration", NULL, NULL);
  g_autoptr (GVariant) model = postern_oidc_world_json (response);
  g_auto (GStrv) encs = postern_json_dup_strv (model, "id_token_encryption_enc_values_supported", FALSE);

  /* what is announced is what is known */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_auto (GStrv) algs = postern_json_dup_strv (model, names[i], FALSE);

    g_assert_cmpuint (g_strv_length (algs), ==, 2);
    for (char **alg = algs; *alg; alg++)
      g_assert_cmpint (postern_jwe_alg_from_string (*alg), !=, POSTERN_JWE_ALG_UNKNOWN);
  }
  g_assert_cmpuint (g_strv_length (encs), ==, 2);
  for (char **enc = encs; *enc; enc++)
    g_assert_cmpint (postern_jwe_enc_from_string (*enc), !=, POSTERN_JWE_ENC_UNKNOWN);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/encrypt/id-token", test_id_token);
  g_test_add_func ("/oidc/encrypt/userinfo-nested", test_userinfo_nested);
  g_test_add_func ("/oidc/encrypt/userinfo-only", test_userinfo_encrypted_only);
  g_test_add_func ("/oidc/encrypt/no-keys", test_no_keys);
  g_test_add_func ("/oidc/encrypt/discovery", test_discovery);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
