/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * postern_flow_join_run: who has signed in just now comes to belong to the organizations whose rules say so
 * (postern-organization-join.h), before it is asked for which one they act. Committed at once, as a new account is; written into the audit log and
 * told to nobody. FALSE only for a failure.
 */
gboolean postern_flow_join_run (PosternFlowContext *context, GError **error);

G_END_DECLS
