/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-redeem.h"

gboolean
postern_code_store_insert (PosternTxn *txn, PosternCode *code, GError **error)
{
  return postern_record_write (txn, &postern_records_code, code, POSTERN_SQL_INSERT (postern_records_code, ""), error) > 0;
}

PosternCode *
postern_code_store_get (PosternTxn *txn, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (hash) };

  return postern_record_read (txn, &postern_records_code, POSTERN_SQL_SELECT (postern_records_code, "WHERE hash = ?1"),
                              values, G_N_ELEMENTS (values), error);
}

PosternCode *
postern_code_store_redeem (PosternTxn *txn, const char *hash, gint64 now, char **grant_id, GError **error)
{
  return postern_redeem (
      txn, &postern_records_code,
      POSTERN_SQL_RETURNING (postern_records_code, "used_at = ?2 WHERE hash = ?1 AND used_at = 0 AND expires_at > ?2"),
      "SELECT used_at, grant_id FROM codes WHERE hash = ?1", hash, now, grant_id, error);
}
