/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"
#include "postern-step.h"

G_BEGIN_DECLS

/*
 * Second factors in a flow: who is asked for one, which, and the page `second-factor`. Whether one is needed at all is said by
 * src/identity/postern-assurance.h alone.
 */

/** postern_flow_second_run: asks for a second factor, or has one set up, as long as one is missing; GO_ON when there is enough. @voted: listeners of `decide` want more */
PosternStageResult postern_flow_second_run (PosternFlowContext *context, gboolean voted, GError **error);
/** postern_flow_second_follow: after @task is done: what belongs to it (recovery codes for who has none), or GO_ON. */
PosternStageResult postern_flow_second_follow (PosternFlowContext *context, GError **error);
/** postern_flow_second_is_following: whether postern_flow_second_follow() has something under way. */
gboolean postern_flow_second_is_following (PosternFlow *flow);

/* For the factors. */
/** postern_flow_second_is_asked: whether the step asks for the second factor (or the task) @name. */
gboolean postern_flow_second_is_asked (PosternStep *step, const char *name);
/** postern_flow_second_add_frame: what each page that asks for a second factor shows: `others` (there are more), `remember_days`. */
void postern_flow_second_add_frame (PosternStep *step, PosternJsonObject *model);
/**
 * postern_flow_second_show: answers @step with @page, which has one field, `code`, in that frame.
 * @message: (nullable): a phrase: what was wrong; @retry_after: seconds, when too much was tried
 */
void postern_flow_second_show (PosternStep *step, const char *page, const char *message, guint retry_after);

G_END_DECLS
