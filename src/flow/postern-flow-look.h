/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * The language and the appearance of pages. Pages go by the browser's cookies alone; what a person has set for good is kept with the
 * account, and becomes the cookies of each browser that signs in to it.
 */

/** postern_flow_look_is_language: whether @text is shaped like a language tag (BCP 47); which languages there are the pages know. */
gboolean postern_flow_look_is_language (const char *text);
/** postern_flow_look_is_appearance: "light" or "dark" */
gboolean postern_flow_look_is_appearance (const char *text);
/** postern_flow_look_bring: what the flow's user has set is the browser's from now on; what another person left there goes. */
void postern_flow_look_bring (PosternFlowContext *context);

G_END_DECLS
