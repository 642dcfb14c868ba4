/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-assigned.h"
#include "postern-api-delegation.h"
#include "postern-api-members.h"
#include "postern-api-rights.h"

#include "postern-fault.h"
#include "postern-organization.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What it is called; unique in the organization.", 1, POSTERN_ORGANIZATION_NAME_MAX },
  { "description", POSTERN_API_STRING, POSTERN_API_NULLABLE, "What it is for.", 0, POSTERN_ORGANIZATION_DESCRIPTION_MAX },
  POSTERN_API_ASSIGNED_MEMBER,
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema schema = { "OrganizationGroup", members, "Some members of one organization; a role that it is given they have there." };

static GVariant *
to_json (gconstpointer record)
{
  const PosternGroup *group = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", group->id);
  postern_api_call_add_string (&dict, "name", group->name);
  postern_api_call_add_string (&dict, "description", group->description);
  postern_api_call_add_time (&dict, "created_at", group->created_at);
  postern_api_call_add_time (&dict, "updated_at", group->updated_at);
  return g_variant_dict_end (&dict);
}

static gboolean
answer (PosternApiCall *call, PosternTxn *txn, const PosternGroup *group, guint status, GError **error)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (to_json (group));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  return postern_api_assigned_add (&dict, txn, group->id, group->organization_id, error) && postern_api_call_set_result (call, status, g_variant_dict_end (&dict));
}

static GVariant *
describe (const PosternGroup *group)
{
  return postern_api_members_describe (NULL, group->id);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GPtrArray) found = organization ? postern_group_store_list (txn, organization->id, call->after, call->limit, error) : NULL;

  return found != NULL && postern_api_call_set_page (call, found, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = postern_api_delegation_load_group (call, txn, error);

  return group != NULL && answer (call, txn, group, 200, error);
}

/* Its name and description, as far as they are sent. */
static gboolean
read_words (PosternApiCall *call, PosternGroup *group, GError **error)
{
  postern_api_call_read_string (call, "name", &group->name);
  postern_api_call_read_string (call, "description", &group->description);
  return postern_organization_check_name (group->name, error) &&
         (group->description == NULL || postern_fault_check_text ("description", group->description, 0, POSTERN_ORGANIZATION_DESCRIPTION_MAX, error));
}

static gboolean
fill_and_insert (PosternApiCall *call, PosternTxn *txn, const char *organization_id, const char *id, guint status, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_new ();

  group->id = g_strdup (id);
  group->organization_id = g_strdup (organization_id);
  group->created_at = group->updated_at = call->now;
  if (!read_words (call, group, error) || !postern_group_store_insert (txn, group, error) ||
      !postern_api_assigned_take (call, txn, group->id, organization_id, error))
    return FALSE;
  postern_api_call_audit (call, "group.created", organization_id, describe (group));
  return answer (call, txn, group, status, error);
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autofree char *id = postern_id_new ("grp");

  return organization != NULL && fill_and_insert (call, txn, organization->id, id, 201, error);
}

static gboolean
fill_and_update (PosternApiCall *call, PosternTxn *txn, PosternGroup *group, GError **error)
{
  group->updated_at = call->now;
  if (!read_words (call, group, error) || !postern_group_store_update (txn, group, error) ||
      !postern_api_assigned_take (call, txn, group->id, group->organization_id, error))
    return FALSE;
  postern_api_call_audit (call, "group.changed", group->organization_id, describe (group));
  return answer (call, txn, group, 200, error);
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = postern_api_delegation_load_group (call, txn, error);

  return group != NULL && fill_and_update (call, txn, group, error);
}

/* PUT: its name and description, and its roles where they are sent; who is in it stays. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "group");
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternGroup) group = organization ? postern_api_delegation_load_group (call, txn, &failure) : NULL;

  if (group != NULL) {
    g_clear_pointer (&group->description, g_free);
    return fill_and_update (call, txn, group, error);
  }
  if (organization == NULL)
    return FALSE;
  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (!postern_id_is_valid (id, "grp"))
    return postern_api_call_invalid (error, "id", "must be grp_ and the 26 characters of a UUID, as this server makes them");
  return fill_and_insert (call, txn, organization->id, id, 200, error);
}

/* To be taken away, or with other people in it: by who has all that its roles give. (transfer full) (nullable) */
static PosternGroup *
load_own (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = postern_api_delegation_load_group (call, txn, error);

  return group && postern_api_rights_check_assigned (call, txn, group->id, group->organization_id, error) ? g_steal_pointer (&group) : NULL;
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = load_own (call, txn, error);

  if (group == NULL)
    return FALSE;
  postern_api_call_audit (call, "group.deleted", group->organization_id, describe (group));
  return postern_group_store_delete (txn, group->id, error);
}

static gboolean
list_members (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = postern_api_delegation_load_group (call, txn, error);
  g_autoptr (GPtrArray) found = group ? postern_group_store_list_members (txn, group->id, call->after, call->limit, error) : NULL;

  return found != NULL && postern_api_members_answer_page (call, txn, found, error);
}

static gboolean
is_in (PosternTxn *txn, const PosternGroup *group, const PosternMember *member, gboolean *in, GError **error)
{
  g_autoptr (GPtrArray) groups = postern_group_store_list_for_member (txn, group->organization_id, member->user_id, error);

  *in = FALSE;
  for (guint i = 0; groups != NULL && i < groups->len && !*in; i++)
    *in = g_str_equal (((PosternGroup *) groups->pdata[i])->id, group->id);
  return groups != NULL;
}

static gboolean
show_member (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = postern_api_delegation_load_group (call, txn, error);
  g_autoptr (PosternMember) member = group ? postern_api_delegation_load_member (call, txn, group->organization_id, error) : NULL;
  gboolean in;

  if (member == NULL || !is_in (txn, group, member, &in, error))
    return FALSE;
  if (!in)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such member of the group");
  return in && postern_api_members_answer (call, txn, member, error);
}

static gboolean
add_member (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = load_own (call, txn, error);
  g_autoptr (PosternMember) member = group ? postern_api_delegation_load_member (call, txn, group->organization_id, error) : NULL;

  if (member == NULL || !postern_group_store_add_member (txn, group->id, member->user_id, error))
    return FALSE;
  postern_api_call_audit (call, "group.member-added", group->organization_id, postern_api_members_describe (member->user_id, group->id));
  return postern_api_members_answer (call, txn, member, error);
}

static gboolean
remove_member (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternGroup) group = load_own (call, txn, error);
  g_autoptr (PosternMember) member = group ? postern_api_delegation_load_member (call, txn, group->organization_id, error) : NULL;

  if (member == NULL)
    return FALSE;
  postern_api_call_audit (call, "group.member-removed", group->organization_id, postern_api_members_describe (member->user_id, group->id));
  return postern_group_store_remove_member (txn, group->id, member->user_id, error);
}

#define GROUPS "/organizations/{id}/groups"
#define GROUP GROUPS "/{group}"

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, GROUPS, "listGroups", "members:read", "Lists the groups of an organization", .answer = &schema, .work = list, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_CREATE, GROUPS, "createGroup", "members:write", "Makes a group", &schema, &schema, .work = create, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { POSTERN_API_SHOW, GROUP, "getGroup", "members:read", "Shows a group", .answer = &schema, .work = show, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_UPDATE, GROUP, "updateGroup", "members:write", "Changes the members that are sent", &schema, &schema, .work = update, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { POSTERN_API_REPLACE, GROUP, "putGroup", "members:write", "Makes a group of that id, or replaces what is said of it; who is in it stays", &schema, &schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, GROUP, "deleteGroup", "members:write", "Deletes a group; its members stay in the organization", .work = delete, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_LIST, GROUP "/members", "listGroupMembers", "members:read", "Lists who is in a group", .answer = &postern_api_members_schema, .work = list_members, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, GROUP "/members/{user}", "getGroupMember", "members:read", "Shows somebody who is in a group", .answer = &postern_api_members_schema, .work = show_member, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_REPLACE, GROUP "/members/{user}", "addGroupMember", "members:write", "Puts a member of the organization into a group; who is in stays", .answer = &postern_api_members_schema, .work = add_member, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_DELETE, GROUP "/members/{user}", "removeGroupMember", "members:write", "Takes somebody out of a group", .work = remove_member, .flags = POSTERN_API_DELEGATED },
  { .path = NULL },
};

const PosternApiResource postern_api_groups = { "Groups", "Some members of one organization.", rows };
