/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jws.h"

#include "postern-jose-private.h"
#include "postern-json.h"

#include <string.h>

#define MAX_HEADER 4096 /* bytes, decoded */

static void
append_header (GString *out, const PosternJoseAlgInfo *info, const char *typ, PosternJwk *key)
{
  g_string_append (out, "{\"alg\":\"");
  g_string_append (out, info->name);
  g_string_append_c (out, '"');
  if (typ != NULL) {
    g_string_append (out, ",\"typ\":");
    postern_json_append_string (out, typ);
  }
  g_string_append (out, key->kid_json);
  g_string_append_c (out, '}');
}

char *
postern_jws_sign (PosternJwk *key, PosternJoseAlg alg, const char *typ, const char *payload, gsize length,
                  GError **error)
{
  const PosternJoseAlgInfo *info = postern_jose_alg_get_info (alg);
  g_autoptr (GString) header = NULL;
  g_autofree char *out = NULL;
  guchar signature[POSTERN_JOSE_MAX_SIGNATURE];
  gsize size, at;

  if (info == NULL || !key->is_private || !postern_jwk_fits (key, alg)) {
    g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_KEY,
                 "The key %s cannot sign with %s: it is public, or of another type",
                 key->kid ? key->kid : "without a name", info ? info->name : "an unknown algorithm");
    return NULL;
  }
  if (length > POSTERN_JWS_MAX_BYTES / 2) {
    g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
                         "The payload is too large to be signed: at most 32 KiB");
    return NULL;
  }

  header = g_string_sized_new (160);
  append_header (header, info, typ, key);
  out = g_malloc (POSTERN_BASE64URL_LENGTH (header->len) + POSTERN_BASE64URL_LENGTH (length) +
                  POSTERN_BASE64URL_LENGTH (sizeof signature) + 3);
  at = postern_base64url_append (out, header->str, header->len);
  out[at++] = '.';
  at += postern_base64url_append (out + at, payload, length);
  if (!postern_jws_crypto_sign (key, info, out, at, signature, &size, error))
    return NULL;
  out[at++] = '.';
  at += postern_base64url_append (out + at, signature, size);
  out[at] = '\0';

  return g_steal_pointer (&out);
}

typedef struct {
  const char *header, *payload, *signature;
  gsize header_length, payload_length, signature_length;
  gsize signed_length; /* header, dot and payload */
} Parts;

static gboolean
refuse (GError **error, PosternJoseError code, const char *why)
{
  g_set_error (error, POSTERN_JOSE_ERROR, code, "The token is refused: %s", why);
  return FALSE;
}

/* Exactly two dots: a JSON serialization, an encrypted token and trailing dots all end here. */
static gboolean
split (const char *token, gssize length, Parts *parts, GError **error)
{
  gsize size = length < 0 ? strnlen (token, POSTERN_JWS_MAX_BYTES + 1) : (gsize)length;
  const char *end = token + size, *first, *second;

  if (size > POSTERN_JWS_MAX_BYTES)
    return refuse (error, POSTERN_JOSE_ERROR_INVALID, "it is longer than 64 KiB");
  first = memchr (token, '.', size);
  second = first ? memchr (first + 1, '.', (gsize)(end - first - 1)) : NULL;
  if (second == NULL || first == token || second + 1 == end ||
      memchr (second + 1, '.', (gsize)(end - second - 1)) != NULL)
    return refuse (error, POSTERN_JOSE_ERROR_INVALID,
                   "it does not have the three parts of a compact serialization");

  parts->header = token;
  parts->header_length = (gsize)(first - token);
  parts->payload = first + 1;
  parts->payload_length = (gsize)(second - first - 1);
  parts->signature = second + 1;
  parts->signature_length = (gsize)(end - second - 1);
  parts->signed_length = (gsize)(second - token);

  return TRUE;
}

static gboolean
is_absent_or_string (GVariant *header, const char *name)
{
  g_autoptr (GVariant) value = postern_json_get (header, name);

  return value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);
}

/* `crit` names extensions that must be understood (RFC 7515 section 4.1.11); we know none, so any is refused.
 */
static gboolean
check_header (GVariant *header, GError **error)
{
  static const char *const strings[] = {"typ", "cty", "kid"};
  static const char *const refused[] = {"crit", "b64", "zip", "enc"};
  const char *kid = postern_json_get_string (header, "kid");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (header, refused[i], NULL);

    if (value != NULL)
      return refuse (error, POSTERN_JOSE_ERROR_UNSUPPORTED,
                     "its header asks for an extension (crit, b64, zip or enc) that is not supported");
  }
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    if (!is_absent_or_string (header, strings[i]))
      return refuse (error, POSTERN_JOSE_ERROR_INVALID, "typ, cty and kid must be strings");
  if (postern_json_get_string (header, "alg") == NULL)
    return refuse (error, POSTERN_JOSE_ERROR_INVALID, "its header has no \"alg\"");
  if (kid != NULL && strlen (kid) > POSTERN_JOSE_MAX_KID)
    return refuse (error, POSTERN_JOSE_ERROR_INVALID, "its \"kid\" is longer than 256 bytes");

  return TRUE;
}

static GVariant *
read_header (const Parts *parts, GError **error)
{
  g_autoptr (GBytes) bytes =
      postern_base64url_decode (parts->header, (gssize)parts->header_length, MAX_HEADER);
  g_autoptr (GVariant) header = NULL;

  if (bytes != NULL)
    header = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes),
                                        MAX_HEADER, NULL);
  if (header == NULL) {
    refuse (error, POSTERN_JOSE_ERROR_INVALID,
            "its header is not base64url of a JSON object of at most 4 KiB");
    return NULL;
  }

  return check_header (header, error) ? g_steal_pointer (&header) : NULL;
}

GVariant *
postern_jws_peek_header (const char *token, gssize length, GError **error)
{
  Parts parts;

  return split (token, length, &parts, error) ? read_header (&parts, error) : NULL;
}

static gboolean
contains (const PosternJoseAlg *algs, guint n_algs, PosternJoseAlg alg)
{
  for (guint i = 0; i < n_algs; i++)
    if (algs[i] == alg)
      return TRUE;

  return FALSE;
}

/* The header proposes; what is acceptable here and what the key is for decide. */
static PosternJwk *
choose_key (GVariant *header, PosternJwkSet *keys, const PosternJoseAlg *algs, guint n_algs,
            PosternJoseAlg *alg, GError **error)
{
  PosternJwk *key;

  *alg = postern_jose_alg_from_string (postern_json_get_string (header, "alg"));
  if (*alg == POSTERN_JOSE_ALG_UNKNOWN || !contains (algs, n_algs, *alg)) {
    refuse (error, POSTERN_JOSE_ERROR_UNSUPPORTED, "its algorithm is not one that is accepted here");
    return NULL;
  }
  key = postern_jwk_set_find (keys, postern_json_get_string (header, "kid"), *alg);
  if (key == NULL)
    refuse (error, POSTERN_JOSE_ERROR_KEY, "no key, or more than one, fits its \"kid\" and algorithm");

  return key;
}

GBytes *
postern_jws_verify (const char *token, gssize length, PosternJwkSet *keys, const PosternJoseAlg *algs,
                    guint n_algs, GVariant **header, GError **error)
{
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GBytes) signature = NULL;
  GBytes *payload;
  Parts parts;
  PosternJwk *key;
  PosternJoseAlg alg;

  if (!split (token, length, &parts, error) || (read = read_header (&parts, error)) == NULL ||
      (key = choose_key (read, keys, algs, n_algs, &alg, error)) == NULL)
    return NULL;

  signature =
      postern_base64url_decode (parts.signature, (gssize)parts.signature_length, POSTERN_JOSE_MAX_SIGNATURE);
  if (signature == NULL ||
      !postern_jws_crypto_verify (key, postern_jose_alg_get_info (alg), token, parts.signed_length,
                                  g_bytes_get_data (signature, NULL), g_bytes_get_size (signature))) {
    refuse (error, POSTERN_JOSE_ERROR_SIGNATURE, "its signature is wrong");
    return NULL;
  }
  payload = postern_base64url_decode (parts.payload, (gssize)parts.payload_length, POSTERN_JWS_MAX_BYTES);
  if (payload == NULL) {
    refuse (error, POSTERN_JOSE_ERROR_INVALID, "its payload is not base64url");
    return NULL;
  }
  if (header != NULL)
    *header = g_steal_pointer (&read);

  return payload;
}
