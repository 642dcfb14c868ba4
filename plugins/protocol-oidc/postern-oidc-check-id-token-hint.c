/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-json.h"
#include "postern-oidc-id-token.h"

/* Core 3.1.2.1: an ID token of ours, for this application, however old. Then only that person will do. */
gboolean
postern_oidc_check_id_token_hint (PosternOidcAsk *ask, GError **error)
{
  const char *hint = postern_oidc_ask_get (ask, "id_token_hint");
  g_autoptr (GVariant) claims = NULL;
  const char *subject;

  if (!hint)
    return TRUE;
  claims = postern_oidc_id_token_read_hint (ask->oidc, hint, ask->client->application->id, error);
  if (!claims)
    return FALSE;
  subject = postern_json_get_string (claims, "sub");
  if (ask->flow->hinted_user_id && g_strcmp0 (ask->flow->hinted_user_id, subject) != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The id_token_hint and the claims parameter name different people");
    return FALSE;
  }
  postern_flow_set_string (&ask->flow->hinted_user_id, subject);
  return TRUE;
}
