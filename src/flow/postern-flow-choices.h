/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_choices_add: members `connectors` (at most four, the one used last first) and `more_connectors` for a page's @model. */
void postern_flow_choices_add (PosternFlowContext *context, GVariantBuilder *model);
/** postern_flow_choices_remember: this browser used @authenticator_id last. */
void postern_flow_choices_remember (PosternFlowContext *context, const char *authenticator_id);

G_END_DECLS
