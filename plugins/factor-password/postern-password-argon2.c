/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#define SALT 16
#define HASH 32
#define MOST_MEMORY (1024 * 1024) /* KiB; the gate's own limit is lower as a rule */
#define MOST_WORK (4ull * 1024 * 1024) /* KiB times iterations: about four seconds of one core */
#define MOST_LANES 16

typedef struct {
  guint32 memory, iterations, lanes, version;
} Shape;

static gboolean
read_shape (const char *stored, PosternPasswordPhc *phc, Shape *shape)
{
  guint64 memory, iterations, lanes;

  if (!postern_password_phc_parse (phc, stored))
    return FALSE;
  memory = postern_password_phc_get (phc, "m", 0);
  iterations = postern_password_phc_get (phc, "t", 0);
  lanes = postern_password_phc_get (phc, "p", 0);
  if (lanes < 1 || lanes > MOST_LANES || memory < 8 * lanes || memory > MOST_MEMORY || iterations < 1 || memory * iterations > MOST_WORK)
    return FALSE;
  if ((phc->version != 0x10 && phc->version != 0x13 && phc->version != 0) || phc->salt_length < 8 || phc->hash_length < 12)
    return FALSE;
  *shape = (Shape){ (guint32) memory, (guint32) iterations, (guint32) lanes, phc->version ? phc->version : 0x10 };
  return TRUE;
}

static guint64
cost (const char *stored)
{
  PosternPasswordPhc phc;
  Shape shape;

  return read_shape (stored, &phc, &shape) ? shape.memory : 0;
}

static gboolean
verify_as (const char *stored, const char *password, argon2_type type)
{
  PosternPasswordPhc phc;
  Shape shape;
  guint8 hash[POSTERN_PASSWORD_PHC_BYTES];
  gboolean right;

  if (!read_shape (stored, &phc, &shape))
    return FALSE;
  right = argon2_hash (shape.iterations, shape.memory, shape.lanes, password, strlen (password), phc.salt, phc.salt_length, hash,
                       phc.hash_length, NULL, 0, type, shape.version) == ARGON2_OK &&
          CRYPTO_memcmp (hash, phc.hash, phc.hash_length) == 0;
  OPENSSL_cleanse (hash, sizeof hash);
  return right;
}

static gboolean
verify_id (const char *stored, const char *password)
{
  return verify_as (stored, password, Argon2_id);
}

static gboolean
verify_i (const char *stored, const char *password)
{
  return verify_as (stored, password, Argon2_i);
}

static gboolean
verify_d (const char *stored, const char *password)
{
  return verify_as (stored, password, Argon2_d);
}

const PosternPasswordScheme postern_password_argon2_schemes[] = {
  { "$argon2id$", cost, verify_id },
  { "$argon2i$", cost, verify_i },
  { "$argon2d$", cost, verify_d },
  { NULL },
};

char *
postern_password_argon2_make (const PosternPasswordCost *costs, const char *password)
{
  guint8 salt[SALT], hash[HASH];
  GString *text;

  if (RAND_bytes (salt, SALT) != 1 ||
      argon2id_hash_raw (costs->iterations, costs->memory, costs->parallelism, password, strlen (password), salt, SALT, hash, HASH) != ARGON2_OK)
    return NULL;
  text = g_string_new (NULL);
  g_string_printf (text, "$argon2id$v=19$m=%u,t=%u,p=%u$", costs->memory, costs->iterations, costs->parallelism);
  postern_password_phc_append_base64 (text, salt, SALT);
  g_string_append_c (text, '$');
  postern_password_phc_append_base64 (text, hash, HASH);
  OPENSSL_cleanse (hash, sizeof hash);
  return g_string_free (text, FALSE);
}

gboolean
postern_password_argon2_is_current (const PosternPasswordCost *costs, const char *stored)
{
  PosternPasswordPhc phc;
  Shape shape;

  return g_str_has_prefix (stored, "$argon2id$") && read_shape (stored, &phc, &shape) && shape.version == 0x13 &&
         shape.memory >= costs->memory && shape.iterations >= costs->iterations && shape.lanes == costs->parallelism &&
         phc.salt_length >= SALT && phc.hash_length >= HASH;
}
