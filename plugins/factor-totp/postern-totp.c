/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define MODULUS 1000000 /* ten to the number of digits */
#define DRIFT 1         /* steps, either way */

guint
postern_totp_compute (const guint8 *seed, gsize length, gint64 at)
{
  guint64 counter = GUINT64_TO_BE ((guint64) (at / POSTERN_TOTP_PERIOD));
  guint8 digest[EVP_MAX_MD_SIZE] = { 0 };
  guint size = 0, offset, number;

  HMAC (EVP_sha1 (), seed, (int) length, (const guint8 *) &counter, sizeof counter, digest, &size);
  offset = digest[19] & 0x0f; /* dynamic truncation, RFC 4226 section 5.3 */
  number = ((guint) digest[offset] & 0x7f) << 24 | (guint) digest[offset + 1] << 16 | (guint) digest[offset + 2] << 8 | digest[offset + 3];
  OPENSSL_cleanse (digest, sizeof digest);
  return number % MODULUS;
}

/* @digits: (out) POSTERN_TOTP_DIGITS + 1 bytes. FALSE: @typed is no code. Apps show it in two groups, and people type it so. */
static gboolean
read_typed (const char *typed, char *digits)
{
  guint count = 0;

  for (const char *at = typed; at && *at; at++) {
    if (*at == ' ' || *at == '-')
      continue;
    if (!g_ascii_isdigit (*at) || count == POSTERN_TOTP_DIGITS)
      return FALSE;
    digits[count++] = *at;
  }
  digits[count] = '\0';
  return count == POSTERN_TOTP_DIGITS;
}

/* All three are computed and compared, however early one is right. */
gint64
postern_totp_find (const guint8 *seed, gsize length, const char *typed, gint64 now)
{
  char digits[POSTERN_TOTP_DIGITS + 1];
  gint64 found = 0;

  if (!read_typed (typed, digits))
    return 0;
  for (gint step = -DRIFT; step <= DRIFT; step++) {
    gint64 at = (now / POSTERN_TOTP_PERIOD + step) * POSTERN_TOTP_PERIOD;
    char expected[16];

    g_snprintf (expected, sizeof expected, "%06u", postern_totp_compute (seed, length, at));
    if (CRYPTO_memcmp (expected, digits, POSTERN_TOTP_DIGITS) == 0)
      found = at;
    OPENSSL_cleanse (expected, sizeof expected);
  }
  return found;
}

char *
postern_totp_dup_base32 (const guint8 *data, gsize length)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  g_autoptr (GString) text = g_string_new (NULL);
  guint bits = 0, held = 0;

  for (gsize i = 0; i < length; i++) {
    held = held << 8 | data[i];
    for (bits += 8; bits >= 5; bits -= 5)
      g_string_append_c (text, alphabet[held >> (bits - 5) & 0x1f]);
    held &= (1u << bits) - 1;
  }
  if (bits > 0)
    g_string_append_c (text, alphabet[held << (5 - bits) & 0x1f]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
postern_totp_dup_uri (const char *issuer, const char *account, const char *base32)
{
  g_autofree char *who = g_uri_escape_string (issuer, NULL, FALSE);
  g_autofree char *whose = g_uri_escape_string (account, NULL, FALSE);

  /* Algorithm, digits and period are what every app takes for granted: the less there is to read, the easier it is scanned. */
  return g_strdup_printf ("otpauth://totp/%s:%s?secret=%s&issuer=%s", who, whose, base32, who);
}
