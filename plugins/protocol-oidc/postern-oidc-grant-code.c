/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-grant.h"

#include "postern-oidc-pkce.h"

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The code is unknown, used or expired, or was given to another application");
  return FALSE;
}

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
  exchange->secret_hash = postern_secret_hash (code);
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
  g_autoptr (PosternCode) code = postern_code_store_get (txn, exchange->secret_hash, NULL);

  if (!code || g_strcmp0 (code->application_id, exchange->auth.client->application->id) != 0)
    return refuse (error);
  if (!code->used_at && code->expires_at <= postern_oidc_now ())
    return refuse (error);
  return postern_oidc_exchange_load (exchange, txn, code->grant_id, error);
}

/* OAuth 2.1 needs the redirect URI no more, because PKCE binds the code better; without PKCE it must be there (RFC 6749 section 4.1.3). */
static gboolean
check_binding (PosternOidcExchange *exchange, PosternCode *code, GError **error)
{
  gboolean same = exchange->redirect_uri ? g_strcmp0 (exchange->redirect_uri, code->redirect_uri) == 0 : code->code_challenge != NULL;

  if (!same) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The redirect_uri is not that of the authorization request");
    return FALSE;
  }
  return postern_oidc_pkce_verify (code->code_challenge, exchange->code_verifier, error);
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
    return postern_oidc_exchange_answer (exchange, NULL);
  refresh_token = postern_oidc_exchange_add_refresh (exchange, txn, error);
  return refresh_token ? postern_oidc_exchange_answer (exchange, refresh_token) : NULL;
}

/* A failed check rolls back, so that a wrong verifier does not burn the code of the one who has the right one. */
PosternResponse *
postern_oidc_grant_code_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autofree char *used_grant = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternCode) code = postern_code_store_redeem (txn, exchange->secret_hash, postern_oidc_now (), &used_grant, &local);

  if (!code && used_grant)
    return postern_oidc_exchange_answer_reuse (exchange, txn, "code", used_grant, error);
  if (!code) {
    refuse (error);
    return NULL;
  }
  if (!check_binding (exchange, code, error) || !postern_oidc_exchange_check_grant (exchange, txn, error))
    return NULL;
  return answer (exchange, txn, error);
}
