/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#define MAX_SECRET 66 /* bytes of a shared secret: a coordinate of P-521 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER, EVP_CIPHER_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)

/* OpenSSL queues what it found, and the next to look there is somebody else. */
static gboolean
done (gboolean good)
{
  if (!good)
    ERR_clear_error ();

  return good;
}

gboolean
postern_jwe_crypto_seal (const PosternJweBox *box, const guchar *plain, gsize length, guchar *sealed,
                         guchar *tag)
{
  g_autoptr (EVP_CIPHER) cipher = EVP_CIPHER_fetch (NULL, box->enc->cipher, NULL);
  g_autoptr (EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new ();
  int n;

  return done (EVP_EncryptInit_ex2 (ctx, cipher, box->key, box->iv, NULL) == 1 &&
               EVP_EncryptUpdate (ctx, NULL, &n, (const guchar *)box->aad, (int)box->aad_length) == 1 &&
               EVP_EncryptUpdate (ctx, sealed, &n, plain, (int)length) == 1 &&
               EVP_EncryptFinal_ex (ctx, sealed + length, &n) == 1 &&
               EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, POSTERN_JWE_TAG_SIZE, tag) == 1);
}

gboolean
postern_jwe_crypto_open (const PosternJweBox *box, const guchar *sealed, gsize length, guchar *plain,
                         const guchar *tag)
{
  g_autoptr (EVP_CIPHER) cipher = EVP_CIPHER_fetch (NULL, box->enc->cipher, NULL);
  g_autoptr (EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new ();
  guchar expected[POSTERN_JWE_TAG_SIZE];
  int n;

  memcpy (expected, tag, sizeof expected);

  return done (EVP_DecryptInit_ex2 (ctx, cipher, box->key, box->iv, NULL) == 1 &&
               EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_SET_TAG, sizeof expected, expected) == 1 &&
               EVP_DecryptUpdate (ctx, NULL, &n, (const guchar *)box->aad, (int)box->aad_length) == 1 &&
               EVP_DecryptUpdate (ctx, plain, &n, sealed, (int)length) == 1 &&
               EVP_DecryptFinal_ex (ctx, plain + length, &n) == 1);
}

/* RFC 7518 section 4.3: SHA-256 for the label and for the mask */
static gboolean
set_padding (EVP_PKEY_CTX *ctx)
{
  return EVP_PKEY_CTX_set_rsa_padding (ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md_name (ctx, "SHA256", NULL) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name (ctx, "SHA256", NULL) > 0;
}

gboolean
postern_jwe_crypto_wrap (PosternJwk *key, const guchar *content_key, gsize size, guchar *wrapped,
                         gsize *wrapped_size)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, key->pkey, NULL);

  *wrapped_size = POSTERN_JOSE_MAX_SIGNATURE;

  return done (EVP_PKEY_encrypt_init (ctx) > 0 && set_padding (ctx) &&
               EVP_PKEY_encrypt (ctx, wrapped, wrapped_size, content_key, size) > 0);
}

gboolean
postern_jwe_crypto_unwrap (PosternJwk *key, const guchar *wrapped, gsize wrapped_size, guchar *content_key,
                           gsize size)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, key->pkey, NULL);
  guchar found[POSTERN_JOSE_MAX_SIGNATURE];
  gsize found_size = sizeof found;
  gboolean random = RAND_bytes (content_key, (int)size) == 1;

  if (done (random && wrapped_size == (gsize)EVP_PKEY_get_size (key->pkey) &&
            EVP_PKEY_decrypt_init (ctx) > 0 && set_padding (ctx) &&
            EVP_PKEY_decrypt (ctx, found, &found_size, wrapped, wrapped_size) > 0) &&
      found_size == size)
    memcpy (content_key, found, size);
  OPENSSL_cleanse (found, sizeof found);

  return random;
}

static gboolean
derive (EVP_PKEY *own, EVP_PKEY *peer, guchar *secret, gsize *size)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, own, NULL);

  *size = MAX_SECRET;

  return EVP_PKEY_derive_init (ctx) > 0 && EVP_PKEY_derive_set_peer (ctx, peer) > 0 &&
         EVP_PKEY_derive (ctx, secret, size) > 0;
}

static gboolean
add_number (EVP_MD_CTX *ctx, gsize number)
{
  guint32 wire = GUINT32_TO_BE ((guint32)number);

  return EVP_DigestUpdate (ctx, &wire, sizeof wire) == 1;
}

static gboolean
add_counted (EVP_MD_CTX *ctx, gconstpointer data, gsize length)
{
  return add_number (ctx, length) && EVP_DigestUpdate (ctx, data, length) == 1;
}

static gboolean
add_bytes (EVP_MD_CTX *ctx, GBytes *bytes)
{
  return bytes ? add_counted (ctx, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes))
               : add_number (ctx, 0);
}

/* The Concat KDF; no `enc` wants more than one round of SHA-256. */
gboolean
postern_jwe_crypto_agree (const PosternJweAgreement *agreement, guchar *content_key)
{
  const PosternJweEncInfo *enc = agreement->enc;
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  guchar secret[MAX_SECRET], digest[EVP_MAX_MD_SIZE];
  gsize size;
  gboolean good =
      derive (agreement->own, agreement->peer, secret, &size) &&
      EVP_DigestInit_ex (
          ctx, postern_jose_alg_get_digest (postern_jose_alg_get_info (POSTERN_JOSE_ALG_ES256)), NULL) == 1 &&
      add_number (ctx, 1) && EVP_DigestUpdate (ctx, secret, size) == 1 &&
      add_counted (ctx, enc->name, strlen (enc->name)) && add_bytes (ctx, agreement->apu) &&
      add_bytes (ctx, agreement->apv) && add_number (ctx, enc->key_size * 8) &&
      EVP_DigestFinal_ex (ctx, digest, NULL) == 1;

  if (good)
    memcpy (content_key, digest, enc->key_size);
  OPENSSL_cleanse (secret, sizeof secret);
  OPENSSL_cleanse (digest, sizeof digest);

  return done (good);
}
