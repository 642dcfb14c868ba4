/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jws.h"

#include "postern-json.h"
#include "test/postern-jose-stray.h"

#include <string.h>

static const PosternJoseAlg every[] = {
    POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256,
    POSTERN_JOSE_ALG_PS384, POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384,
    POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA, POSTERN_JOSE_ALG_HS256, POSTERN_JOSE_ALG_HS384,
    POSTERN_JOSE_ALG_HS512,
};

static PosternJwkSet *
set_of (PosternJwk *key)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  g_ptr_array_add (keys, key);

  return postern_jwk_set_new (keys);
}

/* The key as others see it. */
static PosternJwkSet *
public_set_of (PosternJwk *key)
{
  g_autoptr (GVariant) model = postern_jwk_to_variant (key, FALSE);
  g_autoptr (PosternJwk) public = postern_jwk_new_from_variant (model, FALSE, NULL);

  g_assert_nonnull (public);

  return set_of (public);
}

static PosternJwk *
new_key (PosternJoseAlg alg)
{
  static const guchar secret[64] = "sixty-four bytes that anyone can read here: key for tests, only";
  g_autoptr (GBytes) bytes = g_bytes_new_static (secret, sizeof secret);
  PosternJwk *key = alg >= POSTERN_JOSE_ALG_HS256 ? postern_jwk_new_from_secret (bytes, alg)
                                                  : postern_jwk_generate (alg, 0, NULL);

  g_assert_nonnull (key);

  return key;
}

static int
verify_code (const char *token, PosternJwkSet *set, const PosternJoseAlg *algs, guint n_algs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) payload = postern_jws_verify (token, -1, set, algs, n_algs, NULL, &error);

  g_assert_true ((payload == NULL) == (error != NULL));

  return error ? error->code : -1;
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (every); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternJwk) key = new_key (every[i]);
    g_autoptr (PosternJwkSet) set = every[i] >= POSTERN_JOSE_ALG_HS256 ? set_of (key) : public_set_of (key);

    /* often enough that numbers with leading zeros occur in r and s */
    for (guint round = 0; round < (every[i] == POSTERN_JOSE_ALG_ES256 ? 600 : 3); round++) {
      g_autofree char *token = postern_jws_sign (key, every[i], "JWT", "{\"a\":1}", 7, &error);
      g_autoptr (GVariant) header = NULL;
      g_autoptr (GBytes) payload =
          token ? postern_jws_verify (token, -1, set, every, G_N_ELEMENTS (every), &header, &error) : NULL;

      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), "{\"a\":1}", 7);
      g_assert_cmpstr (postern_json_get_string (header, "alg"), ==, postern_jose_alg_to_string (every[i]));
      g_assert_cmpstr (postern_json_get_string (header, "kid"), ==, postern_jwk_get_kid (key));
      g_assert_cmpstr (postern_json_get_string (header, "typ"), ==, "JWT");
    }
  }
}

static void
test_every_bit_counts (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_ES256);
  g_autoptr (PosternJwkSet) set = public_set_of (key);
  g_autofree char *token = postern_jws_sign (key, POSTERN_JOSE_ALG_ES256, NULL, "x", 1, NULL);

  for (gsize i = 0; token[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup (token);

    changed[i] = token[i] == 'A' ? 'B' : 'A';
    g_assert_cmpint (verify_code (changed, set, every, G_N_ELEMENTS (every)), !=, -1);
  }
}

/* The tokens below are put together by hand, with a right signature wherever one can be had. */
static char *
forge (PosternJwk *key, PosternJoseAlg alg, const char *header, const char *payload)
{
  g_autofree char *head = postern_base64url_encode (header, strlen (header));
  g_autofree char *body = postern_base64url_encode (payload, strlen (payload));
  g_autofree char *signed_part = NULL;
  g_autofree char *donor = NULL;

  /* our own signer never writes such a header: HS256 over any text is made with GLib */
  signed_part = g_strdup_printf ("%s.%s", head, body);
  if (alg == POSTERN_JOSE_ALG_HS256) {
    g_autoptr (GVariant) model = postern_jwk_to_variant (key, TRUE);
    g_autoptr (GBytes) secret = postern_base64url_decode (postern_json_get_string (model, "k"), -1, 4096);
    g_autoptr (GHmac) hmac =
        g_hmac_new (G_CHECKSUM_SHA256, g_bytes_get_data (secret, NULL), g_bytes_get_size (secret));
    guint8 digest[32];
    gsize size = sizeof digest;

    g_hmac_update (hmac, (const guchar *)signed_part, -1);
    g_hmac_get_digest (hmac, digest, &size);
    donor = postern_base64url_encode (digest, size);
  }

  return g_strdup_printf ("%s.%s", signed_part, donor ? donor : "");
}

static void
test_headers (void)
{
  static const struct {
    const char *header;
    int code;
  } cases[] = {
      {"{\"alg\":\"HS256\"}", -1},
      {" {\"alg\" : \"HS256\"} ", -1},
      {"{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"},\"jku\":\"https://"
       "a.example\",\"x5u\":\"https://a.example\",\"x5c\":[\"\"]}",
       -1},
      {"{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"crit\":[]}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"crit\":null}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"b64\":true}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"zip\":\"DEF\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"enc\":\"A128GCM\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\",\"p2c\":9007199254740991,\"p2s\":\"AAAA\"}",
       -1}, /* unknown here, computes nothing */
      {"{\"alg\":\"HS256\",\"p2c\":9007199254740993}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"none\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"None\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"nOnE\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"NONE\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"none \"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256 \"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"HS256\\u0000\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"ECDH-ES\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"RSA-OAEP-256\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"hs256\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"\"}", POSTERN_JOSE_ERROR_UNSUPPORTED},
      {"{\"alg\":\"RS256\"}", POSTERN_JOSE_ERROR_KEY},
      {"{\"alg\":[\"HS256\"]}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":null}", POSTERN_JOSE_ERROR_INVALID},
      {"{}", POSTERN_JOSE_ERROR_INVALID},
      {"[]", POSTERN_JOSE_ERROR_INVALID},
      {"", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"none\",\"alg\":\"HS256\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"typ\":\"at+jwt\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"a\":{\"b\":1,\"b\":2}}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\"}{}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"a\":\"\xff\"}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"kid\":5}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"typ\":[]}", POSTERN_JOSE_ERROR_INVALID},
      {"{\"alg\":\"HS256\",\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
       "]]}",
       POSTERN_JOSE_ERROR_INVALID},
  };
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_HS256);
  g_autoptr (PosternJwkSet) set = set_of (key);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *token = forge (key, POSTERN_JOSE_ALG_HS256, cases[i].header, "{}");
    int code = verify_code (token, set, every, G_N_ELEMENTS (every));

    if (code != cases[i].code)
      g_test_message ("%s", cases[i].header);
    g_assert_cmpint (code, ==, cases[i].code);
  }
}

/* (element-type utf8) (transfer container): @token, which is good, in shapes that are not */
static GPtrArray *
make_bad_shapes (const char *token)
{
  GPtrArray *bad = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) p = g_strsplit (token, ".", 3);
  g_autofree char *stray = postern_jose_with_stray_bits (p[2]), *twice = g_strconcat (p[2], p[2], NULL);

  g_ptr_array_add (bad, g_strdup (""));
  g_ptr_array_add (bad, g_strdup (".."));
  g_ptr_array_add (bad, g_strconcat (token, ".", NULL));
  g_ptr_array_add (bad, g_strconcat (token, "..", NULL));
  g_ptr_array_add (bad, g_strconcat (".", token, NULL));
  g_ptr_array_add (bad, g_strconcat (token, "=", NULL));
  g_ptr_array_add (bad, g_strconcat (token, "\n", NULL));
  g_ptr_array_add (bad, g_strconcat (" ", token, NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], "", NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], "", p[2], NULL));
  g_ptr_array_add (bad, g_strjoin (".", "", p[1], p[2], NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], stray, NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], twice, NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], "AA", NULL));
  g_ptr_array_add (bad, g_strjoin (".", p[0], p[1], p[2], p[1], p[2], NULL)); /* five parts: encrypted */
  g_ptr_array_add (bad, g_strconcat (p[0], "=.", p[1], ".", p[2], NULL));
  g_ptr_array_add (bad, g_strdup_printf ("{\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\"}",
                                         p[1], p[0], p[2]));
  g_ptr_array_add (
      bad,
      g_strdup_printf (
          "{\"payload\":\"%s\",\"signatures\":[{\"protected\":\"%s\",\"header\":{},\"signature\":\"%s\"}]}",
          p[1], p[0], p[2]));

  return bad;
}

static void
test_shapes (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_HS256);
  g_autoptr (PosternJwkSet) set = set_of (key);
  g_autofree char *token = postern_jws_sign (key, POSTERN_JOSE_ALG_HS256, NULL, "{}", 2, NULL);
  g_autoptr (GPtrArray) bad = make_bad_shapes (token);

  for (guint i = 0; i < bad->len; i++)
    g_assert_cmpint (verify_code (g_ptr_array_index (bad, i), set, every, G_N_ELEMENTS (every)), !=, -1);
  g_assert_null (
      postern_jws_verify (token, -1, set, every, 0, NULL, NULL)); /* nothing acceptable, nothing accepted */
}

/* How long a token is, is known before anything of it is read; what lies behind a NUL is part of it. */
static void
test_sizes (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_HS256);
  g_autoptr (PosternJwkSet) set = set_of (key);
  g_autofree char *token = postern_jws_sign (key, POSTERN_JOSE_ALG_HS256, NULL, "{}", 2, NULL);
  g_autofree char *huge = g_strnfill (POSTERN_JWS_MAX_BYTES + 10, 'A');
  g_autofree char *name = g_strnfill (257, 'k'), *filler = g_strnfill (5000, ' ');
  g_autofree char *named = g_strdup_printf ("{\"alg\":\"HS256\",\"kid\":\"%s\"}", name);
  g_autofree char *wide = g_strdup_printf ("{\"alg\":\"HS256\"%s}", filler);
  g_autofree char *with_name = forge (key, POSTERN_JOSE_ALG_HS256, named, "{}");
  g_autofree char *with_filler = forge (key, POSTERN_JOSE_ALG_HS256, wide, "{}");
  g_autofree char *with_nul = g_strconcat (token, "?", NULL);
  gsize length = strlen (token);

  memcpy (huge, token, length);
  g_assert_cmpint (verify_code (huge, set, every, G_N_ELEMENTS (every)), ==, POSTERN_JOSE_ERROR_INVALID);
  g_assert_cmpint (verify_code (with_name, set, every, G_N_ELEMENTS (every)), ==, POSTERN_JOSE_ERROR_INVALID);
  g_assert_cmpint (verify_code (with_filler, set, every, G_N_ELEMENTS (every)), ==,
                   POSTERN_JOSE_ERROR_INVALID);
  with_nul[length] = '\0';
  g_assert_cmpint (verify_code (with_nul, set, every, G_N_ELEMENTS (every)), ==, -1);
  g_assert_null (
      postern_jws_verify (with_nul, (gssize)length + 1, set, every, G_N_ELEMENTS (every), NULL, NULL));
}

/* Signatures that a careless verification of ECDSA takes: zeros (CVE-2022-21449), the order of the curve,
 * ASN.1. */
static void
test_ecdsa_forgeries (void)
{
  static const guchar order[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_ES256);
  g_autoptr (PosternJwkSet) set = public_set_of (key);
  g_autofree char *token = postern_jws_sign (key, POSTERN_JOSE_ALG_ES256, NULL, "{}", 2, NULL);
  g_auto (GStrv) p = g_strsplit (token, ".", 3);
  guchar forged[5][72] = {{0}, {0}, {0}, {0x30, 6, 2, 1, 1, 2, 1, 1}, {0}};
  static const gsize sizes[5] = {64, 64, 64, 8, 0};

  memcpy (forged[1], order, 32);
  memcpy (forged[1] + 32, order, 32);
  forged[2][31] = forged[2][63] = 1;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *signature = postern_base64url_encode (forged[i], sizes[i]);
    g_autofree char *made = g_strjoin (".", p[0], p[1], signature, NULL);

    g_assert_cmpint (verify_code (made, set, every, G_N_ELEMENTS (every)), !=, -1);
  }
}

/* A key of the attacker's in the header, with a right signature of it. */
static void
test_header_keys (void)
{
  g_autoptr (PosternJwk) ours = new_key (POSTERN_JOSE_ALG_HS256);
  g_autoptr (PosternJwkSet) set = set_of (ours);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a secret of the attacker's, thirty-two bytes", 32);
  g_autoptr (PosternJwk) forger = postern_jwk_new_from_secret (bytes, POSTERN_JOSE_ALG_HS256);
  g_autoptr (GVariant) model = postern_jwk_to_variant (forger, TRUE);
  g_autofree char *jwk = postern_json_print (model);
  const char *const members[] = {"jwk", "jku", "x5u", "x5c", "x5t", "keys"};

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autofree char *header = g_strdup_printf ("{\"alg\":\"HS256\",\"%s\":%s}", members[i], jwk);
    g_autofree char *token = forge (forger, POSTERN_JOSE_ALG_HS256, header, "{}");

    g_assert_cmpint (verify_code (token, set, every, G_N_ELEMENTS (every)), ==, POSTERN_JOSE_ERROR_SIGNATURE);
  }
}

/* The public key's own text as a secret: the oldest trick (RFC 8725 section 2.1). */
static void
test_confusion (void)
{
  g_autoptr (PosternJwk) rsa = new_key (POSTERN_JOSE_ALG_RS256);
  g_autoptr (PosternJwkSet) set = public_set_of (rsa);
  g_autoptr (GVariant) model = postern_jwk_to_variant (rsa, FALSE);
  g_autofree char *json = postern_json_print (model);
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (PosternJwk) forger = postern_jwk_new_from_secret (bytes, POSTERN_JOSE_ALG_HS256);
  g_autofree char *header = g_strdup_printf ("{\"alg\":\"HS256\",\"kid\":\"%s\"}", postern_jwk_get_kid (rsa));
  g_autofree char *token = forge (forger, POSTERN_JOSE_ALG_HS256, header, "{}");
  g_autofree char *honest = postern_jws_sign (rsa, POSTERN_JOSE_ALG_RS256, NULL, "{}", 2, NULL);
  g_autoptr (GVariant) as_secret = postern_jwk_to_variant (forger, TRUE);
  g_autoptr (PosternJwkSet) none = postern_jwk_set_new (NULL);
  const PosternJoseAlg ps = POSTERN_JOSE_ALG_PS256;

  g_assert_null (
      postern_jwk_new_from_variant (as_secret, FALSE, NULL)); /* no secret comes in by a published set */
  g_assert_cmpint (verify_code (honest, none, every, G_N_ELEMENTS (every)), ==, POSTERN_JOSE_ERROR_KEY);
  g_assert_cmpint (verify_code (token, set, every, G_N_ELEMENTS (every)), ==, POSTERN_JOSE_ERROR_KEY);
  g_assert_cmpint (verify_code (honest, set, &ps, 1), ==, POSTERN_JOSE_ERROR_UNSUPPORTED);
  g_assert_null (
      postern_jws_sign (rsa, POSTERN_JOSE_ALG_PS256, NULL, "{}", 2, NULL)); /* declared for RS256 */
  g_assert_null (postern_jws_sign (rsa, POSTERN_JOSE_ALG_HS256, NULL, "{}", 2, NULL));
  g_assert_null (postern_jws_sign (postern_jwk_set_get_key (set, 0), POSTERN_JOSE_ALG_RS256, NULL, "{}", 2,
                                   NULL)); /* public */
}

static void
test_peek (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_EDDSA);
  g_autofree char *token = postern_jws_sign (key, POSTERN_JOSE_ALG_EDDSA, "at+jwt", "{}", 2, NULL);
  g_autoptr (GVariant) header = postern_jws_peek_header (token, -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (postern_json_get_string (header, "typ"), ==, "at+jwt");
  g_assert_null (postern_jws_peek_header ("a.b", -1, &error));
  g_assert_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID);
}

static gpointer
sign_many (gpointer data)
{
  for (guint i = 0; i < 200; i++) {
    g_autofree char *token = postern_jws_sign (data, POSTERN_JOSE_ALG_ES256, "JWT", "{}", 2, NULL);
    g_autoptr (PosternJwkSet) set = set_of (data);

    if (token == NULL || verify_code (token, set, every, G_N_ELEMENTS (every)) != -1)
      return GINT_TO_POINTER (1);
  }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (PosternJwk) key = new_key (POSTERN_JOSE_ALG_ES256);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("sign", sign_many, key);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_null (g_thread_join (threads[i]));
}

/* `-m perf` prints what a signature costs, for each algorithm that tokens use. */
static void
test_speed (void)
{
  static const PosternJoseAlg algs[] = {POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_EDDSA,
                                        POSTERN_JOSE_ALG_RS256};
  g_autofree char *payload = g_strnfill (420, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (algs); i++) {
    g_autoptr (PosternJwk) key = new_key (algs[i]);
    g_autoptr (PosternJwkSet) set = public_set_of (key);
    g_autofree char *last = NULL;
    gint64 rounds = algs[i] == POSTERN_JOSE_ALG_RS256 ? 1000 : 20000, start = g_get_monotonic_time (),
           signed_at, checked_at;

    for (gint64 n = 0; n < rounds; n++) {
      g_free (last);
      last = postern_jws_sign (key, algs[i], "at+jwt", payload, 420, NULL);
    }
    signed_at = g_get_monotonic_time ();
    for (gint64 n = 0; n < rounds; n++)
      g_assert_cmpint (verify_code (last, set, every, G_N_ELEMENTS (every)), ==, -1);
    checked_at = g_get_monotonic_time ();
    g_test_minimized_result ((double)(signed_at - start) / (double)rounds, "%s: sign %.1f us, verify %.1f us",
                             postern_jose_alg_to_string (algs[i]),
                             (double)(signed_at - start) / (double)rounds,
                             (double)(checked_at - signed_at) / (double)rounds);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jws/round-trip", test_round_trip);
  g_test_add_func ("/jws/every-bit-counts", test_every_bit_counts);
  g_test_add_func ("/jws/headers", test_headers);
  g_test_add_func ("/jws/shapes", test_shapes);
  g_test_add_func ("/jws/sizes", test_sizes);
  g_test_add_func ("/jws/ecdsa-forgeries", test_ecdsa_forgeries);
  g_test_add_func ("/jws/header-keys", test_header_keys);
  g_test_add_func ("/jws/confusion", test_confusion);
  g_test_add_func ("/jws/peek", test_peek);
  g_test_add_func ("/jws/threads", test_threads);
  if (g_test_perf ())
    g_test_add_func ("/jws/speed", test_speed);

  return g_test_run ();
}
