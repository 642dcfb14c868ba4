/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-notice.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_NOTICE_LINKED N_("Another way to sign in to your account was connected.")

/**
 * postern_flow_notice_add: tells @user by e-mail that something about the account was changed, in the transaction that changes
 * it: at the address that is known to be theirs, if they have one and mails can be sent here.
 * @notice: a phrase: a static string, marked N_()
 */
gboolean postern_flow_notice_add (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error);
/** postern_flow_notice_add_sign_in: likewise, of this sign-in, with browser, address and country. */
gboolean postern_flow_notice_add_sign_in (PosternFlowContext *context, PosternTxn *txn, PosternUser *user, const char *notice, GError **error);

G_END_DECLS
