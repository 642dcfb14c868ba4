/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * What happened, kept and told. The row is written in the transaction of what it tells; the event goes to the hub after
 * the commit. Names: sign-in.succeeded, sign-in.failed, session.used, session.ended, user.created, password.changed,
 * identity.linked.
 */

#define POSTERN_FLOW_AUDIT_CONSENT "consent.given" /* written with the rest of a sign-in, and told once that is committed */

/** postern_flow_audit_append: the row of @event about @user_id (nullable), with the flow's application and connector. */
gboolean postern_flow_audit_append (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GError **error);
/**
 * postern_flow_audit_append_change: the same of a change: @before and @after (nullable: {}): a{sv}, floating is sunk: of each what the other has
 * not is kept, as what is personal of it, and forgotten with @user_id.
 */
gboolean postern_flow_audit_append_change (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GVariant *before, GVariant *after, GError **error);
/* What an entry says of a thing before a change, or after it; without secrets. (transfer full): floating */
GVariant *postern_flow_audit_describe_user (const PosternUser *user);
GVariant *postern_flow_audit_describe_identity (const char *connector_id, const char *subject);
GVariant *postern_flow_audit_describe_consent (const char *scope); /* (nullable): nothing is allowed */
GVariant *postern_flow_audit_describe_credential (const PosternCredential *credential);
/** postern_flow_audit_get_by: who acts in this flow, in which request and from where; borrowed */
PosternAuditBy postern_flow_audit_get_by (PosternFlowContext *context);
/** postern_flow_audit_tell: the same to the hub: with the entry's id as `entry`, and nothing of a change. */
void postern_flow_audit_tell (PosternFlowContext *context, const char *event, const char *user_id);
/** postern_flow_audit_tell_written: the same, where it was written in this walk */
void postern_flow_audit_tell_written (PosternFlowContext *context, const char *event, const char *user_id);
/** postern_flow_audit_write: a transaction of its own, then the hub; a failure is logged, for the answer does not depend on it. */
void postern_flow_audit_write (PosternFlowContext *context, const char *event, const char *user_id);
/**
 * postern_flow_audit_write_failure: sign-in.failed by what nobody can guess, so that no guard counts it (postern-guard.h): no more often
 * from one address than may be guessed from there, or strangers would fill the disk. @user_id: (nullable)
 */
void postern_flow_audit_write_failure (PosternFlowContext *context, const char *user_id);

G_END_DECLS
