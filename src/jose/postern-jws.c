/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jws.h"

#include "postern-jose-private.h"
#include "postern-json.h"

#include <string.h>

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

/* Exactly two dots: a JSON serialization, an encrypted token and trailing dots all end here. */
static gboolean
split (const char *token, gssize length, PosternJosePart parts[3], GError **error)
{
  gsize size = length < 0 ? strnlen (token, POSTERN_JWS_MAX_BYTES + 1) : (gsize)length;

  if (size > POSTERN_JWS_MAX_BYTES)
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID, "it is longer than 64 KiB");
  if (!postern_jose_compact_split (token, size, parts, 3) || parts[2].length == 0)
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                        "it does not have the three parts of a compact serialization");

  return TRUE;
}

/* `crit` names extensions that must be understood (RFC 7515 section 4.1.11); we know none, so any is refused.
 */
static GVariant *
read_header (const PosternJosePart *part, GError **error)
{
  static const char *const refused[] = {"crit", "b64", "zip", "enc", NULL};

  return postern_jose_compact_read_header (part, refused, error);
}

GVariant *
postern_jws_peek_header (const char *token, gssize length, GError **error)
{
  PosternJosePart parts[3];

  return split (token, length, parts, error) ? read_header (&parts[0], error) : NULL;
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
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_UNSUPPORTED,
                                 "its algorithm is not one that is accepted here");
    return NULL;
  }
  key = postern_jwk_set_find (keys, postern_json_get_string (header, "kid"), *alg);
  if (key == NULL)
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_KEY,
                                 "no key, or more than one, fits its \"kid\" and algorithm");

  return key;
}

GBytes *
postern_jws_verify (const char *token, gssize length, PosternJwkSet *keys, const PosternJoseAlg *algs,
                    guint n_algs, GVariant **header, GError **error)
{
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GBytes) signature = NULL;
  GBytes *payload;
  PosternJosePart parts[3];
  PosternJwk *key;
  PosternJoseAlg alg;

  if (!split (token, length, parts, error) || (read = read_header (&parts[0], error)) == NULL ||
      (key = choose_key (read, keys, algs, n_algs, &alg, error)) == NULL)
    return NULL;

  signature = postern_base64url_decode (parts[2].text, (gssize)parts[2].length, POSTERN_JOSE_MAX_SIGNATURE);
  if (signature == NULL ||
      !postern_jws_crypto_verify (key, postern_jose_alg_get_info (alg), token,
                                  (gsize)(parts[2].text - token) - 1, g_bytes_get_data (signature, NULL),
                                  g_bytes_get_size (signature))) {
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_SIGNATURE, "its signature is wrong");
    return NULL;
  }
  payload = postern_base64url_decode (parts[1].text, (gssize)parts[1].length, POSTERN_JWS_MAX_BYTES);
  if (payload == NULL) {
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID, "its payload is not base64url");
    return NULL;
  }
  if (header != NULL)
    *header = g_steal_pointer (&read);

  return payload;
}
