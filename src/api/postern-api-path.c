/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-path.h"

#include <string.h>

char **
postern_api_path_split (const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, "/", 16);

  for (guint i = 0; steps[i] != NULL; i++)
    {
      char *decoded = g_uri_unescape_string (steps[i], "/");

      if (decoded == NULL || (i > 0 && *decoded == '\0') || !g_utf8_validate (decoded, -1, NULL))
        {
          g_free (decoded);
          return NULL;
        }
      g_free (steps[i]);
      steps[i] = decoded;
    }
  return g_steal_pointer (&steps);
}

gboolean
postern_api_path_fits (const PosternApiRow *row, char **steps)
{
  g_auto (GStrv) pattern = g_strsplit (row->path, "/", -1);
  gboolean same = g_strv_length (pattern) == g_strv_length (steps);

  for (guint i = 0; same && steps[i] != NULL; i++)
    same = pattern[i][0] == '{' || g_str_equal (pattern[i], steps[i]);
  return same;
}

void
postern_api_path_capture (PosternRequest *request, const PosternApiRow *row, char **steps)
{
  g_auto (GStrv) pattern = g_strsplit (row->path, "/", -1);

  for (guint i = 0; pattern[i] != NULL; i++)
    if (pattern[i][0] == '{')
      {
        g_autofree char *name = g_strndup (pattern[i] + 1, strlen (pattern[i]) - 2);

        postern_request_set_capture (request, name, steps[i]);
      }
}
