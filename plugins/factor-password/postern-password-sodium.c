/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-argon2.h"

#ifdef HAVE_SODIUM
#include <sodium.h>

gboolean
postern_password_sodium_fits (const PosternPasswordArgon2 *shape, argon2_type type, GBytes *salt, gsize length)
{
  /* libsodium chooses its fastest code here. */
  return type == Argon2_id && shape->lanes == 1 && shape->version == ARGON2_VERSION_13 && g_bytes_get_size (salt) == crypto_pwhash_SALTBYTES &&
         length >= crypto_pwhash_BYTES_MIN && shape->memory >= crypto_pwhash_MEMLIMIT_MIN / 1024 && sodium_init () >= 0;
}

gboolean
postern_password_sodium_hash (const PosternPasswordArgon2 *shape, const char *password, GBytes *salt, guint8 *hash, gsize length)
{
  return crypto_pwhash (hash, length, password, strlen (password), g_bytes_get_data (salt, NULL), shape->iterations, (gsize) shape->memory * 1024,
                        crypto_pwhash_ALG_ARGON2ID13) == 0;
}

#else

gboolean
postern_password_sodium_fits (const PosternPasswordArgon2 *shape, argon2_type type, GBytes *salt, gsize length)
{
  return FALSE;
}

gboolean
postern_password_sodium_hash (const PosternPasswordArgon2 *shape, const char *password, GBytes *salt, guint8 *hash, gsize length)
{
  return FALSE;
}

#endif
