/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include "postern-json.h"

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
postern_files_names_init (PosternFilesNames *self)
{
  *self = (PosternFilesNames){ new_table (), new_table (), new_table (), new_table () };
}

void
postern_files_names_clear (PosternFilesNames *self)
{
  g_clear_pointer (&self->indicators, g_hash_table_unref);
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_clear_pointer (&self->role_names, g_hash_table_unref);
  g_clear_pointer (&self->role_ids, g_hash_table_unref);
}

static void
put (GHashTable *names, GHashTable *ids, const char *id, const char *name)
{
  g_hash_table_replace (names, g_strdup (id), g_strdup (name));
  g_hash_table_replace (ids, g_strdup (name), g_strdup (id));
}

void
postern_files_names_note (PosternFilesNames *self, const PosternFilesKind *kind, GVariant *object, const char *id, const char *owner)
{
  const char *key = kind->key ? postern_json_get_string (object, kind->key) : NULL, *said = postern_json_get_string (object, "kind");
  g_autofree char *name = kind->role_kind && key ? g_strconcat (owner ? owner : said ? said : kind->role_kind, " ", key, NULL) : NULL;

  if (key == NULL || id == NULL)
    return;
  if (name != NULL)
    put (self->role_names, self->role_ids, id, name);
  else if (g_str_equal (kind->noun, "resource"))
    put (self->indicators, self->ids, id, key);
}

static void
drop (GHashTable *names, GHashTable *ids, const char *id)
{
  const char *name = g_hash_table_lookup (names, id);

  if (name != NULL)
    g_hash_table_remove (ids, name);
}

void
postern_files_names_forget (PosternFilesNames *self, const PosternFilesThing *thing)
{
  if (thing->id != NULL && thing->kind->role_kind != NULL)
    drop (self->role_names, self->role_ids, thing->id);
  else if (thing->id != NULL && g_str_equal (thing->kind->noun, "resource"))
    drop (self->indicators, self->ids, thing->id);
}
