/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-issuer.h"

#include "postern-jwk.h"

#include <string.h>

#define PLACE "{tenantid}"
#define PAYLOAD_MAX_BYTES (64 * 1024)

char *
postern_oidc_issuer_fill (const char *issuer, const char *tenant)
{
  const char *place = strstr (issuer, PLACE);

  return place ? g_strdup_printf ("%.*s%s%s", (int) (place - issuer), issuer, tenant, place + strlen (PLACE)) : g_strdup (issuer);
}

gboolean
postern_oidc_issuer_fits (const char *issuer, const char *named)
{
  const char *place = strstr (issuer, PLACE);
  gsize before = place ? (gsize) (place - issuer) : 0, after = place ? strlen (place + strlen (PLACE)) : 0, length = named ? strlen (named) : 0;
  g_autofree char *tenant = NULL;

  if (!named || !place)
    return g_strcmp0 (issuer, named) == 0;
  if (length <= before + after || strncmp (issuer, named, before) != 0 || strcmp (named + length - after, place + strlen (PLACE)) != 0)
    return FALSE;
  tenant = g_strndup (named + before, length - before - after);
  return g_str_equal (tenant, PLACE) || g_uuid_string_is_valid (tenant);
}

static GVariant *
peek_claims (const char *id_token)
{
  g_auto (GStrv) parts = g_strsplit (id_token, ".", 4);
  g_autoptr (GBytes) payload = g_strv_length (parts) == 3 ? postern_base64url_decode (parts[1], -1, PAYLOAD_MAX_BYTES) : NULL;

  return payload ? postern_json_parse_object (g_bytes_get_data (payload, NULL), (gssize) g_bytes_get_size (payload), PAYLOAD_MAX_BYTES, NULL) : NULL;
}

char *
postern_oidc_issuer_of_token (const char *named, const char *id_token)
{
  g_autoptr (GVariant) claims = strstr (named, PLACE) ? peek_claims (id_token) : NULL;
  const char *tenant = claims ? postern_json_get_string (claims, "tid") : NULL;

  if (!strstr (named, PLACE))
    return g_strdup (named);
  return tenant && g_uuid_string_is_valid (tenant) ? postern_oidc_issuer_fill (named, tenant) : NULL;
}
