/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternConfig: the server's own settings. Immutable once loaded.
 *
 * Later wins: built-in default, `$datadir/postern/postern.conf` (vendor), `/run/postern/…`, `/etc/postern/postern.conf`,
 * then drop-ins (`postern.conf.d/NAME.conf`) of the three folders by name (with `--config FILE`: of FILE.d alone), then environment (`POSTERN_LISTEN`), then command line.
 * One table in postern-config-table.c names each key: group, key, type, default, environment name, option, help.
 * Beside the table there is `[store NAME]`, one for each region (postern-config-store.h).
 * An unknown key, a bad value or a loose file mode is one line "FILE:LINE: what, what to do".
 */
#define POSTERN_TYPE_CONFIG (postern_config_get_type ())
G_DECLARE_FINAL_TYPE (PosternConfig, postern_config, POSTERN, CONFIG, GObject)

/**
 * postern_config_load:
 * @file: (nullable): replaces the three postern.conf (`--config`)
 * @overrides: (nullable): a{ss} "group.key" -> value, from the command line
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_CONFIG; the caller exits 78
 */
PosternConfig *postern_config_load (const char *file, GVariant *overrides, GError **error);

/* @name is "group.key" and must be in the table. */
const char *postern_config_get_string (PosternConfig *self, const char *name); /* (nullable) */
gint64 postern_config_get_int64 (PosternConfig *self, const char *name);
gboolean postern_config_get_boolean (PosternConfig *self, const char *name);
const char *const *postern_config_get_strv (PosternConfig *self, const char *name); /* never NULL */
const char *postern_config_get_origin (PosternConfig *self, const char *name); /* "default", "FILE:LINE", "environment POSTERN_X", "--x" */

/** postern_config_find_store: `[store NAME]`. (transfer none) (nullable) */
const PosternConfigStore *postern_config_find_store (PosternConfig *self, const char *name);
/** postern_config_get_stores: (transfer none) (element-type PosternConfigStore) */
GPtrArray *postern_config_get_stores (PosternConfig *self);

/** postern_config_foreach: in the table's order, then `[store NAME]` as "store NAME.url"; secrets are given as "(hidden)". */
typedef void (*PosternConfigFunc) (const char *name, const char *value, const char *origin, const char *help, gpointer user_data);
void postern_config_foreach (PosternConfig *self, PosternConfigFunc func, gpointer user_data);

/**
 * postern_config_to_bytes / _new_from_bytes: for handing the very same settings to another process of ours (through a
 * memory file that nobody else sees: secrets are in it).
 */
GBytes *postern_config_to_bytes (PosternConfig *self);
PosternConfig *postern_config_new_from_bytes (GBytes *bytes, GError **error);

G_END_DECLS
