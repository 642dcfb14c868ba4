/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "postern-store-base64.h"
#include "postern-store-random.h"

#define SECRET_BYTES 32
#define NAMED_BYTES 20 /* with the id before them they are hashed in one block; RFC 6749 section 10.10 asks for as many */
#define NAMED_DIGITS 27
#define ID_DIGITS 26

static char *
make_secret (const char *before, gsize length)
{
  guint8 bytes[SECRET_BYTES];
  char *random, *secret;

  postern_store_random_fill (bytes, length);
  random = postern_store_base64_encode (bytes, length);
  OPENSSL_cleanse (bytes, length);
  if (before == NULL)
    return random;
  secret = g_strconcat (before, random, NULL);
  postern_secret_free (random);
  return secret;
}

char *
postern_secret_new (void)
{
  return make_secret (NULL, SECRET_BYTES);
}

char *
postern_secret_new_for (const char *id)
{
  const char *digits = strchr (id, '_');

  g_return_val_if_fail (digits != NULL && strlen (digits + 1) == ID_DIGITS, NULL);
  return make_secret (digits + 1, NAMED_BYTES);
}

char *
postern_secret_dup_id (const char *secret, const char *prefix)
{
  g_autofree char *id = NULL;

  if (secret == NULL || strlen (secret) != ID_DIGITS + NAMED_DIGITS)
    return NULL;
  id = g_strdup_printf ("%s_%.*s", prefix, ID_DIGITS, secret);
  return postern_id_is_valid (id, prefix) ? g_steal_pointer (&id) : NULL;
}

char *
postern_secret_hash (const char *secret)
{
  static EVP_MD *sha256; /* fetched once: fetching costs more than hashing */
  guint8 digest[32];

  if (g_once_init_enter (&sha256))
    g_once_init_leave (&sha256, EVP_MD_fetch (NULL, "SHA256", NULL));
  if (EVP_Digest (secret, strlen (secret), digest, NULL, sha256, NULL) != 1)
    g_error ("SHA-256 is missing from OpenSSL");
  return postern_store_base64_encode (digest, sizeof digest);
}

gboolean
postern_secret_equal (const char *a, const char *b)
{
  gsize length;

  if (a == NULL || b == NULL)
    return FALSE;
  length = strlen (a);
  return length == strlen (b) && CRYPTO_memcmp (a, b, length) == 0;
}

void
postern_secret_free (char *secret)
{
  if (secret == NULL)
    return;
  OPENSSL_cleanse (secret, strlen (secret));
  g_free (secret);
}
