/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * The page behind the link of an invitation (postern-invitation.h). To open it does nothing: programs that look through mails open links, too. Who
 * is signed in with its address accepts it by a button; who is not signs in, or makes an account with this address, which the link has
 * proved, and comes back to the page.
 */

/** postern_flow_invitation_may_sign_up: who is invited may make an account, of the address, where nobody else may. */
gboolean postern_flow_invitation_may_sign_up (PosternFlow *flow, PosternPolicy *policy);
/** postern_flow_invitation_is_for: whether the flow's invitation has proved @address (nullable) to be the person's. */
gboolean postern_flow_invitation_is_for (PosternFlow *flow, const char *address);
/** postern_flow_invitation_check: in the transaction that makes an account by it: whether it is still open, and who sent it may still invite. STALE where it is not; TRUE of a flow without one */
gboolean postern_flow_invitation_check (PosternFlowContext *context, PosternTxn *txn, GError **error);
/**
 * postern_flow_invitation_dup_organization: whose pages they are by which somebody signs in for the flow's invitation: while that is good, and the
 * organization is switched on. The person belongs to it only once they accept. (transfer full) (nullable)
 */
PosternOrganization *postern_flow_invitation_dup_organization (PosternFlowContext *context);

G_END_DECLS
