/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-plugin-info.h"

G_BEGIN_DECLS

/**
 * postern_plugin_values_check: what postern_plugin_info_check_values() does, for a caller that knows lines.
 * @culprit: (out) (optional) (nullable) (transfer none): on error, the key that is at fault; a string of @values or @info
 * Returns: (transfer full) (nullable): a{ss}; the error's message is "what, what to do" without the place
 */
GVariant *postern_plugin_values_check (PosternPluginInfo *info, GVariant *values, const char **culprit, GError **error);

/** postern_plugin_values_find_fault: NULL when @value fits, else what to write instead, without the value: it may be secret. (transfer none) (nullable) */
const char *postern_plugin_values_find_fault (PosternSettingInfo *setting, const char *value);

G_END_DECLS
