/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-ask.h"

G_BEGIN_DECLS

/** postern_oidc_authorize_answer: the authorization endpoint, GET and POST (OpenID Connect Core 3.1.2) */
PosternResponse *postern_oidc_authorize_answer (PosternRequest *request, gpointer oidc);

/** postern_oidc_authorize_check: reads the request into the flow, or refuses. @redirect: FALSE for one whose answer is no redirect; its client is known */
gboolean postern_oidc_authorize_check (PosternOidcAsk *ask, gboolean redirect, GError **error);
/** postern_oidc_authorize_keep_state: with the flow, for the answer */
void postern_oidc_authorize_keep_state (PosternOidcAsk *ask);
/** postern_oidc_authorize_make_code: writes the grant of a sign-in that is done. (transfer full) (nullable): its code */
char *postern_oidc_authorize_make_code (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);

/* What the flow engine calls for the browser's entrance. */
PosternResponse *postern_oidc_authorize_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);
PosternResponse *postern_oidc_authorize_refuse (PosternOidc *self, PosternFlow *flow, const GError *error);

G_END_DECLS
