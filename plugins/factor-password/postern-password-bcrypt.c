/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

#define LENGTH 60 /* of "$2b$NN$" with 22 characters of salt and 31 of hash */
#define MOST_ROUNDS 15 /* as a power of two: about two seconds */

/* Exactly the shape, so that libcrypt never sees what it might read otherwise. */
static guint64
cost (const char *stored)
{
  guint rounds;

  if (strlen (stored) != LENGTH || !g_ascii_isdigit (stored[4]) || !g_ascii_isdigit (stored[5]) || stored[6] != '$')
    return 0;
  for (const char *p = stored + 7; *p; p++)
    if (!g_ascii_isalnum (*p) && *p != '.' && *p != '/')
      return 0;
  rounds = (guint) (stored[4] - '0') * 10 + (guint) (stored[5] - '0');
  return rounds >= 4 && rounds <= MOST_ROUNDS ? sizeof (struct crypt_data) / 1024 + 1 : 0;
}

static gboolean
verify (const char *stored, const char *password)
{
  struct crypt_data *data;
  const char *made;
  gboolean right;

  if (cost (stored) == 0)
    return FALSE;
  data = g_new0 (struct crypt_data, 1);
  made = crypt_rn (password, stored, data, sizeof *data);
  right = made && strlen (made) == LENGTH && CRYPTO_memcmp (made, stored, LENGTH) == 0;
  OPENSSL_cleanse (data, sizeof *data);
  g_free (data);
  return right;
}

/* $2x$ marks hashes of a faulty implementation and is refused. */
const PosternPasswordScheme postern_password_bcrypt_schemes[] = {
  { "$2a$", cost, verify },
  { "$2b$", cost, verify },
  { "$2y$", cost, verify },
  { NULL },
};
