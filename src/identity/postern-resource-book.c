/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-resource-book.h"

#include "postern-json.h"
#include "postern-management-roles.h"

struct _PosternResourceBook {
  char *issuer;
  GPtrArray *all;           /* (element-type PosternResource): owns */
  GHashTable *by_indicator; /* borrows from them */
  GHashTable *scopes;       /* every name of a scope of one that was made here; owned */
};

static void
clear (gpointer data)
{
  PosternResourceBook *self = data;

  g_free (self->issuer);
  g_hash_table_unref (self->by_indicator);
  g_hash_table_unref (self->scopes);
  g_ptr_array_unref (self->all);
}

PosternResourceBook *
postern_resource_book_ref (PosternResourceBook *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
postern_resource_book_unref (PosternResourceBook *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
add_scopes (PosternResourceBook *self, PosternResource *resource)
{
  for (gsize i = 0; resource->scopes && i < g_variant_n_children (resource->scopes); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (resource->scopes, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);
    const char *name = postern_json_get_string (row, "name");

    if (name)
      g_hash_table_add (self->scopes, g_strdup (name));
  }
}

PosternResourceBook *
postern_resource_book_read (PosternTxn *txn, const char *issuer, GError **error)
{
  GPtrArray *all = postern_resource_store_list (txn, NULL, POSTERN_RESOURCE_MAX, error);
  PosternResourceBook *self;

  if (all == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (PosternResourceBook);
  self->issuer = g_strdup (issuer);
  self->all = all;
  self->by_indicator = g_hash_table_new (g_str_hash, g_str_equal);
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < all->len; i++)
    add_scopes (self, all->pdata[i]);
  g_ptr_array_add (all, postern_management_roles_make_resource (issuer)); /* other APIs may have scopes of the same names */
  for (guint i = 0; i < all->len; i++)
    g_hash_table_insert (self->by_indicator, ((PosternResource *) all->pdata[i])->indicator, all->pdata[i]);
  return self;
}

const char *
postern_resource_book_get_issuer (PosternResourceBook *self)
{
  return self->issuer;
}

PosternResource *
postern_resource_book_find (PosternResourceBook *self, const char *indicator)
{
  return indicator ? g_hash_table_lookup (self->by_indicator, indicator) : NULL;
}

const char *
postern_resource_book_find_indicator (PosternResourceBook *self, const char *id)
{
  for (guint i = 0; i < self->all->len; i++) {
    PosternResource *resource = self->all->pdata[i];

    if (g_str_equal (resource->id, id))
      return resource->indicator;
  }
  return NULL;
}

PosternResource *
postern_resource_book_find_any (PosternResourceBook *self, const char *const *indicators)
{
  PosternResource *found = NULL;

  for (guint i = 0; indicators && indicators[i] && !found; i++)
    found = postern_resource_book_find (self, indicators[i]);
  return found;
}

gboolean
postern_resource_book_defines (PosternResourceBook *self, const char *scope)
{
  return g_hash_table_contains (self->scopes, scope);
}
