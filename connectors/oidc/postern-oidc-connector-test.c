/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwe.h"
#include "postern-oauth2-profile.h"
#include "postern-oidc-connector.h"
#include "test/postern-oidc-hostile.h"

#include <openssl/pem.h>
#include <string.h>

static PosternOidcHostile *provider;

static PosternAuthenticator *
connector_new (const char *extra)
{
  return postern_oidc_hostile_connector (provider, POSTERN_TYPE_OIDC_CONNECTOR, extra);
}

static void
test_good (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("{\"prompt\":\"login\",\"keep-tokens\":\"true\",\"scopes\":\"email\"}");
  g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);
  PosternSubject *subject = postern_step_get_subject (step);
  static const struct {
    const char *name, *value;
  } sent[] = {
    { "kept", "1" }, { "response_type", "code" }, { "client_id", "postern" }, { "redirect_uri", "https://id.example/callback/corp" },
    { "scope", "openid email" }, { "state", "flw_1.state" }, { "code_challenge_method", "S256" }, { "prompt", "login" },
    { "login_hint", "grace@corp.example" }, { "ui_locales", NULL }, { "hd", NULL }, { "response_mode", NULL },
  };

  g_assert_no_error (postern_step_get_error (step));
  g_assert_cmpstr (postern_subject_get_id (subject), ==, "grace");
  g_assert_cmpstr (postern_subject_get_email (subject), ==, "grace@corp.example");
  g_assert_true (postern_subject_get_email_verified (subject));
  g_assert_cmpstr (postern_claims_get_string (postern_subject_get_claims (subject), "name"), ==, "Grace");
  g_assert_null (postern_claims_get (postern_subject_get_claims (subject), "nonce"));
  g_assert_cmpstr (postern_subject_get_upstream_sid (subject), ==, "s1");
  g_assert_cmpstr (postern_json_get_string (postern_subject_get_upstream_tokens (subject), "access_token"), ==, "at");
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++) {
    g_autofree char *value = postern_oidc_hostile_parameter (provider, sent[i].name);
    g_assert_cmpstr (value, ==, sent[i].value);
  }
  g_assert_true (provider->verifier_matches);
  g_assert_cmpuint (strlen (provider->nonce), ==, 43);
  g_assert_cmpstr (provider->last_authorization, ==, "Basic cG9zdGVybjpzM2NyZXQlMkYlMkI=");
  g_assert_null (strstr (provider->last_form, "s3cret"));
}

static void
test_caches (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);

  for (guint i = 0; i < 3; i++) {
    g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_no_error (postern_step_get_error (step));
    g_assert_null (postern_subject_get_upstream_tokens (postern_step_get_subject (step)));
  }
  g_assert_cmpuint (provider->n_metadata, ==, 1);
  g_assert_cmpuint (provider->n_jwks, ==, 1);
  g_assert_cmpuint (provider->n_userinfo, ==, 3);
}

static void
test_metadata (void)
{
  static const struct {
    const char *metadata, *why;
  } lies[] = {
    { "{\"issuer\":\"https://other.example\"}", "names the issuer" },
    { "{\"issuer\":null}", "names the issuer" },
    { "{\"authorization_endpoint\":null}", "authorization_endpoint" },
    { "{\"authorization_endpoint\":\"javascript:alert(1)\"}", "authorization_endpoint" },
    { "{\"token_endpoint\":\"ftp://x\"}", "token_endpoint" },
    { "{\"jwks_uri\":7}", "jwks_uri" },
    { "{\"userinfo_endpoint\":\"file:///etc/passwd\"}", "userinfo_endpoint" },
    { "{\"token_endpoint\":\"http://169.254.169.254/latest\"}", "allow-list" },
    { "{\"id_token_signing_alg_values_supported\":[\"HS256\",\"none\"]}", "algorithm" },
  };
  static const char *hows[] = { "huge", "redirect", "garbage", "500" };

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
    g_autoptr (PosternStep) step = NULL;
    provider->metadata = lies[i].metadata;
    step = postern_oidc_hostile_sign_in (provider, connector);
    postern_oidc_hostile_refused (step, lies[i].why);
  }
  provider->metadata = NULL;
  provider->misbehave = "/.well-known/openid-configuration";
  for (guint i = 0; i < G_N_ELEMENTS (hows); i++) {
    g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
    g_autoptr (PosternStep) step = NULL;
    provider->how = hows[i];
    step = postern_oidc_hostile_sign_in (provider, connector);
    postern_oidc_hostile_refused (step, "");
  }
}

static void
test_endpoints (void)
{
  static const char *paths[] = { "/jwks", "/token", "/userinfo" };
  static const char *hows[] = { "huge", "redirect", "garbage", "500", "refuse" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    for (guint k = 0; k < G_N_ELEMENTS (hows); k++) {
      g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
      g_autoptr (PosternStep) step = NULL;
      provider->misbehave = paths[i];
      provider->how = hows[k];
      step = postern_oidc_hostile_sign_in (provider, connector);
      postern_oidc_hostile_refused (step, "");
    }
  }
}

static void
test_userinfo (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  static const char *unproved[] = { "{\"email_verified\":\"true\"}", "{\"email_verified\":1}", "{\"email_verified\":null}", "{\"email_verified\":false}" };

  for (guint i = 0; i < G_N_ELEMENTS (unproved); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->userinfo = unproved[i];
    step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_no_error (postern_step_get_error (step));
    g_assert_cmpstr (postern_subject_get_email (postern_step_get_subject (step)), ==, "grace@corp.example");
    g_assert_false (postern_subject_get_email_verified (postern_step_get_subject (step)));
  }
  for (guint i = 0; i < 2; i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->userinfo = i ? "{\"sub\":null}" : "{\"sub\":\"root\"}";
    step = postern_oidc_hostile_sign_in (provider, connector);
    postern_oidc_hostile_refused (step, "another person");
  }
}

static void
test_no_userinfo (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("{\"userinfo\":\"false\"}");
  g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);

  g_assert_no_error (postern_step_get_error (step));
  g_assert_null (postern_subject_get_email (postern_step_get_subject (step)));
  g_assert_cmpuint (provider->n_userinfo, ==, 0);
}

static gboolean
merged_is_verified (const char *id_token, const char *userinfo, const char *map, const char *email)
{
  g_autoptr (GVariant) first = postern_json_parse_object (id_token, -1, 0, NULL);
  g_autoptr (GVariant) second = postern_json_parse_object (userinfo, -1, 0, NULL);
  const char *list[] = { map, NULL };
  g_autoptr (PosternClaims) claims = postern_oauth2_profile_merge (first, second, list, NULL);
  g_autoptr (PosternSubject) subject = postern_subject_new ("1", claims);

  g_assert_cmpstr (postern_subject_get_email (subject), ==, email);
  return postern_subject_get_email_verified (subject);
}

/* One document's address must not come with the other's proof, nor with the proof of another claim. */
static void
test_borrowed_proof (void)
{
  g_assert_true (merged_is_verified ("{\"email\":\"a@x\",\"email_verified\":true}", "{}", NULL, "a@x"));
  g_assert_true (merged_is_verified ("{\"email\":\"a@x\"}", "{\"email\":\"a@x\",\"email_verified\":true}", NULL, "a@x"));
  g_assert_false (merged_is_verified ("{\"email\":\"a@x\"}", "{\"email\":\"b@x\",\"email_verified\":true}", NULL, "a@x"));
  g_assert_false (merged_is_verified ("{\"email_verified\":true}", "{\"email\":\"b@x\"}", NULL, "b@x"));
  g_assert_false (merged_is_verified ("{\"upn\":\"a@x\",\"email\":\"b@x\",\"email_verified\":true}", "{}", "email=upn", "a@x"));
}

static void
test_responses (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (provider, connector);
  g_autoptr (PosternStep) empty = postern_step_new (POSTERN_STEP_BEGIN, "flw_2", "");
  g_autoptr (PosternStep) declined = postern_oidc_hostile_callback (begun, connector, "{\"error\":\"access_denied\",\"error_description\":\"no\"}");
  g_autoptr (PosternStep) broken = postern_oidc_hostile_callback (begun, connector, "{\"error\":\"server_error\"}");
  g_autoptr (PosternStep) mixed = postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\",\"iss\":\"https://other.example\"}");
  g_autoptr (PosternStep) without = postern_oidc_hostile_callback (begun, connector, "{}");
  g_autoptr (PosternStep) unasked = postern_oidc_hostile_callback (empty, connector, "{\"code\":\"c\"}");

  g_assert_error (postern_step_get_error (declined), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  g_assert_nonnull (strstr (postern_step_get_error (declined)->message, "Corp"));
  postern_oidc_hostile_refused (broken, "server_error");
  postern_oidc_hostile_refused (mixed, "another provider");
  postern_oidc_hostile_refused (without, "without a code");
  postern_oidc_hostile_refused (unasked, "without");
}

static void
test_response_issuer (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autofree char *input = g_strdup_printf ("{\"code\":\"c\",\"iss\":\"%s\"}", provider->issuer);
  g_autoptr (PosternStep) begun = NULL, lacking = NULL, good = NULL;

  provider->metadata = "{\"authorization_response_iss_parameter_supported\":true}";
  begun = postern_oidc_hostile_begin (provider, connector);
  lacking = postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\"}");
  postern_oidc_hostile_refused (lacking, "lacks iss");
  good = postern_oidc_hostile_callback (begun, connector, input);
  g_assert_no_error (postern_step_get_error (good));
}

static void
test_client_authentication (void)
{
  g_autoptr (PosternAuthenticator) post = connector_new ("{\"client-authentication\":\"client_secret_post\"}");
  g_autoptr (PosternAuthenticator) none = connector_new ("{\"client-secret\":\"\"}");
  g_autoptr (PosternStep) first = postern_oidc_hostile_sign_in (provider, post);
  g_autoptr (PosternStep) second = NULL;

  g_assert_no_error (postern_step_get_error (first));
  g_assert_nonnull (strstr (provider->last_form, "client_secret=s3cret%2F%2B"));
  g_assert_null (provider->last_authorization);
  second = postern_oidc_hostile_sign_in (provider, none);
  g_assert_no_error (postern_step_get_error (second));
  g_assert_nonnull (strstr (provider->last_form, "client_id=postern"));
  g_assert_null (strstr (provider->last_form, "client_secret"));
  g_assert_null (provider->last_authorization);
}

static char *
make_key (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data, *pem;
  long length;

  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  length = BIO_get_mem_data (bio, &data);
  pem = g_strndup (data, (gsize) length);
  BIO_free (bio);
  EVP_PKEY_free (key);
  return pem;
}

static void
test_private_key_jwt (void)
{
  g_autoptr (GString) json = g_string_new ("{\"client-secret\":\"\",\"client-authentication\":\"private_key_jwt\",\"private-key-id\":\"k1\",\"private-key\":");
  g_autofree char *pem = make_key ();
  g_autoptr (PosternJwk) key = postern_jwk_new_from_pem (pem, -1, POSTERN_JOSE_ALG_ES256, "k1", NULL);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (PosternJwkSet) keys = NULL;
  g_autoptr (PosternAuthenticator) connector = NULL;
  g_autoptr (PosternStep) step = NULL;
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *audience = g_strconcat (provider->issuer, "/token", NULL);
  PosternJwtRules rules = { .issuer = "postern", .audience = audience, .require_exp = TRUE, .require_jti = TRUE };
  PosternJoseAlg alg = POSTERN_JOSE_ALG_ES256;
  const char *assertion;

  g_ptr_array_add (list, key);
  keys = postern_jwk_set_new (list);
  postern_json_append_string (json, pem);
  g_string_append_c (json, '}');
  connector = connector_new (json->str);
  step = postern_oidc_hostile_sign_in (provider, connector);
  g_assert_no_error (postern_step_get_error (step));
  assertion = strstr (provider->last_form, "client_assertion=") + strlen ("client_assertion=");
  claims = postern_jwt_verify (assertion, (gssize) strcspn (assertion, "&"), keys, &alg, 1, &rules, &error);
  g_assert_no_error (error);
}

static PosternAuthenticator *
connector_with_decryption_key (const char *pem)
{
  g_autoptr (GString) json = g_string_new ("{\"keep-tokens\":\"true\",\"decryption-key\":");

  postern_json_append_string (json, pem);
  g_string_append_c (json, '}');
  return connector_new (json->str);
}

static char *
encrypt (PosternJwk *key, const char *cty, const char *text)
{
  g_autoptr (GBytes) plain = g_bytes_new (text, strlen (text));

  return postern_jwe_encrypt (key, POSTERN_JWE_ALG_ECDH_ES, POSTERN_JWE_ENC_A256GCM, cty, plain, NULL);
}

/* Encrypted must be what is to be encrypted, and being encrypted proves nothing about who made it. */
static void
test_encrypted (void)
{
  g_autofree char *pem = make_key (), *others_pem = make_key ();
  g_autoptr (PosternJwk) ours = postern_jwk_new_encryption_from_pem (pem, -1, "any name", NULL);
  g_autoptr (PosternJwk) others = postern_jwk_new_encryption_from_pem (others_pem, -1, NULL, NULL);
  g_autoptr (PosternJwk) stranger = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, NULL);
  g_autoptr (PosternAuthenticator) connector = connector_with_decryption_key (pem), plain = connector_new (NULL);
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (provider, connector), good = NULL, unasked = NULL;
  g_autofree char *claims = g_strdup_printf ("{\"iss\":\"%s\",\"aud\":\"postern\",\"sub\":\"grace\",\"nonce\":\"%s\",\"iat\":1,\"exp\":9999999999}", provider->issuer, provider->nonce);
  g_autofree char *token = postern_jws_sign (provider->key, POSTERN_JOSE_ALG_ES256, "JWT", claims, strlen (claims), NULL);
  g_autofree char *forged = postern_jws_sign (stranger, POSTERN_JOSE_ALG_ES256, "JWT", claims, strlen (claims), NULL);
  char *bad[] = { g_strdup (token), encrypt (others, "JWT", token), encrypt (ours, NULL, token), encrypt (ours, "JWT", forged), encrypt (ours, "JWT", claims), encrypt (ours, "JWT", "") };

  provider->id_token = encrypt (ours, "JWT", token);
  good = postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\"}");
  g_assert_no_error (postern_step_get_error (good));
  /* Who reads a kept token could not open it. */
  g_assert_cmpstr (postern_json_get_string (postern_subject_get_upstream_tokens (postern_step_get_subject (good)), "id_token"), ==, token);
  unasked = postern_oidc_hostile_callback (begun, plain, "{\"code\":\"c\"}");
  postern_oidc_hostile_refused (unasked, "ID token");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (PosternStep) step = NULL;
    g_assert_nonnull (bad[i]);
    g_free (provider->id_token);
    provider->id_token = bad[i];
    step = postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\"}");
    postern_oidc_hostile_refused (step, "ID token");
  }
}

#define PUBLIC_KEY "-----BEGIN PUBLIC KEY-----\\n" \
                   "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEX+AYw23u+lf+9vBzyvf3dYxMSGmM\\n" \
                   "bCxU5kij/oS79fEWWyv4wQOPmo8C6aqKtanRvjj+dctyKL1wbU4tcY2pGQ==\\n" \
                   "-----END PUBLIC KEY-----"

static void
test_conditions (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ("{\"claim-conditions\":\"tid=corp active\"}");
  static const struct {
    const char *claims;
    gboolean good;
  } cases[] = { { "{\"tid\":\"corp\",\"active\":true}", TRUE }, { "{\"tid\":\"corps\",\"active\":true}", FALSE }, { "{\"tid\":\"corp\",\"active\":\"true\"}", FALSE }, { NULL, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->claims = cases[i].claims;
    step = postern_oidc_hostile_sign_in (provider, connector);
    if (cases[i].good)
      g_assert_no_error (postern_step_get_error (step));
    else
      postern_oidc_hostile_refused (step, "does not hold");
  }
}

static void
test_settings (void)
{
  static const char *const bad[] = {
    "{'client-id': 'x'}",
    "{'issuer': 'https://x', 'client-id': ''}",
    "{'issuer': 'https://x', 'client-id': 'x', 'client-authentication': 'client_secret_post'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'client-authentication': 'private_key_jwt'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'client-authentication': 'private_key_jwt', 'private-key': 'junk'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'client-authentication': 'private_key_jwt', 'private-key': '" PUBLIC_KEY "'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'client-authentication': 'magic'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'decryption-key': 'junk'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'claim-map': 'email'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'claim-map': 'sub=oid'}",
    "{'issuer': 'https://x', 'client-id': 'x', 'claim-map': 'email_verified=yes'}",
    NULL,
  };

  postern_oidc_hostile_refuse_settings (POSTERN_TYPE_OIDC_CONNECTOR, bad);
}

int
main (int argc, char **argv)
{
  static const PosternOidcHostileTest tests[] = {
    { "/oidc/good", test_good },
    { "/oidc/caches", test_caches },
    { "/oidc/metadata", test_metadata },
    { "/oidc/endpoints", test_endpoints },
    { "/oidc/userinfo", test_userinfo },
    { "/oidc/no-userinfo", test_no_userinfo },
    { "/oidc/borrowed-proof", test_borrowed_proof },
    { "/oidc/responses", test_responses },
    { "/oidc/response-issuer", test_response_issuer },
    { "/oidc/client-authentication", test_client_authentication },
    { "/oidc/private-key-jwt", test_private_key_jwt },
    { "/oidc/encrypted", test_encrypted },
    { "/oidc/conditions", test_conditions },
    { "/oidc/settings", test_settings },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
