/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files-server.h"

gboolean
postern_files_server_show (PosternCliCall *call, const PosternFilesKind *kind, const char *path, GVariant **shown, GError **error)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, kind->query, NULL);

  return postern_cli_call_api (call, "GET", full, NULL, shown, error);
}

/* @parent: (nullable); @path: taken */
static void
keep_thing (PosternFilesServer *self, const PosternFilesKind *kind, const PosternFilesThing *parent, char *path, GVariant *shown)
{
  PosternFilesThing *thing = g_new0 (PosternFilesThing, 1);

  thing->kind = kind;
  thing->object = postern_files_kind_read (kind, shown, parent ? parent->key : NULL, &self->names);
  thing->key = postern_files_kind_dup_key (kind, thing->object);
  thing->id = kind->id ? g_strdup (postern_json_get_string (shown, kind->id)) : NULL;
  thing->path = path;
  thing->shown = g_variant_ref (shown);
  g_ptr_array_add (self->things, thing);
}

/* One of a list. Resources and roles come before what names them. */
static gboolean
fetch_one (PosternFilesServer *self, const PosternFilesKind *kind, const PosternFilesThing *parent, GVariant *listed, GError **error)
{
  const char *id = postern_json_get_string (listed, kind->id);
  g_autoptr (GVariant) shown = kind->alone ? NULL : g_variant_ref (listed);
  g_autofree char *path = postern_files_kind_dup_path (kind, parent ? parent->path : NULL, id);

  gboolean takes = postern_files_kind_takes (kind, listed);

  if (takes || kind->role_kind != NULL) /* ready-made roles are no files, and are given like others */
    postern_files_names_note (&self->names, kind, listed, id, parent ? parent->key : NULL);
  if (!takes)
    return TRUE;
  if (kind->alone && !postern_files_server_show (self->call, kind, path, &shown, error))
    return FALSE;
  keep_thing (self, kind, parent, g_steal_pointer (&path), shown);
  return TRUE;
}

/* Of what there is one, or one of each @parent (nullable) that may lack it. */
static gboolean
fetch_single (PosternFilesServer *self, const PosternFilesKind *kind, const PosternFilesThing *parent, GError **error)
{
  g_autofree char *path = postern_files_kind_dup_path (kind, parent ? parent->path : NULL, NULL);
  g_autoptr (GVariant) shown = NULL;
  g_autoptr (GError) failure = NULL;

  if (postern_files_server_show (self->call, kind, path, &shown, &failure))
    keep_thing (self, kind, parent, g_steal_pointer (&path), shown);
  else if (parent == NULL || !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

/* (transfer full) */
static char *
make_list_path (const PosternFilesKind *kind, const PosternFilesThing *parent)
{
  g_autofree char *path = postern_files_kind_dup_path (kind, parent ? parent->path : NULL, NULL), *escaped = parent ? g_uri_escape_string (parent->id, NULL, FALSE) : NULL;
  g_auto (GStrv) parts = kind->list ? g_strsplit (kind->list, "{}", 2) : NULL;

  return parts ? g_strconcat ("/api/v1", parts[0], escaped, parts[1], NULL) : g_strconcat ("/api/v1", path, NULL);
}

/* @parent: (nullable) */
static gboolean
fetch_of (PosternFilesServer *self, const PosternFilesKind *kind, const PosternFilesThing *parent, GError **error)
{
  g_autofree char *path = make_list_path (kind, parent);
  g_autoptr (GVariant) answer = NULL, items = NULL;
  gboolean good = TRUE;

  if (kind->key == NULL)
    return fetch_single (self, kind, parent, error);
  if (!postern_cli_call_list (self->call, path, &answer, error))
    return FALSE;
  items = postern_json_get (answer, "items");
  for (gsize i = 0; good && items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i), item = g_variant_get_variant (box);

      good = fetch_one (self, kind, parent, item, error);
    }
  return good;
}

static gboolean
fetch_kind (PosternFilesServer *self, const PosternFilesKind *kind, GError **error)
{
  const PosternFilesKind *parent_kind = postern_files_kind_get_parent (kind);
  guint n = self->things->len;
  gboolean good = TRUE;

  if (parent_kind == NULL)
    return fetch_of (self, kind, NULL, error);
  for (guint i = 0; good && i < n; i++)
    {
      const PosternFilesThing *parent = self->things->pdata[i];

      good = parent->kind != parent_kind || fetch_of (self, kind, parent, error);
    }
  return good;
}

void
postern_files_server_clear (PosternFilesServer *self)
{
  g_clear_pointer (&self->things, g_ptr_array_unref);
  postern_files_names_clear (&self->names);
}

gboolean
postern_files_server_fetch (PosternFilesServer *self, PosternCliCall *call, gboolean people, GError **error)
{
  gboolean good = TRUE;

  self->call = call;
  self->things = postern_files_thing_new_list ();
  postern_files_names_init (&self->names);
  for (const PosternFilesKind *kind = postern_files_kinds; good && kind->noun != NULL; kind++)
    good = (kind->people && !people) || fetch_kind (self, kind, error);
  postern_files_thing_sort (self->things);
  return good;
}
