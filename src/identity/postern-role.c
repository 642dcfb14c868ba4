/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-role.h"

#include "postern-error.h"
#include "postern-application.h"
#include "postern-fault.h"
#include "postern-management-roles.h"
#include "postern-resource.h"

#include <string.h>

static gboolean
is_of_kind (const PosternRole *role, const char *kind)
{
  return g_strcmp0 (role->kind, kind) == 0;
}

static gboolean
is_name_of_ready_made (const char *name)
{
  return g_strv_contains (postern_management_roles_get_names (), name);
}

gboolean
postern_role_validate (const PosternRole *role, GError **error)
{
  if (!postern_fault_check_text ("name", role->name, 1, 100, error))
    return FALSE;
  if (role->description && !postern_fault_check_text ("description", role->description, 0, 500, error))
    return FALSE;
  if (!is_of_kind (role, POSTERN_ROLE_TENANT) && !is_of_kind (role, POSTERN_ROLE_ORGANIZATION))
    return postern_fault (error, "kind", "must be one of: tenant organization");
  if (*role->organization_id && !postern_id_is_valid (role->organization_id, "org"))
    return postern_fault (error, "organization_id", "must be the id of an organization");
  if (*role->organization_id && !is_of_kind (role, POSTERN_ROLE_ORGANIZATION))
    return postern_fault (error, "kind", "must be organization where the role is an organization's own");
  if (is_of_kind (role, POSTERN_ROLE_TENANT) && is_name_of_ready_made (role->name))
    return postern_fault (error, "name", "must be another than that of a ready-made role");
  return TRUE;
}

static gboolean
has_organization (PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, id, error);

  return organization != NULL;
}

gboolean
postern_role_insert (PosternTxn *txn, PosternRole *role, GError **error)
{
  return postern_role_validate (role, error) && (!*role->organization_id || has_organization (txn, role->organization_id, error)) &&
         postern_role_store_insert (txn, role, error);
}

PosternRole *
postern_role_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternRole *ready_made = postern_management_roles_make_role (id);

  return ready_made ? ready_made : postern_role_store_get (txn, id, error);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const PosternRole *const *one = a, *const *other = b;

  return strcmp ((*one)->id, (*other)->id);
}

GPtrArray *
postern_role_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  const char *const *names = postern_management_roles_get_names ();
  GPtrArray *roles = postern_role_store_list (txn, organization_id, after, limit, error);

  if (roles == NULL || (organization_id && *organization_id))
    return roles;
  for (guint i = 0; names[i]; i++)
    if (after == NULL || strcmp (names[i], after) > 0)
      g_ptr_array_add (roles, postern_management_roles_make_role (names[i]));
  g_ptr_array_sort (roles, compare);
  if (roles->len > limit)
    g_ptr_array_set_size (roles, (int) limit);
  return roles;
}

gboolean
postern_role_is_ready_made (const PosternRole *role)
{
  return is_name_of_ready_made (role->id);
}

gboolean
postern_role_check_changeable (const PosternRole *role, GError **error)
{
  if (!postern_role_is_ready_made (role))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "%s is a ready-made role, which nobody changes", role->name);
  return FALSE;
}

/* --- what it permits --- */

gboolean
postern_role_each_permission (PosternTxn *txn, const PosternRole *role, PosternRolePermissionFunc each, gpointer user_data, GError **error)
{
  if (!postern_role_is_ready_made (role))
    return postern_role_store_each_permission (txn, role->id, each, user_data, error);
  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name; row++)
    if (postern_management_roles_allows (role->name, row->name))
      each (POSTERN_RESOURCE_MANAGEMENT, row->name, user_data);
  return TRUE;
}

static void
count (const char *resource_id, const char *scope, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static gboolean
has_scope (PosternTxn *txn, const char *resource_id, const char *scope, gboolean *has, GError **error)
{
  gboolean management = g_str_equal (resource_id, POSTERN_RESOURCE_MANAGEMENT);
  g_autoptr (PosternResource) resource = management ? NULL : postern_resource_store_get (txn, resource_id, error);

  *has = management ? postern_management_roles_has (scope) : resource && postern_resource_has_scope (resource, scope);
  return management || resource;
}

gboolean
postern_role_permit (PosternTxn *txn, const PosternRole *role, const char *resource_id, const char *scope, gboolean *changed, GError **error)
{
  gboolean has;
  guint n = 0;

  if (!postern_role_check_changeable (role, error) || !has_scope (txn, resource_id, scope, &has, error))
    return FALSE;
  if (!has)
    return postern_fault (error, "scope", "\"%.200s\" is no scope of this resource", scope);
  if (!postern_role_store_add_permission (txn, role->id, resource_id, scope, changed, error) || !postern_role_store_each_permission (txn, role->id, count, &n, error))
    return FALSE;
  if (n <= POSTERN_ROLE_PERMISSIONS_MAX)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the role has %d permissions already, which is the most", POSTERN_ROLE_PERMISSIONS_MAX);
  return FALSE;
}

/* --- who has it --- */

gboolean
postern_role_check_assignment (const PosternRole *role, const PosternAssignment *assignment, GError **error)
{
  const char *subject = assignment->subject_id, *organization = assignment->organization_id;
  gboolean group = postern_id_is_valid (subject, "grp");

  if (!group && !postern_id_is_valid (subject, "usr") && !postern_application_id_is_valid (subject))
    return postern_fault (error, "subject_id", "must be the id of a user, a group or an application");
  if (*organization && !postern_id_is_valid (organization, "org"))
    return postern_fault (error, "organization_id", "must be the id of an organization");
  if (is_of_kind (role, POSTERN_ROLE_TENANT) && group)
    return postern_fault (error, "subject_id", "must not be a group: an organization's administrators would give out a role of the tenant");
  if (is_of_kind (role, POSTERN_ROLE_TENANT) && *organization)
    return postern_fault (error, "organization_id", "must be left out: this is a role of the tenant");
  if (!is_of_kind (role, POSTERN_ROLE_TENANT) && !*organization)
    return postern_fault (error, "organization_id", "must say in which organization the role is had");
  if (*role->organization_id && !g_str_equal (role->organization_id, organization))
    return postern_fault (error, "organization_id", "must be that of the organization that the role belongs to");
  return TRUE;
}

static gboolean
has_user (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  g_autoptr (PosternUser) user = *assignment->organization_id ? NULL : postern_user_store_get (txn, assignment->subject_id, error);
  g_autoptr (PosternMember) member = *assignment->organization_id ? postern_member_store_get (txn, assignment->organization_id, assignment->subject_id, error) : NULL;

  return user != NULL || member != NULL;
}

static gboolean
has_group (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, assignment->subject_id, error);

  if (group == NULL || g_str_equal (group->organization_id, assignment->organization_id))
    return group != NULL;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such group in the organization");
  return FALSE;
}

/* An application that belongs to nobody's organization may be given a role in any that there is. */
static gboolean
has_application (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, assignment->subject_id, error);

  return application != NULL && (!*assignment->organization_id || has_organization (txn, assignment->organization_id, error));
}

static gboolean
has_subject (PosternTxn *txn, const PosternAssignment *assignment, GError **error)
{
  if (g_str_has_prefix (assignment->subject_id, "usr_"))
    return has_user (txn, assignment, error);
  return g_str_has_prefix (assignment->subject_id, "grp_") ? has_group (txn, assignment, error) : has_application (txn, assignment, error);
}

gboolean
postern_role_assign (PosternTxn *txn, const PosternRole *role, const PosternAssignment *assignment, gboolean *changed, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;

  if (!postern_role_check_assignment (role, assignment, error) || !has_subject (txn, assignment, error) || !postern_assignment_store_put (txn, assignment, changed, error))
    return FALSE;
  all = postern_assignment_store_list_for (txn, assignment->subject_id, error);
  if (all == NULL || all->len <= POSTERN_ROLE_ASSIGNMENTS_MAX)
    return all != NULL;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the subject has %d roles already, which is the most", POSTERN_ROLE_ASSIGNMENTS_MAX);
  return FALSE;
}

gboolean
postern_role_check_owner_left (PosternTxn *txn, const char *user_id, GError **error)
{
  gboolean has;

  if (!postern_user_store_has_other_administrator (txn, user_id, &has, error))
    return FALSE;
  if (!has)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this is the last owner who can sign in: make another one first");
  return has;
}

gboolean
postern_role_take (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error)
{
  if (!postern_assignment_store_delete (txn, assignment, changed, error))
    return FALSE;
  return !*changed || !g_str_equal (assignment->role_id, POSTERN_ROLE_OWNER) || !g_str_has_prefix (assignment->subject_id, "usr_") ||
         postern_role_check_owner_left (txn, assignment->subject_id, error);
}
