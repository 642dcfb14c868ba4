/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"

gboolean
postern_api_delegation_is_bound (PosternApiCall *call)
{
  return call->bearer != NULL && call->bearer->organization_id != NULL;
}

/* In the words of the store, so that what is foreign is not told from what is not there. */
static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", what);
  return FALSE;
}

/* One that is switched off is its administrators' no more. */
static gboolean
is_theirs (PosternApiCall *call, PosternOrganization *organization)
{
  return g_str_equal (organization->id, call->bearer->organization_id) && organization->disabled_at == 0;
}

PosternOrganization *
postern_api_delegation_load (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, postern_request_get_capture (call->request, "id"), error);

  if (organization == NULL || !postern_api_delegation_is_bound (call) || is_theirs (call, organization))
    return g_steal_pointer (&organization);
  refuse ("organization", error);
  return NULL;
}

PosternGroup *
postern_api_delegation_load_group (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternGroup) group = organization ? postern_group_store_get (txn, postern_request_get_capture (call->request, "group"), error) : NULL;

  if (group == NULL || g_str_equal (group->organization_id, organization->id))
    return g_steal_pointer (&group);
  refuse ("group", error);
  return NULL;
}

static PosternMember *
find_member (PosternTxn *txn, const char *organization_id, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, name, &failure);
  g_autoptr (PosternMember) member = user ? postern_member_store_get (txn, organization_id, user->id, &failure) : NULL;

  if (member != NULL)
    return g_steal_pointer (&member);
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    refuse ("member", error);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

PosternMember *
postern_api_delegation_load_member (PosternApiCall *call, PosternTxn *txn, const char *organization_id, GError **error)
{
  return find_member (txn, organization_id, postern_request_get_capture (call->request, "user"), error);
}

gboolean
postern_api_delegation_check_members (PosternApiCall *call, const char *const *names, GError **error)
{
  for (; postern_api_delegation_is_bound (call) && *names; names++) {
    g_autoptr (GVariant) sent = postern_json_get (call->body, *names);

    if (sent == NULL)
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Who acts in an organization may not say its %s", *names);
    return FALSE;
  }
  return TRUE;
}

/* --- roles --- */

gboolean
postern_api_delegation_check_organization (PosternApiCall *call, const char *id, GError **error)
{
  return !postern_api_delegation_is_bound (call) || g_str_equal (id, call->bearer->organization_id) || refuse ("organization", error);
}

static gboolean
is_own (PosternApiCall *call, const PosternRole *role)
{
  return !postern_api_delegation_is_bound (call) || g_str_equal (role->organization_id, call->bearer->organization_id);
}

gboolean
postern_api_delegation_check_role (PosternApiCall *call, const PosternRole *role, GError **error)
{
  gboolean template = *role->organization_id == '\0' && g_str_equal (role->kind, POSTERN_ROLE_ORGANIZATION);

  return is_own (call, role) || template || refuse ("role", error);
}

gboolean
postern_api_delegation_check_role_own (PosternApiCall *call, const PosternRole *role, GError **error)
{
  if (is_own (call, role))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The role is for every organization, and the tenant's to change");
  return FALSE;
}

static char *
dup_group (PosternApiCall *call, PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, id, error);

  if (group == NULL || g_str_equal (group->organization_id, call->bearer->organization_id))
    return group ? g_strdup (group->id) : NULL;
  refuse ("group", error);
  return NULL;
}

char *
postern_api_delegation_dup_subject (PosternApiCall *call, PosternTxn *txn, const char *name, GError **error)
{
  g_autoptr (PosternMember) member = NULL;

  if (postern_id_is_valid (name, "grp"))
    return dup_group (call, txn, name, error);
  if (postern_id_is_valid (name, "app")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Applications are the tenant's, and so is what they may");
    return NULL;
  }
  member = find_member (txn, call->bearer->organization_id, name, error);
  return member ? g_strdup (member->user_id) : NULL;
}

/* An id is not looked for: what is done with it says soon enough that nothing has it. */
char *
postern_api_delegation_dup_organization (PosternApiCall *call, PosternTxn *txn, GVariant *object, GError **error)
{
  const char *name = postern_json_get_string (object, "organization_id"), *id = name;
  g_autoptr (PosternOrganization) organization = NULL;

  if (name == NULL)
    return g_strdup (postern_api_delegation_is_bound (call) ? call->bearer->organization_id : "");
  if (*name != '\0' && !postern_id_is_valid (name, "org")) {
    organization = postern_organization_store_find (txn, name, error);
    id = organization ? organization->id : NULL;
  }
  return id && postern_api_delegation_check_organization (call, id, error) ? g_strdup (id) : NULL;
}
