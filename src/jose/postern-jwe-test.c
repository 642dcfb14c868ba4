/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwe.h"

#include "postern-json.h"
#include "postern-jws.h"
#include "test/postern-jose-stray.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

/*
 * RFC 7518 appendix C: Bob's key, Alice's ephemeral key and what they agree on. What they agree on depends on
 * nothing else in the header, so that any header can be given content that opens.
 */
#define BOB_POINT                                                                                            \
  "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\","                  \
  "\"y\":\"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck\""
#define BOB "{" BOB_POINT ",\"d\":\"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw\""
#define ALICE                                                                                                \
  "\"x\":\"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0\",\"y\":\"SLW_xSffzlPWrHEVI30DHM_"                    \
  "4egVwt3NQqeUD7nMFpps\""
#define EPK   "\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\"," ALICE "}"
#define PARTY "\"apu\":\"QWxpY2U\",\"apv\":\"Qm9i\""
#define KEY   "VqqN6vgjbSBcIijNcacQGg"
#define LONE  "u5erXQ6FbY-PwD4mWyQqfQ" /* the same without names of parties */
#define ALGS  "\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\""
#define GOOD  "{" ALGS "," PARTY "," EPK "}"

static PosternJwk *
key_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, &error);
  PosternJwk *key = model ? postern_jwk_new_from_variant (model, TRUE, &error) : NULL;

  g_assert_no_error (error);

  return key;
}

static PosternJwkSet *
set_of (PosternJwk *first, PosternJwk *second)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  g_ptr_array_add (keys, first);
  if (second != NULL)
    g_ptr_array_add (keys, second);

  return postern_jwk_set_new (keys);
}

static PosternJwkSet *
set_of_bob (const char *rest)
{
  g_autofree char *json = g_strconcat (BOB, rest, "}", NULL);
  g_autoptr (PosternJwk) key = key_of (json);

  return set_of (key, NULL);
}

/* A key that may encrypt, with the members of one made for signing. */
static PosternJwk *
new_key (PosternJoseAlg like, const char *alg)
{
  g_autoptr (PosternJwk) made = postern_jwk_generate (like, 0, NULL);
  g_autoptr (GVariant) model = postern_jwk_to_variant (made, TRUE);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (model);
  g_autoptr (GVariant) changed = NULL;
  g_autoptr (GError) error = NULL;
  PosternJwk *key;

  g_variant_dict_insert (&dict, "alg", "s", alg);
  g_variant_dict_insert (&dict, "use", "s", "enc");
  changed = g_variant_ref_sink (g_variant_dict_end (&dict));
  key = postern_jwk_new_from_variant (changed, TRUE, &error);
  g_assert_no_error (error);

  return key;
}

static PosternJwk *
new_public (PosternJwk *key)
{
  g_autoptr (GVariant) model = postern_jwk_to_variant (key, FALSE);

  return postern_jwk_new_from_variant (model, FALSE, NULL);
}

/* Returns: -1 when it opens */
static int
decrypt_code (const char *token, gssize length, PosternJwkSet *set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = postern_jwe_decrypt (token, length, set, NULL, NULL, &error);

  g_assert_true ((plain == NULL) == (error != NULL));
  if (error != NULL && error->code == POSTERN_JOSE_ERROR_DECRYPTION)
    g_assert_cmpstr (error->message, ==,
                     "The token is refused: it cannot be decrypted"); /* whatever it was */

  return error ? error->code : -1;
}

/* Content "hello" under @content_key. @wrapped: the second part, as it stands in the token */
static char *
forge_with (const char *content_key, const char *header, const char *wrapped)
{
  g_autofree char *head = postern_base64url_encode (header, strlen (header));
  g_autoptr (GBytes) key = postern_base64url_decode (content_key, -1, 16);
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  guchar iv[12] = {1}, sealed[5], tag[16];
  g_autofree char *iv_text = postern_base64url_encode (iv, sizeof iv), *sealed_text = NULL, *tag_text = NULL;
  int n;

  g_assert_true (EVP_EncryptInit_ex2 (ctx, EVP_aes_128_gcm (), g_bytes_get_data (key, NULL), iv, NULL));
  g_assert_true (EVP_EncryptUpdate (ctx, NULL, &n, (const guchar *)head, (int)strlen (head)));
  g_assert_true (EVP_EncryptUpdate (ctx, sealed, &n, (const guchar *)"hello", 5));
  g_assert_true (EVP_EncryptFinal_ex (ctx, tag, &n));
  g_assert_true (EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, sizeof tag, tag));
  EVP_CIPHER_CTX_free (ctx);
  sealed_text = postern_base64url_encode (sealed, sizeof sealed);
  tag_text = postern_base64url_encode (tag, sizeof tag);

  return g_strdup_printf ("%s.%s.%s.%s.%s", head, wrapped, iv_text, sealed_text, tag_text);
}

static char *
forge (const char *header, const char *wrapped)
{
  return forge_with (KEY, header, wrapped);
}

/* @code: what comes of content under @content_key with this header; -1: it opens */
static void
assert_code (PosternJwkSet *set, const char *content_key, const char *header, int code)
{
  g_autofree char *token = forge_with (content_key, header, "");
  int got = decrypt_code (token, -1, set);

  if (got != code)
    g_test_message ("%s", header);
  g_assert_cmpint (got, ==, code);
}

static void
test_agreement (void)
{
  g_autoptr (PosternJwkSet) set = set_of_bob ("");
  g_autofree char *token = forge (GOOD, "");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) header = NULL;
  g_autoptr (GBytes) plain = postern_jwe_decrypt (token, -1, set, NULL, &header, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "hello", 5);
  g_assert_cmpstr (postern_json_get_string (header, "apu"), ==, "QWxpY2U");
}

static void
check_round_trip (PosternJwk *key, PosternJweAlg alg, PosternJweEnc enc, gsize length)
{
  g_autoptr (PosternJwk) public = new_public (key);
  g_autoptr (PosternJwkSet) set = set_of (key, NULL);
  g_autofree char *text = g_strnfill (length, 'x');
  g_autoptr (GBytes) plain = g_bytes_new (text, length);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = postern_jwe_encrypt (public, alg, enc, "JWT", plain, &error);
  g_autofree char *other = postern_jwe_encrypt (public, alg, enc, "JWT", plain, &error);
  g_autoptr (GVariant) header = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (token, !=, other);
  back = postern_jwe_decrypt (token, -1, set, "jwt", &header, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (plain, back));
  g_assert_cmpstr (postern_json_get_string (header, "cty"), ==, "JWT");
  g_assert_cmpstr (postern_json_get_string (header, "kid"), ==, postern_jwk_get_kid (key));
}

static void
test_round_trip (void)
{
  static const struct {
    PosternJoseAlg like;
    const char *name;
    PosternJweAlg alg;
  } cases[] = {
      {POSTERN_JOSE_ALG_RS256, "RSA-OAEP-256", POSTERN_JWE_ALG_RSA_OAEP_256},
      {POSTERN_JOSE_ALG_ES256, "ECDH-ES", POSTERN_JWE_ALG_ECDH_ES},
      {POSTERN_JOSE_ALG_ES384, "ECDH-ES", POSTERN_JWE_ALG_ECDH_ES},
      {POSTERN_JOSE_ALG_ES512, "ECDH-ES", POSTERN_JWE_ALG_ECDH_ES},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternJwk) key = new_key (cases[i].like, cases[i].name);

    /* often enough that secrets with leading zeros occur */
    for (guint round = 0; round < (cases[i].like == POSTERN_JOSE_ALG_ES256 ? 400 : 2); round++)
      check_round_trip (key, cases[i].alg, POSTERN_JWE_ENC_A128GCM, round);
    check_round_trip (key, cases[i].alg, POSTERN_JWE_ENC_A256GCM, 1000);
    check_round_trip (key, cases[i].alg, POSTERN_JWE_ENC_A256GCM, POSTERN_JWE_MAX_PLAIN);
  }
}

static void
test_every_bit_counts (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_RS256, "RSA-OAEP-256");
  g_autoptr (PosternJwkSet) set = set_of (key, NULL);
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1);
  g_autofree char *token =
      postern_jwe_encrypt (key, POSTERN_JWE_ALG_RSA_OAEP_256, POSTERN_JWE_ENC_A128GCM, NULL, plain, NULL);

  for (gsize i = 0; token[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup (token);

    changed[i] = token[i] == 'A' ? 'B' : 'A';
    g_assert_cmpint (decrypt_code (changed, -1, set), !=, -1);
  }
}

/* Each would open if its header did not forbid it. */
static void
test_headers (void)
{
  static const struct {
    const char *header;
    int code;
  } cases[] = {
      {GOOD, -1},
      {"{" ALGS "," PARTY "," EPK ",\"typ\":\"JWT\",\"x\":1}", -1},
      {"{" ALGS "," PARTY "," EPK ",\"jwk\":" BOB
       "},\"jku\":\"https://a.example\",\"x5u\":\"https://a.example\",\"x5c\":[\"\"]}",
       -1},
      {"{" ALGS "," PARTY "," EPK ",\"crit\":[\"exp\"],\"exp\":1}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"crit\":[]}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"crit\":null}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"zip\":\"DEF\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"b64\":false}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"p2c\":9007199254740991,\"p2s\":\"AAAAAAAAAAA\"}",
       POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"iv\":\"AAAAAAAAAAAAAAAA\",\"tag\":\"\"}",
       POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{" ALGS "," PARTY "," EPK ",\"kid\":7}", POSTERN_JOSE_ERROR_INVALID},
      {"{" ALGS "," PARTY "," EPK ",\"typ\":[]}", POSTERN_JOSE_ERROR_INVALID},
      {"{" ALGS "," PARTY "," EPK ",\"enc\":\"A128GCM\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{" ALGS "," PARTY "," EPK ",\"\\u0065nc\":\"A128GCM\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{" ALGS "," PARTY "," EPK "}{}", POSTERN_JOSE_ERROR_INVALID},
      {"{" ALGS "," PARTY "," EPK ",\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}",
       POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"ECDH-ES\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"ECDH-ES\",\"enc\":\"a128gcm\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"ECDH-ES\",\"enc\":\"A128CBC-HS256\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"ECDH-ES\",\"enc\":[\"A128GCM\"]," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"none\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"dir\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"ECDH-ES+A128KW\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\"," PARTY "," EPK "}",
       POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"RSA1_5\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"ES256\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A128GCM\"," PARTY "," EPK "}", POSTERN_JOSE_ERROR_KEY},
      {"{" ALGS "," EPK "}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS ",\"apu\":\"QWxpY2V\",\"apv\":\"Qm9i\"," EPK "}",
       POSTERN_JOSE_ERROR_DECRYPTION}, /* stray bits */
      {"{" ALGS ",\"apu\":\"QWxpY2U=\",\"apv\":\"Qm9i\"," EPK "}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS ",\"apu\":[\"QWxpY2U\"],\"apv\":\"Qm9i\"," EPK "}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS ",\"apu\":\"Qm9i\",\"apv\":\"QWxpY2U\"," EPK "}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY "}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":\"\"}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{}}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{\"kty\":\"OKP\",\"crv\":\"P-256\"," ALICE "}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-384\"," ALICE "}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{\"kty\":\"EC\"," ALICE "}}", POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\"," ALICE ",\"d\":\"AA\"}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
      /* Wycheproof's point off the curve, the origin, and coordinates that are too long */
      {"{" ALGS "," PARTY
       ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"gTli65eTQ7z-Bh147ff8K3m7k2UiDiG2LpYkWAaFJCc\","
       "\"y\":\"cLAnjKa4bzjD7DJVPwa9EPrRzMG7rONgsiUD-kf30Fs\"}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY
       ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
       "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
      {"{" ALGS "," PARTY ",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AICNBgCCwXbu0-d2pKxZjMhnLBd5-"
       "XTuzJsDQRyluUld\",\"y\":\"AEi1v8Un385T1qxxFSN9AxzP-HoFcLdzUKnlA-5zBaab\"}}",
       POSTERN_JOSE_ERROR_DECRYPTION},
  };
  g_autoptr (PosternJwkSet) set = set_of_bob ("");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_code (set, KEY, cases[i].header, cases[i].code);
}

/* What cannot be read is not as if it were absent. */
static void
test_parties (void)
{
  static const struct {
    const char *parties;
    int code;
  } cases[] = {
      {"", -1},
      {",\"apu\":\"\",\"apv\":\"\"", -1},
      {",\"apu\":null", POSTERN_JOSE_ERROR_DECRYPTION},
      {",\"apu\":5", POSTERN_JOSE_ERROR_DECRYPTION},
      {",\"apv\":\"=\"", POSTERN_JOSE_ERROR_DECRYPTION},
      {",\"apv\":\"Qm9i\"", POSTERN_JOSE_ERROR_DECRYPTION},
  };
  g_autoptr (PosternJwkSet) set = set_of_bob ("");
  g_autofree char *long_name = g_strnfill (1000, 'A'), *header = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *with = g_strconcat ("{" ALGS "," EPK, cases[i].parties, "}", NULL);

    assert_code (set, LONE, with, cases[i].code);
  }
  header = g_strdup_printf ("{" ALGS "," EPK ",\"apu\":\"%s\"}", long_name);
  assert_code (set, LONE, header, POSTERN_JOSE_ERROR_DECRYPTION);
}

static void
test_shapes (void)
{
  g_autoptr (PosternJwkSet) set = set_of_bob ("");
  g_autofree char *token = forge (GOOD, ""), *stray = NULL,
                  *huge = g_strnfill (POSTERN_JWE_MAX_BYTES + 1, 'A');
  g_autofree char *with_nul = NULL;
  g_auto (GStrv) p = g_strsplit (token, ".", 5);
  g_autoptr (GPtrArray) bad = g_ptr_array_new_with_free_func (g_free);

  stray = postern_jose_with_stray_bits (p[4]);
  g_ptr_array_add (bad, g_strdup (""));
  g_ptr_array_add (bad, g_strdup ("...."));
  g_ptr_array_add (bad, g_strconcat (token, ".", NULL));
  g_ptr_array_add (bad, g_strconcat (token, "=", NULL));
  g_ptr_array_add (bad, g_strconcat (token, "\n", NULL));
  g_ptr_array_add (bad, g_strconcat (" ", token, NULL));
  g_ptr_array_add (bad, g_strconcat (".", token, NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[2], p[3], p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[3], p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", "", "", p[2], p[3], p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", "", p[3], p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", p[2], "", p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", p[2], p[3], "", NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", "AQAAAAAAAAAAAAAAAAAAAA", p[3], p[4], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", p[2], p[3], "AAAAAAAAAAAAAAAA", NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", p[2], p[3], stray, NULL));
  g_ptr_array_add (bad, forge (GOOD, "AAAA")); /* agreed on directly, so nothing is wrapped */
  g_ptr_array_add (
      bad, g_strdup_printf ("{\"protected\":\"%s\",\"iv\":\"%s\",\"ciphertext\":\"%s\",\"tag\":\"%s\"}", p[0],
                            p[2], p[3], p[4]));
  g_ptr_array_add (
      bad,
      g_strdup_printf (
          "{\"protected\":\"%s\",\"recipients\":[{}],\"iv\":\"%s\",\"ciphertext\":\"%s\",\"tag\":\"%s\"}",
          p[0], p[2], p[3], p[4]));
  for (guint i = 0; i < bad->len; i++)
    g_assert_cmpint (decrypt_code (g_ptr_array_index (bad, i), -1, set), !=, -1);

  g_assert_cmpint (decrypt_code (token, (gssize)strlen (token), set), ==, -1);
  with_nul = g_strconcat (token, "?", NULL);
  with_nul[strlen (token)] = '\0';
  g_assert_cmpint (decrypt_code (with_nul, (gssize)strlen (token) + 1, set), ==,
                   POSTERN_JOSE_ERROR_DECRYPTION);
  memcpy (huge, token, strlen (token));
  g_assert_cmpint (decrypt_code (huge, -1, set), ==, POSTERN_JOSE_ERROR_INVALID);
}

/* A wrong key, a damaged one, none: the answer is the same, and a small token never costs much. */
static void
test_wrapped_keys (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_RS256, "RSA-OAEP-256");
  g_autoptr (PosternJwk) stranger = new_key (POSTERN_JOSE_ALG_RS256, "RSA-OAEP-256");
  g_autoptr (PosternJwkSet) set = set_of (key, NULL);
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1);
  g_autofree char *small =
      postern_jwe_encrypt (key, POSTERN_JWE_ALG_RSA_OAEP_256, POSTERN_JWE_ENC_A128GCM, NULL, plain, NULL);
  g_autofree char *large =
      postern_jwe_encrypt (key, POSTERN_JWE_ALG_RSA_OAEP_256, POSTERN_JWE_ENC_A256GCM, NULL, plain, NULL);
  g_autofree char *foreign = postern_jwe_encrypt (stranger, POSTERN_JWE_ALG_RSA_OAEP_256,
                                                  POSTERN_JWE_ENC_A128GCM, NULL, plain, NULL);
  g_autofree char *longer = g_strnfill (4000, 'A'), *zeros = g_strnfill (342, 'A');
  g_auto (GStrv) p = g_strsplit (small, ".", 5), l = g_strsplit (large, ".", 5),
                 f = g_strsplit (foreign, ".", 5);
  const char *wrapped[] = {"", "AAAA", l[1], f[1], longer, zeros, "?"};

  g_assert_cmpint (decrypt_code (small, -1, set), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (wrapped); i++) {
    g_autofree char *token = g_strjoin (".", p[0], wrapped[i], p[2], p[3], p[4], NULL);

    g_assert_cmpint (decrypt_code (token, -1, set), ==, POSTERN_JOSE_ERROR_DECRYPTION);
  }
}

static gboolean
opens_with (const char *header, const char *rest)
{
  g_autoptr (PosternJwkSet) set = set_of_bob (rest);
  g_autofree char *token = forge (header, "");

  return decrypt_code (token, -1, set) == -1;
}

static void
test_key_says_what_it_is_for (void)
{
  static const char named[] = "{" ALGS "," PARTY "," EPK ",\"kid\":\"a\"}";
  g_autoptr (PosternJwk) bob = key_of (BOB "}"), public = key_of ("{" BOB_POINT "}"),
                         twin = key_of (BOB ",\"kid\":\"b\"}");
  g_autoptr (PosternJwkSet) none = set_of (public, NULL), two = set_of (bob, twin);
  g_autofree char *token = forge (GOOD, "");

  g_assert_true (opens_with (GOOD, ""));
  g_assert_true (opens_with (GOOD, ",\"use\":\"enc\",\"alg\":\"ECDH-ES\""));
  g_assert_true (opens_with (GOOD, ",\"key_ops\":[\"deriveBits\"]"));
  g_assert_false (opens_with (GOOD, ",\"use\":\"sig\""));
  g_assert_false (opens_with (GOOD, ",\"alg\":\"ES256\""));
  g_assert_false (opens_with (GOOD, ",\"key_ops\":[\"sign\",\"verify\"]"));
  g_assert_false (opens_with (GOOD, ",\"key_ops\":[]"));
  g_assert_true (opens_with (named, ",\"kid\":\"a\""));
  g_assert_true (opens_with (named, ""));
  g_assert_false (opens_with (named, ",\"kid\":\"b\""));
  g_assert_cmpint (decrypt_code (token, -1, none), ==, POSTERN_JOSE_ERROR_KEY); /* public */
  g_assert_cmpint (decrypt_code (token, -1, two), ==, POSTERN_JOSE_ERROR_KEY);  /* which of them? */
}

/* A key for one thing is not used for the other, in either direction. */
static void
test_key_does_one_thing (void)
{
  g_autoptr (PosternJwk) signer = postern_jwk_generate (POSTERN_JOSE_ALG_ES256, 0, NULL);
  g_autoptr (PosternJwk) opener = new_key (POSTERN_JOSE_ALG_ES256, "ECDH-ES");
  g_autoptr (PosternJwk) rsa = new_key (POSTERN_JOSE_ALG_RS256, "RSA-OAEP-256");
  g_autoptr (PosternJwk) silent = key_of ("{" BOB_POINT ",\"alg\":\"ECDH-ES\"}"); /* about its use */
  g_autoptr (PosternJwkSet) both = set_of (signer, opener), signers = set_of (signer, rsa);
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1),
                     large =
                         g_bytes_new_take (g_malloc0 (POSTERN_JWE_MAX_PLAIN + 1), POSTERN_JWE_MAX_PLAIN + 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      postern_jwe_encrypt (signer, POSTERN_JWE_ALG_ECDH_ES, POSTERN_JWE_ENC_A128GCM, NULL, plain, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY);
  g_assert_null (
      postern_jwe_encrypt (opener, POSTERN_JWE_ALG_RSA_OAEP_256, POSTERN_JWE_ENC_A128GCM, NULL, plain, NULL));
  g_assert_null (
      postern_jwe_encrypt (opener, POSTERN_JWE_ALG_ECDH_ES, POSTERN_JWE_ENC_UNKNOWN, NULL, plain, NULL));
  g_assert_null (
      postern_jwe_encrypt (opener, POSTERN_JWE_ALG_UNKNOWN, POSTERN_JWE_ENC_A128GCM, NULL, plain, NULL));
  g_assert_null (
      postern_jwe_encrypt (opener, POSTERN_JWE_ALG_ECDH_ES, POSTERN_JWE_ENC_A128GCM, NULL, large, NULL));
  g_assert_null (postern_jws_sign (opener, POSTERN_JOSE_ALG_ES256, NULL, "x", 1, NULL));
  g_assert_false (postern_jwk_fits (opener, POSTERN_JOSE_ALG_ES256));
  g_assert_false (postern_jwk_fits (silent, POSTERN_JOSE_ALG_ES256));
  g_assert_false (postern_jwk_fits (rsa, POSTERN_JOSE_ALG_RS256));
  g_assert_cmpint (postern_jwk_get_alg (opener), ==, POSTERN_JOSE_ALG_UNKNOWN);
  g_assert_true (postern_jwk_set_find (both, NULL, POSTERN_JOSE_ALG_ES256) == signer);
  g_assert_true (postern_jwe_find_key (both, POSTERN_JWE_ALG_ECDH_ES) == opener);
  g_assert_null (postern_jwe_find_key (signers, POSTERN_JWE_ALG_ECDH_ES));
  g_assert_true (postern_jwe_find_key (signers, POSTERN_JWE_ALG_RSA_OAEP_256) == rsa);
}

static void
test_find_key_prefers_what_says_so (void)
{
  g_autoptr (PosternJwk) silent = key_of ("{" BOB_POINT "}"),
                         said = key_of ("{" BOB_POINT ",\"use\":\"enc\"}");
  g_autoptr (PosternJwkSet) only = set_of (silent, NULL), both = set_of (silent, said);

  g_assert_true (postern_jwe_find_key (only, POSTERN_JWE_ALG_ECDH_ES) == silent);
  g_assert_true (postern_jwe_find_key (both, POSTERN_JWE_ALG_ECDH_ES) == said);
}

static void
test_content_type (void)
{
  g_autoptr (PosternJwkSet) set = set_of_bob ("");
  g_autofree char *plain = forge (GOOD, "");
  g_autofree char *nested = forge ("{" ALGS "," PARTY "," EPK ",\"cty\":\"application/jwt\"}", "");
  g_autoptr (GBytes) opened = postern_jwe_decrypt (nested, -1, set, "JWT", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (opened);
  g_assert_null (postern_jwe_decrypt (nested, -1, set, "JSON", NULL, NULL));
  g_assert_null (postern_jwe_decrypt (plain, -1, set, "JWT", NULL, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
}

static void
test_pem (void)
{
  static const char ed25519[] = "-----BEGIN PUBLIC KEY-----\n"
                                "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                                "-----END PUBLIC KEY-----\n";
  EVP_PKEY *pkey = EVP_RSA_gen (2048);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *pem = NULL;
  long length;
  g_autoptr (PosternJwk) named = NULL, nameless = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GError) error = NULL;

  PEM_write_bio_PrivateKey (bio, pkey, NULL, NULL, 0, NULL, NULL);
  length = BIO_get_mem_data (bio, &pem);
  named = postern_jwk_new_encryption_from_pem (pem, length, "a", &error);
  g_assert_no_error (error);
  nameless = postern_jwk_new_encryption_from_pem (pem, length, NULL, NULL);
  model = postern_jwk_to_variant (named, FALSE);
  g_assert_cmpstr (postern_json_get_string (model, "alg"), ==, "RSA-OAEP-256");
  g_assert_cmpstr (postern_json_get_string (model, "use"), ==, "enc");
  g_assert_cmpstr (postern_jwk_get_kid (named), ==, "a");
  g_assert_null (postern_jwk_get_kid (nameless));
  check_round_trip (nameless, POSTERN_JWE_ALG_RSA_OAEP_256, POSTERN_JWE_ENC_A256GCM, 10);
  g_assert_null (postern_jwk_new_encryption_from_pem (ed25519, -1, NULL, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
  g_assert_null (postern_jwk_new_encryption_from_pem ("junk", -1, NULL, NULL));
  g_clear_error (&error);
  (void)BIO_reset (bio);
  PEM_write_bio_PUBKEY (bio, pkey);
  length = BIO_get_mem_data (bio, &pem);
  g_assert_null (postern_jwk_new_encryption_from_pem (pem, length, NULL, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "public half"));
  BIO_free (bio);
  EVP_PKEY_free (pkey);
}

static void
test_names (void)
{
  g_assert_cmpint (postern_jwe_alg_from_string ("RSA-OAEP-256"), ==, POSTERN_JWE_ALG_RSA_OAEP_256);
  g_assert_cmpint (postern_jwe_alg_from_string ("ECDH-ES"), ==, POSTERN_JWE_ALG_ECDH_ES);
  g_assert_cmpint (postern_jwe_alg_from_string ("RSA-OAEP"), ==, POSTERN_JWE_ALG_UNKNOWN);
  g_assert_cmpint (postern_jwe_alg_from_string (NULL), ==, POSTERN_JWE_ALG_UNKNOWN);
  g_assert_cmpint (postern_jwe_enc_from_string ("A256GCM"), ==, POSTERN_JWE_ENC_A256GCM);
  g_assert_cmpint (postern_jwe_enc_from_string ("A192GCM"), ==, POSTERN_JWE_ENC_UNKNOWN);
  g_assert_cmpint (postern_jwe_enc_from_string (NULL), ==, POSTERN_JWE_ENC_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jwe/agreement", test_agreement);
  g_test_add_func ("/jwe/round-trip", test_round_trip);
  g_test_add_func ("/jwe/every-bit-counts", test_every_bit_counts);
  g_test_add_func ("/jwe/headers", test_headers);
  g_test_add_func ("/jwe/parties", test_parties);
  g_test_add_func ("/jwe/shapes", test_shapes);
  g_test_add_func ("/jwe/wrapped-keys", test_wrapped_keys);
  g_test_add_func ("/jwe/key-says-what-it-is-for", test_key_says_what_it_is_for);
  g_test_add_func ("/jwe/key-does-one-thing", test_key_does_one_thing);
  g_test_add_func ("/jwe/find-key", test_find_key_prefers_what_says_so);
  g_test_add_func ("/jwe/content-type", test_content_type);
  g_test_add_func ("/jwe/pem", test_pem);
  g_test_add_func ("/jwe/names", test_names);

  return g_test_run ();
}
