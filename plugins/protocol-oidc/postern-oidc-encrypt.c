/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-encrypt.h"

#include "postern-error.h"
#include "postern-oidc-client-keys.h"

#include <string.h>

/* What was to be kept from others is never sent in clear instead. */
char *
postern_oidc_encrypt (PosternClient *client, const PosternClientEncryption *how, const char *cty, char *content, GError **error)
{
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (PosternJwkSet) keys = NULL;
  PosternJwk *key;

  if (how->alg == POSTERN_JWE_ALG_UNKNOWN)
    return content;
  plain = g_bytes_new_take (content, strlen (content));
  keys = postern_oidc_client_keys_dup (client, NULL);
  key = keys ? postern_jwe_find_key (keys, how->alg) : NULL;
  if (key)
    return postern_jwe_encrypt (key, how->alg, how->enc, cty, plain, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST,
                       "The application asked for encryption, and its key set cannot be had or holds no key for that");
  return NULL;
}
