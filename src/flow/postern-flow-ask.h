/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"
#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * postern_flow_ask: asks @instance one step of the flow, with the flow's state for it, and keeps what it wants kept.
 * A connector is asked only while it has a place free (postern-flow-connector.h).
 * @user_id: (nullable): the person in question, for a factor
 * Returns: (transfer full): answered, if need be with an error
 */
PosternStep *postern_flow_ask (PosternFlowContext *context, PosternInstance *instance, PosternStepPhase phase, const char *user_id);

/**
 * postern_flow_ask_for: asks a factor about the flow's user for @wanted (flow->factor_wanted: a second factor's name or a task's):
 * it goes on if that is under way and a form came back; else it begins, with nothing of what was asked before. The form is used up.
 */
PosternStep *postern_flow_ask_for (PosternFlowContext *context, PosternInstance *factor, const char *wanted);

/** postern_flow_ask_get_context: for factors, in tree: the walk that asks; (nullable) outside one. (transfer none) */
PosternFlowContext *postern_flow_ask_get_context (PosternStep *step);

/** postern_flow_ask_find_flow: the id of the flow that a callback's @state, or an auth_session, belongs to. (transfer full) (nullable) */
char *postern_flow_ask_find_flow (const char *state);

G_END_DECLS
