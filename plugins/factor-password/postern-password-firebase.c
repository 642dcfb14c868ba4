/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/*
 * What Firebase Authentication keeps: scrypt of the password makes an AES-256 key, and the hash is the project's signer key encrypted
 * with it (AES-CTR from 0). "$firebase-scrypt$ln=MEMORY,r=ROUNDS$SIGNER_KEY$SEPARATOR$SALT$HASH", all base64: `postern user import`
 * makes it of an export and the project's parameters.
 */
#define MARK "$firebase-scrypt$"
#define KEY_BYTES 32 /* of AES-256 */
#define DERIVED_BYTES 64

typedef struct {
  guint64 n, r;
  GBytes *key, *separator, *salt, *hash;
} Stored;

static void
stored_clear (Stored *self)
{
  g_clear_pointer (&self->key, g_bytes_unref);
  g_clear_pointer (&self->separator, g_bytes_unref);
  g_clear_pointer (&self->salt, g_bytes_unref);
  g_clear_pointer (&self->hash, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stored, stored_clear)

/* "ln=14,r=8" and nothing else */
static gboolean
read_cost (Stored *self, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 3);
  guint64 log_n;

  if (g_strv_length (parts) != 2 || !g_str_has_prefix (parts[0], "ln=") || !g_str_has_prefix (parts[1], "r=") ||
      !g_ascii_string_to_unsigned (parts[0] + 3, 10, 1, 20, &log_n, NULL) || !g_ascii_string_to_unsigned (parts[1] + 2, 10, 1, 16, &self->r, NULL))
    return FALSE;
  self->n = (guint64) 1 << log_n;
  return TRUE;
}

static GBytes *
read_bytes (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *padded = g_strconcat (text, &"==="[3 - (4 - length % 4) % 4], NULL);
  guchar *bytes;

  if (length == 0 || length > 200 || length % 4 == 1 || strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "+/") != length)
    return NULL;
  bytes = g_base64_decode (padded, &length);
  return g_bytes_new_take (bytes, length);
}

static gboolean
read_stored (const char *text, Stored *self)
{
  g_auto (GStrv) parts = g_str_has_prefix (text, MARK) && strlen (text) < 1000 ? g_strsplit (text + strlen (MARK), "$", 6) : NULL;

  if (parts == NULL || g_strv_length (parts) != 5 || !read_cost (self, parts[0]))
    return FALSE;
  self->key = read_bytes (parts[1]);
  self->separator = read_bytes (parts[2]);
  self->salt = read_bytes (parts[3]);
  self->hash = read_bytes (parts[4]);
  return self->key && self->separator && self->salt && self->hash && g_bytes_get_size (self->key) >= 16 &&
         g_bytes_get_size (self->hash) == g_bytes_get_size (self->key);
}

static guint64
cost (const char *text)
{
  g_auto (Stored) stored = { 0 };

  return read_stored (text, &stored) ? 128 * stored.n * stored.r / 1024 + 1 : 0;
}

static gboolean
encrypt (const guint8 *key, GBytes *plain, guint8 *out)
{
  static const guint8 zero[16];
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;
  gboolean done = context && EVP_EncryptInit_ex (context, EVP_aes_256_ctr (), NULL, key, zero) == 1 &&
                  EVP_EncryptUpdate (context, out, &length, g_bytes_get_data (plain, NULL), (int) g_bytes_get_size (plain)) == 1;

  EVP_CIPHER_CTX_free (context);
  return done;
}

static gboolean
verify (const char *text, const char *password)
{
  g_auto (Stored) stored = { 0 };
  g_autoptr (GByteArray) salt = g_byte_array_new ();
  guint8 derived[DERIVED_BYTES], made[256];
  gsize length;
  gboolean right;

  if (!read_stored (text, &stored))
    return FALSE;
  length = g_bytes_get_size (stored.hash);
  g_byte_array_append (salt, g_bytes_get_data (stored.salt, NULL), (guint) g_bytes_get_size (stored.salt));
  g_byte_array_append (salt, g_bytes_get_data (stored.separator, NULL), (guint) g_bytes_get_size (stored.separator));
  right = EVP_PBE_scrypt (password, strlen (password), salt->data, salt->len, stored.n, stored.r, 1, 256 * stored.n * stored.r + 1024 * 1024, derived, sizeof derived) == 1 &&
          encrypt (derived, stored.key, made) && CRYPTO_memcmp (made, g_bytes_get_data (stored.hash, NULL), length) == 0;
  OPENSSL_cleanse (derived, sizeof derived);
  OPENSSL_cleanse (made, sizeof made);
  return right;
}

const PosternPasswordScheme postern_password_firebase_schemes[] = {
  { MARK, cost, verify },
  { NULL },
};
