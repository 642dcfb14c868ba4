/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_refuse: the walk ends with @error: the protocol says it to the application, or a page to the person. (transfer full) */
PosternResponse *postern_flow_refuse (PosternFlowContext *context, const GError *error);

G_END_DECLS
