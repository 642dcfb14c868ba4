/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

gboolean
postern_revoked_store_insert (PosternTxn *txn, const char *jti, gint64 expires_at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (jti), POSTERN_INT (expires_at) };

  return postern_txn_run (txn, "INSERT INTO revoked_tokens (jti, expires_at) VALUES (?1, ?2) ON CONFLICT (jti) DO NOTHING",
                          values, G_N_ELEMENTS (values), error);
}

gboolean
postern_revoked_store_contains (PosternTxn *txn, const char *jti, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (jti) };
  gint64 found = 0;

  return postern_txn_read_int64 (txn, &found, 0, "SELECT 1 FROM revoked_tokens WHERE jti = ?1", values,
                                 G_N_ELEMENTS (values), error)
         && found == 1;
}
