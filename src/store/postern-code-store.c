/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_code_store_put (PosternTxn *txn, PosternCode *code, GError **error)
{
  static const char tail[] = "ON CONFLICT (owner) DO UPDATE SET id = excluded.id, purpose = excluded.purpose, "
                             "flow_id = excluded.flow_id, user_id = excluded.user_id, recipient = excluded.recipient, "
                             "hash = excluded.hash, link_hash = excluded.link_hash, tries = excluded.tries, "
                             "created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = excluded.used_at";

  return postern_record_write (txn, &postern_records_code, code, POSTERN_SQL_INSERT (postern_records_code, tail), error) > 0;
}

PosternCode *
postern_code_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_code, POSTERN_SQL_SELECT (postern_records_code, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

/* Both hashes are keyed, so that comparing them here tells nobody where they differ. */
PosternCode *
postern_code_store_try (PosternTxn *txn, const char *owner, const char *flow_id, const char *hash, gint64 most, gint64 now,
                        GError **error)
{
  static const char change[] = "tries = tries + 1, used_at = CASE WHEN ?3 IN (hash, link_hash) THEN ?5 ELSE 0 END "
                               "WHERE owner = ?1 AND flow_id = ?2 AND used_at = 0 AND tries < ?4 AND expires_at > ?5";
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (owner), POSTERN_TEXT (flow_id), POSTERN_TEXT (hash), POSTERN_INT (most),
                            POSTERN_INT (now) };
  PosternCode *code = postern_record_read (txn, &postern_records_code, POSTERN_SQL_RETURNING (postern_records_code, change),
                                           values, G_N_ELEMENTS (values), &failure);

  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "this code was used, replaced or tried too often, or has expired");
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return code;
}

gboolean
postern_code_store_delete (PosternTxn *txn, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return postern_txn_run (txn, "DELETE FROM codes WHERE user_id = ?1", values, G_N_ELEMENTS (values), error);
}
