/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhook-signature.h"

#include "postern-seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#define PREFIX "whsec_"
#define NEW_BYTES 32
#define LEAST_BYTES 24
#define MOST_BYTES 64

char *
postern_webhook_signature_new_secret (void)
{
  guint8 bytes[NEW_BYTES];
  char *text, *secret;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    g_error ("There is no randomness");
  text = g_base64_encode (bytes, sizeof bytes);
  secret = g_strconcat (PREFIX, text, NULL);
  explicit_bzero (bytes, sizeof bytes);
  postern_secret_free (text);
  return secret;
}

static void
free_bytes (guchar *bytes, gsize length)
{
  if (bytes)
    explicit_bzero (bytes, length);
  g_free (bytes);
}

/* (transfer full) (nullable): the key; decoded and encoded again, because the decoder passes over what is no base64 */
static guchar *
decode (const char *secret, gsize *length)
{
  const char *text = g_str_has_prefix (secret, PREFIX) ? secret + strlen (PREFIX) : NULL;
  guchar *key = text && strlen (text) <= 2 * MOST_BYTES ? g_base64_decode (text, length) : NULL;
  char *again = key && *length >= LEAST_BYTES && *length <= MOST_BYTES ? g_base64_encode (key, *length) : NULL;
  gboolean good = again && strlen (again) == strlen (text) && CRYPTO_memcmp (again, text, strlen (text)) == 0;

  postern_secret_free (again);
  if (good)
    return key;
  free_bytes (key, key ? *length : 0);
  return NULL;
}

gboolean
postern_webhook_signature_is_secret (const char *secret)
{
  gsize length = 0;
  guchar *key = decode (secret, &length);

  free_bytes (key, length);
  return key != NULL;
}

/* By OpenSSL, which leaves nothing of the key behind. */
char *
postern_webhook_signature_make (const char *secret, const char *id, gint64 timestamp, const char *body, gsize length)
{
  g_autoptr (GString) signed_text = g_string_sized_new (length + 64);
  g_autofree char *text = NULL;
  gsize key_length = 0;
  guchar *key = decode (secret, &key_length);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;

  if (key == NULL)
    return NULL;
  g_string_printf (signed_text, "%s.%" G_GINT64_FORMAT ".", id, timestamp);
  g_string_append_len (signed_text, body, (gssize) length);
  if (HMAC (EVP_sha256 (), key, (int) key_length, (const guchar *) signed_text->str, signed_text->len, digest, &n) == NULL)
    g_error ("HMAC with SHA-256 is missing from OpenSSL");
  free_bytes (key, key_length);
  text = g_base64_encode (digest, n);
  return g_strconcat ("v1,", text, NULL);
}

GVariant *
postern_webhook_signature_make_headers (const char *const *secrets, const char *id, gint64 timestamp, const char *body, gsize length)
{
  g_auto (GVariantBuilder) headers = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, timestamp);
  g_autoptr (GString) signatures = g_string_new (NULL);

  for (; *secrets; secrets++) {
    g_autofree char *signature = postern_webhook_signature_make (*secrets, id, timestamp, body, length);

    if (signature == NULL)
      return NULL;
    g_string_append_printf (signatures, "%s%s", signatures->len ? " " : "", signature);
  }
  g_variant_builder_add (&headers, "{ss}", "webhook-id", id);
  g_variant_builder_add (&headers, "{ss}", "webhook-timestamp", time);
  g_variant_builder_add (&headers, "{ss}", "webhook-signature", signatures->str);
  return g_variant_builder_end (&headers);
}
