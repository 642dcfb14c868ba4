/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-grant.h"

#include "postern-oidc-pkce.h"

gboolean
postern_oidc_grant_code_prepare (PosternOidcExchange *exchange, GError **error)
{
  const char *code, *redirect_uri, *verifier;

  if (!postern_request_get_form (exchange->request, "code", &code, error) ||
      !postern_request_get_form (exchange->request, "redirect_uri", &redirect_uri, error) ||
      !postern_request_get_form (exchange->request, "code_verifier", &verifier, error))
    return FALSE;
  if (!code || !*code) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter code is missing");
    return FALSE;
  }
  postern_oidc_exchange_set_secret (exchange, code);
  exchange->redirect_uri = g_strdup (redirect_uri);
  exchange->code_verifier = g_strdup (verifier && *verifier ? verifier : NULL);
  return postern_oidc_exchange_read_resource (exchange, error);
}

/*
 * Looks, and changes nothing: whoever shows another application's code learns nothing and burns nothing. A used
 * code goes on to issue(), where the one statement that decides also finds the reuse.
 */
gboolean
postern_oidc_grant_code_look (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  PosternGrant *grant;

  if (!postern_oidc_exchange_load (exchange, txn, error))
    return FALSE;
  grant = exchange->grant;
  if (!postern_secret_equal (grant->code_hash, exchange->secret_hash))
    return postern_oidc_exchange_refuse (error);
  return grant->code_used_at || grant->code_expires_at > postern_oidc_now () ? TRUE : postern_oidc_exchange_refuse (error);
}

/* OAuth 2.1 needs the redirect URI no more, because PKCE binds the code better; without PKCE it must be there (RFC 6749 section 4.1.3). */
static gboolean
check_binding (PosternOidcExchange *exchange, GError **error)
{
  PosternGrant *grant = exchange->grant;
  gboolean same = exchange->redirect_uri ? g_strcmp0 (exchange->redirect_uri, grant->code_redirect_uri) == 0 : grant->code_challenge != NULL;

  if (!same) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The redirect_uri is not that of the authorization request");
    return FALSE;
  }
  return postern_oidc_pkce_verify (grant->code_challenge, exchange->code_verifier, error);
}

gboolean
postern_oidc_grant_code_sign (PosternOidcExchange *exchange, GError **error)
{
  return postern_oidc_exchange_sign (exchange, TRUE, error);
}

static PosternResponse *
answer (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autofree char *refresh_token = NULL;

  if (!postern_client_allows_grant (exchange->auth.client, "refresh_token"))
    return postern_oidc_exchange_answer (exchange, txn, NULL, error);
  refresh_token = postern_oidc_exchange_add_refresh (exchange, txn, error);
  return refresh_token ? postern_oidc_exchange_answer (exchange, txn, refresh_token, error) : NULL;
}

/* A failed check rolls back, so that a wrong verifier does not burn the code of the one who has the right one. */
PosternResponse *
postern_oidc_grant_code_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!postern_grant_store_redeem_code (txn, exchange->grant->id, exchange->secret_hash, postern_oidc_now (), &local))
    return postern_oidc_exchange_answer_failed (exchange, txn, "code", local, error);
  return check_binding (exchange, error) ? answer (exchange, txn, error) : NULL;
}
