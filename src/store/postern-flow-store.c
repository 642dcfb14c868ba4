/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-txn.h"

gboolean
postern_flow_store_insert (PosternTxn *txn, const char *id, const char *browser_hash, GBytes *data, gint64 expires_at,
                           GError **error)
{
  static const char sql[] = "INSERT INTO flows (key, id, browser_hash, data, expires_at) VALUES (?5, ?1, ?2, ?3, ?4)";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (browser_hash),
                            POSTERN_BLOB (g_bytes_get_data (data, NULL), g_bytes_get_size (data)), POSTERN_INT (expires_at), POSTERN_KEY (id) };

  return postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error) > 0;
}

/* One statement: of two requests that read the same flow, one goes on from there. */
gboolean
postern_flow_store_replace (PosternTxn *txn, const char *id, GBytes *old, GBytes *data, gint64 expires_at, GError **error)
{
  static const char sql[] = "UPDATE flows SET data = ?3, expires_at = ?4 WHERE key = ?5 AND id = ?1 AND data = ?2";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_BLOB (g_bytes_get_data (old, NULL), g_bytes_get_size (old)),
                            POSTERN_BLOB (g_bytes_get_data (data, NULL), g_bytes_get_size (data)), POSTERN_INT (expires_at), POSTERN_KEY (id) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this sign-in has gone on meanwhile");
  return changed > 0;
}

GBytes *
postern_flow_store_get (PosternTxn *txn, const char *id, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };

  if (!postern_txn_query (txn, &cursor, "SELECT data FROM flows WHERE key = ?1 AND id = ?2", values, G_N_ELEMENTS (values), error))
    return NULL;
  if (postern_txn_next (&cursor, &failure))
    return postern_txn_dup_blob (&cursor, 0);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such sign-in under way");
  return NULL;
}

gboolean
postern_flow_store_take (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };
  gint64 deleted = postern_txn_execute (txn, "DELETE FROM flows WHERE key = ?1 AND id = ?2", values, G_N_ELEMENTS (values), error);

  if (deleted == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "somebody else has taken it");
  return deleted > 0;
}

gboolean
postern_flow_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };

  return postern_txn_run (txn, "DELETE FROM flows WHERE key = ?1 AND id = ?2", values, G_N_ELEMENTS (values), error);
}
