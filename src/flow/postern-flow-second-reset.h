/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_second_reset: what an administrator asked for is due (postern-factor-reset.h): all second factors of the flow's user go, and everybody is signed out. */
gboolean postern_flow_second_reset (PosternFlowContext *context, GError **error);
/** postern_flow_second_reset_cancel: a second factor was shown, so nothing is lost: it ends with the walk. */
void postern_flow_second_reset_cancel (PosternFlowContext *context);

G_END_DECLS
