/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * Who is signed in in this browser, and must show it once more (max_age, prompt=login, a risk: RFC 9470): the name is known, so the
 * person's own way is asked for at once. It stays an offer: every such page has a button for another account.
 */

/**
 * postern_flow_again_find: what @session began with, if that is still a way in of @user; else another one of theirs.
 * @identifier: (out) (transfer none) (nullable): as whom it asks. Returns: (transfer none) (nullable): there is none, or it cannot be read.
 */
PosternInstance *postern_flow_again_find (PosternFlowContext *context, PosternSession *session, PosternUser *user, const char **identifier);
/** postern_flow_again_add_ways: members `password`, `code` and `sms` for a page where the flow's identifier may be shown by another way. */
void postern_flow_again_add_ways (PosternFlowContext *context, PosternJsonObject *model);

G_END_DECLS
