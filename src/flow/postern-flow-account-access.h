/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib/gi18n.h>

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/** what the mail and the page after it say where somebody ended all their other sessions */
#define POSTERN_FLOW_ACCOUNT_ACCESS_NOTICE_OTHERS N_("You are signed out everywhere else.")

/*
 * Who has access to an account, and its end: the sessions, and the applications. The page and the account API list and end by the same.
 */

/**
 * postern_flow_account_access_list_grants: the newest living grant of each application, the newest first.
 * Returns: (transfer full) (nullable) (element-type PosternGrant)
 */
GPtrArray *postern_flow_account_access_list_grants (PosternTxn *txn, const char *user_id, GError **error);

/** postern_flow_account_access_end_session: NOT_FOUND, in the same words, where there is none and where it is somebody else's. */
gboolean postern_flow_account_access_end_session (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id, GError **error);
/** postern_flow_account_access_end_others: all but the one that is here; they are told by mail. */
gboolean postern_flow_account_access_end_others (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, GError **error);
/** postern_flow_account_access_revoke: all that @application_id was given, and the consent. NOT_FOUND when it has nothing. */
gboolean postern_flow_account_access_revoke (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *application_id, GError **error);

G_END_DECLS
