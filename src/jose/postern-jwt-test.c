/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwt.h"

#include "postern-json.h"

#include <string.h>

#define NOW 1700000000

typedef struct {
  const char *claims;
  PosternJwtRules rules;
  const char *claim; /* that the refusal names; NULL: accepted */
} Case;

static const Case cases[] = {
    {"{}", {0}, NULL},
    {"{\"exp\":1700000001}", {.now = NOW}, NULL},
    {"{\"exp\":1700000000}", {.now = NOW}, "exp"},
    {"{\"exp\":1700000000}", {.now = NOW, .leeway = 1}, NULL},
    {"{\"exp\":1700000000.9}", {.now = NOW, .leeway = 1}, NULL},
    {"{\"exp\":-5}", {.now = NOW}, "exp"},
    {"{\"exp\":1e300}", {.now = NOW}, "exp"},
    {"{\"exp\":\"1800000000\"}", {.now = NOW}, "exp"},
    {"{\"exp\":null}", {.now = NOW}, "exp"},
    {"{}", {.now = NOW, .require_exp = TRUE}, "exp"},
    {"{\"nbf\":1700000010}", {.now = NOW}, "nbf"},
    {"{\"nbf\":1700000010}", {.now = NOW, .leeway = 10}, NULL},
    {"{\"nbf\":[]}", {.now = NOW}, "nbf"},
    {"{\"iat\":1700000010}", {.now = NOW, .leeway = 9}, "iat"},
    {"{\"iat\":1699999900}", {.now = NOW, .max_age = 99}, "iat"},
    {"{\"iat\":1699999900}", {.now = NOW, .max_age = 100}, NULL},
    {"{}", {.now = NOW, .max_age = 100}, "iat"},
    {"{}", {.now = NOW, .require_iat = TRUE}, "iat"},
    {"{\"iss\":\"https://a.example\"}", {.issuer = "https://a.example"}, NULL},
    {"{\"iss\":\"https://a.example/\"}", {.issuer = "https://a.example"}, "iss"},
    {"{\"iss\":[\"https://a.example\"]}", {.issuer = "https://a.example"}, "iss"},
    {"{}", {.issuer = "https://a.example"}, "iss"},
    {"{\"aud\":\"a\"}", {.audience = "a", .sole_audience = TRUE}, NULL},
    {"{\"aud\":[\"a\"]}", {.audience = "a", .sole_audience = TRUE}, NULL},
    {"{\"aud\":[\"b\",\"a\"]}", {.audience = "a"}, NULL},
    {"{\"aud\":[\"b\",\"a\"]}", {.audience = "a", .sole_audience = TRUE}, "aud"},
    {"{\"aud\":[\"b\"]}", {.audience = "a"}, "aud"},
    {"{\"aud\":[]}", {.audience = "a"}, "aud"},
    {"{\"aud\":[\"a\",5]}", {.audience = "a"}, "aud"},
    {"{\"aud\":{\"a\":1}}", {.audience = "a"}, "aud"},
    {"{}", {.audience = "a"}, "aud"},
    {"{\"sub\":\"\"}", {.require_sub = TRUE}, "sub"},
    {"{\"sub\":5}", {0}, "sub"},
    {"{}", {.require_sub = TRUE}, "sub"},
    {"{\"jti\":\"x\"}", {.require_jti = TRUE}, NULL},
    {"{}", {.require_jti = TRUE}, "jti"},
};

static void
test_claims (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) claims = postern_json_parse_object (cases[i].claims, -1, 0, &error);
    gboolean good;

    g_assert_no_error (error);
    good = postern_jwt_check_claims (claims, &cases[i].rules, &error);
    if (good != (cases[i].claim == NULL))
      g_test_message ("%s", cases[i].claims);
    g_assert_cmpint (good, ==, cases[i].claim == NULL);
    if (!good) {
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", cases[i].claim);

      g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_CLAIM);
      g_assert_nonnull (strstr (error->message, quoted));
    }
  }
}

static void
test_typ (void)
{
  static const struct {
    const char *written, *wanted;
    gboolean good;
  } rows[] = {
      {NULL, NULL, TRUE},           {"JWT", NULL, TRUE},        {"jwt", NULL, TRUE},
      {"at+jwt", NULL, FALSE},      {"at+jwt", "at+jwt", TRUE}, {"application/AT+JWT", "at+jwt", TRUE},
      {NULL, "at+jwt", FALSE},      {"JWT", "at+jwt", FALSE},   {"logout+jwt", "at+jwt", FALSE},
      {"at+jwtx", "at+jwt", FALSE}, {"", NULL, FALSE},
  };
  const PosternJoseAlg alg = POSTERN_JOSE_ALG_EDDSA;
  g_autoptr (PosternJwk) key = postern_jwk_generate (alg, 0, NULL);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (PosternJwkSet) set = NULL;

  g_ptr_array_add (keys, key);
  set = postern_jwk_set_new (keys);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    PosternJwtRules rules = {.typ = rows[i].wanted, .require_exp = TRUE, .now = NOW};
    g_autofree char *token =
        postern_jwt_sign (key, alg, rows[i].written,
                          g_variant_new_parsed ("{'exp': <int64 1700000600>, 'aud': <['a', 'b']>}"), &error);
    g_autoptr (GVariant) claims = NULL;

    g_assert_no_error (error);
    claims = postern_jwt_verify (token, -1, set, &alg, 1, &rules, &error);
    g_assert_cmpint (claims != NULL, ==, rows[i].good);
    if (claims != NULL)
      g_assert_cmpint (postern_json_get_int64 (claims, "exp", 0), ==, 1700000600);
    else
      g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_CLAIM);
  }
}

static void
test_payload (void)
{
  static const char *const payloads[] = {"", "[]", "7", "{\"a\":1,\"a\":2}", "{} {}", "{\"a\":\"\\ud800\"}"};
  const PosternJoseAlg alg = POSTERN_JOSE_ALG_EDDSA;
  g_autoptr (PosternJwk) key = postern_jwk_generate (alg, 0, NULL);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (PosternJwkSet) set = NULL;
  PosternJwtRules rules = {0};

  g_ptr_array_add (keys, key);
  set = postern_jwk_set_new (keys);
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *token = postern_jws_sign (key, alg, NULL, payloads[i], strlen (payloads[i]), NULL);

    g_assert_null (postern_jwt_verify (token, -1, set, &alg, 1, &rules, &error));
    g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jwt/claims", test_claims);
  g_test_add_func ("/jwt/typ", test_typ);
  g_test_add_func ("/jwt/payload", test_payload);

  return g_test_run ();
}
