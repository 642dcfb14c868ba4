/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

static const PosternImportFormat *const formats[] = {
  &postern_import_csv, &postern_import_auth0, &postern_import_keycloak, &postern_import_firebase, &postern_import_logto, &postern_import_okta, &postern_import_postern, NULL,
};

const PosternImportFormat *const *
postern_import_format_get_all (void)
{
  return formats;
}

const PosternImportFormat *
postern_import_format_find (const char *name)
{
  for (guint i = 0; formats[i] != NULL; i++)
    if (g_str_equal (formats[i]->name, name))
      return formats[i];
  return NULL;
}
