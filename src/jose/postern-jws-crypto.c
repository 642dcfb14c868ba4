/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ECDSA_SIG, ECDSA_SIG_free)

static EVP_PKEY_CTX *
prepare (PosternJwk *key, const PosternJoseAlgInfo *info, gboolean sign)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (NULL, key->pkey, NULL);
  int padding = info->pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;

  if (ctx == NULL || (sign ? EVP_PKEY_sign_init (ctx) : EVP_PKEY_verify_init (ctx)) <= 0 ||
      EVP_PKEY_CTX_set_signature_md (ctx, postern_jose_alg_get_digest (info)) <= 0)
    return NULL;
  if (info->kty == POSTERN_JOSE_KTY_RSA && EVP_PKEY_CTX_set_rsa_padding (ctx, padding) <= 0)
    return NULL;
  /* RFC 7518 section 3.5: the salt is as long as the digest, no other length is taken */
  if (info->pss && EVP_PKEY_CTX_set_rsa_pss_saltlen (ctx, RSA_PSS_SALTLEN_DIGEST) <= 0)
    return NULL;

  return g_steal_pointer (&ctx);
}

/*
 * A copy of the key's prepared context. Preparing costs several fetches from OpenSSL's tables, each behind a
 * lock that all threads share; copying only counts references. Two threads that come first at once prepare
 * twice, one is dropped.
 */
static EVP_PKEY_CTX *
get_context (PosternJwk *key, const PosternJoseAlgInfo *info, gboolean sign)
{
  EVP_PKEY_CTX **slot = sign ? &key->signers[info->alg] : &key->verifiers[info->alg];
  EVP_PKEY_CTX *prepared = g_atomic_pointer_get (slot), *fresh;

  if (prepared == NULL) {
    fresh = prepare (key, info, sign);
    if (fresh == NULL)
      return NULL;
    if (!g_atomic_pointer_compare_and_exchange (slot, NULL, fresh))
      EVP_PKEY_CTX_free (fresh);
    prepared = g_atomic_pointer_get (slot);
  }

  return EVP_PKEY_CTX_dup (prepared);
}

static gboolean
hash (const PosternJoseAlgInfo *info, const char *input, gsize length, guchar *digest, guint *size)
{
  return EVP_Digest (input, length, digest, size, postern_jose_alg_get_digest (info), NULL) == 1;
}

/* OpenSSL speaks ASN.1, JWS two numbers of fixed length (RFC 7518 section 3.4). */
static gboolean
to_raw (const guchar *der, gsize length, guint coordinate, guchar *raw)
{
  g_autoptr (ECDSA_SIG) pair = d2i_ECDSA_SIG (NULL, &der, (long)length);

  return pair != NULL && BN_bn2binpad (ECDSA_SIG_get0_r (pair), raw, (int)coordinate) == (int)coordinate &&
         BN_bn2binpad (ECDSA_SIG_get0_s (pair), raw + coordinate, (int)coordinate) == (int)coordinate;
}

/* Returns: bytes of @der, -1 if @raw is no pair of numbers; their range is checked by the verification itself
 */
static int
to_der (const guchar *raw, guint coordinate, guchar **der)
{
  g_autoptr (ECDSA_SIG) pair = ECDSA_SIG_new ();
  BIGNUM *r = BN_bin2bn (raw, (int)coordinate, NULL),
         *s = BN_bin2bn (raw + coordinate, (int)coordinate, NULL);

  if (r == NULL || s == NULL || ECDSA_SIG_set0 (pair, r, s) != 1) {
    BN_free (r);
    BN_free (s);
    return -1;
  }

  return i2d_ECDSA_SIG (pair, der);
}

static gboolean
mac (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length, guchar *out,
     gsize *size)
{
  return EVP_Q_mac (NULL, "HMAC", NULL, info->digest, NULL, g_bytes_get_data (key->secret, NULL),
                    g_bytes_get_size (key->secret), (const guchar *)input, length, out, EVP_MAX_MD_SIZE,
                    size) != NULL;
}

static gboolean
sign_eddsa (PosternJwk *key, const char *input, gsize length, guchar *signature, gsize *size)
{
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();

  return EVP_DigestSignInit_ex (ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
         EVP_DigestSign (ctx, signature, size, (const guchar *)input, length) == 1;
}

static gboolean
sign_digest (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length,
             guchar *signature, gsize *size)
{
  g_autoptr (EVP_PKEY_CTX) ctx = get_context (key, info, TRUE);
  guchar digest[EVP_MAX_MD_SIZE], raw[2 * 66];
  guint digest_size;

  if (ctx == NULL || !hash (info, input, length, digest, &digest_size) ||
      EVP_PKEY_sign (ctx, signature, size, digest, digest_size) <= 0)
    return FALSE;
  if (info->kty != POSTERN_JOSE_KTY_EC)
    return TRUE;
  if (!to_raw (signature, *size, info->size, raw))
    return FALSE;

  *size = 2 * info->size;
  memcpy (signature, raw, *size);

  return TRUE;
}

gboolean
postern_jws_crypto_sign (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length,
                         guchar *signature, gsize *size, GError **error)
{
  gboolean good;

  *size = POSTERN_JOSE_MAX_SIGNATURE;
  if (info->kty == POSTERN_JOSE_KTY_OCT)
    good = mac (key, info, input, length, signature, size);
  else if (info->digest == NULL)
    good = sign_eddsa (key, input, length, signature, size);
  else
    good = sign_digest (key, info, input, length, signature, size);
  if (!good) {
    ERR_clear_error ();
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY,
                 "OpenSSL could not sign with the %s key %s", info->name,
                 key->kid ? key->kid : "without a name");
  }

  return good;
}

static gboolean
verify_eddsa (PosternJwk *key, const char *input, gsize length, const guchar *signature, gsize size)
{
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();

  return size == 64 && EVP_DigestVerifyInit_ex (ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1 &&
         EVP_DigestVerify (ctx, signature, size, (const guchar *)input, length) == 1;
}

static gboolean
verify_digest (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length,
               const guchar *signature, gsize size)
{
  g_autoptr (EVP_PKEY_CTX) ctx = get_context (key, info, FALSE);
  guchar digest[EVP_MAX_MD_SIZE], *der = NULL;
  guint digest_size;
  int der_size;
  gboolean good;

  if (ctx == NULL || !hash (info, input, length, digest, &digest_size))
    return FALSE;
  if (info->kty == POSTERN_JOSE_KTY_RSA)
    return size == (gsize)EVP_PKEY_get_size (key->pkey) &&
           EVP_PKEY_verify (ctx, signature, size, digest, digest_size) == 1;
  if (size != 2 * info->size)
    return FALSE;

  der_size = to_der (signature, info->size, &der);
  good = der_size > 0 && EVP_PKEY_verify (ctx, der, (gsize)der_size, digest, digest_size) == 1;
  OPENSSL_free (der);

  return good;
}

static gboolean
verify_mac (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length,
            const guchar *signature, gsize size)
{
  guchar expected[EVP_MAX_MD_SIZE];
  gsize expected_size = 0;
  gboolean good = mac (key, info, input, length, expected, &expected_size) && size == expected_size &&
                  CRYPTO_memcmp (expected, signature, size) == 0;

  OPENSSL_cleanse (expected, sizeof expected);

  return good;
}

gboolean
postern_jws_crypto_verify (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length,
                           const guchar *signature, gsize size)
{
  gboolean good;

  if (info->kty == POSTERN_JOSE_KTY_OCT)
    good = verify_mac (key, info, input, length, signature, size);
  else if (info->digest == NULL)
    good = verify_eddsa (key, input, length, signature, size);
  else
    good = verify_digest (key, info, input, length, signature, size);
  if (!good)
    ERR_clear_error (); /* OpenSSL queues what it found, and the next to look there is somebody else */

  return good;
}
