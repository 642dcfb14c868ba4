/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-peek.h"

#include "postern-json.h"
#include "postern-jws.h"

#include <string.h>

GVariant *
postern_oidc_peek_read (const char *token, PosternOidcPeekPart part)
{
  const char *first_dot = strchr (token, '.');
  const char *second_dot = first_dot ? strchr (first_dot + 1, '.') : NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  const char *text;

  if (!second_dot || strlen (token) > POSTERN_JWS_MAX_BYTES)
    return NULL;
  if (part == POSTERN_OIDC_PEEK_HEADER)
    bytes = postern_base64url_decode (token, first_dot - token, POSTERN_JWS_MAX_BYTES);
  else
    bytes = postern_base64url_decode (first_dot + 1, second_dot - first_dot - 1, POSTERN_JWS_MAX_BYTES);
  text = bytes ? g_bytes_get_data (bytes, &length) : NULL;
  return text ? postern_json_parse_object (text, (gssize) length, POSTERN_JWS_MAX_BYTES, NULL) : NULL;
}
