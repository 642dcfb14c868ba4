/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include "postern-json.h"

#include <string.h>

#define MAX_HEADER 4096 /* bytes, decoded */

gboolean
postern_jose_compact_refuse (GError **error, PosternJoseError code, const char *why)
{
  g_set_error (error, POSTERN_JOSE_ERROR, code, "The token is refused: %s", why);
  return FALSE;
}

gboolean
postern_jose_compact_split (const char *token, gsize size, PosternJosePart *parts, guint n_parts)
{
  const char *at = token, *end = token + size;

  for (guint i = 0; i < n_parts; i++) {
    const char *dot = memchr (at, '.', (gsize)(end - at));

    if ((dot == NULL) != (i == n_parts - 1))
      return FALSE;
    parts[i].text = at;
    parts[i].length = (gsize)((dot ? dot : end) - at);
    at = dot ? dot + 1 : end;
  }

  return parts[0].length > 0;
}

static gboolean
is_absent_or_string (GVariant *header, const char *name)
{
  g_autoptr (GVariant) value = postern_json_get (header, name);

  return value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);
}

static gboolean
check (GVariant *header, const char *const *refused, GError **error)
{
  static const char *const strings[] = {"typ", "cty", "kid"};
  const char *kid = postern_json_get_string (header, "kid");

  for (; *refused != NULL; refused++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (header, *refused, NULL);

    if (value != NULL)
      return postern_jose_compact_refuse (
          error, POSTERN_JOSE_ERROR_UNSUPPORTED,
          "its header asks for an extension (crit, b64, zip …) that is not supported");
  }
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    if (!is_absent_or_string (header, strings[i]))
      return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                          "typ, cty and kid must be strings");
  if (postern_json_get_string (header, "alg") == NULL)
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID, "its header has no \"alg\"");
  if (kid != NULL && strlen (kid) > POSTERN_JOSE_MAX_KID)
    return postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                        "its \"kid\" is longer than 256 bytes");

  return TRUE;
}

GVariant *
postern_jose_compact_read_header (const PosternJosePart *part, const char *const *refused, GError **error)
{
  g_autoptr (GBytes) bytes = postern_base64url_decode (part->text, (gssize)part->length, MAX_HEADER);
  g_autoptr (GVariant) header = NULL;

  if (bytes != NULL)
    header = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes),
                                        MAX_HEADER, NULL);
  if (header == NULL) {
    postern_jose_compact_refuse (error, POSTERN_JOSE_ERROR_INVALID,
                                 "its header is not base64url of a JSON object of at most 4 KiB");
    return NULL;
  }

  return check (header, refused, error) ? g_steal_pointer (&header) : NULL;
}

gboolean
postern_jose_compact_is_type (GVariant *header, const char *name, const char *expected)
{
  const char *type = postern_json_get_string (header, name);

  if (type != NULL && g_ascii_strncasecmp (type, "application/", strlen ("application/")) == 0)
    type += strlen ("application/");

  return type != NULL && g_ascii_strcasecmp (type, expected) == 0;
}
