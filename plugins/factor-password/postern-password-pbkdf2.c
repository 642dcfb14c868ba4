/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define MOST_ITERATIONS 5000000 /* about two seconds of one core */

static gboolean
read_iterations (const char *stored, PosternPasswordPhc *phc, int *iterations)
{
  guint64 given;

  if (!postern_password_phc_parse (phc, stored) || phc->salt_length < 8 || phc->hash_length < 16)
    return FALSE;
  given = postern_password_phc_get (phc, "i", 0);
  *iterations = (int) MIN (given, MOST_ITERATIONS + 1);
  return given >= 1 && given <= MOST_ITERATIONS && postern_password_phc_get (phc, "l", phc->hash_length) == phc->hash_length;
}

static guint64
cost (const char *stored)
{
  PosternPasswordPhc phc;
  int iterations;

  return read_iterations (stored, &phc, &iterations) ? 1 : 0;
}

static gboolean
verify_with (const char *stored, const char *password, const EVP_MD *digest)
{
  PosternPasswordPhc phc;
  guint8 hash[POSTERN_PASSWORD_PHC_BYTES];
  int iterations;
  gboolean right;

  if (!read_iterations (stored, &phc, &iterations))
    return FALSE;
  right = PKCS5_PBKDF2_HMAC (password, (int) strlen (password), phc.salt, (int) phc.salt_length, iterations, digest, (int) phc.hash_length, hash) == 1 &&
          CRYPTO_memcmp (hash, phc.hash, phc.hash_length) == 0;
  OPENSSL_cleanse (hash, sizeof hash);
  return right;
}

static gboolean
verify_sha1 (const char *stored, const char *password)
{
  return verify_with (stored, password, EVP_sha1 ());
}

static gboolean
verify_sha256 (const char *stored, const char *password)
{
  return verify_with (stored, password, EVP_sha256 ());
}

static gboolean
verify_sha512 (const char *stored, const char *password)
{
  return verify_with (stored, password, EVP_sha512 ());
}

const PosternPasswordScheme postern_password_pbkdf2_schemes[] = {
  { "$pbkdf2$", cost, verify_sha1 },
  { "$pbkdf2-sha1$", cost, verify_sha1 },
  { "$pbkdf2-sha256$", cost, verify_sha256 },
  { "$pbkdf2-sha512$", cost, verify_sha512 },
  { NULL },
};
