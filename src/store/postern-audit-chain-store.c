/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-txn.h"

/* --- numbers -------------------------------------------------------------------------------------------------------- */

GPtrArray *
postern_audit_chain_store_list_new (PosternTxn *txn, gint64 after_key, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (after_key), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_audit,
                              POSTERN_SQL_SELECT (postern_records_audit,
                                                  "WHERE key > ?1 AND NOT EXISTS (SELECT 1 FROM audit_chain WHERE audit_chain.audit_key = audit.key) "
                                                  "ORDER BY key LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}

/* Both sides lose what is cut off together, and nothing is numbered that is not there: as many are the same ones. */
gboolean
postern_audit_chain_store_is_complete (PosternTxn *txn, gint64 from_key, gint64 to_key, gboolean *complete, GError **error)
{
  static const char sql[] = "SELECT (SELECT COUNT (*) FROM audit WHERE key >= ?1 AND key <= ?2) "
                            "- (SELECT COUNT (*) FROM audit_chain WHERE audit_key >= ?1 AND audit_key <= ?2)";
  PosternValue values[] = { POSTERN_INT (from_key), POSTERN_INT (to_key) };
  gint64 missing;

  if (!postern_txn_read_int64 (txn, &missing, 0, sql, values, G_N_ELEMENTS (values), error))
    return FALSE;
  *complete = missing == 0;
  return TRUE;
}

static gpointer
first_of (GPtrArray *rows)
{
  return rows != NULL && rows->len > 0 ? g_ptr_array_steal_index (rows, 0) : NULL;
}

PosternAuditTree *
postern_audit_chain_store_get_tree (PosternTxn *txn, const char *name, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name) };
  g_autoptr (GPtrArray) rows = postern_record_list (txn, &postern_records_audit_tree, POSTERN_SQL_SELECT (postern_records_audit_tree, "WHERE name = ?1"),
                                                    values, G_N_ELEMENTS (values), error);

  return first_of (rows);
}

/* Who numbers them is told apart by the size: the lease says who shall, this says who did. */
static gboolean
replace_tree (PosternTxn *txn, const PosternAuditTree *tree, gint64 size, GError **error)
{
  static const char sql[] = "UPDATE audit_trees SET size = ?3, nodes = ?4, chain = ?5, last_key = ?6, updated_at = ?7, statement = ?8 WHERE name = ?1 AND size = ?2";
  PosternValue values[] = { POSTERN_TEXT (tree->name), POSTERN_INT (size),           POSTERN_INT (tree->size),      POSTERN_TEXT (tree->nodes),
                            POSTERN_TEXT (tree->chain), POSTERN_INT (tree->last_key), POSTERN_INT (tree->updated_at),
                            POSTERN_TEXT (tree->statement) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0 && size == 0)
    changed = postern_record_write (txn, &postern_records_audit_tree, tree, POSTERN_SQL_INSERT (postern_records_audit_tree, ""), error);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "somebody else has changed the audit log's tree");
  return changed > 0;
}

gboolean
postern_audit_chain_store_grow (PosternTxn *txn, const PosternAuditTree *tree, gint64 size, GPtrArray *links, GError **error)
{
  return replace_tree (txn, tree, size, error) &&
         postern_record_insert_many (txn, &postern_records_audit_link, links, POSTERN_SQL_INSERT (postern_records_audit_link, ""), error);
}

/* --- looking -------------------------------------------------------------------------------------------------------- */

GPtrArray *
postern_audit_chain_store_list (PosternTxn *txn, gint64 from, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (from), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_audit_link,
                              POSTERN_SQL_SELECT (postern_records_audit_link, "WHERE seq >= ?1 ORDER BY seq LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

/* No column of the chain is called as one of the entry's. */
GPtrArray *
postern_audit_chain_store_list_entries (PosternTxn *txn, gint64 from, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (from), POSTERN_INT (from + limit) };

  return postern_record_list (txn, &postern_records_audit,
                              POSTERN_SQL_SELECT (postern_records_audit,
                                                  "JOIN audit_chain ON audit_chain.audit_key = audit.key "
                                                  "WHERE audit_chain.seq >= ?1 AND audit_chain.seq < ?2 ORDER BY audit_chain.seq"),
                              values, G_N_ELEMENTS (values), error);
}

gboolean
postern_audit_chain_store_find_first (PosternTxn *txn, gint64 key, gint64 *seq, GError **error)
{
  static const char sql[] = "SELECT COALESCE ((SELECT MIN (seq) FROM audit_chain WHERE audit_key >= ?1), (SELECT MAX (size) FROM audit_trees), 0)";
  PosternValue values[] = { POSTERN_INT (key) };

  return postern_txn_read_int64 (txn, seq, 0, sql, values, G_N_ELEMENTS (values), error);
}

PosternAuditLink *
postern_audit_chain_store_find (PosternTxn *txn, const char *audit_id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (audit_id), POSTERN_TEXT (audit_id) };

  return postern_record_read (txn, &postern_records_audit_link,
                              POSTERN_SQL_SELECT (postern_records_audit_link,
                                                  "WHERE audit_key = ?1 AND EXISTS (SELECT 1 FROM audit WHERE audit.key = ?1 AND audit.id = ?2)"),
                              values, G_N_ELEMENTS (values), error);
}

static gboolean
foreach_hash (PosternTxn *txn, const char *sql, const PosternValue *values, guint n_values, PosternAuditLeafFunc func, gpointer user_data, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  gboolean goes_on = TRUE;

  if (!postern_txn_query (txn, &cursor, sql, values, n_values, error))
    return FALSE;
  while (goes_on && postern_txn_next (&cursor, &failure))
    goes_on = func (postern_txn_get_int64 (&cursor, 0), postern_txn_get_text (&cursor, 1), user_data);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_audit_chain_store_foreach_leaf (PosternTxn *txn, gint64 from, gint64 to, PosternAuditLeafFunc func, gpointer user_data, GError **error)
{
  PosternValue values[] = { POSTERN_INT (from), POSTERN_INT (to) };

  return foreach_hash (txn, "SELECT seq, leaf FROM audit_chain WHERE seq >= ?1 AND seq < ?2 ORDER BY seq", values, G_N_ELEMENTS (values), func, user_data, error);
}

/* --- inner nodes of the tree ------------------------------------------------------------------------------------------ */

gboolean
postern_audit_chain_store_get_next_node (PosternTxn *txn, guint level, gint64 *number, GError **error)
{
  PosternValue values[] = { POSTERN_INT (level) };

  return postern_txn_read_int64 (txn, number, 0, "SELECT COALESCE (MAX (number) + 1, 0) FROM audit_nodes WHERE level = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_audit_chain_store_add_node (PosternTxn *txn, guint level, gint64 number, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_INT (level), POSTERN_INT (number), POSTERN_TEXT (hash) };

  return postern_txn_run (txn, "INSERT INTO audit_nodes (level, number, hash) VALUES (?1, ?2, ?3) ON CONFLICT (level, number) DO NOTHING", values,
                          G_N_ELEMENTS (values), error);
}

gboolean
postern_audit_chain_store_foreach_node (PosternTxn *txn, guint level, gint64 from, gint64 to, PosternAuditLeafFunc func, gpointer user_data, GError **error)
{
  PosternValue values[] = { POSTERN_INT (level), POSTERN_INT (from), POSTERN_INT (to) };

  return foreach_hash (txn, "SELECT number, hash FROM audit_nodes WHERE level = ?1 AND number >= ?2 AND number < ?3 ORDER BY number", values, G_N_ELEMENTS (values), func,
                       user_data, error);
}

gboolean
postern_audit_chain_store_drop_nodes (PosternTxn *txn, guint level, gint64 before, GError **error)
{
  PosternValue values[] = { POSTERN_INT (level), POSTERN_INT (before) };

  return postern_txn_run (txn, "DELETE FROM audit_nodes WHERE level = ?1 AND number < ?2", values, G_N_ELEMENTS (values), error);
}

/* --- heads ---------------------------------------------------------------------------------------------------------- */

gboolean
postern_audit_chain_store_add_head (PosternTxn *txn, const PosternAuditHead *head, GError **error)
{
  return postern_record_write (txn, &postern_records_audit_head, head,
                               POSTERN_SQL_INSERT (postern_records_audit_head, "ON CONFLICT (tree_size) DO NOTHING"), error)
         >= 0;
}

PosternAuditHead *
postern_audit_chain_store_get_head (PosternTxn *txn, gint64 size, gboolean latest, GError **error)
{
  PosternValue values[] = { POSTERN_INT (size) };
  const char *sql = latest ? POSTERN_SQL_SELECT (postern_records_audit_head, "WHERE tree_size >= ?1 ORDER BY tree_size DESC LIMIT 1")
                           : POSTERN_SQL_SELECT (postern_records_audit_head, "WHERE tree_size >= ?1 ORDER BY tree_size LIMIT 1");
  g_autoptr (GPtrArray) rows = postern_record_list (txn, &postern_records_audit_head, sql, values, G_N_ELEMENTS (values), error);

  return first_of (rows);
}

PosternAuditHead *
postern_audit_chain_store_get_head_up_to (PosternTxn *txn, gint64 size, GError **error)
{
  PosternValue values[] = { POSTERN_INT (size) };
  g_autoptr (GPtrArray) rows = postern_record_list (txn, &postern_records_audit_head,
                                                    POSTERN_SQL_SELECT (postern_records_audit_head, "WHERE tree_size <= ?1 ORDER BY tree_size DESC LIMIT 1"), values,
                                                    G_N_ELEMENTS (values), error);

  return first_of (rows);
}

GPtrArray *
postern_audit_chain_store_list_heads (PosternTxn *txn, gint64 size, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (size), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_audit_head,
                              POSTERN_SQL_SELECT (postern_records_audit_head, "WHERE tree_size > ?1 ORDER BY tree_size LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

/* --- cutting -------------------------------------------------------------------------------------------------------- */

/* Entry and number go together: whoever counts both finds as many. */
gboolean
postern_audit_chain_store_drop (PosternTxn *txn, gint64 before, guint limit, gint64 *deleted, GError **error)
{
  PosternValue values[] = { POSTERN_INT (before), POSTERN_INT (limit) };

  if (!postern_txn_run (txn, "DELETE FROM audit WHERE key IN (SELECT audit_key FROM audit_chain WHERE seq < ?1 ORDER BY seq LIMIT ?2)", values,
                        G_N_ELEMENTS (values), error))
    return FALSE;
  *deleted = postern_txn_execute (txn, "DELETE FROM audit_chain WHERE seq IN (SELECT seq FROM audit_chain WHERE seq < ?1 ORDER BY seq LIMIT ?2)", values,
                                  G_N_ELEMENTS (values), error);
  return *deleted >= 0;
}

gboolean
postern_audit_chain_store_get_end (PosternTxn *txn, gint64 *end, GError **error)
{
  return postern_txn_read_int64 (txn, end, 0, "SELECT " POSTERN_AUDIT_END, NULL, 0, error);
}
