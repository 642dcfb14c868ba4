/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_flow_device_words_dup: "Firefox on Linux" for a User-Agent. (transfer full) (nullable): NULL when it says nothing we know */
char *postern_flow_device_words_dup (const char *user_agent);

G_END_DECLS
