/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-runtime.h"

G_BEGIN_DECLS

/** postern_flow_end_session: what postern_flow_engine_end_session() does; for stages and factors, which see the runtime only. */
gboolean postern_flow_end_session (PosternRuntime *runtime, PosternTenant *tenant, const char *session_id, GError **error);
/**
 * postern_flow_end_others: within @txn, ends @user_id's sessions but @except (nullable), as when the password changes.
 * Returns: (transfer full) (nullable): what postern_flow_end_tell() is given once it is committed
 */
GPtrArray *postern_flow_end_others (PosternTxn *txn, const char *user_id, const char *except, GError **error);
/** postern_flow_end_tell: tells the applications and who listens to events. */
void postern_flow_end_tell (PosternRuntime *runtime, PosternTenant *tenant, GPtrArray *ended);

G_END_DECLS
