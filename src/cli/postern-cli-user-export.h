/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/** postern_cli_user_export_run: the verb `user export`. */
gboolean postern_cli_user_export_run (PosternCliCall *call, GError **error);
/** postern_cli_user_export_write: the same into the file @path, which is made, or goes on; prints nothing. @n: (out): how many were written */
gboolean postern_cli_user_export_write (PosternCliCall *call, const char *path, gint64 *n, GError **error);

#define POSTERN_CLI_USER_EXPORT_OPTIONS                                                                                                   \
  { "password-hashes", POSTERN_CLI_TRUE, NULL, NULL, "Also the hashes of passwords; needs the permission users:export" },                 \
  { "resume", POSTERN_CLI_TRUE, NULL, NULL, "Go on behind what FILE has already" },                                                       \
  { "after", POSTERN_CLI_STRING, NULL, "USER", "Only those made after this one; its id" }

G_END_DECLS
