/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"
#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * postern_flow_claims_hook_ask: has the hook (src/identity/postern-claims-hook.h) of @owner_id, an application or a resource, say what it has to
 * say of the flow's person, and adds that to @claims. It is told whom it is about, for whom, and what the token says already, and nothing
 * more. Nothing happens where there is none. Blocks, for two seconds at most.
 * @audience: what the owner is called in the question: an application's id, or a resource's indicator
 * Returns: FALSE with TEMPORARILY_UNAVAILABLE where it did not answer as it must and its owner will have no token without it
 */
gboolean postern_flow_claims_hook_ask (PosternRuntime *runtime, PosternFlow *flow, const char *owner_id, const char *audience, PosternClaims *claims, GError **error);
/** postern_flow_claims_hook_read: checks an answer, and adds what it says to @claims: all of it or nothing. FALSE with PROVIDER */
gboolean postern_flow_claims_hook_read (const char *body, gsize length, PosternClaims *claims, GError **error);

G_END_DECLS
