/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** postern_oidc_challenge_answer: the authorization challenge endpoint (OAuth 2.0 for First-Party Applications, draft-ietf-oauth-first-party-apps-04) */
PosternResponse *postern_oidc_challenge_answer (PosternRequest *request, gpointer oidc);

/* What the flow engine calls for the entrance of an application that shows the pages itself. */
PosternResponse *postern_oidc_challenge_show (PosternOidc *self, PosternFlow *flow, GVariant *page, const char *auth_session);
PosternResponse *postern_oidc_challenge_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error);
PosternResponse *postern_oidc_challenge_refuse (PosternOidc *self, PosternFlow *flow, const GError *error);

G_END_DECLS
