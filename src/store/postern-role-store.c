/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-store-private.h"
#include "postern-txn.h"

gboolean
postern_role_store_insert (PosternTxn *txn, PosternRole *role, GError **error)
{
  postern_store_note_rule_change (txn->store);
  return postern_record_write (txn, &postern_records_role, role, POSTERN_SQL_INSERT (postern_records_role, ""), error) > 0;
}

gboolean
postern_role_store_update (PosternTxn *txn, PosternRole *role, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_role, role, POSTERN_SQL_UPDATE (postern_records_role), error);

  postern_store_note_rule_change (txn->store);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such role");
  return changed > 0;
}

/* Its permissions go by the table's own rule. */
gboolean
postern_role_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run_one (txn, "role", "DELETE FROM roles WHERE id = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_txn_run (txn, "DELETE FROM role_assignments WHERE role_id = ?1", values, G_N_ELEMENTS (values), error);
}

PosternRole *
postern_role_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_role, POSTERN_SQL_SELECT (postern_records_role, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_role_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id ? organization_id : ""), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_role,
                              POSTERN_SQL_SELECT (postern_records_role, "WHERE organization_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_role_store_list_templates (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_role,
                              POSTERN_SQL_SELECT (postern_records_role, "WHERE organization_id = '' AND kind = 'organization' AND id > ?1 ORDER BY id LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

/* Assignments first: those of its own roles are in there, too, because nobody can have one elsewhere. */
gboolean
postern_role_store_delete_organization (PosternTxn *txn, const char *organization_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run (txn, "DELETE FROM role_assignments WHERE organization_id = ?1 AND organization_id <> ''", values, G_N_ELEMENTS (values), error) &&
         postern_txn_run (txn, "DELETE FROM roles WHERE organization_id = ?1 AND organization_id <> ''", values, G_N_ELEMENTS (values), error);
}

/* --- permissions: a resource's scope each. The management API's stand in a table of their own: that resource has no row ------------- */

static gboolean
is_management (const char *resource_id)
{
  return g_str_equal (resource_id, POSTERN_RESOURCE_MANAGEMENT);
}

static gboolean
run_permission (PosternTxn *txn, const char *sql, const PosternValue *values, guint n, gboolean *changed, GError **error)
{
  gint64 rows = postern_txn_execute (txn, sql, values, n, error);

  postern_store_note_rule_change (txn->store);
  *changed = rows > 0;
  return rows >= 0;
}

gboolean
postern_role_store_add_permission (PosternTxn *txn, const char *role_id, const char *resource_id, const char *scope, gboolean *changed, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (role_id), POSTERN_TEXT (scope), POSTERN_TEXT (resource_id) };

  if (is_management (resource_id))
    return run_permission (txn, "INSERT INTO role_management_permissions (role_id, scope) VALUES (?1, ?2) ON CONFLICT (role_id, scope) DO NOTHING",
                           values, 2, changed, error);
  return run_permission (txn, "INSERT INTO role_permissions (role_id, scope, resource_id) VALUES (?1, ?2, ?3) "
                              "ON CONFLICT (role_id, resource_id, scope) DO NOTHING", values, 3, changed, error);
}

gboolean
postern_role_store_remove_permission (PosternTxn *txn, const char *role_id, const char *resource_id, const char *scope, gboolean *changed, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (role_id), POSTERN_TEXT (scope), POSTERN_TEXT (resource_id) };

  if (is_management (resource_id))
    return run_permission (txn, "DELETE FROM role_management_permissions WHERE role_id = ?1 AND scope = ?2", values, 2, changed, error);
  return run_permission (txn, "DELETE FROM role_permissions WHERE role_id = ?1 AND scope = ?2 AND resource_id = ?3", values, 3, changed, error);
}

#define PERMISSIONS                                                                       \
  "SELECT resource_id, scope FROM role_permissions WHERE role_id = ?1 "                   \
  "UNION ALL SELECT '" POSTERN_RESOURCE_MANAGEMENT "', scope FROM role_management_permissions WHERE role_id = ?1 ORDER BY resource_id, scope"

gboolean
postern_role_store_each_permission (PosternTxn *txn, const char *role_id, PosternRolePermissionFunc each, gpointer user_data, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (role_id) };

  if (!postern_txn_query (txn, &cursor, PERMISSIONS, values, G_N_ELEMENTS (values), error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure))
    each (postern_txn_get_text (&cursor, 0), postern_txn_get_text (&cursor, 1), user_data);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
