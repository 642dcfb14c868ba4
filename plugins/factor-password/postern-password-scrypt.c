/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define MOST_BYTES (1ull << 30)

typedef struct {
  guint64 n, r, p, bytes;
} Shape;

/* RFC 7914: 128 N r bytes; each bound is checked before the product that needs it. */
static gboolean
read_shape (const char *stored, PosternPasswordPhc *phc, Shape *shape)
{
  guint64 log_n;

  if (!postern_password_phc_parse (phc, stored) || phc->salt_length < 8 || phc->hash_length < 16)
    return FALSE;
  log_n = postern_password_phc_get (phc, "ln", 0);
  shape->r = postern_password_phc_get (phc, "r", 0);
  shape->p = postern_password_phc_get (phc, "p", 0);
  if (log_n < 1 || log_n > 22 || shape->r < 1 || shape->r > 32 || shape->p < 1 || shape->p > 16)
    return FALSE;
  shape->n = (guint64) 1 << log_n;
  shape->bytes = 128 * shape->n * shape->r;
  return shape->bytes * shape->p <= MOST_BYTES;
}

static guint64
cost (const char *stored)
{
  PosternPasswordPhc phc;
  Shape shape;

  return read_shape (stored, &phc, &shape) ? shape.bytes / 1024 + 1 : 0;
}

static gboolean
verify (const char *stored, const char *password)
{
  PosternPasswordPhc phc;
  Shape shape;
  guint8 hash[POSTERN_PASSWORD_PHC_BYTES];
  gboolean right;

  if (!read_shape (stored, &phc, &shape))
    return FALSE;
  right = EVP_PBE_scrypt (password, strlen (password), phc.salt, phc.salt_length, shape.n, shape.r, shape.p,
                          2 * shape.bytes + 1024 * 1024, hash, phc.hash_length) == 1 &&
          CRYPTO_memcmp (hash, phc.hash, phc.hash_length) == 0;
  OPENSSL_cleanse (hash, sizeof hash);
  return right;
}

const PosternPasswordScheme postern_password_scrypt_schemes[] = {
  { "$scrypt$", cost, verify },
  { NULL },
};
