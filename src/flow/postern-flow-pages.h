/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * postern_flow_pages_rewind: whether the answer @input to the page @at is about who signs in or how: then the flow begins again from
 * there, and nobody is known any more.
 */
gboolean postern_flow_pages_rewind (PosternRuntime *runtime, PosternRequest *request, PosternFlow *flow, PosternPairs *input, const char *at);

G_END_DECLS
