/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternSettings:
 *
 * What one instance was given, already checked against what its `.plugin` file declares.
 * Immutable. Defaults are filled in. Secrets are resolved (credential, file or sealed column) before the plugin
 * sees them, and zeroed when the last reference goes.
 */
#define POSTERN_TYPE_SETTINGS (postern_settings_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternSettings, postern_settings, POSTERN, SETTINGS, GObject)

/**
 * postern_settings_new:
 * @values: an a{ss}, floating is sunk
 * @secret_names: (nullable) (array zero-terminated=1): which of them are zeroed at the end
 *
 * Makes settings; for the loader and tests.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternSettings *postern_settings_new (GVariant *values, const char *const *secret_names);

/**
 * postern_settings_get_string:
 *
 * One setting as it stands.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_settings_get_string (PosternSettings *self, const char *name);

/**
 * postern_settings_dup_strv:
 *
 * A list setting, separated by spaces or ';'.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): its items
 */
POSTERN_API char **postern_settings_dup_strv (PosternSettings *self, const char *name);

/**
 * postern_settings_get_boolean:
 *
 * One setting as a boolean.
 *
 * Returns: FALSE when absent
 */
POSTERN_API gboolean postern_settings_get_boolean (PosternSettings *self, const char *name);

/**
 * postern_settings_get_int64:
 *
 * One setting as a number.
 *
 * Returns: 0 when absent
 */
POSTERN_API gint64 postern_settings_get_int64 (PosternSettings *self, const char *name);

G_END_DECLS
