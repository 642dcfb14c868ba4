/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/* One file each, postern-stage-NAME.c; the table says who walks them and when. */
PosternStageResult postern_stage_client (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_policy_in (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_choose (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_authenticate (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_link (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_factor (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_organization (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_policy_out (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_permission (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_consent (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_claims (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_session (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_issue (PosternFlowContext *context, GError **error);
PosternStageResult postern_stage_audit (PosternFlowContext *context, GError **error);

/** postern_stage_choose_takes: whether a form's @action belongs to this stage on whatever page it stands (another account, a provider). */
gboolean postern_stage_choose_takes (const char *action);

G_END_DECLS
