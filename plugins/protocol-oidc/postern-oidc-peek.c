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
  const char *begin = part == POSTERN_OIDC_PEEK_HEADER ? token : first_dot + 1;
  const char *end = part == POSTERN_OIDC_PEEK_HEADER ? first_dot : second_dot;
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  const char *text;

  if (!second_dot || strlen (token) > POSTERN_JWS_MAX_BYTES)
    return NULL;
  bytes = postern_base64url_decode (begin, end - begin, POSTERN_JWS_MAX_BYTES);
  text = bytes ? g_bytes_get_data (bytes, &length) : NULL;
  return text ? postern_json_parse_object (text, (gssize) length, POSTERN_JWS_MAX_BYTES, NULL) : NULL;
}
