/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_key_store_insert (PosternTxn *txn, PosternKey *key, GError **error)
{
  return postern_record_write (txn, &postern_records_key, key, POSTERN_SQL_INSERT (postern_records_key, ""), error) > 0;
}

/* @at is when the key began to sign: it is set on the way to `current` and stays after. */
gboolean
postern_key_store_set_state (PosternTxn *txn, const char *kid, const char *from, const char *to, gint64 at,
                             gint64 expires_at, GError **error)
{
  static const char sql[] = "UPDATE signing_keys SET state = ?3, activated_at = CASE ?3 WHEN 'current' THEN ?4 ELSE activated_at END, "
                            "expires_at = ?5 WHERE kid = ?1 AND state = ?2";
  PosternValue values[] = { POSTERN_TEXT (kid), POSTERN_TEXT (from), POSTERN_TEXT (to), POSTERN_INT (at),
                            POSTERN_INT (expires_at) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the key %s is no longer “%s”: someone else rotated it", kid,
                 from);
  return changed > 0;
}

GPtrArray *
postern_key_store_list (PosternTxn *txn, GError **error)
{
  return postern_record_list (txn, &postern_records_key,
                              POSTERN_SQL_SELECT (postern_records_key, "ORDER BY created_at, kid"), NULL, 0, error);
}

gboolean
postern_key_store_delete (PosternTxn *txn, const char *kid, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (kid) };

  return postern_txn_run_one (txn, "key", "DELETE FROM signing_keys WHERE kid = ?1", values, G_N_ELEMENTS (values), error);
}
