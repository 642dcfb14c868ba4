/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_import_store_insert (PosternTxn *txn, PosternImport *import, GError **error)
{
  return postern_record_write (txn, &postern_records_import, import, POSTERN_SQL_INSERT (postern_records_import, ""), error) > 0;
}

PosternImport *
postern_import_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_import, POSTERN_SQL_SELECT (postern_records_import, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

/* Few are under way at a time: they are looked through. */
PosternImport *
postern_import_store_find (PosternTxn *txn, const char *digest, const char *format, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (digest), POSTERN_TEXT (format) };

  return postern_record_read (txn, &postern_records_import,
                              POSTERN_SQL_SELECT (postern_records_import, "WHERE digest = ?1 AND format = ?2 AND finished_at = 0 ORDER BY id LIMIT 1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_import_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_import, POSTERN_SQL_SELECT (postern_records_import, "WHERE id > ?1 ORDER BY id LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_import_store_advance (PosternTxn *txn, const PosternImport *import, gint64 from, GError **error)
{
  static const char sql[] = "UPDATE imports SET position = ?3, created = ?4, refused = ?5, updated_at = ?6, finished_at = ?7 "
                            "WHERE id = ?1 AND position = ?2 AND finished_at = 0";
  PosternValue values[] = {
    POSTERN_TEXT (import->id),      POSTERN_INT (from),    POSTERN_INT (import->position), POSTERN_INT (import->created),
    POSTERN_INT (import->refused), POSTERN_INT (import->updated_at), POSTERN_INT (import->finished_at),
  };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "the import does not stand at this position, or is finished");
  return changed > 0;
}
