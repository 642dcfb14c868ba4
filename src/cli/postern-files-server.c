/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files-server.h"

char *
postern_files_server_make_path (const PosternFilesKind *kind, const char *id)
{
  g_autofree char *escaped = id ? g_uri_escape_string (id, NULL, FALSE) : NULL;

  return g_strconcat (kind->path, escaped ? "/" : NULL, escaped, NULL);
}

gboolean
postern_files_server_show (PosternCliCall *call, const PosternFilesKind *kind, const char *id, GVariant **shown, GError **error)
{
  g_autofree char *path = postern_files_server_make_path (kind, id), *full = g_strconcat ("/api/v1", path, NULL);

  return postern_cli_call_api (call, "GET", full, NULL, shown, error);
}

static void
keep_thing (PosternFilesServer *self, const PosternFilesKind *kind, GVariant *shown)
{
  PosternFilesThing *thing = g_new0 (PosternFilesThing, 1);

  thing->kind = kind;
  thing->object = postern_files_kind_read (kind, shown, self->indicators);
  thing->key = g_strdup (kind->key ? postern_json_get_string (thing->object, kind->key) : "");
  thing->id = kind->id ? g_strdup (postern_json_get_string (shown, kind->id)) : NULL;
  thing->shown = g_variant_ref (shown);
  g_ptr_array_add (self->things, thing);
}

/* Resources come before the roles that name them. */
static void
note_resource (PosternFilesServer *self, GVariant *shown)
{
  const char *indicator = postern_json_get_string (shown, "indicator"), *id = postern_json_get_string (shown, "id");

  if (indicator == NULL || id == NULL)
    return;
  g_hash_table_replace (self->indicators, g_strdup (id), g_strdup (indicator));
  g_hash_table_replace (self->ids, g_strdup (indicator), g_strdup (id));
}

static gboolean
fetch_one (PosternFilesServer *self, const PosternFilesKind *kind, GVariant *listed, GError **error)
{
  g_autoptr (GVariant) shown = kind->alone ? NULL : g_variant_ref (listed);

  if (!postern_files_kind_takes (kind, listed))
    return TRUE;
  if (kind->alone && !postern_files_server_show (self->call, kind, postern_json_get_string (listed, kind->id), &shown, error))
    return FALSE;
  if (g_str_equal (kind->noun, "resource"))
    note_resource (self, shown);
  keep_thing (self, kind, shown);
  return TRUE;
}

static gboolean
fetch_kind (PosternFilesServer *self, const PosternFilesKind *kind, GError **error)
{
  g_autofree char *path = g_strconcat ("/api/v1", kind->path, NULL);
  g_autoptr (GVariant) answer = NULL, items = NULL;
  gboolean good = TRUE;

  if (kind->key == NULL)
    {
      good = postern_files_server_show (self->call, kind, NULL, &answer, error);
      if (good)
        keep_thing (self, kind, answer);
      return good;
    }
  if (!postern_cli_call_list (self->call, path, &answer, error))
    return FALSE;
  items = postern_json_get (answer, "items");
  for (gsize i = 0; good && items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i), item = g_variant_get_variant (box);

      good = fetch_one (self, kind, item, error);
    }
  return good;
}

void
postern_files_server_clear (PosternFilesServer *self)
{
  g_clear_pointer (&self->things, g_ptr_array_unref);
  g_clear_pointer (&self->indicators, g_hash_table_unref);
  g_clear_pointer (&self->ids, g_hash_table_unref);
}
gboolean
postern_files_server_fetch (PosternFilesServer *self, PosternCliCall *call, GError **error)
{
  gboolean good = TRUE;

  self->call = call;
  self->things = postern_files_thing_new_list ();
  self->indicators = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (const PosternFilesKind *kind = postern_files_kinds; good && kind->noun != NULL; kind++)
    good = fetch_kind (self, kind, error);
  postern_files_thing_sort (self->things);
  return good;
}
