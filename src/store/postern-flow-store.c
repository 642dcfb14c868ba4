/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-txn.h"

/* A flow stays with the browser it began in: a put for another browser changes nothing. */
gboolean
postern_flow_store_put (PosternTxn *txn, const char *id, const char *browser_hash, GBytes *data, gint64 expires_at,
                        GError **error)
{
  static const char sql[] = "INSERT INTO flows (id, browser_hash, data, expires_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE "
                            "SET data = excluded.data, expires_at = excluded.expires_at, browser_hash = excluded.browser_hash "
                            "WHERE flows.browser_hash IS NULL OR flows.browser_hash = excluded.browser_hash";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (browser_hash),
                            POSTERN_BLOB (g_bytes_get_data (data, NULL), g_bytes_get_size (data)), POSTERN_INT (expires_at) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this sign-in began in another browser");
  return changed > 0;
}

GBytes *
postern_flow_store_get (PosternTxn *txn, const char *id, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (id) };

  if (!postern_txn_query (txn, &cursor, "SELECT data FROM flows WHERE id = ?1", values, G_N_ELEMENTS (values), error))
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
postern_flow_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run (txn, "DELETE FROM flows WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}
