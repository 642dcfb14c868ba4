/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"
#include "postern-store-private.h"
#include "postern-txn.h"

/* Of applications alone it is kept in memory what they may do: people come and go too often for that. */
static void
note_change (PosternTxn *txn, const char *subject_id)
{
  if (!g_str_has_prefix (subject_id, "usr_") && !g_str_has_prefix (subject_id, "grp_"))
    postern_store_note_rule_change (txn->store);
}

/* That a person is an owner stands in their own row, where the releases before roles of this kind read and write it, too. */
static gboolean
is_owner (const PosternAssignment *assignment)
{
  return g_str_equal (assignment->role_id, POSTERN_ROLE_OWNER) && g_str_has_prefix (assignment->subject_id, "usr_") && *assignment->organization_id == '\0';
}

/* Returns: how many rows it changed; -1 with @error */
static gint64
set_owner (PosternTxn *txn, const char *user_id, gboolean owner, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_INT (owner) };

  return postern_txn_execute (txn, "UPDATE users SET administrator = ?2 WHERE id = ?1 AND administrator <> ?2", values, G_N_ELEMENTS (values), error);
}

static gint64
insert (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  return postern_record_write (txn, &postern_records_assignment, assignment,
                               POSTERN_SQL_INSERT (postern_records_assignment, "ON CONFLICT (subject_id, organization_id, role_id) DO NOTHING"), error);
}

static gint64
remove_row (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (assignment->subject_id), POSTERN_TEXT (assignment->organization_id), POSTERN_TEXT (assignment->role_id) };

  return postern_txn_execute (txn, "DELETE FROM role_assignments WHERE subject_id = ?1 AND organization_id = ?2 AND role_id = ?3", values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_assignment_store_put (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error)
{
  gint64 rows = is_owner (assignment) ? set_owner (txn, assignment->subject_id, TRUE, error) : insert (txn, assignment, error);

  note_change (txn, assignment->subject_id);
  *changed = rows > 0;
  return rows >= 0;
}

gboolean
postern_assignment_store_delete (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error)
{
  gint64 rows = is_owner (assignment) ? set_owner (txn, assignment->subject_id, FALSE, error) : remove_row (txn, assignment, error);

  note_change (txn, assignment->subject_id);
  *changed = rows > 0;
  return rows >= 0;
}

gboolean
postern_assignment_store_delete_subject (PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (subject_id), POSTERN_TEXT (organization_id) };

  note_change (txn, subject_id);
  if (organization_id == NULL)
    return postern_txn_run (txn, "DELETE FROM role_assignments WHERE subject_id = ?1", values, 1, error);
  return postern_txn_run (txn, "DELETE FROM role_assignments WHERE subject_id = ?1 AND organization_id = ?2", values, G_N_ELEMENTS (values), error);
}

/* Of the columns that an assignment has, in their order; since when is not known. */
#define OWNERS "UNION ALL SELECT id, '', '" POSTERN_ROLE_OWNER "', 0 FROM users WHERE administrator = 1 AND "

GPtrArray *
postern_assignment_store_list_for (PosternTxn *txn, const char *subject_id, GError **error)
{
  static const char where[] = "WHERE subject_id = ?1 " OWNERS "id = ?1 ORDER BY organization_id, role_id";
  PosternValue values[] = { POSTERN_TEXT (subject_id) };

  return postern_record_list (txn, &postern_records_assignment, POSTERN_SQL_SELECT (postern_records_assignment, where), values, G_N_ELEMENTS (values),
                              error);
}

GPtrArray *
postern_assignment_store_list (PosternTxn *txn, const char *role_id, const char *organization_id, const char *after, guint limit, GError **error)
{
  static const char where[] = "WHERE role_id = ?1 AND organization_id = ?2 AND subject_id > ?3 " OWNERS
                              "id > ?3 AND ?1 = '" POSTERN_ROLE_OWNER "' AND ?2 = '' ORDER BY subject_id LIMIT ?4";
  PosternValue values[] = { POSTERN_TEXT (role_id), POSTERN_TEXT (organization_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_assignment, POSTERN_SQL_SELECT (postern_records_assignment, where), values,
                              G_N_ELEMENTS (values), error);
}

/* Whether a subject is of the kind ?3, or of any where that is "". */
#define OF_KIND "(?3 = '' OR ?3 = CASE substr (subject_id, 1, 4) WHEN 'usr_' THEN 'user' WHEN 'grp_' THEN 'group' ELSE 'application' END)"

/* Of each part no more than is wanted: what is sorted then stays short, however many there are. */
static const char subjects_of_tenant[] =
  "SELECT subject_id FROM (SELECT DISTINCT subject_id FROM role_assignments WHERE organization_id = '' AND subject_id > ?1 AND " OF_KIND
  " ORDER BY subject_id LIMIT ?2) given UNION SELECT id FROM (SELECT id FROM users WHERE administrator = 1 AND id > ?1 AND ?3 IN ('', 'user')"
  " ORDER BY id LIMIT ?2) owners ORDER BY 1 LIMIT ?2";
static const char subjects_of_organization[] = "SELECT DISTINCT subject_id FROM role_assignments WHERE organization_id <> '' AND organization_id = ?4 "
                                               "AND subject_id > ?1 AND " OF_KIND " ORDER BY subject_id LIMIT ?2";

GPtrArray *
postern_assignment_store_list_subjects (PosternTxn *txn, const char *organization_id, const char *kind, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit), POSTERN_TEXT (kind ? kind : ""), POSTERN_TEXT (organization_id) };
  gboolean tenant = *organization_id == '\0';
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GPtrArray) subjects = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, tenant ? subjects_of_tenant : subjects_of_organization, values, G_N_ELEMENTS (values) - tenant, error))
    return NULL;
  while (postern_txn_next (&cursor, &failure))
    g_ptr_array_add (subjects, g_strdup (postern_txn_get_text (&cursor, 0)));
  if (failure == NULL)
    return g_steal_pointer (&subjects);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* --- what it comes to --- */

/* What a subject has itself, and by the groups that a user is in, in the organization. */
#define HAD                                                                                                           \
  "WHERE a.subject_id IN (SELECT ?2 UNION ALL SELECT group_id "                                                       \
  "FROM organization_group_members WHERE organization_id = ?1 AND user_id = ?2) "                                     \
  "AND a.organization_id IN ('', ?1) AND (r.id IS NULL OR (r.kind = 'tenant' AND a.organization_id = '') "            \
  "OR (r.kind = 'organization' AND a.organization_id <> '' AND r.organization_id IN ('', a.organization_id))) "

#define EFFECTIVE                                                                                                     \
  "SELECT a.role_id, a.organization_id, r.name, s.indicator, p.scope FROM role_assignments a "                        \
  "LEFT JOIN roles r ON r.id = a.role_id LEFT JOIN role_permissions p ON p.role_id = a.role_id "                      \
  "LEFT JOIN resources s ON s.id = p.resource_id " HAD                                                                \
  "UNION ALL SELECT a.role_id, a.organization_id, r.name, '" POSTERN_RESOURCE_MANAGEMENT "', m.scope "                \
  "FROM role_assignments a JOIN roles r ON r.id = a.role_id "                                                         \
  "JOIN role_management_permissions m ON m.role_id = a.role_id " HAD                                                  \
  "UNION ALL SELECT '" POSTERN_ROLE_OWNER "', '', NULL, NULL, NULL FROM users WHERE id = ?2 AND administrator = 1"

static gboolean
each_row (PosternTxn *txn, const char *sql, const PosternValue *values, guint n_values, PosternEffectiveFunc each, gpointer user_data, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, sql, values, n_values, error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure)) {
    PosternEffective effective = { postern_txn_get_text (&cursor, 0), postern_txn_get_text (&cursor, 1), postern_txn_get_text (&cursor, 2),
                                   postern_txn_get_text (&cursor, 3), postern_txn_get_text (&cursor, 4) };

    each (&effective, user_data);
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_assignment_store_each_effective (PosternTxn *txn, const char *subject_id, const char *organization_id, PosternEffectiveFunc each,
                                         gpointer user_data, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (subject_id) };

  return each_row (txn, EFFECTIVE, values, G_N_ELEMENTS (values), each, user_data, error);
}

#define DELEGATED                                                                                                     \
  "SELECT DISTINCT NULL, a.organization_id, NULL, '" POSTERN_RESOURCE_MANAGEMENT "', m.scope FROM role_assignments a "  \
  "JOIN roles r ON r.id = a.role_id JOIN role_management_permissions m ON m.role_id = a.role_id "                     \
  "WHERE a.subject_id IN (SELECT ?1 UNION ALL SELECT g.group_id FROM organization_members o "                         \
  "JOIN organization_group_members g ON g.organization_id = o.organization_id AND g.user_id = o.user_id "             \
  "WHERE o.user_id = ?1) AND a.organization_id <> '' AND r.kind = 'organization' "                                    \
  "AND r.organization_id IN ('', a.organization_id)"

gboolean
postern_assignment_store_each_delegated (PosternTxn *txn, const char *user_id, PosternEffectiveFunc each, gpointer user_data, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id) };

  return each_row (txn, DELEGATED, values, G_N_ELEMENTS (values), each, user_data, error);
}
