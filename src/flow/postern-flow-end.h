/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-runtime.h"

G_BEGIN_DECLS

/** postern_flow_end_session: what postern_flow_engine_end_session() does; for stages and factors, which see the runtime only. */
gboolean postern_flow_end_session (PosternRuntime *runtime, PosternTenant *tenant, const char *session_id, GError **error);
/** postern_flow_end_all: all of @user_id's sessions but @except (nullable): after a change of password. */
gboolean postern_flow_end_all (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id, const char *except, GError **error);

G_END_DECLS
