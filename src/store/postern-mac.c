/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-mac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "postern-store-base64.h"
#include "postern-store-private.h"

/* Each part behind its length: no two lists have the same bytes. */
static GByteArray *
join (const char *const *parts)
{
  GByteArray *text = g_byte_array_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint32 length = GUINT32_TO_BE ((guint32) strlen (parts[i]));

      g_byte_array_append (text, (const guint8 *) &length, sizeof length);
      g_byte_array_append (text, (const guint8 *) parts[i], (guint) strlen (parts[i]));
    }
  return text;
}

void
postern_mac_make (PosternStore *store, const char *const *parts, guint8 *digest)
{
  g_autoptr (GByteArray) text = join (parts);
  unsigned int size = POSTERN_MAC_BYTES;

  if (HMAC (EVP_sha256 (), postern_store_get_mac_key (store), POSTERN_SEAL_KEY_BYTES, text->data, text->len, digest, &size) == NULL)
    g_error ("HMAC with SHA-256 is missing from OpenSSL");
  memset (text->data, 0, text->len);
}

char *
postern_mac_dup (PosternStore *store, const char *const *parts)
{
  guint8 digest[POSTERN_MAC_BYTES];

  postern_mac_make (store, parts, digest);
  return postern_store_base64_encode (digest, sizeof digest);
}
