/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-guard.h"

G_BEGIN_DECLS

/* What is unusual about a sign-in (src/identity/postern-risk.h), gathered and acted on. It is kept in flow->risks. */

/** postern_flow_risk_forgive: a try that @guard counted was right. The pardon is written with the flow; many wrong ones before it are a risk. */
void postern_flow_risk_forgive (PosternFlowContext *context, const PosternGuard *guard);

/**
 * postern_flow_risk_vote: looks, once a flow and only behind a factor that was met in it, and says what the tenant's policy
 * makes of it: one more vote beside those of `decide`.
 * Returns: FALSE with @error if the store failed
 */
gboolean postern_flow_risk_vote (PosternFlowContext *context, PosternVerdict *verdict, GError **error);

/** postern_flow_risk_refuse: the vote was DENY: the event is kept, and the person told, but not each time. */
PosternStageResult postern_flow_risk_refuse (PosternFlowContext *context, GError **error);

/** postern_flow_risk_announce: the person is told of this sign-in with what it commits, if the policy says so. */
void postern_flow_risk_announce (PosternFlowContext *context);

G_END_DECLS
