/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"

gboolean
postern_sink_place_store_begin (PosternTxn *txn, const PosternSinkPlace *place, GError **error)
{
  static const char sql[] = "INSERT INTO sink_places (id, position, delivered, missed, failures, failing_since, due_at, created_at) "
                            "VALUES (?1, " POSTERN_AUDIT_END ", 0, 0, 0, 0, 0, ?2) ON CONFLICT (id) DO NOTHING";
  PosternValue values[] = { POSTERN_TEXT (place->id), POSTERN_INT (place->created_at) };

  return postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error) >= 0;
}

PosternSinkPlace *
postern_sink_place_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_sink_place, POSTERN_SQL_SELECT (postern_records_sink_place, "WHERE id = ?1"), values, G_N_ELEMENTS (values),
                              error);
}

GPtrArray *
postern_sink_place_store_list (PosternTxn *txn, GError **error)
{
  return postern_record_list (txn, &postern_records_sink_place, POSTERN_SQL_SELECT (postern_records_sink_place, "ORDER BY id"), NULL, 0, error);
}

/* One statement decides: whoever reads first and writes then may have been overtaken. */
gboolean
postern_sink_place_store_settle (PosternTxn *txn, const PosternSinkPlace *place, gint64 position, gboolean *settled, GError **error)
{
  static const char sql[] = "UPDATE sink_places SET position = ?3, delivered = ?4, missed = ?5, failures = ?6, failing_since = ?7, due_at = ?8, error = ?9 "
                            "WHERE id = ?1 AND position = ?2";
  PosternValue values[] = { POSTERN_TEXT (place->id),       POSTERN_INT (position),        POSTERN_INT (place->position),
                            POSTERN_INT (place->delivered), POSTERN_INT (place->missed),   POSTERN_INT (place->failures),
                            POSTERN_INT (place->failing_since), POSTERN_INT (place->due_at), POSTERN_TEXT (place->error) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  *settled = changed > 0;
  return changed >= 0;
}
