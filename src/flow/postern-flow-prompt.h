/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * The page of a parked flow, kept with it: {template, model, error_field, error_message, error_request, status, retry_at}. So a GET only
 * shows, a reload changes nothing, and an error outlives the 303 and a restart.
 */

/** postern_flow_prompt_keep: puts a page prompt into the flow; with an error also which request it came of. */
void postern_flow_prompt_keep (PosternFlowContext *context, PosternPrompt *prompt);
/** postern_flow_prompt_get_template: what the flow's page is now; "connector" when there is nothing to type. (transfer none) */
const char *postern_flow_prompt_get_template (PosternFlow *flow);
/** postern_flow_prompt_get_model: what the page is filled in with, also with what every page of a flow shows. (transfer floating) */
GVariant *postern_flow_prompt_get_model (PosternFlowContext *context, guint *status, gint64 *retry_after);
/** postern_flow_prompt_render: the page, with what every page of a flow shows. (transfer full) */
PosternResponse *postern_flow_prompt_render (PosternFlowContext *context);
/** postern_flow_prompt_leave: sends the browser to a provider, as @prompt says. (transfer full) */
PosternResponse *postern_flow_prompt_leave (PosternFlowContext *context, PosternPrompt *prompt);
/** postern_flow_prompt_allow_providers: what a form of @page leads to may lie at a provider. */
void postern_flow_prompt_allow_providers (PosternRuntime *runtime, PosternResponse *page);
/** postern_flow_prompt_stale: the flow is lost; one button back. @flow: (nullable). (transfer full) */
PosternResponse *postern_flow_prompt_stale (PosternFlow *flow, const char *application_name);

G_END_DECLS
