/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/** postern_flow_remove_takes: whether the button @action (nullable) of the account page takes something away: "unlink:ID" an identity, "remove:ID" a credential. */
gboolean postern_flow_remove_takes (const char *action);

/**
 * postern_flow_remove_commit: does what @action, which postern_flow_remove_takes(), says to who is here, whose sign-in the caller has found fresh; all
 * their other sessions end. FALSE with CONFLICT when it is the last way in, with NOT_FOUND when they have no such thing
 */
gboolean postern_flow_remove_commit (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action, GError **error);

/** postern_flow_remove: the same for a button of the page, if they signed in just now. Returns: (transfer full): where that leads */
PosternResponse *postern_flow_remove (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action);

G_END_DECLS
