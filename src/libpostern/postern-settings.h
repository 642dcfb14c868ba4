/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternSettings: what one instance was given, already checked against what its `.plugin` file declares.
 * Immutable. Defaults are filled in. Secrets are resolved (credential, file or sealed column) before the plugin
 * sees them, and zeroed when the last reference goes.
 */
#define POSTERN_TYPE_SETTINGS (postern_settings_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternSettings, postern_settings, POSTERN, SETTINGS, GObject)

/** postern_settings_new: @values is an a{ss}; @secret_names: (nullable) (array zero-terminated=1): which of them are zeroed at the end. */
POSTERN_API PosternSettings *postern_settings_new (GVariant *values, const char *const *secret_names);
POSTERN_API const char *postern_settings_get_string (PosternSettings *self, const char *name); /* (nullable) */
/** (nullable) (transfer full): a list setting, separated by spaces or ';' */
POSTERN_API char **postern_settings_dup_strv (PosternSettings *self, const char *name);
POSTERN_API gboolean postern_settings_get_boolean (PosternSettings *self, const char *name); /* FALSE when absent */
POSTERN_API gint64 postern_settings_get_int64 (PosternSettings *self, const char *name);     /* 0 when absent */

G_END_DECLS
