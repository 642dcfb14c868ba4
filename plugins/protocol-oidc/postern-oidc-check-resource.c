/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-oidc-resource.h"

/* RFC 8707 section 2.1 */
gboolean
postern_oidc_check_resource (PosternOidcAsk *ask, GError **error)
{
  const char *resource = postern_oidc_ask_get (ask, "resource");

  if (!resource)
    return TRUE;
  if (!postern_oidc_resource_check (ask->client, resource, error))
    return FALSE;
  g_strfreev (ask->flow->resources);
  ask->flow->resources = g_strdupv ((char *[]){ (char *) resource, NULL });
  return TRUE;
}
