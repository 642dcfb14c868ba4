/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "postern-error.h"
#include "postern-store-base64.h"
#include "postern-store-private.h"

#define OVERHEAD (POSTERN_SEAL_NONCE_BYTES + POSTERN_SEAL_TAG_BYTES)

static gboolean
decrypt (const guint8 *key, GByteArray *place, guint8 *sealed, gsize length, char *plain)
{
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  guint8 *body = sealed + POSTERN_SEAL_NONCE_BYTES;
  int n;
  gboolean done = EVP_DecryptInit_ex2 (ctx, postern_seal_cipher (), key, sealed, NULL) == 1
                  && EVP_DecryptUpdate (ctx, NULL, &n, place->data, (int) place->len) == 1
                  && EVP_DecryptUpdate (ctx, (guint8 *) plain, &n, body, (int) length) == 1
                  && EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_SET_TAG, POSTERN_SEAL_TAG_BYTES, body + length) == 1
                  && EVP_DecryptFinal_ex (ctx, (guint8 *) plain + length, &n) == 1;

  EVP_CIPHER_CTX_free (ctx);
  return done;
}

char *
postern_unseal (PosternStore *store, const char *table, const char *column, const char *row, const char *sealed,
                gsize *length, GError **error)
{
  g_autoptr (GByteArray) place = postern_seal_dup_place (store, table, column, row);
  g_autofree guint8 *bytes = NULL;
  char *plain;
  gsize size = 0;

  if (sealed != NULL && g_str_has_prefix (sealed, POSTERN_SEAL_PREFIX))
    bytes = postern_store_base64_decode (sealed + strlen (POSTERN_SEAL_PREFIX), &size);
  if (bytes == NULL || size < OVERHEAD || size > G_MAXINT / 4)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s.%s of %s is not a sealed value", table, column, row);
      return NULL;
    }
  size -= OVERHEAD;
  plain = g_malloc0 (size + POSTERN_SEAL_TAG_BYTES);
  if (!decrypt (postern_store_get_seal_key (store), place, bytes, size, plain))
    {
      OPENSSL_cleanse (plain, size);
      g_free (plain);
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED,
                   "%s.%s of %s does not open: another master key, or a value that was moved or changed", table, column,
                   row);
      return NULL;
    }
  plain[size] = '\0';
  if (length != NULL)
    *length = size;
  return plain;
}
