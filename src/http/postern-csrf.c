/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-csrf.h"
#include "postern-error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#define KEY_BYTES 32
#define NONCE_BYTES 18
#define NONCE_LENGTH 24 /* in base64 */
#define LABEL "postern csrf 1:"

struct _PosternCsrf {
  guint8 key[KEY_BYTES];
};

/* The given key serves other ends too: what is used here is derived from it, and tells nothing of it. */
static void
derive (PosternCsrf *self, GBytes *key)
{
  gsize length;
  const void *data = g_bytes_get_data (key, &length);
  unsigned int size = KEY_BYTES;

  if (!HMAC (EVP_sha256 (), data, (int) length, (const guchar *) LABEL, strlen (LABEL), self->key, &size))
    g_error ("OpenSSL has no HMAC-SHA256; nothing can be signed");
}

static void
fill (guint8 *out, gsize length)
{
  if (RAND_bytes (out, (int) length) != 1)
    g_error ("OpenSSL gives no random bytes; without them nothing here is safe");
}

PosternCsrf *
postern_csrf_new (GBytes *key)
{
  PosternCsrf *self = g_new0 (PosternCsrf, 1);

  if (key)
    derive (self, key);
  else
    fill (self->key, KEY_BYTES);
  return self;
}

void
postern_csrf_free (PosternCsrf *self)
{
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
}

static char *
encode (const guint8 *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static char *
make_token (PosternCsrf *self, const char *nonce)
{
  g_autofree char *message = g_strconcat (LABEL, nonce, NULL);
  guint8 mac[KEY_BYTES];
  unsigned int size = sizeof mac;

  if (!HMAC (EVP_sha256 (), self->key, KEY_BYTES, (const guchar *) message, strlen (message), mac, &size))
    return g_strdup ("");
  return encode (mac, sizeof mac);
}

/* (transfer none) (nullable): only what has our own form; a browser may hold anything under our name. */
static const char *
get_nonce (PosternRequest *request)
{
  const char *nonce = postern_request_get_cookie (request, POSTERN_CSRF_COOKIE);

  return nonce && strlen (nonce) == NONCE_LENGTH ? nonce : NULL;
}

char *
postern_csrf_dup_token (PosternCsrf *self, PosternRequest *request, char **fresh)
{
  const char *nonce = get_nonce (request);
  guint8 bytes[NONCE_BYTES];

  *fresh = NULL;
  if (nonce)
    return make_token (self, nonce);
  fill (bytes, sizeof bytes);
  *fresh = encode (bytes, sizeof bytes);
  return make_token (self, *fresh);
}

static gboolean
refuse (GError **error, PosternError code, const char *words)
{
  g_set_error_literal (error, POSTERN_ERROR, code, words);
  return FALSE;
}

/* Our pages say `Referrer-Policy: no-referrer`, and a browser then sends `Origin: null` even with our own forms (Fetch
 * Standard, "append a request Origin header"): null says nothing, and the token decides. */
static gboolean
is_own_origin (PosternRequest *request)
{
  const char *origin = postern_request_get_header (request, "Origin");
  const char *url = postern_request_get_public_url (request);
  const char *host = url ? strstr (url, "://") : NULL;
  gsize length;

  if (!origin || !host || g_str_equal (origin, "null"))
    return TRUE;
  length = (gsize) (host - url) + 3 + strcspn (host + 3, "/");
  return strlen (origin) == length && g_ascii_strncasecmp (origin, url, length) == 0;
}

static gboolean
comes_from_us (PosternRequest *request)
{
  const char *site = postern_request_get_header (request, "Sec-Fetch-Site");

  if (site)
    return g_str_equal (site, "same-origin") || g_str_equal (site, "none");
  return is_own_origin (request);
}

gboolean
postern_csrf_check (PosternCsrf *self, PosternRequest *request, GError **error)
{
  const char *nonce = get_nonce (request);
  const char *given = NULL;
  g_autofree char *expected = NULL;

  if (!comes_from_us (request))
    return refuse (error, POSTERN_ERROR_ACCESS_DENIED, "This form was sent from another site.");
  if (!postern_request_get_form (request, POSTERN_CSRF_FIELD, &given, error))
    return FALSE;
  if (!nonce || !given)
    return refuse (error, POSTERN_ERROR_STALE, "This page has expired. Go back, reload it and try again.");
  expected = make_token (self, nonce);
  if (strlen (given) != strlen (expected) || CRYPTO_memcmp (given, expected, strlen (expected)) != 0)
    return refuse (error, POSTERN_ERROR_STALE, "This page has expired. Go back, reload it and try again.");
  return TRUE;
}
