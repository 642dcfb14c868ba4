/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include <string.h>

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

gsize
postern_base64url_append (char *out, gconstpointer data, gsize length)
{
  const guchar *in = data;
  char *at = out;
  gsize i;

  for (i = 0; i + 2 < length; i += 3) {
    guint32 three = (guint32)in[i] << 16 | (guint32)in[i + 1] << 8 | in[i + 2];

    *at++ = alphabet[three >> 18];
    *at++ = alphabet[three >> 12 & 63];
    *at++ = alphabet[three >> 6 & 63];
    *at++ = alphabet[three & 63];
  }
  if (i < length) {
    guint32 rest = (guint32)in[i] << 16 | (i + 1 < length ? (guint32)in[i + 1] << 8 : 0);

    *at++ = alphabet[rest >> 18];
    *at++ = alphabet[rest >> 12 & 63];
    if (i + 1 < length)
      *at++ = alphabet[rest >> 6 & 63];
  }

  return (gsize)(at - out);
}

/**
 * postern_base64url_encode: RFC 7515 section 2, without padding.
 * Returns: (transfer full): NUL-terminated
 */
char *
postern_base64url_encode (gconstpointer data, gsize length)
{
  char *out = g_malloc (POSTERN_BASE64URL_LENGTH (length) + 1);

  out[postern_base64url_append (out, data, length)] = '\0';

  return out;
}

static int
value_of (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;

  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/**
 * postern_base64url_decode: strict, so that one value has one spelling: no padding, no character outside the
 * alphabet, no bits left over in the last character.
 * @length: bytes, -1 when NUL-terminated
 * @max_bytes: the most that the decoded value may have; checked before anything is allocated
 * Returns: (transfer full) (nullable): zeroed when freed
 */
GBytes *
postern_base64url_decode (const char *text, gssize length, gsize max_bytes)
{
  gsize size = length < 0 ? strlen (text) : (gsize)length,
        bytes = size / 4 * 3 + (size % 4 ? size % 4 - 1 : 0);
  guint32 held = 0;
  guint bits = 0;
  g_autoptr (GBytes) decoded = NULL;
  guchar *at;

  if (size % 4 == 1 || bytes > max_bytes)
    return NULL;

  decoded = postern_jose_bytes_new (bytes, &at);
  for (gsize i = 0; i < size; i++) {
    int value = value_of (text[i]);

    if (value < 0)
      return NULL;
    held = held << 6 | (guint32)value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      *at++ = (guchar)(held >> bits);
    }
  }

  return held & ((1u << bits) - 1) ? NULL : g_steal_pointer (&decoded);
}
