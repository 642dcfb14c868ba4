/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_end_session: what postern_flow_engine_end_session() does; for stages and factors, which see the runtime only. */
gboolean postern_flow_end_session (PosternRuntime *runtime, PosternTenant *tenant, const char *session_id, const PosternAuditBy *by, GError **error);
/**
 * postern_flow_end_one: within @txn, ends one session. @by: (nullable): the caller writes the entry; without an actor it is the person.
 * Returns: (transfer full) (nullable): as postern_flow_end_others(); nobody is in it where it had ended before
 */
GPtrArray *postern_flow_end_one (PosternTxn *txn, const char *session_id, const PosternAuditBy *by, GError **error);
/**
 * postern_flow_end_others: within @txn, ends @user_id's sessions but @except (nullable), as when the password changes; and what
 * was shown in flows that have no session yet. @by: without an actor it is the person.
 * Returns: (transfer full) (nullable): what postern_flow_end_tell() is given once it is committed
 */
GPtrArray *postern_flow_end_others (PosternTxn *txn, const char *user_id, const char *except, const PosternAuditBy *by, GError **error);
/** postern_flow_end_tell: tells the applications and who listens to events. */
void postern_flow_end_tell (PosternRuntime *runtime, PosternTenant *tenant, GPtrArray *ended);
/**
 * postern_flow_end_by_flow: the same as a part of @context's own flow, which goes on after it; STALE when another has ended what
 * was shown in this one. postern_flow_end_by_flow_tell() once it is committed.
 */
GPtrArray *postern_flow_end_by_flow (PosternFlowContext *context, PosternTxn *txn, const char *user_id, const char *except, GError **error);
void postern_flow_end_by_flow_tell (PosternFlowContext *context, GPtrArray *ended);

G_END_DECLS
