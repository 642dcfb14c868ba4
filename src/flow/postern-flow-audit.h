/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * What happened, kept and told. The row is written in the transaction of what it tells; the event goes to the hub after
 * the commit. Names: sign-in.succeeded, sign-in.failed, session.used, session.ended, user.created, password.changed,
 * identity.linked.
 */

/** postern_flow_audit_append: the row of @event about @user_id (nullable), with the flow's application and connector. */
gboolean postern_flow_audit_append (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GError **error);
/** postern_flow_audit_tell: the same to the hub. */
void postern_flow_audit_tell (PosternFlowContext *context, const char *event, const char *user_id);
/** postern_flow_audit_write: a transaction of its own, then the hub; a failure is logged, for the answer does not depend on it. */
void postern_flow_audit_write (PosternFlowContext *context, const char *event, const char *user_id);
/**
 * postern_flow_audit_write_failure: sign-in.failed by what nobody can guess, so that no guard counts it (postern-guard.h): no more often
 * from one address than may be guessed from there, or strangers would fill the disk. @user_id: (nullable)
 */
void postern_flow_audit_write_failure (PosternFlowContext *context, const char *user_id);

G_END_DECLS
