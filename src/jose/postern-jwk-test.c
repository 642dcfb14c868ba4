/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwk.h"

#include "postern-json.h"

#include <string.h>

static PosternJwk *
read_key (const char *json, gboolean allow_private, GError **error)
{
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, error);

  return model ? postern_jwk_new_from_variant (model, allow_private, error) : NULL;
}

static void
test_base64url (void)
{
  static const char *const bad[] = {"A",    "AB==", "AB=", "A+BC", "A/BC",  "AB C",
                                    "AB\n", "AAB",  "AB",  "////", "AAAAA", "é"};
  static const struct {
    const char *text, *bytes;
  } good[] = {{"", ""},        {"Zg", "f"},        {"Zm8", "fo"},
              {"Zm9v", "foo"}, {"Zm9vYg", "foob"}, {"-_-_", "\xfb\xff\xbf"}};

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (postern_base64url_decode (bad[i], -1, 100));
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GBytes) bytes = postern_base64url_decode (good[i].text, -1, 100);
    g_autofree char *text = postern_base64url_encode (good[i].bytes, strlen (good[i].bytes));

    g_assert_nonnull (bytes);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), good[i].bytes,
                     strlen (good[i].bytes));
    g_assert_cmpstr (text, ==, good[i].text);
  }
  g_assert_null (postern_base64url_decode ("Zm9v", -1, 2));
}

static void
test_algs (void)
{
  g_assert_cmpint (postern_jose_alg_from_string ("ES256"), ==, POSTERN_JOSE_ALG_ES256);
  g_assert_cmpint (postern_jose_alg_from_string ("EdDSA"), ==, POSTERN_JOSE_ALG_EDDSA);
  g_assert_cmpint (postern_jose_alg_from_string ("Ed25519"), ==, POSTERN_JOSE_ALG_EDDSA);
  g_assert_cmpint (postern_jose_alg_from_string ("none"), ==, POSTERN_JOSE_ALG_UNKNOWN);
  g_assert_cmpint (postern_jose_alg_from_string ("es256"), ==, POSTERN_JOSE_ALG_UNKNOWN);
  g_assert_cmpint (postern_jose_alg_from_string (NULL), ==, POSTERN_JOSE_ALG_UNKNOWN);
  g_assert_null (postern_jose_alg_to_string (POSTERN_JOSE_ALG_UNKNOWN));
  g_assert_cmpstr (postern_jose_alg_to_string (POSTERN_JOSE_ALG_PS512), ==, "PS512");
}

/* RFC 7638 section 3.1 */
static void
test_thumbprint (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwk) key =
      read_key ("{\"kty\":\"RSA\",\"n\":"
                "\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
                "BJECPebWKRXjBZCi"
                "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
                "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n"
                "91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
                "kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\","
                "\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
                FALSE, &error);
  g_autofree char *thumbprint = NULL;

  g_assert_no_error (error);
  thumbprint = postern_jwk_dup_thumbprint (key);
  g_assert_cmpstr (thumbprint, ==, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

static void
test_generate (void)
{
  static const PosternJoseAlg algs[] = {POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_PS384,
                                        POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384,
                                        POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA};

  for (guint i = 0; i < G_N_ELEMENTS (algs); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternJwk) key = postern_jwk_generate (algs[i], 0, &error);
    g_autoptr (GVariant) whole = NULL, public = NULL;
    g_autoptr (PosternJwk) again = NULL, shown = NULL;
    g_autofree char *thumbprint = NULL;

    g_assert_no_error (error);
    whole = postern_jwk_to_variant (key, TRUE);
    public = postern_jwk_to_variant (key, FALSE);
    g_assert_nonnull (postern_json_get_string (whole, "d"));
    g_assert_null (postern_json_get_string (public, "d"));
    g_assert_null (postern_json_get_string (public, "p"));
    again = postern_jwk_new_from_variant (whole, TRUE, &error);
    g_assert_no_error (error);
    g_assert_null (postern_jwk_new_from_variant (whole, FALSE, NULL));
    shown = postern_jwk_new_from_variant (public, FALSE, &error);
    g_assert_no_error (error);
    thumbprint = postern_jwk_dup_thumbprint (shown);
    g_assert_cmpstr (postern_jwk_get_kid (key), ==, thumbprint);
    g_assert_cmpstr (postern_jwk_get_kid (again), ==, thumbprint);
    g_assert_cmpint (postern_jwk_get_alg (shown), ==, algs[i]);
    g_assert_true (postern_jwk_fits (shown, algs[i]));
    g_assert_false (postern_jwk_fits (shown, POSTERN_JOSE_ALG_HS256));
    g_assert_false (postern_jwk_fits (shown, POSTERN_JOSE_ALG_RS512));
  }
  g_assert_null (postern_jwk_generate (POSTERN_JOSE_ALG_RS256, 1024, NULL));
  g_assert_null (postern_jwk_generate (POSTERN_JOSE_ALG_HS256, 0, NULL));
}

#define P256_X "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY"
#define P256_Y "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw"
#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void
test_refused (void)
{
  static const char *const keys[] = {
      "{}",
      "{\"kty\":\"DSA\"}",
      "{\"kty\":7}",
      "{\"kty\":\"EC\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_X "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":"
      "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"none\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":7,\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":[],\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":\"verify\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",\"d\":\"AQ\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\"}",
      "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" P256_X "\"}",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" P256_X "\",\"d\":\"" P256_Y "\"}",
      "{\"kty\":\"RSA\",\"n\":\"" P256_X "\",\"e\":\"AQAB\"}",
      "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
      "{\"kty\":\"oct\",\"k\":\"\"}",
      "{\"kty\":\"oct\",\"alg\":\"HS512\",\"k\":\"" SECRET "\"}",
      "{\"kty\":\"oct\",\"alg\":\"A256GCM\",\"k\":\"" SECRET "\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternJwk) key = read_key (keys[i], TRUE, &error);

    if (key != NULL)
      g_test_message ("taken: %s", keys[i]);
    g_assert_null (key);
    g_assert_true (error->domain == POSTERN_JOSE_ERROR);
  }
}

/* A member of @model is what it is in @other: the key is refused, by the member that @named says. */
static void
refused_with (GVariant *model, const char *member, GVariant *other, const char *named)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (model);
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_insert_value (&dict, member, other);
  changed = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_assert_null (postern_jwk_new_from_variant (changed, TRUE, &error));
  g_assert_true (error->domain == POSTERN_JOSE_ERROR);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, named));
}

/* Keys of numbers that do not belong together sign what nobody can check, or what tells the key; none is taken. */
static void
test_rsa_refused (void)
{
  g_autoptr (PosternJwk) key = postern_jwk_generate (POSTERN_JOSE_ALG_RS256, 0, NULL), another = postern_jwk_generate (POSTERN_JOSE_ALG_RS256, 0, NULL);
  g_autoptr (GVariant) whole = postern_jwk_to_variant (key, TRUE), other = postern_jwk_to_variant (another, TRUE), n = postern_json_get (other, "n"), p = postern_json_get (other, "p");
  g_autofree char *even = g_strdup (postern_json_get_string (whole, "n"));
  gsize end = strlen (even) - 1; /* 256 bytes: their last letter has four bits of the last byte, and two that are nothing */

  even[end] = 'A';
  refused_with (whole, "n", g_variant_new_string (even), "\"n\"");
  refused_with (whole, "n", n, "\"n\"");
  refused_with (whole, "p", p, "\"n\"");
  refused_with (whole, "e", g_variant_new_string ("Ag"), "\"e\"");
  refused_with (whole, "e", g_variant_new_string ("AQ"), "\"e\"");
  refused_with (whole, "oth", g_variant_new_parsed ("[<{'r': <'AQAB'>}>]"), "oth");
  refused_with (whole, "issuer", g_variant_new_int64 (7), "issuer");
  refused_with (whole, "use", g_variant_new_int64 (7), "use");
}

static void
test_use (void)
{
  g_autoptr (PosternJwk) enc = read_key ("{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",\"x\":\"" P256_X
                                         "\",\"y\":\"" P256_Y "\"}",
                                         FALSE, NULL);
  g_autoptr (PosternJwk) ops =
      read_key ("{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"deriveKey\"],\"x\":\"" P256_X
                "\",\"y\":\"" P256_Y "\"}",
                FALSE, NULL);
  g_autoptr (PosternJwk) plain =
      read_key ("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}", FALSE, NULL);
  g_autoptr (PosternJwk) oct = read_key ("{\"kty\":\"oct\",\"k\":\"" SECRET "\"}", TRUE, NULL);

  g_assert_false (postern_jwk_fits (enc, POSTERN_JOSE_ALG_ES256));
  g_assert_false (postern_jwk_fits (ops, POSTERN_JOSE_ALG_ES256));
  g_assert_true (postern_jwk_fits (plain, POSTERN_JOSE_ALG_ES256));
  g_assert_false (postern_jwk_fits (plain, POSTERN_JOSE_ALG_ES384));
  g_assert_true (postern_jwk_fits (oct, POSTERN_JOSE_ALG_HS256));
  g_assert_false (postern_jwk_fits (oct, POSTERN_JOSE_ALG_HS384));
}

static void
test_set (void)
{
  static const char json[] =
      "{\"keys\":[7,{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y
      "\"},"
      "{\"kty\":\"unknown\"},{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"" SECRET "\"},"
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"b\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"},"
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"b\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}]}";
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, NULL);
  g_autoptr (GVariant) empty = postern_json_parse_object ("{}", -1, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwkSet) set = postern_jwk_set_new_from_variant (model, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (set), ==, 3);
  g_assert_true (postern_jwk_set_find (set, "a", POSTERN_JOSE_ALG_ES256) == postern_jwk_set_get_key (set, 0));
  g_assert_null (postern_jwk_set_find (set, "b", POSTERN_JOSE_ALG_ES256)); /* two of one name */
  g_assert_null (postern_jwk_set_find (set, NULL, POSTERN_JOSE_ALG_ES256));
  g_assert_null (postern_jwk_set_find (set, "z", POSTERN_JOSE_ALG_ES256));
  g_assert_null (
      postern_jwk_set_find (set, "s", POSTERN_JOSE_ALG_HS256)); /* a secret in a published set is no secret */
  g_assert_null (postern_jwk_set_new_from_variant (empty, NULL));
}

static void
test_pem (void)
{
  static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                            "-----END PRIVATE KEY-----\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternJwk) key = postern_jwk_new_from_pem (pem, -1, POSTERN_JOSE_ALG_EDDSA, "name", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (postern_jwk_get_kid (key), ==, "name");
  g_assert_null (postern_jwk_new_from_pem (pem, -1, POSTERN_JOSE_ALG_ES256, NULL, NULL));
  g_assert_null (postern_jwk_new_from_pem ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                                           -1, POSTERN_JOSE_ALG_ES256, NULL, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jwk/base64url", test_base64url);
  g_test_add_func ("/jwk/algs", test_algs);
  g_test_add_func ("/jwk/thumbprint", test_thumbprint);
  g_test_add_func ("/jwk/generate", test_generate);
  g_test_add_func ("/jwk/refused", test_refused);
  g_test_add_func ("/jwk/rsa-refused", test_rsa_refused);
  g_test_add_func ("/jwk/use", test_use);
  g_test_add_func ("/jwk/set", test_set);
  g_test_add_func ("/jwk/pem", test_pem);

  return g_test_run ();
}
