/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"

gboolean
postern_member_store_put (PosternTxn *txn, PosternMember *member, gboolean *added, GError **error)
{
  static const char tail[] = "ON CONFLICT (organization_id, user_id) DO NOTHING";
  gint64 changed = postern_record_write (txn, &postern_records_member, member, POSTERN_SQL_INSERT (postern_records_member, tail), error);

  if (added != NULL)
    *added = changed > 0;
  return changed >= 0;
}

gboolean
postern_member_store_delete (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (user_id) };

  return postern_txn_run_one (txn, "member", "DELETE FROM organization_members WHERE organization_id = ?1 AND user_id = ?2", values,
                              G_N_ELEMENTS (values), error) &&
         postern_assignment_store_delete_subject (txn, user_id, organization_id, error);
}

PosternMember *
postern_member_store_get (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (user_id) };

  return postern_record_read (txn, &postern_records_member, POSTERN_SQL_SELECT (postern_records_member, "WHERE organization_id = ?1 AND user_id = ?2"),
                              values, G_N_ELEMENTS (values), error);
}

gboolean
postern_member_store_count (PosternTxn *txn, const char *organization_id, gint64 *count, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id) };
  g_auto (PosternCursor) cursor = { 0 };

  if (!postern_txn_query (txn, &cursor, "SELECT COUNT (*) FROM organization_members WHERE organization_id = ?1", values, G_N_ELEMENTS (values), error) ||
      !postern_txn_next (&cursor, error))
    return FALSE;
  *count = postern_txn_get_int64 (&cursor, 0);
  return TRUE;
}

GPtrArray *
postern_member_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_member,
                              POSTERN_SQL_SELECT (postern_records_member, "WHERE organization_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_member_store_list_for_user (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_member,
                              POSTERN_SQL_SELECT (postern_records_member, "WHERE user_id = ?1 AND organization_id > ?2 ORDER BY organization_id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}
