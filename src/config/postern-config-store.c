/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-store.h"

#include "postern-error.h"
#include "postern-slug-private.h"

#include <string.h>

#define KEY "url"

void
postern_config_store_free (PosternConfigStore *self)
{
  g_free (self->name);
  g_free (self->url);
  g_free (self->origin);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *origin, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", origin, what);
  return FALSE;
}

static gboolean
is_postgresql (const char *url)
{
  return g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://");
}

PosternConfigStore *
postern_config_store_new (const char *name, const char *url, const char *origin, GError **error)
{
  PosternConfigStore *self;

  if (!postern_slug_is_valid (name))
    return refuse (error, origin, "a store's name must be 1 to 63 small letters, digits and inner dashes, as in [store eu]"), NULL;
  if (!is_postgresql (url) && !g_path_is_absolute (url))
    return refuse (error, origin, "url must be postgresql://… or, for SQLite, the absolute path of a folder"), NULL;
  self = g_new0 (PosternConfigStore, 1);
  self->name = g_strdup (name);
  self->url = g_strdup (url);
  self->origin = g_strdup (origin);
  return self;
}

PosternConfigStore *
postern_config_store_read (PosternConfigFile *file, const char *group, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, group, NULL, NULL);
  g_autoptr (GError) unreadable = NULL;
  g_autofree char *url = g_key_file_get_string (file->keys, group, KEY, &unreadable); /* what could be read of it is returned all the same */
  g_autofree char *origin = g_strdup_printf ("%s:%u", file->path, postern_config_file_find_line (file, group, url ? KEY : NULL));

  for (guint i = 0; keys && keys[i]; i++)
    if (!g_str_equal (keys[i], KEY)) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:%u: there is no setting %s in [%s]; it has url alone", file->path,
                   postern_config_file_find_line (file, group, keys[i]), keys[i], group);
      return NULL;
    }
  if (url && unreadable)
    return refuse (error, origin, "url has stray backslashes; write \\\\ for one"), NULL;
  if (!url || !*url)
    return refuse (error, origin, "url is missing: where the tenants of this region live"), NULL;
  if (file->world_readable) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: url may hold a secret and everybody can read the file; run: chmod o-r %s", origin, file->path);
    return NULL;
  }
  return postern_config_store_new (group + strlen (POSTERN_CONFIG_STORE_GROUP), url, origin, error);
}

const char *
postern_config_store_get_type (const PosternConfigStore *self)
{
  return is_postgresql (self->url) ? "postgresql" : "sqlite";
}
