/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

/* Whoever asks must be known before anything else is looked at. Unknown and disabled read the same. */
gboolean
postern_oidc_check_client (PosternOidcAsk *ask, GError **error)
{
  const char *client_id = postern_oidc_ask_get (ask, "client_id");
  g_autoptr (PosternClient) client = NULL;
  g_autoptr (GError) local = NULL;

  if (!client_id) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter client_id is missing");
    return FALSE;
  }
  if (postern_application_id_is_valid (client_id))
    client = postern_oidc_find_client (ask->oidc, client_id, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (!client || !client->application->enabled) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT, "No application has this client_id, or it is switched off");
    return FALSE;
  }
  ask->client = g_steal_pointer (&client);
  postern_flow_set_string (&ask->flow->application_id, client_id);
  return TRUE;
}
