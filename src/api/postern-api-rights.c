/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-api-delegation.h"
#include "postern-management-roles.h"
#include "postern-permission.h"
#include "postern-role.h"

typedef struct {
  PosternApiCall *call;
  GError *error;
} Delegated;

static void
check_delegated (const PosternEffective *effective, gpointer user_data)
{
  Delegated *self = user_data;

  if (self->error == NULL && postern_management_roles_has (effective->scope))
    postern_api_call_may (self->call, effective->scope, &self->error);
}

/* What roles of organizations give here: whoever acts as that person acts for those, too. */
static gboolean
check_in_organizations (PosternApiCall *call, PosternTxn *txn, const char *user_id, GError **error)
{
  Delegated self = { call, NULL };

  if (!postern_assignment_store_each_delegated (txn, user_id, check_delegated, &self, error)) {
    g_clear_error (&self.error);
    return FALSE;
  }
  if (self.error == NULL)
    return TRUE;
  g_propagate_error (error, self.error);
  return FALSE;
}

gboolean
postern_api_rights_check_subject (PosternApiCall *call, PosternTxn *txn, const char *subject_id, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (call->api->tenant);
  g_autofree char *indicator = postern_management_roles_dup_indicator (issuer);
  PosternPermissionSubject subject = { subject_id, NULL };
  g_autoptr (PosternPermission) permission = call->local ? NULL : postern_permission_read (txn, issuer, &subject, error);
  g_auto (GStrv) scopes = permission ? postern_permission_dup_scopes (permission, indicator) : NULL;
  gboolean good = call->local || permission != NULL;

  for (guint i = 0; good && scopes && scopes[i]; i++)
    good = postern_api_call_may (call, scopes[i], error);
  return good && (call->local || check_in_organizations (call, txn, subject_id, error));
}

/* Whoever acts in an organization has what their roles there come to, and those of the tenant. */
static gboolean
holds_in_organization (PosternApiCall *call, PosternTxn *txn, const char *resource_id, const char *scope, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (call->api->tenant);
  PosternPermissionSubject subject = { call->bearer->subject, call->bearer->organization_id };
  g_autoptr (PosternResource) resource = postern_resource_store_get (txn, resource_id, error);
  g_autoptr (PosternPermission) permission = resource ? postern_permission_read (txn, issuer, &subject, error) : NULL;

  if (permission == NULL || postern_permission_has (permission, resource->indicator, scope))
    return permission != NULL;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Who acts in an organization gives what they have, and lacks %s there", scope);
  return FALSE;
}

gboolean
postern_api_rights_check_permission (PosternApiCall *call, PosternTxn *txn, const char *resource_id, const char *scope, GError **error)
{
  if (g_str_equal (resource_id, POSTERN_RESOURCE_MANAGEMENT))
    return !postern_management_roles_has (scope) || postern_api_call_may (call, scope, error);
  return !postern_api_delegation_is_bound (call) || holds_in_organization (call, txn, resource_id, scope, error);
}

static void
add_permission (const char *resource_id, const char *scope, gpointer permissions)
{
  g_ptr_array_add (permissions, g_strdup (resource_id));
  g_ptr_array_add (permissions, g_strdup (scope));
}

gboolean
postern_api_rights_check_role (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GError **error)
{
  g_autoptr (GPtrArray) permissions = g_ptr_array_new_with_free_func (g_free); /* a resource and a scope in turn */
  gboolean good = postern_role_each_permission (txn, role, add_permission, permissions, error);

  for (guint i = 0; good && i + 1 < permissions->len; i += 2)
    good = postern_api_rights_check_permission (call, txn, permissions->pdata[i], permissions->pdata[i + 1], error);
  return good;
}

gboolean
postern_api_rights_check_assigned (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  g_autoptr (GPtrArray) all = postern_assignment_store_list_for (txn, subject_id, error);
  gboolean good = all != NULL;

  for (guint i = 0; good && i < all->len; i++) {
    PosternAssignment *assignment = all->pdata[i];
    g_autoptr (PosternRole) role = NULL;

    if (!g_str_equal (assignment->organization_id, organization_id))
      continue;
    role = postern_role_get (txn, assignment->role_id, error);
    good = role != NULL && postern_api_rights_check_role (call, txn, role, error);
  }
  return good;
}

gboolean
postern_api_rights_check_member (PosternApiCall *call, PosternTxn *txn, const char *organization_id, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) groups = postern_group_store_list_for_member (txn, organization_id, user_id, error);
  gboolean good = groups != NULL && postern_api_rights_check_assigned (call, txn, user_id, organization_id, error);

  for (guint i = 0; good && i < groups->len; i++)
    good = postern_api_rights_check_assigned (call, txn, ((PosternGroup *) groups->pdata[i])->id, organization_id, error);
  return good;
}

gboolean
postern_api_rights_check_owner (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) owner = postern_management_roles_make_role (POSTERN_ROLE_OWNER);

  return postern_api_rights_check_role (call, txn, owner, error);
}
