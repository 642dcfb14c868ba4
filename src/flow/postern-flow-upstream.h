/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-subject.h"

G_BEGIN_DECLS

/*
 * What providers gave for people (access token, refresh token, ID token), for applications that call them: kept only where the
 * connector's setting `keep-tokens` says so, sealed to the identity's row, and refreshed when it is about to expire.
 */

/**
 * postern_flow_upstream_touch: keeps what the provider says now of the identity of @context's connector and @subject: its claims, and its
 * tokens, where they are kept at all: those that it gives unasked are passed over.
 */
gboolean postern_flow_upstream_touch (PosternFlowContext *context, PosternTxn *txn, PosternSubject *subject, GError **error);

/**
 * postern_flow_upstream_read: the tokens of the account by which @user_id last came through @connector_id, good for a minute at
 * least. May block on the provider; of many who ask at once one refreshes.
 * Returns: (transfer full) (nullable): a{sv}; NULL with NOT_FOUND when none are kept, or the provider takes them no more (the
 *   person must sign in again); else with what the provider or the store said
 */
GVariant *postern_flow_upstream_read (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id, const char *connector_id,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
