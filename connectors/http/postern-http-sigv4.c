/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-sigv4.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define DIGEST_BYTES 32

typedef struct {
  guint8 bytes[DIGEST_BYTES];
} Digest;

static Digest
hmac (gconstpointer key, gsize length, const char *text)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, length);
  Digest digest;
  gsize size = sizeof digest.bytes;

  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest.bytes, &size);
  return digest;
}

/* The key of a day, a region and a service. */
static Digest
derive_key (const PosternHttpSigv4 *self, const char *day)
{
  g_autofree char *secret = g_strconcat ("AWS4", self->secret, NULL);
  Digest key = hmac (secret, strlen (secret), day);

  explicit_bzero (secret, strlen (secret));
  key = hmac (key.bytes, sizeof key.bytes, self->region);
  key = hmac (key.bytes, sizeof key.bytes, self->service);
  return hmac (key.bytes, sizeof key.bytes, "aws4_request");
}

static char *
make_canonical_request (const char *url, const char *content_type, GBytes *body, const char *date, const char *signed_headers)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  g_autofree char *type = content_type ? g_strdup_printf ("content-type:%s\n", content_type) : g_strdup ("");
  g_autofree char *port = g_uri_get_port (uri) > 0 ? g_strdup_printf (":%d", g_uri_get_port (uri)) : g_strdup ("");
  const char *path = g_uri_get_path (uri);

  return g_strdup_printf ("POST\n%s\n\n%shost:%s%s\nx-amz-date:%s\n\n%s\n%s", *path ? path : "/", type, g_uri_get_host (uri), port, date, signed_headers, hash);
}

char *
postern_http_sigv4_sign (const PosternHttpSigv4 *self, const char *url, const char *content_type, GBytes *body, GDateTime *now, char **date)
{
  const char *signed_headers = content_type ? "content-type;host;x-amz-date" : "host;x-amz-date";
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *scope = g_strdup_printf ("%s/%s/%s/aws4_request", day, self->region, self->service);
  g_autofree char *request = NULL, *request_hash = NULL, *to_sign = NULL;
  Digest key = derive_key (self, day);
  g_autofree char *signature = NULL;

  *date = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  request = make_canonical_request (url, content_type, body, *date, signed_headers);
  request_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, request, -1);
  to_sign = g_strdup_printf (ALGORITHM "\n%s\n%s\n%s", *date, scope, request_hash);
  signature = g_compute_hmac_for_string (G_CHECKSUM_SHA256, key.bytes, sizeof key.bytes, to_sign, -1);
  explicit_bzero (&key, sizeof key);
  return g_strdup_printf (ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s", self->key_id, scope, signed_headers, signature);
}
