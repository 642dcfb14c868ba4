/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-redeem.h"

gboolean
postern_refresh_store_insert (PosternTxn *txn, PosternRefreshToken *token, GError **error)
{
  return postern_record_write (txn, &postern_records_refresh_token, token,
                               POSTERN_SQL_INSERT (postern_records_refresh_token, ""), error)
         > 0;
}

PosternRefreshToken *
postern_refresh_store_get (PosternTxn *txn, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (hash) };

  return postern_record_read (txn, &postern_records_refresh_token,
                              POSTERN_SQL_SELECT (postern_records_refresh_token, "WHERE hash = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

PosternRefreshToken *
postern_refresh_store_redeem (PosternTxn *txn, const char *hash, gint64 now, char **grant_id, GError **error)
{
  return postern_redeem (txn, &postern_records_refresh_token,
                         POSTERN_SQL_RETURNING (postern_records_refresh_token,
                                                "used_at = ?2 WHERE hash = ?1 AND used_at = 0 AND expires_at > ?2"),
                         "SELECT used_at, grant_id FROM refresh_tokens WHERE hash = ?1", hash, now, grant_id, error);
}
