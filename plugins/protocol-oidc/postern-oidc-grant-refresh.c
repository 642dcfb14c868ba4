/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-grant.h"

/* Public clients always rotate (OAuth 2.1 section 4.3.1); the others as their record says. */
static gboolean
rotates (PosternClient *client)
{
  return client->refresh_rotation || g_str_equal (client->token_endpoint_auth_method, "none");
}

/* The access token may have less than was granted, never more; the new refresh token keeps all (RFC 6749 section 6). */
static gboolean
narrow_scope (PosternOidcExchange *exchange, GError **error)
{
  g_auto (GStrv) asked = exchange->scope ? g_strsplit (exchange->scope, " ", 200) : NULL;
  const char *const *granted = (const char *const *) exchange->flow->granted_scopes;

  if (!asked)
    return TRUE;
  for (char **scope = asked; *scope; scope++)
    if (!g_strv_contains (granted, *scope)) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SCOPE, "A scope is not one that was granted");
      return FALSE;
    }
  g_strfreev (exchange->flow->granted_scopes);
  exchange->flow->granted_scopes = g_steal_pointer (&asked);
  return TRUE;
}

gboolean
postern_oidc_grant_refresh_look (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternRefreshToken) token = postern_refresh_store_get (txn, exchange->grant_id, exchange->secret_hash, &local);

  if (!token)
    return postern_oidc_exchange_fail (local, error);
  if (!token->used_at && token->expires_at && token->expires_at <= postern_oidc_now ())
    return postern_oidc_exchange_refuse (error);
  return postern_oidc_exchange_load (exchange, txn, error) && narrow_scope (exchange, error);
}

gboolean
postern_oidc_grant_refresh_prepare (PosternOidcExchange *exchange, GError **error)
{
  const char *token, *scope;

  if (!postern_request_get_form (exchange->request, "refresh_token", &token, error) ||
      !postern_request_get_form (exchange->request, "scope", &scope, error))
    return FALSE;
  if (!token || !*token) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter refresh_token is missing");
    return FALSE;
  }
  postern_oidc_exchange_set_secret (exchange, token);
  exchange->scope = g_strdup (scope && *scope ? scope : NULL);
  return postern_oidc_exchange_read_resource (exchange, error);
}

gboolean
postern_oidc_grant_refresh_sign (PosternOidcExchange *exchange, GError **error)
{
  return postern_oidc_exchange_sign (exchange, FALSE, error);
}

/* What was used a moment ago may be a retry, or another tab's; on both sides of it, because clocks are set back. */
static gboolean
is_in_grace (PosternOidcExchange *exchange, PosternRefreshToken *token)
{
  return ABS (postern_oidc_now () - token->used_at) < postern_oidc_get_refresh_grace (exchange->oidc);
}

/* Without rotation the token stays as it is; one that was rotated away before its application's record changed stays dead. */
static PosternResponse *
answer_kept (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRefreshToken) token = NULL;

  if (!postern_oidc_exchange_check_grant (exchange, txn, error))
    return NULL;
  token = postern_refresh_store_get (txn, exchange->grant_id, exchange->secret_hash, error);
  if (!token)
    return NULL;
  if (token->used_at && !is_in_grace (exchange, token))
    return postern_oidc_exchange_answer_reuse (exchange, txn, "refresh token", error);
  return postern_oidc_exchange_answer (exchange, txn, NULL, error);
}

/* Seen in the transaction and not before it: of two retries at once, the later one finds the token used only here. */
static gboolean
is_forgiven (PosternOidcExchange *exchange, PosternTxn *txn, const GError *failure)
{
  g_autoptr (PosternRefreshToken) token = NULL;

  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return FALSE;
  token = postern_refresh_store_get (txn, exchange->grant_id, exchange->secret_hash, NULL);
  return token && is_in_grace (exchange, token) && postern_oidc_exchange_check_grant (exchange, txn, NULL);
}

/*
 * An old token that comes back is a thief's or was a thief's: nobody keeps anything (OAuth 2.1 section 4.3.1). The grant may
 * have been revoked since we looked: the one statement that uses the token up has the last word.
 */
static PosternResponse *
answer_next (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *next = NULL;

  if (!postern_refresh_store_redeem (txn, exchange->grant_id, exchange->secret_hash, postern_oidc_now (), &local) && !is_forgiven (exchange, txn, local))
    return postern_oidc_exchange_answer_failed (exchange, txn, "refresh token", local, error);
  next = postern_oidc_exchange_add_refresh (exchange, txn, error);
  return next ? postern_oidc_exchange_answer (exchange, txn, next, error) : NULL;
}

PosternResponse *
postern_oidc_grant_refresh_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  return rotates (exchange->auth.client) ? answer_next (exchange, txn, error) : answer_kept (exchange, txn, error);
}
