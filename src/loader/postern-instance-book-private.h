/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance-book.h"
#include "postern-stores.h"

G_BEGIN_DECLS

struct _PosternInstanceBook {
  PosternRegistry *registry;
  char **folders;
  GHashTable *loaded; /* id → gint64: of which revision an instance was made, or tried */
  GFunc changed;      /* (nullable) */
  gpointer changed_data;
  GFunc retired; /* (nullable) */
  gpointer retired_data;
  PosternStore *store; /* borrowed; (nullable): not started */
  GMutex looking;      /* guards what follows */
  guint64 generation;  /* of the store, before it was read */
  char *state;         /* what the rows were: which they are, and of which revision */
};

/** postern_instance_book_is_own: whether the server itself made the instance @id, without a file or a row. */
gboolean postern_instance_book_is_own (PosternInstanceBook *self, const char *id);
/** postern_instance_book_add_strings: to @builder, of a{ss}, the strings among the values of @dictionary, a{sv}. */
void postern_instance_book_add_strings (GVariantBuilder *builder, GVariant *dictionary);

G_END_DECLS
