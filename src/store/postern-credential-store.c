/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-txn.h"

gboolean
postern_credential_store_insert_many (PosternTxn *txn, GPtrArray *credentials, GError **error)
{
  return postern_record_insert_many (txn, &postern_records_credential, credentials, POSTERN_SQL_INSERT (postern_records_credential, ""), error);
}

/* The owner never changes: a credential id that belongs to another user is not taken over. */
gboolean
postern_credential_store_put (PosternTxn *txn, PosternCredential *credential, GError **error)
{
  static const char tail[] = "ON CONFLICT (id) DO UPDATE SET value = excluded.value, data = excluded.data, "
                             "updated_at = excluded.updated_at, used_at = excluded.used_at "
                             "WHERE credentials.user_id = excluded.user_id AND credentials.kind = excluded.kind";
  gint64 changed = postern_record_write (txn, &postern_records_credential, credential,
                                         POSTERN_SQL_INSERT (postern_records_credential, tail), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this credential belongs to another user or kind");
  return changed > 0;
}

PosternCredential *
postern_credential_store_find (PosternTxn *txn, const char *user_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (kind) };

  return postern_record_read (
      txn, &postern_records_credential,
      POSTERN_SQL_SELECT (postern_records_credential, "WHERE user_id = ?1 AND kind = ?2 ORDER BY id LIMIT 1"), values,
      G_N_ELEMENTS (values), error);
}

PosternCredential *
postern_credential_store_find_passkey (PosternTxn *txn, const char *passkey, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (passkey) };

  return postern_record_read (txn, &postern_records_credential,
                              POSTERN_SQL_SELECT (postern_records_credential, "WHERE value = ?1 AND kind = 'passkey'"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_credential_store_list (PosternTxn *txn, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return postern_record_list (txn, &postern_records_credential,
                              POSTERN_SQL_SELECT (postern_records_credential, "WHERE user_id = ?1 ORDER BY id"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_credential_store_list_range (PosternTxn *txn, const char *kind, const char *first, const char *last, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (kind), POSTERN_TEXT (first), POSTERN_TEXT (last) };

  return postern_record_list (txn, &postern_records_credential,
                              POSTERN_SQL_SELECT (postern_records_credential, "WHERE kind = ?1 AND user_id >= ?2 AND user_id <= ?3 ORDER BY user_id, id"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_credential_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "credential", "DELETE FROM credentials WHERE id = ?1", values, G_N_ELEMENTS (values),
                              error);
}

gboolean
postern_credential_store_upgrade (PosternTxn *txn, const char *id, const char *old_value, const char *new_value,
                                  gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (old_value), POSTERN_TEXT (new_value), POSTERN_INT (now) };
  gint64 changed = postern_txn_execute (
      txn, "UPDATE credentials SET value = ?3, updated_at = ?4 WHERE id = ?1 AND value = ?2", values,
      G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the credential was changed by someone else");
  return changed > 0;
}

/* TRUE if the database marked it: whoever else tries the same at the same time finds it used. */
static gboolean
mark (PosternTxn *txn, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  gint64 changed = postern_txn_execute (txn, sql, values, n_values, error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this was used before");
  return changed > 0;
}

gboolean
postern_credential_store_advance (PosternTxn *txn, const char *id, const char *value, gint64 used_at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (value), POSTERN_INT (used_at) };

  return mark (txn, "UPDATE credentials SET used_at = ?3 WHERE id = ?1 AND value = ?2 AND used_at < ?3", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_credential_store_spend (PosternTxn *txn, const char *user_id, const char *kind, const char *value, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (kind), POSTERN_TEXT (value), POSTERN_INT (now) };

  return mark (txn, "UPDATE credentials SET used_at = ?4 WHERE user_id = ?1 AND kind = ?2 AND value = ?3 AND used_at = 0", values,
               G_N_ELEMENTS (values), error);
}

gboolean
postern_credential_store_consume (PosternTxn *txn, const char *user_id, const char *kind, gint64 until, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (kind), POSTERN_INT (until) };

  return mark (txn, "DELETE FROM credentials WHERE user_id = ?1 AND kind = ?2 AND used_at <= ?3", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_credential_store_delete_kind (PosternTxn *txn, const char *user_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (kind) };

  return postern_txn_run (txn, "DELETE FROM credentials WHERE user_id = ?1 AND kind = ?2", values, G_N_ELEMENTS (values), error);
}
