/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"
#include "postern-txn.h"

gboolean
postern_consent_store_put (PosternTxn *txn, const char *user_id, const char *application_id, const char *scope, gint64 now,
                           GError **error)
{
  static const char sql[] = "INSERT INTO consents (user_id, application_id, scope, updated_at) VALUES (?1, ?2, ?3, ?4) "
                            "ON CONFLICT (user_id, application_id) DO UPDATE SET scope = excluded.scope, updated_at = excluded.updated_at";
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (application_id), POSTERN_TEXT (scope), POSTERN_INT (now) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

char *
postern_consent_store_get (PosternTxn *txn, const char *user_id, const char *application_id, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (application_id) };

  if (!postern_txn_query (txn, &cursor, "SELECT scope FROM consents WHERE user_id = ?1 AND application_id = ?2", values,
                          G_N_ELEMENTS (values), error)
      || !postern_txn_next (&cursor, error))
    return NULL;
  return g_strdup (postern_txn_get_text (&cursor, 0));
}

GPtrArray *
postern_consent_store_list (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_consent,
                              POSTERN_SQL_SELECT (postern_records_consent, "WHERE user_id = ?1 AND application_id > ?2 ORDER BY application_id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_consent_store_delete (PosternTxn *txn, const char *user_id, const char *application_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id ? user_id : application_id), POSTERN_TEXT (application_id) };

  g_return_val_if_fail (user_id != NULL || application_id != NULL, FALSE);
  if (user_id != NULL && application_id != NULL)
    return postern_txn_run (txn, "DELETE FROM consents WHERE user_id = ?1 AND application_id = ?2", values, 2, error);
  if (user_id != NULL)
    return postern_txn_run (txn, "DELETE FROM consents WHERE user_id = ?1", values, 1, error);
  return postern_txn_run (txn, "DELETE FROM consents WHERE application_id = ?1", values, 1, error);
}
