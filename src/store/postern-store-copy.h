/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/** PosternStoreCopied: what was copied of one table. @checksum: SHA-256 of its rows, in hexadecimal */
typedef struct {
  char *table, *checksum;
  gint64 rows;
} PosternStoreCopied;

/**
 * postern_store_copy: everything that @from keeps, into @to, which is the same tenant's in another place and keeps nothing yet. Nobody may
 * change either meanwhile. All or nothing: what has arrived is compared with what was sent, table by table, before any of it is kept, and @from is
 * read once more to see that it stayed as it was. Values are taken as they stand: what is sealed is bound to tenant, table, column and row, not to a place.
 * Returns: (transfer full) (element-type PosternStoreCopied) (nullable): POSTERN_ERROR_CONFLICT: @to keeps something; POSTERN_ERROR_STORE: what arrived
 * differs, or @from changed
 */
GPtrArray *postern_store_copy (PosternStore *from, PosternStore *to, GError **error);
/** postern_store_copy_check_room: whether @to keeps nothing lasting yet; else POSTERN_ERROR_CONFLICT */
gboolean postern_store_copy_check_room (PosternStore *to, GError **error);

G_END_DECLS
