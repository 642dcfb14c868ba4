/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternConfigFile: a key file that was vetted and read, with the text kept so that a value's line can be named.
 * Used for the server's own settings, plugin files and instance files.
 */
typedef struct {
  char *path;
  char *text;
  GKeyFile *keys;
  gboolean world_readable;
} PosternConfigFile;

/**
 * postern_config_file_load: refuses what others could have written (owner neither root nor we, or writable by group or
 * all), and what is over 1 MiB. Every error is POSTERN_ERROR_CONFIG, "FILE:LINE: what, what to do".
 * Returns: (transfer full) (nullable)
 */
PosternConfigFile *postern_config_file_load (const char *path, GError **error);
void postern_config_file_free (PosternConfigFile *self);
/** postern_config_file_find_line: where @key (nullable: the group itself) stands, from 1; 1 when it is not there. */
guint postern_config_file_find_line (PosternConfigFile *self, const char *group, const char *key);
/** postern_config_file_check_owner: TRUE when nobody but root and we can have written @path (a file or a folder). */
gboolean postern_config_file_check_owner (const char *path, GError **error);
/**
 * postern_config_file_merge: the files NAME@suffix of @folders; a name in a later folder replaces the earlier one, and an
 * empty file removes it. Missing folders are skipped; a folder that others can write is an error.
 * Returns: (transfer full) (nullable) (element-type filename): paths, ordered by name
 */
GPtrArray *postern_config_file_merge (const char *const *folders, const char *suffix, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternConfigFile, postern_config_file_free)

G_END_DECLS
