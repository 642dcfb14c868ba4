/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

PosternResponse *postern_oidc_token_answer (PosternRequest *request, gpointer oidc);
/** postern_oidc_token_answer_inline: client credentials of a cached application, wholly on the I/O thread; NULL for anything else. */
PosternResponse *postern_oidc_token_answer_inline (PosternRequest *request, gpointer oidc);

/* What the flow engine calls for every entrance but the browser's. */
gboolean postern_oidc_token_look (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);   /* in the one read */
gboolean postern_oidc_token_sign (PosternOidc *self, PosternFlow *flow, GError **error); /* before the transaction */
PosternResponse *postern_oidc_token_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);
PosternResponse *postern_oidc_token_refuse (PosternOidc *self, PosternFlow *flow, const GError *error);

G_END_DECLS
