/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-invitation.h"

#include "postern-error.h"
#include "postern-management-roles.h"
#include "postern-permission.h"
#include "postern-role.h"

/* An invitation gives later what its sender had when it was sent. It is worth what they have when it is taken: nobody leaves a way in behind. */

typedef struct {
  PosternTxn *txn;
  const char *issuer;
  PosternPermission *permission; /* of the inviter, with what is theirs in the organization */
  gboolean of_tenant;            /* who invites by the tenant's word gives what they lack at other resources (postern-api-rights.h) */
} Inviter;

static gboolean
may_give (Inviter *self, const char *resource_id, const char *scope)
{
  g_autoptr (PosternResource) resource = NULL;

  if (g_str_equal (resource_id, POSTERN_RESOURCE_MANAGEMENT))
    return !postern_management_roles_has (scope) || postern_permission_manages (self->permission, self->issuer, scope);
  if (self->of_tenant)
    return TRUE;
  resource = postern_resource_store_get (self->txn, resource_id, NULL);
  return resource == NULL || postern_permission_has (self->permission, resource->indicator, scope);
}

typedef struct {
  Inviter *inviter;
  gboolean good;
} Giving;

static void
check_permission (const char *resource_id, const char *scope, gpointer user_data)
{
  Giving *self = user_data;

  self->good = self->good && may_give (self->inviter, resource_id, scope);
}

/* One that is not there any more is not given. */
static gboolean
may_give_role (Inviter *self, const char *role_id)
{
  g_autoptr (PosternRole) role = postern_role_get (self->txn, role_id, NULL);
  Giving giving = { self, TRUE };

  return role == NULL || (postern_role_each_permission (self->txn, role, check_permission, &giving, NULL) && giving.good);
}

static gboolean
may_give_group (Inviter *self, const char *group_id)
{
  g_autoptr (GPtrArray) roles = postern_assignment_store_list_for (self->txn, group_id, NULL);
  gboolean good = roles != NULL;

  for (guint i = 0; good && i < roles->len; i++)
    good = may_give_role (self, ((PosternAssignment *) roles->pdata[i])->role_id);
  return good;
}

/* @list: (nullable): av of strings */
static gboolean
may_give_all (Inviter *self, GVariant *list, gboolean (*may_give_one) (Inviter *self, const char *id))
{
  gsize n = list ? g_variant_n_children (list) : 0;
  gboolean good = n == 0 || postern_permission_manages (self->permission, self->issuer, "roles:write");

  for (gsize i = 0; good && i < n; i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), id = g_variant_get_variant (box);

    good = may_give_one (self, g_variant_get_string (id, NULL));
  }
  return good;
}

/* And is not switched off: a person, or an application, which may be called anything else. */
static gboolean
is_there (PosternTxn *txn, const char *id)
{
  gboolean person = postern_id_is_valid (id, "usr");
  g_autoptr (PosternUser) user = person ? postern_user_store_get (txn, id, NULL) : NULL;
  g_autoptr (PosternApplication) application = person ? NULL : postern_application_store_get (txn, id, NULL);

  return (user && user->disabled_at == 0) || (application && application->enabled);
}

gboolean
postern_invitation_inviter_check (PosternTxn *txn, const char *issuer, const PosternInvitation *self, GError **error)
{
  PosternPermissionSubject in_organization = { self->inviter, self->organization_id }, in_tenant = { self->inviter, NULL };
  g_autoptr (PosternPermission) permission = self->inviter ? postern_permission_read (txn, issuer, &in_organization, error) : NULL;
  g_autoptr (PosternPermission) of_tenant = permission ? postern_permission_read (txn, issuer, &in_tenant, error) : NULL;
  Inviter inviter = { txn, issuer, permission, FALSE };

  if (self->inviter == NULL)
    return TRUE;
  if (of_tenant == NULL)
    return FALSE;
  inviter.of_tenant = postern_permission_manages (of_tenant, issuer, "invitations:write");
  if (is_there (txn, self->inviter) && postern_permission_manages (permission, issuer, "invitations:write") && may_give_all (&inviter, self->role_ids, may_give_role) &&
      may_give_all (&inviter, self->group_ids, may_give_group))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "who invited may not invite so any more");
  return FALSE;
}
