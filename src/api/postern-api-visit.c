/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-path.h"
#include "postern-api-run.h"

#include "postern-management-roles.h"
#include "postern-organization.h"
#include "postern-permission.h"

/*
 * A page of our own asks for who looks at it. There is no token, because nobody else holds anything: what somebody may is read here, and from
 * then on it is a request like any other.
 */

typedef struct {
  PosternTenant *tenant;
  const char *user_id, *organization_id;
  PosternPermission *permission;
} Visitor;

/* Somebody who belongs to the organization no more acts for it no more. */
static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Visitor *self = user_data;
  PosternPermissionSubject subject = { self->user_id, self->organization_id };
  g_autoptr (PosternOrganization) organization = postern_organization_load_for (txn, self->organization_id, self->user_id, error);

  g_clear_pointer (&self->permission, postern_permission_unref); /* a transaction may run twice */
  self->permission = organization ? postern_permission_read (txn, postern_tenant_get_issuer (self->tenant), &subject, error) : NULL;
  return self->permission != NULL;
}

static gboolean
bear (PosternApi *api, const char *user_id, const char *organization_id, PosternBearer *bearer, GError **error)
{
  Visitor visitor = { api->tenant, user_id, organization_id, NULL };
  g_autofree char *resource = postern_management_roles_dup_indicator (postern_tenant_get_issuer (api->tenant));
  g_autoptr (PosternPermission) permission = NULL;
  gboolean good = postern_store_read (postern_tenant_get_store (api->tenant), POSTERN_KEEP_LASTING, look, &visitor, error);

  permission = visitor.permission;
  if (!good)
    return FALSE;
  bearer->subject = g_strdup (user_id);
  bearer->organization_id = g_strdup (organization_id);
  bearer->scopes = postern_permission_dup_scopes (permission, resource);
  return TRUE;
}

/* (nullable) */
static const PosternApiRow *
find_row (PosternRequest *request, char **steps)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (g_str_equal (postern_api_row_get_method (row), postern_request_get_method (request)) && postern_api_path_fits (row, steps))
        return row;
  return NULL;
}

PosternResponse *
postern_api_visit (PosternApi *self, PosternRequest *request, const char *user_id, const char *organization_id)
{
  g_auto (GStrv) steps = postern_api_path_split (postern_request_get_path (request) + strlen ("/api/v1"));
  const PosternApiRow *row = steps ? find_row (request, steps) : NULL;
  g_auto (PosternBearer) bearer = { NULL };
  g_autoptr (GPtrArray) faults = postern_api_schema_new_faults ();
  g_autoptr (GError) error = NULL;

  if (row == NULL)
    g_set_error_literal (&error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is nothing at this address.");
  else if (bear (self, user_id, organization_id, &bearer, &error))
    {
      postern_api_path_capture (request, row, steps);
      return postern_api_run_for (self, row, request, &bearer);
    }
  return postern_api_problem_respond (request, postern_tenant_get_issuer (self->tenant), error, faults, FALSE);
}
