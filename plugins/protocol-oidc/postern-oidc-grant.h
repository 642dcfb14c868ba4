/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-exchange.h"

G_BEGIN_DECLS

/* postern-oidc-grant-code.c: RFC 6749 section 4.1.3; OpenID Connect Core 3.1.3 */
gboolean postern_oidc_grant_code_prepare (PosternOidcExchange *exchange, GError **error);
gboolean postern_oidc_grant_code_look (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);
gboolean postern_oidc_grant_code_sign (PosternOidcExchange *exchange, GError **error);
PosternResponse *postern_oidc_grant_code_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);

/* postern-oidc-grant-refresh.c: RFC 6749 section 6; OAuth 2.1 section 4.3; OpenID Connect Core 12 */
gboolean postern_oidc_grant_refresh_prepare (PosternOidcExchange *exchange, GError **error);
gboolean postern_oidc_grant_refresh_look (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);
gboolean postern_oidc_grant_refresh_sign (PosternOidcExchange *exchange, GError **error);
PosternResponse *postern_oidc_grant_refresh_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);

/* postern-oidc-grant-client-credentials.c: RFC 6749 section 4.4. Never blocks; @txn is NULL. */
gboolean postern_oidc_grant_client_credentials_prepare (PosternOidcExchange *exchange, GError **error);
PosternResponse *postern_oidc_grant_client_credentials_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);

G_END_DECLS
