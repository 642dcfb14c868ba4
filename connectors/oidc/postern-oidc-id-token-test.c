/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-connector.h"
#include "postern-oidc-issuer.h"
#include "test/postern-oidc-hostile.h"

#include <string.h>

/* What a provider may say in an ID token, and under which signature. */

static PosternOidcHostile *provider;

static PosternAuthenticator *
connector_new (const char *extra)
{
  return postern_oidc_hostile_connector (provider, POSTERN_TYPE_OIDC_CONNECTOR, extra);
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

int
main (int argc, char **argv)
{
  static const PosternOidcHostileTest tests[] = {
    { "/oidc-id-token/claims", test_claims },
    { "/oidc-id-token/reauthentication", test_reauthentication },
    { "/oidc-id-token/no-time", test_no_time },
    { "/oidc-id-token/means", test_means },
    { "/oidc-id-token/good-claims", test_good_claims },
    { "/oidc-id-token/signatures", test_signatures },
    { "/oidc-id-token/rotation", test_rotation },
    { "/oidc-id-token/issuers", test_issuers },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
