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
