/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

gboolean
postern_lease_store_take (PosternTxn *txn, const char *name, const char *holder, gint64 seconds, gint64 now, gboolean *held,
                          GError **error)
{
  static const char sql[] = "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3 + ?4) ON CONFLICT (name) DO UPDATE "
                            "SET holder = excluded.holder, expires_at = excluded.expires_at "
                            "WHERE leases.holder = excluded.holder OR leases.expires_at <= ?3";
  PosternValue values[] = { POSTERN_TEXT (name), POSTERN_TEXT (holder), POSTERN_INT (now), POSTERN_INT (seconds) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  *held = changed > 0;
  return changed >= 0;
}

/* --- those that are renewed ------------------------------------------------------------------------------------------- */

gboolean
postern_lease_store_get (PosternTxn *txn, const char *name, char **holder, gint64 *expires_at, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (name) };

  *holder = NULL;
  *expires_at = 0;
  if (!postern_txn_query (txn, &cursor, "SELECT holder, expires_at FROM leases WHERE name = ?1", values, G_N_ELEMENTS (values), error))
    return FALSE;
  if (postern_txn_next (&cursor, &failure)) {
    *holder = g_strdup (postern_txn_get_text (&cursor, 0));
    *expires_at = postern_txn_get_int64 (&cursor, 1);
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_lease_store_take_from (PosternTxn *txn, const char *name, const char *holder, gint64 expires_at, const char *from, gint64 from_expires_at, gboolean *taken,
                               GError **error)
{
  static const char sql[] = "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE "
                            "SET holder = excluded.holder, expires_at = excluded.expires_at WHERE leases.holder = ?4 AND leases.expires_at = ?5";
  PosternValue values[] = { POSTERN_TEXT (name), POSTERN_TEXT (holder), POSTERN_INT (expires_at), POSTERN_TEXT (from ? from : ""), POSTERN_INT (from_expires_at) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  *taken = changed > 0;
  return changed >= 0;
}

gboolean
postern_lease_store_release (PosternTxn *txn, const char *name, const char *holder, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name), POSTERN_TEXT (holder) };

  return postern_txn_run (txn, "DELETE FROM leases WHERE name = ?1 AND holder = ?2", values, G_N_ELEMENTS (values), error);
}
