/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-record.h"

gboolean
postern_identity_store_insert (PosternTxn *txn, PosternIdentity *identity, GError **error)
{
  return postern_record_write (txn, &postern_records_identity, identity,
                               POSTERN_SQL_INSERT (postern_records_identity, ""), error)
         > 0;
}

gboolean
postern_identity_store_insert_many (PosternTxn *txn, GPtrArray *identities, GError **error)
{
  return postern_record_insert_many (txn, &postern_records_identity, identities, POSTERN_SQL_INSERT (postern_records_identity, ""), error);
}

PosternIdentity *
postern_identity_store_find (PosternTxn *txn, const char *connector, const char *subject, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (connector), POSTERN_TEXT (subject) };

  return postern_record_read (txn, &postern_records_identity,
                              POSTERN_SQL_SELECT (postern_records_identity, "WHERE connector = ?1 AND subject = ?2"),
                              values, G_N_ELEMENTS (values), error);
}

gboolean
postern_identity_store_touch (PosternTxn *txn, const char *id, GVariant *claims, const char *upstream, gint64 now,
                              GError **error)
{
  g_autofree char *text = claims != NULL ? postern_json_print (claims) : g_strdup ("{}");
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (text), POSTERN_TEXT (upstream), POSTERN_INT (now) };

  return postern_txn_run_one (txn, "identity",
                              "UPDATE identities SET claims = ?2, upstream = ?3, used_at = ?4 WHERE id = ?1", values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_identity_store_replace_upstream (PosternTxn *txn, const char *id, const char *old, const char *upstream, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (old), POSTERN_TEXT (upstream) };

  return postern_txn_run_one (txn, "identity", "UPDATE identities SET upstream = ?3 WHERE id = ?1 AND upstream = ?2", values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_identity_store_list (PosternTxn *txn, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return postern_record_list (txn, &postern_records_identity,
                              POSTERN_SQL_SELECT (postern_records_identity, "WHERE user_id = ?1 ORDER BY id"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_identity_store_list_range (PosternTxn *txn, const char *first, const char *last, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (first), POSTERN_TEXT (last) };

  return postern_record_list (txn, &postern_records_identity,
                              POSTERN_SQL_SELECT (postern_records_identity, "WHERE user_id >= ?1 AND user_id <= ?2 ORDER BY user_id, id"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_identity_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "identity", "DELETE FROM identities WHERE id = ?1", values, G_N_ELEMENTS (values),
                              error);
}

gboolean
postern_identity_store_count_of_connector (PosternTxn *txn, const char *connector, gint64 *count, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (connector) };

  return postern_txn_read_int64 (txn, count, 0, "SELECT count(*) FROM identities WHERE connector = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_identity_store_delete_of_connector (PosternTxn *txn, const char *connector, gint64 *count, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (connector) };

  *count = postern_txn_execute (txn, "DELETE FROM identities WHERE connector = ?1", values, G_N_ELEMENTS (values), error);
  return *count >= 0;
}
