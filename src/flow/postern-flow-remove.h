/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/** postern_flow_remove_takes: whether the button @action (nullable) of the account page takes something away: "unlink:ID" an identity, "remove:ID" a credential. */
gboolean postern_flow_remove_takes (const char *action);

/**
 * postern_flow_remove: does what @action says to who is here, if they signed in just now and have another way in; all their
 * other sessions end. Returns: (transfer full): where that leads
 */
PosternResponse *postern_flow_remove (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action);

G_END_DECLS
