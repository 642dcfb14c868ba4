/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwe.h"
#include "postern-oauth2-profile.h"
#include "postern-oidc-connector.h"
#include "postern-oidc-issuer.h"
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

/* One row a lie in a signed ID token, and what the log says of it. */
static void
test_claims (void)
{
  static const struct {
    const char *claims, *why;
  } lies[] = {
    { "{\"iss\":\"https://other.example\"}", "iss" },
    { "{\"iss\":null}", "iss" },
    { "{\"aud\":\"other\"}", "aud" },
    { "{\"aud\":[]}", "aud" },
    { "{\"aud\":null}", "aud" },
    { "{\"aud\":[\"postern\",\"other\"]}", "azp" },
    { "{\"aud\":[\"postern\",\"other\"],\"azp\":\"other\"}", "azp" },
    { "{\"azp\":\"other\"}", "azp" },
    { "{\"azp\":1}", "azp" },
    { "{\"nonce\":\"another\"}", "nonce" },
    { "{\"nonce\":null}", "nonce" },
    { "{\"nonce\":1}", "nonce" },
    { "{\"exp\":1}", "exp" },
    { "{\"exp\":null}", "exp" },
    { "{\"exp\":\"9999999999\"}", "exp" },
    { "{\"iat\":null}", "iat" },
    { "{\"iat\":9999999999}", "iat" },
    { "{\"sub\":null}", "sub" },
    { "{\"sub\":\"\"}", "sub" },
    { "{\"sub\":7}", "sub" },
    { "{\"at_hash\":\"AAAA\"}", "at_hash" },
    { "{\"at_hash\":1}", "at_hash" },
  };
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->claims = lies[i].claims;
    step = postern_oidc_hostile_sign_in (provider, connector);
    postern_oidc_hostile_refused (step, lies[i].why);
    g_assert_cmpuint (provider->n_userinfo, ==, 0);
  }
}

static void
test_good_claims (void)
{
  /* at_hash of "at" by SHA-256 */
  static const char *good[] = {
    "{\"aud\":[\"postern\"]}", "{\"aud\":[\"postern\",\"other\"],\"azp\":\"postern\"}", "{\"at_hash\":\"sda5G2fCr6XjIpiNlGJjjQ\"}",
  };
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (PosternStep) step = NULL;
    provider->claims = good[i];
    step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_no_error (postern_step_get_error (step));
  }
}

/* Who must show it anew is sent so, and what comes back must say that it was done: as far as the provider can be asked. */
static void
test_reauthentication (void)
{
  static const struct {
    const char *extra, *max_age, *prompt, *sent; /* sent: max_age at the provider */
    gint64 age;                                  /* seconds: of auth_time; -1: there is none */
    gboolean good;
  } rows[] = {
    { NULL, NULL, NULL, NULL, -1, TRUE },
    { NULL, NULL, NULL, NULL, 100000, TRUE }, /* nobody asked */
    { NULL, "0", "login", "0", 2, TRUE },
    { NULL, "0", "login", "0", 600, FALSE },
    { NULL, "0", "login", "0", -1, FALSE },
    { NULL, "0", "login", "0", -600, FALSE }, /* of the future */
    { NULL, "300", NULL, "300", 200, TRUE },
    { NULL, "300", NULL, "300", 500, FALSE },
    { NULL, "300", NULL, "300", -1, FALSE },
    { "{\"prompt\":\"select_account\"}", "300", "select_account", "300", 200, TRUE },
    { "{\"prompt\":\"select_account\"}", "0", "login", "0", 0, TRUE },
    { "{\"prompt\":\"consent\"}", "0", "login consent", "0", 0, TRUE },
    { "{\"reauthentication\":\"prompt\"}", "300", "login", NULL, -1, TRUE },
    { "{\"reauthentication\":\"prompt\"}", "0", "login", NULL, 600, FALSE }, /* what it does say is believed */
    { "{\"reauthentication\":\"prompt\"}", NULL, NULL, NULL, -1, TRUE },
    { "{\"reauthentication\":\"none\",\"prompt\":\"consent\"}", "0", "consent", NULL, 100000, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternAuthenticator) connector = connector_new (rows[i].extra);
    g_autofree char *claims = rows[i].age == -1 ? NULL : g_strdup_printf ("{\"auth_time\":%" G_GINT64_FORMAT "}", g_get_real_time () / G_USEC_PER_SEC - rows[i].age);
    g_autoptr (PosternStep) step = NULL;
    g_autofree char *prompt = NULL;
    g_autofree char *sent = NULL;

    provider->max_age = rows[i].max_age;
    provider->claims = claims;
    step = postern_oidc_hostile_sign_in (provider, connector);
    prompt = postern_oidc_hostile_parameter (provider, "prompt");
    sent = postern_oidc_hostile_parameter (provider, "max_age");
    g_test_message ("row %u", i);
    g_assert_cmpstr (prompt, ==, rows[i].prompt);
    g_assert_cmpstr (sent, ==, rows[i].sent);
    if (rows[i].good)
      g_assert_no_error (postern_step_get_error (step));
    else
      g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION);
    g_assert_cmpint (postern_step_get_subject (step) != NULL, ==, rows[i].good);
    provider->claims = NULL;
  }
}

/* How sure the provider was is its own word: nothing of it reaches what we say. */
static void
test_means (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autoptr (PosternStep) step = NULL;
  PosternClaims *claims;

  provider->claims = "{\"acr\":\"2\",\"amr\":[\"pwd\",\"otp\",\"mfa\"],\"auth_time\":1}";
  step = postern_oidc_hostile_sign_in (provider, connector);
  g_assert_no_error (postern_step_get_error (step));
  claims = postern_subject_get_claims (postern_step_get_subject (step));
  g_assert_null (postern_claims_get (claims, "acr"));
  g_assert_null (postern_claims_get (claims, "amr"));
  g_assert_null (postern_claims_get (claims, "auth_time"));
  g_assert_null (postern_step_get_amr (step));
}

/* Texts, fractions and what does not fit are no time; nor does userinfo, which is not signed, say when. */
static void
test_no_time (void)
{
  static const char *const lies[] = { "{\"auth_time\":\"9999999999\"}", "{\"auth_time\":null}", "{\"auth_time\":true}", "{\"auth_time\":9999999999999}", "{\"auth_time\":-1}" };
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autofree char *now = g_strdup_printf ("{\"auth_time\":%" G_GINT64_FORMAT "}", g_get_real_time () / G_USEC_PER_SEC);

  provider->max_age = "0";
  provider->userinfo = now;
  for (guint i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autoptr (PosternStep) step = NULL;

    provider->claims = lies[i];
    step = postern_oidc_hostile_sign_in (provider, connector);
    g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION);
    g_assert_cmpuint (provider->n_userinfo, ==, 0);
  }
}

static char *
forge (const char *header, const char *payload, const char *signature)
{
  g_autofree char *first = postern_base64url_encode (header, strlen (header));
  g_autofree char *second = postern_base64url_encode (payload, strlen (payload));

  return g_strdup_printf ("%s.%s.%s", first, second, signature);
}

static void
test_signatures (void)
{
  static const char shared[] = "a client secret that HS256 would take for a key";
  g_autoptr (PosternAuthenticator) connector = connector_new ("{\"client-secret\":\"a client secret that HS256 would take for a key\"}");
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (provider, connector);
  g_autoptr (GBytes) secret = g_bytes_new_static (shared, strlen (shared));
  g_autoptr (PosternJwk) hmac = postern_jwk_new_from_secret (secret, POSTERN_JOSE_ALG_HS256);
  g_autoptr (PosternJwk) stranger = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, NULL);
  g_autofree char *payload = g_strdup_printf ("{\"iss\":\"%s\",\"aud\":\"postern\",\"sub\":\"grace\",\"nonce\":\"%s\",\"iat\":1,\"exp\":9999999999}", provider->issuer, provider->nonce);
  char *forged[] = {
    forge ("{\"alg\":\"none\"}", payload, ""),
    forge ("{\"alg\":\"ES256\"}", payload, ""),
    forge ("{\"alg\":\"ES256\"}", payload, "AAAA"),
    postern_jws_sign (hmac, POSTERN_JOSE_ALG_HS256, "JWT", payload, strlen (payload), NULL),
    postern_jws_sign (stranger, POSTERN_JOSE_ALG_ES256, "JWT", payload, strlen (payload), NULL),
    postern_jws_sign (provider->key, POSTERN_JOSE_ALG_ES256, "at+jwt", payload, strlen (payload), NULL),
    g_strdup ("nonsense"),
    g_strdup (""),
  };

  for (guint i = 0; i < G_N_ELEMENTS (forged); i++) {
    g_autoptr (PosternStep) step = NULL;
    g_assert_nonnull (forged[i]);
    g_free (provider->id_token);
    provider->id_token = forged[i];
    step = postern_oidc_hostile_callback (begun, connector, "{\"code\":\"c\"}");
    postern_oidc_hostile_refused (step, "");
    g_assert_cmpuint (provider->n_userinfo, ==, 0);
  }
}

/* A new key is found by itself; invented keys make us ask once, not each time. */
static void
test_rotation (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new (NULL);
  g_autoptr (PosternStep) before = postern_oidc_hostile_sign_in (provider, connector);
  g_autoptr (PosternStep) after = NULL;

  g_assert_no_error (postern_step_get_error (before));
  g_object_unref (provider->key);
  provider->key = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, NULL);
  g_set_object (&provider->published, provider->key);
  after = postern_oidc_hostile_sign_in (provider, connector);
  g_assert_no_error (postern_step_get_error (after));
  g_assert_cmpuint (provider->n_jwks, ==, 2);

  g_object_unref (provider->key);
  provider->key = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, NULL);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (PosternStep) step = postern_oidc_hostile_sign_in (provider, connector);
    postern_oidc_hostile_refused (step, "");
  }
  g_assert_cmpuint (provider->n_jwks, ==, 2);
  g_set_object (&provider->published, provider->key);
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

/* "{tenantid}" stands for one UUID and nothing else, and a token's own tid says which. */
static void
test_issuers (void)
{
  static const struct {
    const char *named;
    gboolean fits;
  } cases[] = {
    { "https://x/{tenantid}/v2.0", TRUE }, { "https://x/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", TRUE }, { "https://x/common/v2.0", FALSE },
    { "https://x//v2.0", FALSE }, { "https://x/v2.0", FALSE }, { "https://evil/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", FALSE },
    { "https://x/9188040d-6c67-4c5b-b112-36a304b66dad/v1.0", FALSE }, { "https://x/9188040d-6c67-4c5b-b112-36a304b66dad/a/v2.0", FALSE }, { "", FALSE }, { NULL, FALSE },
  };
  static const struct {
    const char *claims, *issuer;
  } tokens[] = {
    { "{\"tid\":\"9188040d-6c67-4c5b-b112-36a304b66dad\"}", "https://x/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0" },
    { "{\"tid\":\"../evil\"}", NULL }, { "{\"tid\":7}", NULL }, { "{}", NULL }, { "nonsense", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (postern_oidc_issuer_fits ("https://x/{tenantid}/v2.0", cases[i].named), ==, cases[i].fits);
  g_assert_false (postern_oidc_issuer_fits ("https://x", "https://x/"));
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++) {
    g_autofree char *token = forge ("{}", tokens[i].claims, "AAAA");
    g_autofree char *issuer = postern_oidc_issuer_of_token ("https://x/{tenantid}/v2.0", token);
    g_autofree char *only = postern_oidc_issuer_of_token ("https://x", token);
    g_assert_cmpstr (issuer, ==, tokens[i].issuer);
    g_assert_cmpstr (only, ==, "https://x");
  }
}

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
    { "/oidc/claims", test_claims },
    { "/oidc/reauthentication", test_reauthentication },
    { "/oidc/no-time", test_no_time },
    { "/oidc/means", test_means },
    { "/oidc/good-claims", test_good_claims },
    { "/oidc/signatures", test_signatures },
    { "/oidc/rotation", test_rotation },
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
    { "/oidc/issuers", test_issuers },
    { "/oidc/conditions", test_conditions },
    { "/oidc/settings", test_settings },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
