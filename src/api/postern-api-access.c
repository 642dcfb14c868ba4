/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-access.h"

#include "postern-management-roles.h"

#define REALM "Bearer realm=\"Postern\""

static gboolean
refuse (GError **error, PosternError code, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, code, why);
  return FALSE;
}

gboolean
postern_api_access_may (const PosternBearer *bearer, const PosternApiRow *row, GError **error)
{
  if (!postern_bearer_has_scope (bearer, row->permission))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE, "The access token lacks the scope %s", row->permission);
      return FALSE;
    }
  if (bearer->organization_id != NULL && !(row->flags & POSTERN_API_DELEGATED))
    return refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Who acts in an organization may not do this");
  return TRUE;
}

gboolean
postern_api_access_take (PosternApiCall *call, const PosternBearer *bearer, GError **error)
{
  call->actor = NULL; /* nobody yet */
  if (call->row->permission == NULL)
    return TRUE;
  if (!postern_api_access_may (bearer, call->row, error))
    return FALSE;
  call->actor = bearer->subject;
  call->bearer = bearer;
  return TRUE;
}

gboolean
postern_api_access_check (PosternApiCall *call, PosternBearer *bearer, GError **error)
{
  PosternApi *api = call->api;
  g_autofree char *resource = postern_management_roles_dup_indicator (postern_tenant_get_issuer (api->tenant));

  call->actor = NULL; /* nobody yet */
  if (call->row->permission == NULL)
    return TRUE;
  return api->admit != NULL && api->admit (call->request, resource, bearer, api->admit_data, error) && postern_api_access_take (call, bearer, error);
}

/* (transfer full) (nullable): nothing where no other token helps */
static char *
make_challenge (PosternApiCall *call, const GError *error)
{
  if (error == NULL)
    return g_strdup (REALM);
  if (postern_error_get_status (error) >= 500 || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
    return NULL;
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE))
    return g_strdup_printf (REALM ", error=\"insufficient_scope\", scope=\"%s\"", call->row->permission);
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION)) /* RFC 9470 section 3 */
    return g_strdup_printf (REALM ", error=\"%s\", acr_values=\"2\"", postern_error_get_wire (error));
  return g_strdup_printf (REALM ", error=\"%s\"", postern_error_get_wire (error));
}

PosternResponse *
postern_api_access_refuse (PosternApiCall *call, const GError *error)
{
  g_autoptr (GError) none = error ? NULL : g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "An access token for this resource is needed");
  g_autofree char *challenge = make_challenge (call, error);
  PosternResponse *response = postern_api_problem_respond (call->request, postern_tenant_get_issuer (call->api->tenant), error ? error : none, call->faults, FALSE);

  if (challenge != NULL)
    postern_response_set_header (response, "WWW-Authenticate", challenge);
  return response;
}
