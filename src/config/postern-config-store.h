/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config-file.h"

G_BEGIN_DECLS

/** PosternConfigStore: a `[store NAME]` of the settings: where tenants of the region NAME live. */
typedef struct {
  char *name;
  char *url;    /* a connection URL, or a folder for SQLite; it may hold a password */
  char *origin; /* "FILE:LINE" */
} PosternConfigStore;

#define POSTERN_CONFIG_STORE_GROUP "store " /* a name stands behind it */

void postern_config_store_free (PosternConfigStore *self);
/** postern_config_store_new: (transfer full) (nullable): POSTERN_ERROR_CONFIG, which begins with @origin */
PosternConfigStore *postern_config_store_new (const char *name, const char *url, const char *origin, GError **error);
/** postern_config_store_read: of @group in @file. (transfer full) (nullable): POSTERN_ERROR_CONFIG */
PosternConfigStore *postern_config_store_read (PosternConfigFile *file, const char *group, GError **error);
/** postern_config_store_get_type: the id of the database plugin that its URL is for. (transfer none) */
const char *postern_config_store_get_type (const PosternConfigStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternConfigStore, postern_config_store_free)

G_END_DECLS
