/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-oidc-pkce.h"

static gboolean
is_required (PosternOidcAsk *ask)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (postern_oidc_get_tenant (ask->oidc));

  return ask->client->require_pkce || policy->pkce_required || g_str_equal (ask->client->token_endpoint_auth_method, "none");
}

/*
 * RFC 7636. Public clients always, and everyone whose record does not say otherwise (where the policy lets it). Only S256: "plain" hands
 * the verifier to whoever sees the request, and leaving the method out means "plain".
 */
gboolean
postern_oidc_check_pkce (PosternOidcAsk *ask, GError **error)
{
  const char *challenge = postern_oidc_ask_get (ask, "code_challenge");
  const char *method = postern_oidc_ask_get (ask, "code_challenge_method");

  if (!challenge && !method && !is_required (ask))
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
