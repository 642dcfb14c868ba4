/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib/gi18n.h>

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/** what the mail and the page after it say */
#define POSTERN_FLOW_ACCOUNT_DELETE_NOTICE N_("Your account is going to be deleted in a few days, because somebody who was signed in to it asked for that. If you want to keep it, sign in and press “Keep my account”.")

/**
 * postern_flow_account_delete_due: deletes those accounts, @limit at most, whose owners asked for it and let the time pass; their sessions end,
 * and the applications are told. On a thread that may block.
 */
gboolean postern_flow_account_delete_due (PosternRuntime *runtime, PosternTenant *tenant, guint limit, GError **error);

/**
 * postern_flow_account_delete_wish: who is here wants the account to be deleted, or with @keep does not want it any more. To want it, the caller has
 * found their sign-in fresh. @deletes_at: (out) (optional): when it will be, in seconds since 1970; 0 for not. ACCESS_DENIED for an administrator
 */
gboolean postern_flow_account_delete_wish (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, gboolean keep, gint64 *deletes_at, GError **error);

/** postern_flow_account_delete_not: the same for the button that keeps it: who is here does not want it any more. Returns: (transfer full): where that leads */
PosternResponse *postern_flow_account_delete_not (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request);

G_END_DECLS
