/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-basic.h"

#include "postern-seal.h"

#include <string.h>

#define MAX_HEADER 1024 /* bytes: a client_id has 30 characters, a secret 43 */

/* Undoes application/x-www-form-urlencoded in place; it only ever gets shorter. */
static gboolean
decode_in_place (char *text)
{
  char *out = text;

  for (char *in = text; *in; in++) {
    int high, low;
    if (*in != '%') {
      *out++ = *in == '+' ? ' ' : *in;
      continue;
    }
    high = g_ascii_xdigit_value (in[1]);
    low = high < 0 ? -1 : g_ascii_xdigit_value (in[2]);
    if (low < 0 || high * 16 + low == 0)
      return FALSE;
    *out++ = (char) (high * 16 + low);
    in += 2;
  }
  *out = '\0';
  return *text && g_utf8_validate (text, -1, NULL);
}

/* g_base64_decode() skips what it does not know; here such a character is a refusal. */
static gboolean
is_base64 (const char *text)
{
  gsize length = strlen (text);
  gsize body = length;

  while (body > 0 && length - body < 2 && text[body - 1] == '=')
    body--;
  for (gsize i = 0; i < body; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  return length > 0 && length % 4 == 0;
}

static char *
decode_pair (const char *text, gsize *length)
{
  g_autofree guchar *bytes = is_base64 (text) ? g_base64_decode (text, length) : NULL;
  char *pair = bytes ? g_strndup ((const char *) bytes, *length) : NULL;

  if (bytes)
    memset (bytes, 0, *length);
  return pair;
}

gboolean
postern_oidc_basic_decode (const char *header, char **id, char **secret)
{
  gsize length = 0;
  char *pair, *colon;
  gboolean good;

  if (strlen (header) > MAX_HEADER || g_ascii_strncasecmp (header, "Basic ", 6) != 0)
    return FALSE;
  pair = decode_pair (header + 6 + strspn (header + 6, " "), &length);
  if (!pair)
    return FALSE;
  colon = strchr (pair, ':');
  good = strlen (pair) == length && colon != NULL;
  if (good) {
    *colon = '\0';
    good = decode_in_place (pair) && decode_in_place (colon + 1);
  }
  if (good) {
    *id = g_strdup (pair);
    *secret = g_strdup (colon + 1);
  }
  postern_secret_free (pair);
  return good;
}
