/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/**
 * postern_flow_unlink: takes the identity @id from who is here, if they signed in just now and have another way in; all their
 * other sessions end. Returns: (transfer full): where that leads
 */
PosternResponse *postern_flow_unlink (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id);

G_END_DECLS
