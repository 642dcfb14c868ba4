/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"

gboolean
postern_access_store_insert (PosternTxn *txn, PosternAccessToken *token, GError **error)
{
  token->key = postern_id_get_key (token->id);
  return postern_record_write (txn, &postern_records_access_token, token, POSTERN_SQL_INSERT (postern_records_access_token, ""), error)
         > 0;
}

PosternAccessToken *
postern_access_store_get (PosternTxn *txn, const char *id, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id), POSTERN_TEXT (hash) };

  return postern_record_read (txn, &postern_records_access_token,
                              POSTERN_SQL_SELECT (postern_records_access_token, "WHERE key = ?1 AND id = ?2 AND hash = ?3"), values,
                              G_N_ELEMENTS (values), error);
}
