/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-resource.h"

#include "postern-error.h"

#include <string.h>

static gboolean
is_absolute (const char *resource)
{
  g_autofree char *scheme = g_uri_parse_scheme (resource);

  return scheme && !strchr (resource, '#') && !strchr (resource, ' ') && g_str_is_ascii (resource);
}

gboolean
postern_oidc_resource_check (PosternClient *client, const char *resource, GError **error)
{
  gboolean allowed = client->resources && g_strv_contains ((const char *const *) client->resources, resource);

  if (allowed && is_absolute (resource))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TARGET, "The resource is not one that this application may ask for");
  return FALSE;
}
