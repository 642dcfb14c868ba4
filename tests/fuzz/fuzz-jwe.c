/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz-jose.h"
#include "postern-json.h"
#include "postern-jwe.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* RFC 7518 appendix C: Bob's key, and what he and Alice agree on, whatever else a header says. */
#define BOB \
  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ\"," \
  "\"y\":\"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck\",\"d\":\"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw\"}"
#define KEY "VqqN6vgjbSBcIijNcacQGg"

static PosternJwk *
new_rsa_key (void)
{
  g_autoptr (PosternJwk) made = postern_jwk_generate (POSTERN_JOSE_ALG_RS256, 0, NULL);
  g_autoptr (GVariant) model = postern_jwk_to_variant (made, TRUE);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (model);
  g_autoptr (GVariant) changed = NULL;

  g_variant_dict_insert (&dict, "alg", "s", "RSA-OAEP-256");
  g_variant_dict_insert (&dict, "use", "s", "enc");
  g_variant_dict_remove (&dict, "kid");
  changed = g_variant_ref_sink (g_variant_dict_end (&dict));
  return postern_jwk_new_from_variant (changed, TRUE, NULL);
}

static PosternJwkSet *
get_keys (void)
{
  static PosternJwkSet *set;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GPtrArray) keys = NULL;

  if (set)
    return set;
  model = postern_json_parse_object (BOB, -1, 0, NULL);
  keys = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (keys, postern_jwk_new_from_variant (model, TRUE, NULL));
  g_ptr_array_add (keys, new_rsa_key ());
  set = postern_jwk_set_new (keys);
  return set;
}

/* Content under KEY, whatever the header: it opens if the header lets it. */
static char *
forge (const char *header, gsize header_length, const guchar *plain, gsize length)
{
  g_autofree char *head = postern_base64url_encode (header, header_length);
  g_autoptr (GBytes) key = postern_base64url_decode (KEY, -1, 16);
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  g_autofree guchar *sealed = g_malloc (length + 1);
  g_autofree char *body = NULL, *tag_text = NULL;
  guchar iv[12] = { 0 }, tag[16];
  int n;

  EVP_EncryptInit_ex2 (ctx, EVP_aes_128_gcm (), g_bytes_get_data (key, NULL), iv, NULL);
  EVP_EncryptUpdate (ctx, NULL, &n, (const guchar *) head, (int) strlen (head));
  EVP_EncryptUpdate (ctx, sealed, &n, plain, (int) length);
  EVP_EncryptFinal_ex (ctx, sealed + length, &n);
  EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, sizeof tag, tag);
  EVP_CIPHER_CTX_free (ctx);
  body = postern_base64url_encode (sealed, length);
  tag_text = postern_base64url_encode (tag, sizeof tag);
  return g_strconcat (head, "..AAAAAAAAAAAAAAAA.", body, ".", tag_text, NULL);
}

static void
check (const char *token, gssize length, gboolean forged)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) header = NULL;
  g_autoptr (GBytes) plain = postern_jwe_decrypt (token, length, get_keys (), NULL, &header, &error);

  g_assert_true ((plain == NULL) == (error != NULL));
  if (!plain)
    return;
  g_assert_cmpstr (postern_json_get_string (header, "alg"), ==, "ECDH-ES"); /* nobody has our RSA key's public half */
  g_assert_false (fuzz_jose_has (header, "crit") || fuzz_jose_has (header, "zip") || fuzz_jose_has (header, "p2c"));
  g_assert_true (!forged || g_strcmp0 (postern_json_get_string (header, "enc"), "A128GCM") == 0);
}

/* The input as a token, as the header of a content that opens, and as content for each kind of key. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data, *end = memchr (text, '\n', size);
  gsize header = end ? (gsize) (end - text) : size;
  g_autofree char *token = NULL, *made = NULL;
  g_autoptr (GBytes) plain = g_bytes_new (data, size);
  g_autoptr (GBytes) back = NULL;
  guint kind = size % 32; /* encrypting costs hundreds of times what the rest does: not each time */

  check (text, (gssize) size, FALSE);
  token = forge (text, header, end ? (const guchar *) end + 1 : data, end ? size - header - 1 : 0);
  check (token, -1, TRUE);
  if (kind > 1)
    return 0;
  made = postern_jwe_encrypt (postern_jwk_set_get_key (get_keys (), kind), kind ? POSTERN_JWE_ALG_RSA_OAEP_256 : POSTERN_JWE_ALG_ECDH_ES,
                              size % 3 ? POSTERN_JWE_ENC_A128GCM : POSTERN_JWE_ENC_A256GCM, NULL, plain, NULL);
  g_assert_true ((made == NULL) == (size > POSTERN_JWE_MAX_PLAIN));
  back = made ? postern_jwe_decrypt (made, -1, get_keys (), NULL, NULL, NULL) : NULL;
  g_assert_true (!made || g_bytes_equal (plain, back));
  return 0;
}
