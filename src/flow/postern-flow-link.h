/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-flow-visit.h"

G_BEGIN_DECLS

/*
 * Somebody signed in connects an account at a provider to their own here (task POSTERN_FLOW_TASK_LINK). It begins with a form of the
 * page `account` alone, never with a link: whoever had signed a browser in to their own account at the provider, and then sent it
 * here, would be connected to its owner's. The flow is the browser's, and the session must live until the end.
 */

/** postern_flow_link_takes: whether @action, a button's, is one of these. */
gboolean postern_flow_link_takes (const char *action);
/** postern_flow_link_begin: goes to the provider that @action names; who did not sign in just now does that first. (transfer full) */
PosternResponse *postern_flow_link_begin (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action);
/** postern_flow_link_run: for stage `factor`: asks the provider who it is, and connects that. */
PosternStageResult postern_flow_link_run (PosternFlowContext *context, GError **error);
/** postern_flow_link_is_away: whether @flow waits for the provider's answer. */
gboolean postern_flow_link_is_away (PosternFlow *flow);
/**
 * postern_flow_link_add_choices: to the page `account`: those connectors that the person has no account of.
 * @identities: (element-type PosternIdentity): @entries: of a{sv}, see data/templates/README.md
 */
void postern_flow_link_add_choices (GVariantBuilder *entries, PosternRuntime *runtime, PosternTenant *tenant, GPtrArray *identities);

G_END_DECLS
