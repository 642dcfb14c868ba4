/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-argon2.h"

#ifdef HAVE_SODIUM
#include <sodium.h>

#ifdef HAVE_SODIUM_ARENA
#include <openssl/crypto.h>
#include <sys/mman.h>

#include "postern-password-memory.h"

/*
 * libsodium cannot be told where to work. It maps its memory for each hash, and the kernel takes half as long to clear it, page by page,
 * as the hash takes. So the build takes its code from the static library and gives these names to what it calls and is called by.
 */
#define crypto_pwhash postern_password_sodium_library_hash
#define sodium_init postern_password_sodium_library_init
int crypto_pwhash (unsigned char *const out, unsigned long long out_length, const char *const password, unsigned long long password_length,
                   const unsigned char *const salt, unsigned long long iterations, size_t memory, int algorithm);
int sodium_init (void);
void *postern_password_sodium_library_mmap (void *place, size_t bytes, int protection, int flags, int descriptor, off_t offset);
int postern_password_sodium_library_munmap (void *place, size_t bytes);

/* Argon2 alone maps anything: of what else may, nothing is called here. */
void *
postern_password_sodium_library_mmap (void *place, size_t bytes, int protection, int flags, int descriptor, off_t offset)
{
  uint8_t *memory;

  return postern_password_memory_allocate (&memory, bytes) == 0 ? memory : MAP_FAILED;
}

/* The kernel would clear what is given back to it; what is kept is cleared here. */
int
postern_password_sodium_library_munmap (void *place, size_t bytes)
{
  OPENSSL_cleanse (place, bytes);
  postern_password_memory_free (place, bytes);
  return 0;
}
#endif

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
