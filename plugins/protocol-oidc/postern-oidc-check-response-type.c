/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

gboolean
postern_oidc_check_response_type (PosternOidcAsk *ask, GError **error)
{
  const char *type = postern_oidc_ask_get (ask, "response_type");

  if (!type) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter response_type is missing");
    return FALSE;
  }
  if (!g_str_equal (type, "code")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNSUPPORTED_RESPONSE_TYPE, "The only response_type is code");
    return FALSE;
  }
  if (!postern_client_allows_grant (ask->client, "authorization_code")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNAUTHORIZED_CLIENT, "This application is not registered for the grant authorization_code");
    return FALSE;
  }
  return TRUE;
}
