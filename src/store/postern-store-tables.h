/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"

G_BEGIN_DECLS

#define POSTERN_STORE_TABLES_MAX_COLUMNS 32

/** PosternStoreTable: one that rows of tenants are in. */
typedef struct {
  PosternKeep keep;
  char *name;
  GStrv columns;                                          /* without the tenant */
  PosternValueType types[POSTERN_STORE_TABLES_MAX_COLUMNS]; /* of the columns */
  guint key[POSTERN_STORE_TABLES_MAX_COLUMNS], n_key;     /* places in @columns, in the key's order */
} PosternStoreTable;

/**
 * postern_store_tables_list: all of them, each behind those that its rows refer to. It is what the migrations say that are compiled in, read as
 * data/migrations/README.md has them written, so that there is no second list.
 * Returns: (transfer full) (element-type PosternStoreTable)
 */
GPtrArray *postern_store_tables_list (void);

G_END_DECLS
