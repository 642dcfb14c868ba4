/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <string.h>

#include "postern-error.h"
#include "postern-store-base64.h"
#include "postern-store-private.h"

gboolean
postern_seal_derive_key (GBytes *master_key, const char *use, const char *tenant, guint8 *key, GError **error)
{
  g_autofree char *info = g_strconcat ("postern ", use, " v1 ", tenant, NULL);
  EVP_KDF *kdf = EVP_KDF_fetch (NULL, "HKDF", NULL);
  EVP_KDF_CTX *ctx = EVP_KDF_CTX_new (kdf);
  gsize length;
  gconstpointer master = g_bytes_get_data (master_key, &length);
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, digest, 0),
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_KEY, (void *) master, length),
    OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_INFO, info, strlen (info)),
    OSSL_PARAM_construct_end (),
  };
  gboolean done = ctx != NULL && length == POSTERN_SEAL_KEY_BYTES
                  && EVP_KDF_derive (ctx, key, POSTERN_SEAL_KEY_BYTES, params) == 1;

  EVP_KDF_CTX_free (ctx);
  EVP_KDF_free (kdf);
  if (!done)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the master key must be %d bytes", POSTERN_SEAL_KEY_BYTES);
  return done;
}

gpointer
postern_seal_cipher (void)
{
  static EVP_CIPHER *cipher;

  if (g_once_init_enter (&cipher))
    g_once_init_leave (&cipher, EVP_CIPHER_fetch (NULL, "AES-256-GCM", NULL));
  return cipher;
}

/* Each part behind its length: no two places have the same bytes, whatever their names contain. */
static void
append_part (GByteArray *place, const char *part)
{
  guint32 length = GUINT32_TO_BE ((guint32) strlen (part));

  g_byte_array_append (place, (const guint8 *) &length, sizeof length);
  g_byte_array_append (place, (const guint8 *) part, (guint) strlen (part));
}

GByteArray *
postern_seal_dup_place (PosternStore *store, const char *table, const char *column, const char *row)
{
  GByteArray *place = g_byte_array_sized_new (96);

  append_part (place, POSTERN_SEAL_PREFIX);
  append_part (place, postern_store_get_tenant (store));
  append_part (place, table);
  append_part (place, column);
  append_part (place, row);
  return place;
}

/* @out: nonce, then as many bytes as @plain, then the tag */
static gboolean
encrypt (const guint8 *key, GByteArray *place, const char *plain, gsize length, guint8 *out)
{
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  guint8 *body = out + POSTERN_SEAL_NONCE_BYTES;
  int n;
  gboolean done = RAND_bytes (out, POSTERN_SEAL_NONCE_BYTES) == 1
                  && EVP_EncryptInit_ex2 (ctx, postern_seal_cipher (), key, out, NULL) == 1
                  && EVP_EncryptUpdate (ctx, NULL, &n, place->data, (int) place->len) == 1
                  && EVP_EncryptUpdate (ctx, body, &n, (const guint8 *) plain, (int) length) == 1
                  && EVP_EncryptFinal_ex (ctx, body + length, &n) == 1
                  && EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, POSTERN_SEAL_TAG_BYTES, body + length) == 1;

  EVP_CIPHER_CTX_free (ctx);
  return done;
}

char *
postern_seal (PosternStore *store, const char *table, const char *column, const char *row, const char *plain,
              gsize length, GError **error)
{
  g_autoptr (GByteArray) place = postern_seal_dup_place (store, table, column, row);
  gsize size = POSTERN_SEAL_NONCE_BYTES + length + POSTERN_SEAL_TAG_BYTES;
  g_autofree guint8 *sealed = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (length <= G_MAXINT / 4, NULL);
  sealed = g_malloc (size);
  if (!encrypt (postern_store_get_seal_key (store), place, plain, length, sealed))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "sealing %s.%s failed", table, column);
      return NULL;
    }
  text = postern_store_base64_encode (sealed, size);
  return g_strconcat (POSTERN_SEAL_PREFIX, text, NULL);
}
