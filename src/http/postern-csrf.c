/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-csrf.h"
#include "postern-error.h"
#include "postern-request-private.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#define KEY_BYTES 32
#define NONCE_BYTES 18
#define NONCE_LENGTH 24 /* in base64 */
#define LABEL "postern csrf 1:"

/* Each token is made with a copy of a context that holds the key already: fetching HMAC and SHA-256 costs ten times their work. */
struct _PosternCsrf {
  EVP_MAC_CTX *keyed;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MAC, EVP_MAC_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MAC_CTX, EVP_MAC_CTX_free)

/* The given key serves other ends too: what is used here is derived from it, and tells nothing of it. */
static void
derive (GBytes *key, guint8 *derived)
{
  gsize length;
  const void *data = g_bytes_get_data (key, &length);
  unsigned int size = KEY_BYTES;

  if (!HMAC (EVP_sha256 (), data, (int) length, (const guchar *) LABEL, strlen (LABEL), derived, &size))
    g_error ("OpenSSL has no HMAC-SHA256; nothing can be signed");
}

static void
fill (guint8 *out, gsize length)
{
  if (RAND_bytes (out, (int) length) != 1)
    g_error ("OpenSSL gives no random bytes; without them nothing here is safe");
}

static EVP_MAC_CTX *
prepare (const guint8 *key)
{
  g_autoptr (EVP_MAC) mac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new (mac) : NULL;
  OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *) "SHA256", 0), OSSL_PARAM_construct_end () };

  if (!ctx || !EVP_MAC_init (ctx, key, KEY_BYTES, params))
    g_error ("OpenSSL has no HMAC-SHA256; nothing can be signed");
  return ctx;
}

PosternCsrf *
postern_csrf_new (GBytes *key)
{
  PosternCsrf *self = g_new0 (PosternCsrf, 1);
  guint8 derived[KEY_BYTES];

  if (key)
    derive (key, derived);
  else
    fill (derived, KEY_BYTES);
  self->keyed = prepare (derived);
  OPENSSL_cleanse (derived, sizeof derived);
  return self;
}

void
postern_csrf_free (PosternCsrf *self)
{
  EVP_MAC_CTX_free (self->keyed);
  g_free (self);
}

static char *
encode (const guint8 *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  text[strcspn (text, "=")] = '\0';
  for (char *at = text; *at; at++)
    *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
  return text;
}

static gboolean
add_text (EVP_MAC_CTX *ctx, const char *text)
{
  return EVP_MAC_update (ctx, (const guint8 *) text, strlen (text));
}

/* A nonce has a length of its own, so that no slug before it can be taken for a part of it. */
static char *
make_token (PosternCsrf *self, PosternRequest *request, const char *nonce)
{
  g_autoptr (EVP_MAC_CTX) ctx = EVP_MAC_CTX_dup (self->keyed);
  const char *tenant = postern_request_get_tenant (request);
  guint8 mac[KEY_BYTES];
  gsize size;

  if (!ctx || !add_text (ctx, LABEL) || !add_text (ctx, tenant ? tenant : "") || !add_text (ctx, nonce) || !EVP_MAC_final (ctx, mac, &size, sizeof mac))
    g_error ("OpenSSL could not make an HMAC-SHA256; without it no form is safe");
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
    return make_token (self, request, nonce);
  fill (bytes, sizeof bytes);
  *fresh = encode (bytes, sizeof bytes);
  return make_token (self, request, *fresh);
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
  expected = make_token (self, request, nonce);
  if (strlen (given) != strlen (expected) || CRYPTO_memcmp (given, expected, strlen (expected)) != 0)
    return refuse (error, POSTERN_ERROR_STALE, "This page has expired. Go back, reload it and try again.");
  return TRUE;
}
