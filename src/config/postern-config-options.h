/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternConfigOptions: what the command line says about settings: `--config FILE`, one option for each row of the table
 * that names one, and `--set GROUP.KEY=VALUE` for all the others. The same for every program.
 */
typedef struct {
  char *file;          /* (nullable) */
  GVariant *overrides; /* a{ss}, for postern_config_load() */
} PosternConfigOptions;

/**
 * postern_config_options_take: takes the options it knows out of @argv (NULL-terminated, argv[0] stays) and leaves the rest
 * in order.
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_CONFIG when an option lacks its value
 */
PosternConfigOptions *postern_config_options_take (char **argv, GError **error);
void postern_config_options_free (PosternConfigOptions *self);
/** postern_config_options_get_help: lines for `--help`. (transfer full) */
char *postern_config_options_get_help (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternConfigOptions, postern_config_options_free)

G_END_DECLS
