/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz-jose.h"
#include "postern-json.h"
#include "postern-jwt.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define SECRET "a secret of sixty-four bytes, which everybody may read right here"

static const PosternJoseAlg every[] = {
  POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512, POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_PS384,
  POSTERN_JOSE_ALG_PS512, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA,
  POSTERN_JOSE_ALG_HS256, POSTERN_JOSE_ALG_HS384, POSTERN_JOSE_ALG_HS512,
};

/* A secret, and public keys whose private halves nobody has any more. */
static PosternJwkSet *
get_keys (void)
{
  static PosternJwkSet *set;
  static const PosternJoseAlg kinds[] = { POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES512, POSTERN_JOSE_ALG_EDDSA };
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GBytes) secret = NULL;

  if (set)
    return set;
  keys = g_ptr_array_new_with_free_func (g_object_unref);
  secret = g_bytes_new_static (SECRET, strlen (SECRET));
  g_ptr_array_add (keys, postern_jwk_new_from_secret (secret, POSTERN_JOSE_ALG_HS256));
  for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (PosternJwk) made = postern_jwk_generate (kinds[i], 0, NULL);
    g_autoptr (GVariant) model = postern_jwk_to_variant (made, FALSE);
    g_ptr_array_add (keys, postern_jwk_new_from_variant (model, FALSE, NULL));
  }
  set = postern_jwk_set_new (keys);
  return set;
}

/* A right signature over whatever the header and the payload are, so that what is behind the signature is reached too. */
static char *
forge (const char *header, gsize header_length, const char *payload, gsize payload_length)
{
  g_autofree char *head = postern_base64url_encode (header, header_length);
  g_autofree char *body = postern_base64url_encode (payload, payload_length);
  g_autofree char *text = g_strconcat (head, ".", body, NULL);
  g_autofree char *signature = NULL;
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) SECRET, strlen (SECRET));
  guint8 digest[32];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &length);
  signature = postern_base64url_encode (digest, length);
  return g_strconcat (text, ".", signature, NULL);
}

/* Without the secret nothing passes; with it, no header passes that asks for something else than what is checked. */
static void
check (const char *token, gssize length, gboolean forged)
{
  const PosternJwtRules rules = { .issuer = "i", .audience = "a", .require_exp = TRUE, .now = 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) header = NULL;
  g_autoptr (GVariant) peeked = postern_jws_peek_header (token, length, NULL);
  g_autoptr (GBytes) payload = postern_jws_verify (token, length, get_keys (), every, G_N_ELEMENTS (every), &header, &error);
  g_autoptr (GVariant) claims = postern_jwt_verify (token, length, get_keys (), every, G_N_ELEMENTS (every), &rules, NULL);

  g_assert_true ((payload == NULL) == (error != NULL));
  g_assert_true (!payload || (forged && peeked));
  g_assert_true (!claims || payload);
  if (payload) {
    g_assert_cmpstr (postern_json_get_string (header, "alg"), ==, "HS256");
    g_assert_false (fuzz_jose_has (header, "crit") || fuzz_jose_has (header, "b64") || fuzz_jose_has (header, "zip") || fuzz_jose_has (header, "enc"));
  }
  if (claims)
    g_assert_cmpstr (postern_json_get_string (claims, "iss"), ==, "i");
}

/* The input as a token; then as header and payload, parted by the first line feed, with a right signature. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data, *end = memchr (text, '\n', size);
  gsize header = end ? (gsize) (end - text) : size;
  g_autofree char *token = NULL;

  check (text, (gssize) size, FALSE);
  token = forge (text, header, end ? end + 1 : "", end ? size - header - 1 : 0);
  check (token, -1, TRUE);
  return 0;
}
