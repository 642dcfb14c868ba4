/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** postern_oidc_authorize_answer: the authorization endpoint, GET and POST (OpenID Connect Core 3.1.2) */
PosternResponse *postern_oidc_authorize_answer (PosternRequest *request, gpointer oidc);

/* What the flow engine calls for the browser's entrance. */
PosternResponse *postern_oidc_authorize_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);
PosternResponse *postern_oidc_authorize_refuse (PosternOidc *self, PosternFlow *flow, const GError *error);

G_END_DECLS
