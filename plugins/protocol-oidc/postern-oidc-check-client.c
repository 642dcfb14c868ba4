/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

/* Whoever asks must be known before anything else is looked at. Unknown and disabled read the same. */
gboolean
postern_oidc_check_client (PosternOidcAsk *ask, GError **error)
{
  const char *client_id = postern_oidc_ask_get (ask, "client_id");
  g_autoptr (PosternClient) client = NULL;

  if (!client_id) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter client_id is missing");
    return FALSE;
  }
  if (postern_id_is_valid (client_id, "app"))
    client = postern_tenant_dup_client (postern_oidc_get_tenant (ask->oidc), client_id, NULL);
  if (!client || !client->application->enabled) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT, "No application has this client_id, or it is switched off");
    return FALSE;
  }
  ask->client = g_steal_pointer (&client);
  postern_flow_set_string (&ask->flow->application_id, client_id);
  return TRUE;
}
