/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include <stdlib.h>
#include <string.h>

void
postern_files_thing_free (PosternFilesThing *self)
{
  g_free (self->key);
  g_free (self->id);
  g_free (self->path);
  g_clear_pointer (&self->object, g_variant_unref);
  g_clear_pointer (&self->shown, g_variant_unref);
  g_free (self);
}

GPtrArray *
postern_files_thing_new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) postern_files_thing_free);
}

static int
compare_things (gconstpointer a, gconstpointer b)
{
  const PosternFilesThing *const *one = a, *const *other = b;

  return (*one)->kind != (*other)->kind ? ((*one)->kind < (*other)->kind ? -1 : 1) : strcmp ((*one)->key, (*other)->key);
}

void
postern_files_thing_sort (GPtrArray *things)
{
  g_ptr_array_sort (things, compare_things);
}

/* All that it says then is what it belongs to. */
gboolean
postern_files_thing_is_blank (const PosternFilesThing *self)
{
  return self->kind->always && g_variant_n_children (self->object) == 1;
}

PosternFilesThing *
postern_files_thing_find (GPtrArray *things, const PosternFilesKind *kind, const char *key)
{
  const PosternFilesThing wanted = { kind, (char *) key }, *other = &wanted;
  PosternFilesThing **found = things->len > 0 ? bsearch (&other, things->pdata, things->len, sizeof *things->pdata, compare_things) : NULL;

  return found ? *found : NULL;
}
