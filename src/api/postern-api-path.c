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

/* Step by step and in place: each of many changes is held against all rows. */
gboolean
postern_api_path_fits (const PosternApiRow *row, char **steps)
{
  const char *at = row->path;

  for (guint i = 0; steps[i] != NULL; i++)
    {
      gsize length = strcspn (at, "/");

      if (*at != '{' && (strlen (steps[i]) != length || memcmp (at, steps[i], length) != 0))
        return FALSE;
      at += length;
      if ((*at == '\0') != (steps[i + 1] == NULL))
        return FALSE;
      at += *at == '/';
    }
  return steps[0] != NULL;
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
