/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-argon2.h"
#include "postern-password-hash.h"
#include "postern-password-memory.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#define SALT 16
#define HASH 32
#define MOST_MEMORY (1024 * 1024) /* KiB; the pool's own limit is lower as a rule */
#define MOST_WORK (4ull * 1024 * 1024) /* KiB times iterations: about four seconds of one core */
#define MOST_LANES 16

static gboolean
read_shape (const char *stored, PosternPasswordPhc *phc, PosternPasswordArgon2 *shape)
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
  *shape = (PosternPasswordArgon2){ (guint32) memory, (guint32) iterations, (guint32) lanes, phc->version ? phc->version : 0x10 };
  return TRUE;
}

static guint64
cost (const char *stored)
{
  PosternPasswordPhc phc;
  PosternPasswordArgon2 shape;

  return read_shape (stored, &phc, &shape) ? shape.memory : 0;
}

/* The library's own short calls take memory by malloc(); only the context says where from. */
gboolean
postern_password_argon2_hash (const PosternPasswordArgon2 *shape, argon2_type type, const char *password, GBytes *salt, guint8 *hash, gsize length)
{
  gsize salt_length;
  argon2_context context = {
    .out = hash,
    .outlen = (guint32) length,
    .pwd = (guint8 *) password,
    .pwdlen = (guint32) strlen (password),
    .salt = (guint8 *) g_bytes_get_data (salt, &salt_length),
    .t_cost = shape->iterations,
    .m_cost = shape->memory,
    .lanes = shape->lanes,
    .threads = shape->lanes,
    .version = shape->version,
    .allocate_cbk = postern_password_memory_allocate,
    .free_cbk = postern_password_memory_free,
  };

  context.saltlen = (guint32) salt_length;
  return argon2_ctx (&context, type) == ARGON2_OK;
}

static gboolean
hash_with (const PosternPasswordArgon2 *shape, argon2_type type, const char *password, GBytes *salt, guint8 *hash, gsize length)
{
  if (postern_password_sodium_fits (shape, type, salt, length))
    return postern_password_sodium_hash (shape, password, salt, hash, length);
  return postern_password_argon2_hash (shape, type, password, salt, hash, length);
}

static gboolean
verify_as (const char *stored, const char *password, argon2_type type)
{
  PosternPasswordPhc phc;
  PosternPasswordArgon2 shape;
  guint8 hash[POSTERN_PASSWORD_PHC_BYTES];
  g_autoptr (GBytes) salt = NULL;
  gboolean right;

  if (!read_shape (stored, &phc, &shape))
    return FALSE;
  salt = g_bytes_new (phc.salt, phc.salt_length);
  right = hash_with (&shape, type, password, salt, hash, phc.hash_length) &&
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
  PosternPasswordArgon2 shape = { costs->memory, costs->iterations, costs->parallelism, ARGON2_VERSION_NUMBER };
  guint8 salt[SALT], hash[HASH];
  g_autoptr (GBytes) salt_bytes = NULL;
  GString *text;

  if (RAND_bytes (salt, SALT) != 1)
    return NULL;
  salt_bytes = g_bytes_new (salt, SALT);
  if (!hash_with (&shape, Argon2_id, password, salt_bytes, hash, HASH))
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
  PosternPasswordArgon2 shape;

  return g_str_has_prefix (stored, "$argon2id$") && read_shape (stored, &phc, &shape) && shape.version == 0x13 &&
         shape.memory >= costs->memory && shape.iterations >= costs->iterations && shape.lanes == costs->parallelism &&
         phc.salt_length >= SALT && phc.hash_length >= HASH;
}
