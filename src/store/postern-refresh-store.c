/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"
#include "postern-redeem.h"

gboolean
postern_refresh_store_insert (PosternTxn *txn, PosternRefreshToken *token, GError **error)
{
  return postern_record_write (txn, &postern_records_refresh_token, token,
                               POSTERN_SQL_INSERT (postern_records_refresh_token, ""), error)
         > 0;
}

PosternRefreshToken *
postern_refresh_store_get (PosternTxn *txn, const char *grant_id, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (grant_id), POSTERN_TEXT (hash) };

  return postern_record_read (txn, &postern_records_refresh_token,
                              POSTERN_SQL_SELECT (postern_records_refresh_token, "WHERE grant_key = ?1 AND hash = ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_refresh_store_redeem (PosternTxn *txn, const char *grant_id, const char *hash, gint64 now, GError **error)
{
  static const PosternRedeem redeem = {
    .what = "refresh token",
    .mark = "UPDATE refresh_tokens SET used_at = ?3 WHERE grant_key = ?1 AND hash = ?2 AND used_at = 0 AND expires_at > ?3 "
            "AND (SELECT revoked_at FROM grants WHERE key = ?1) = 0",
    .look = "SELECT used_at FROM refresh_tokens WHERE grant_key = ?1 AND hash = ?2",
  };
  PosternValue values[] = { POSTERN_KEY (grant_id), POSTERN_TEXT (hash), POSTERN_INT (now) };

  return postern_redeem (txn, &redeem, values, G_N_ELEMENTS (values), error);
}
