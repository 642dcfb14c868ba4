/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-oidc-pkce.h"

/*
 * RFC 7636. Public clients always, and everyone whose record does not say otherwise. Only S256: "plain" hands
 * the verifier to whoever sees the request, and leaving the method out means "plain".
 */
gboolean
postern_oidc_check_pkce (PosternOidcAsk *ask, GError **error)
{
  const char *challenge = postern_oidc_ask_get (ask, "code_challenge");
  const char *method = postern_oidc_ask_get (ask, "code_challenge_method");
  gboolean is_public = g_str_equal (ask->client->token_endpoint_auth_method, "none");

  if (!challenge && !method && !is_public && !ask->client->require_pkce)
    return TRUE;
  if (!challenge) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter code_challenge is missing: this application must use PKCE");
    return FALSE;
  }
  if (g_strcmp0 (method, "S256") != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The code_challenge_method must be S256");
    return FALSE;
  }
  if (!postern_oidc_pkce_is_challenge (challenge)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The code_challenge is not the base64url text of a SHA-256 digest");
    return FALSE;
  }
  ask->code_challenge = g_strdup (challenge);
  return TRUE;
}
