/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_group_store_insert (PosternTxn *txn, PosternGroup *group, GError **error)
{
  return postern_record_write (txn, &postern_records_group, group, POSTERN_SQL_INSERT (postern_records_group, ""), error) > 0;
}

gboolean
postern_group_store_update (PosternTxn *txn, PosternGroup *group, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_group, group, POSTERN_SQL_UPDATE (postern_records_group), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such group");
  return changed > 0;
}

gboolean
postern_group_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "group", "DELETE FROM organization_groups WHERE id = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_assignment_store_delete_subject (txn, id, NULL, error);
}

PosternGroup *
postern_group_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_group, POSTERN_SQL_SELECT (postern_records_group, "WHERE id = ?1"), values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_group_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_group,
                              POSTERN_SQL_SELECT (postern_records_group, "WHERE organization_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_group_store_list_for_member (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (user_id) };

  return postern_record_list (txn, &postern_records_group,
                              POSTERN_SQL_SELECT (postern_records_group, "WHERE id IN (SELECT group_id FROM organization_group_members "
                                                                         "WHERE organization_id = ?1 AND user_id = ?2) ORDER BY id"),
                              values, G_N_ELEMENTS (values), error);
}

/* The organization is the group's, whatever the caller thinks; that the person is in it, its foreign key says. */
gboolean
postern_group_store_add_member (PosternTxn *txn, const char *id, const char *user_id, GError **error)
{
  static const char sql[] = "INSERT INTO organization_group_members (group_id, user_id, organization_id) "
                            "SELECT id, ?2, organization_id FROM organization_groups WHERE id = ?1 ON CONFLICT (group_id, user_id) DO NOTHING";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (user_id) };
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, id, error);

  return group != NULL && postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_group_store_remove_member (PosternTxn *txn, const char *id, const char *user_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (user_id) };

  return postern_txn_run_one (txn, "member of this group", "DELETE FROM organization_group_members WHERE group_id = ?1 AND user_id = ?2", values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_group_store_list_members (PosternTxn *txn, const char *id, const char *after, guint limit, GError **error)
{
  static const char tail[] = "WHERE organization_id = (SELECT organization_id FROM organization_groups WHERE id = ?1) AND user_id IN "
                             "(SELECT user_id FROM organization_group_members WHERE group_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3) ORDER BY user_id";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_member, POSTERN_SQL_SELECT (postern_records_member, tail), values, G_N_ELEMENTS (values), error);
}
