/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-management-roles.h"
#include "postern-permission.h"
#include "postern-role.h"

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
  return good;
}

typedef struct {
  PosternApiCall *call;
  GError *error; /* (nullable) */
} Check;

static void
check_permission (const char *resource_id, const char *scope, gpointer user_data)
{
  Check *self = user_data;

  if (self->error == NULL && g_str_equal (resource_id, POSTERN_RESOURCE_MANAGEMENT))
    postern_api_call_may (self->call, scope, &self->error);
}

gboolean
postern_api_rights_check_role (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GError **error)
{
  Check check = { call, NULL };

  if (!postern_role_each_permission (txn, role, check_permission, &check, error)) {
    g_clear_error (&check.error);
    return FALSE;
  }
  if (check.error == NULL)
    return TRUE;
  g_propagate_error (error, check.error);
  return FALSE;
}

gboolean
postern_api_rights_check_owner (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) owner = postern_management_roles_make_role (POSTERN_ROLE_OWNER);

  return postern_api_rights_check_role (call, txn, owner, error);
}
