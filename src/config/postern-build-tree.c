/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-build-tree.h"

#include "postern-config-file.h"

#include <string.h>

void
postern_build_tree_enter (const char *folder)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *beside = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *path = beside ? g_build_filename (beside, folder ? folder : ".", "postern.env", NULL) : NULL;
  g_autofree char *text = NULL;
  if (!path || !g_file_get_contents (path, &text, NULL, NULL) || !postern_config_file_check_owner (path, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++) {
    char *equals = strchr (lines[i], '=');
    if (!equals || lines[i][0] == '#')
      continue;
    *equals = '\0';
    g_setenv (lines[i], equals + 1, FALSE);
  }
}
