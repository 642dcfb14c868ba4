/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
postern_store_base64_encode (const guint8 *data, gsize length)
{
  char *text = g_malloc ((length * 4 + 2) / 3 + 1), *out = text;
  guint32 bits = 0;
  guint n_bits = 0;

  for (gsize i = 0; i < length; i++)
    {
      bits = bits << 8 | data[i];
      for (n_bits += 8; n_bits >= 6; n_bits -= 6)
        *out++ = alphabet[bits >> (n_bits - 6) & 63];
    }
  if (n_bits > 0)
    *out++ = alphabet[bits << (6 - n_bits) & 63];
  *out = '\0';
  return text;
}

static int
digit_of (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

guint8 *
postern_store_base64_decode (const char *text, gsize *length)
{
  gsize n = strlen (text);
  g_autofree guint8 *data = g_malloc (n * 3 / 4 + 1);
  guint32 bits = 0;
  guint n_bits = 0;

  *length = 0;
  for (gsize i = 0; i < n; i++)
    {
      int digit = digit_of (text[i]);

      if (digit < 0)
        return NULL;
      bits = bits << 6 | (guint32) digit;
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          data[(*length)++] = (guint8) (bits >> n_bits);
        }
    }
  if (n_bits >= 6 || (bits & ((1u << n_bits) - 1)) != 0)
    return NULL;
  return g_steal_pointer (&data);
}
