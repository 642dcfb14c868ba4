/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-assigned.h"
#include "postern-api-delegation.h"
#include "postern-api-members.h"
#include "postern-api-rights.h"

#include "postern-organization.h"

static const PosternApiMember members[] = {
  { "user_id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Who it is." },
  { "username", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What the person signs in with." },
  { "email", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "The person's address." },
  { "name", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "What the person is called." },
  { "source", POSTERN_API_STRING, POSTERN_API_OWN, "How the person came in: administrator, invited, domain or connector." },
  { "roles", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY, "Ids of the roles that were given to the person there, not those of groups; for who may see roles.", .items = POSTERN_API_STRING },
  { "joined_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When." },
  { NULL },
};
const PosternApiSchema postern_api_members_schema = { "OrganizationMember", members, "Somebody who belongs to an organization." };

static const PosternApiMember page_members[] = {
  { "total", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many there are on all pages." },
  { NULL },
};

static const PosternApiMember filters[] = {
  { "roles", POSTERN_API_BOOLEAN, 0, "With the roles of each." },
  { NULL },
};

/* --- how one is shown --- */

typedef struct {
  const PosternMember *member;
  PosternUser *user;
  GVariant *roles; /* (nullable): ids; owned */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->roles, g_variant_unref);
  g_free (self);
}

static GVariant *
to_json (gconstpointer record)
{
  const Entry *entry = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "user_id", entry->member->user_id);
  postern_api_call_add_string (&dict, "username", entry->user->username);
  postern_api_call_add_string (&dict, "email", entry->user->email);
  if (entry->user->profile != NULL)
    postern_api_call_add_string (&dict, "name", postern_json_get_string (entry->user->profile, "name"));
  postern_api_call_add_string (&dict, "source", entry->member->source);
  if (entry->roles != NULL)
    g_variant_dict_insert_value (&dict, "roles", entry->roles);
  postern_api_call_add_time (&dict, "joined_at", entry->member->joined_at);
  return g_variant_dict_end (&dict);
}

static gboolean
read_roles (Entry *entry, PosternTxn *txn, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (!postern_api_assigned_add (&dict, txn, entry->member->user_id, entry->member->organization_id, error))
    return FALSE;
  entry->roles = g_variant_dict_lookup_value (&dict, "roles", NULL);
  return TRUE;
}

/* (transfer full) (nullable) */
static Entry *
make_entry (PosternTxn *txn, const PosternMember *member, gboolean with_roles, GError **error)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->member = member;
  entry->user = postern_user_store_get (txn, member->user_id, error);
  if (entry->user != NULL && (!with_roles || read_roles (entry, txn, error)))
    return entry;
  entry_free (entry);
  return NULL;
}

gboolean
postern_api_members_answer (PosternApiCall *call, PosternTxn *txn, PosternMember *member, GError **error)
{
  Entry *entry = make_entry (txn, member, postern_api_call_may (call, "roles:read", NULL), error);

  if (entry == NULL)
    return FALSE;
  postern_api_call_set_result (call, 200, to_json (entry));
  entry_free (entry);
  return TRUE;
}

gboolean
postern_api_members_answer_page (PosternApiCall *call, PosternTxn *txn, GPtrArray *found, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  gboolean with_roles = postern_json_get_boolean (call->query, "roles", FALSE) && postern_api_call_may (call, "roles:read", NULL);

  for (guint i = 0; i < found->len; i++) {
    Entry *entry = make_entry (txn, found->pdata[i], with_roles, error);

    if (entry == NULL)
      return FALSE;
    g_ptr_array_add (entries, entry);
  }
  return postern_api_call_set_page (call, entries, to_json);
}

GVariant *
postern_api_members_describe (const char *user_id, const char *group_id)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "user", user_id);
  postern_api_call_add_string (&dict, "group_id", group_id);
  return g_variant_dict_end (&dict);
}

/* --- what may be done --- */

static gboolean
add_total (PosternApiCall *call, gint64 total)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (call->result);

  g_variant_dict_insert (&dict, "total", "x", total);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GPtrArray) found = organization ? postern_member_store_list (txn, organization->id, call->after, call->limit, error) : NULL;
  gint64 total;

  return found != NULL && postern_member_store_count (txn, organization->id, &total, error) && postern_api_members_answer_page (call, txn, found, error) &&
         add_total (call, total);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternMember) member = organization ? postern_api_delegation_load_member (call, txn, organization->id, error) : NULL;

  return member != NULL && postern_api_members_answer (call, txn, member, error);
}

/* Not delegated: a customer's administrators invite people, who are asked; whoever they could add they could look at. */
static gboolean
add (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternUser) user = organization ? postern_api_call_find_user (txn, postern_request_get_capture (call->request, "user"), error) : NULL;
  g_autoptr (PosternMember) member = NULL;

  if (user == NULL || !postern_organization_join (txn, organization->id, user->id, POSTERN_MEMBER_ADMINISTRATOR, call->now, NULL, error))
    return FALSE;
  member = postern_member_store_get (txn, organization->id, user->id, error);
  postern_api_call_audit (call, "member.added", organization->id, postern_api_members_describe (user->id, NULL));
  return member != NULL && postern_api_members_answer (call, txn, member, error);
}

static gboolean
take_out (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternMember) member = organization ? postern_api_delegation_load_member (call, txn, organization->id, error) : NULL;

  if (member == NULL || !postern_api_rights_check_member (call, txn, organization->id, member->user_id, error))
    return FALSE;
  postern_api_call_audit (call, "member.removed", organization->id, postern_api_members_describe (member->user_id, NULL));
  return postern_organization_remove (txn, organization->id, member->user_id, call->now, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/organizations/{id}/members", "listMembers", "members:read", "Lists who belongs to an organization", .answer = &postern_api_members_schema, .query = filters, .page = page_members, .work = list, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, "/organizations/{id}/members/{user}", "getMember", "members:read", "Shows a member", .answer = &postern_api_members_schema, .work = show, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_REPLACE, "/organizations/{id}/members/{user}", "addMember", "members:write", "Takes a user into an organization; who is in stays as they came", .answer = &postern_api_members_schema, .work = add },
  { POSTERN_API_DELETE, "/organizations/{id}/members/{user}", "removeMember", "members:write", "Takes somebody out: with their roles and groups there, and all that was granted for it", .work = take_out, .flags = POSTERN_API_DELEGATED },
  { .path = NULL },
};

const PosternApiResource postern_api_members = { "Members", "Who belongs to an organization.", rows };
