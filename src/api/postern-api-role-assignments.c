/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"
#include "postern-api-names.h"
#include "postern-api-roles.h"
#include "postern-permission.h"

static const PosternApiMember assignment_members[] = {
  { "subject_id", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS | POSTERN_API_ID, "Who has it: the id of a user, an application, or a group of an organization; in place of a user's also what they sign in with.", 1, 254 },
  { "organization_id", POSTERN_API_STRING, 0, "In which organization; its slug can be sent, too; left out for a role of the tenant.", 0, 64 },
  { "role_id", POSTERN_API_STRING, POSTERN_API_OWN, "Which role." },
  { "subject_name", POSTERN_API_STRING, POSTERN_API_READ_ONLY | POSTERN_API_ASKED, "What a person, or a group, is called; answered where the query says `names=true`." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Since when; not known of people who are owners." },
  { NULL },
};
static const PosternApiSchema assignment_schema = { "RoleAssignment", assignment_members, "Somebody's role." };

static const PosternApiMember at_members[] = {
  { "resource", POSTERN_API_STRING, POSTERN_API_OWN, "Its indicator." },
  { "scopes", POSTERN_API_ARRAY, POSTERN_API_OWN, "What may be had there.", .items = POSTERN_API_STRING },
  { NULL },
};
static const PosternApiSchema at_schema = { "PermissionsAtResource", at_members };
static const PosternApiMember effective_members[] = {
  { "roles", POSTERN_API_ARRAY, POSTERN_API_OWN, "Names of roles of the tenant.", .items = POSTERN_API_STRING },
  { "organization_roles", POSTERN_API_ARRAY, POSTERN_API_OWN, "Names of roles in the organization.", .items = POSTERN_API_STRING },
  { "permissions", POSTERN_API_ARRAY, POSTERN_API_OWN, "What they come to.", .items = POSTERN_API_OBJECT, .schema = &at_schema },
  { NULL },
};
static const PosternApiSchema effective_schema = { "EffectivePermissions", effective_members, "What somebody may, by all their roles." };

static const PosternApiMember in_organization[] = {
  { "organization_id", POSTERN_API_STRING, 0, "In this organization, by its id or slug; left out: of the tenant.", 1, 64 },
  { NULL },
};

static const PosternApiMember list_filters[] = {
  { "organization_id", POSTERN_API_STRING, 0, "In this organization, by its id or slug; left out: of the tenant.", 1, 64 },
  POSTERN_API_NAMES_FILTER,
  { NULL },
};

/* --- who has it --- */

static GVariant *
assignment_to_json (gconstpointer record)
{
  const PosternAssignment *assignment = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "subject_id", assignment->subject_id);
  postern_api_call_add_string (&dict, "organization_id", *assignment->organization_id ? assignment->organization_id : NULL);
  postern_api_call_add_string (&dict, "role_id", assignment->role_id);
  postern_api_call_add_time (&dict, "created_at", assignment->created_at);
  return g_variant_dict_end (&dict);
}

typedef struct {
  const PosternAssignment *assignment;
  const char *name; /* (nullable) */
} Named;

static GVariant *
named_to_json (gconstpointer record)
{
  const Named *named = record;
  g_autoptr (GVariant) plain = g_variant_ref_sink (assignment_to_json (named->assignment));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  postern_api_call_add_string (&dict, "subject_name", named->name);
  return g_variant_dict_end (&dict);
}

static gboolean
answer_page (PosternApiCall *call, PosternTxn *txn, GPtrArray *all, GError **error)
{
  g_auto (PosternApiNames) names = { NULL };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  if (!postern_api_names_begin (&names, call, txn, error))
    return FALSE;
  for (guint i = 0; i < all->len; i++) {
    Named *named = g_new0 (Named, 1);

    g_ptr_array_add (rows, named);
    named->assignment = all->pdata[i];
    if (!postern_api_names_find (&names, named->assignment->subject_id, &named->name, error))
      return FALSE;
  }
  return postern_api_call_set_page (call, rows, named_to_json);
}

static gboolean
list_assignments (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find (call, txn, error);
  g_autofree char *organization_id = role ? postern_api_delegation_dup_organization (call, txn, call->query, error) : NULL;
  g_autoptr (GPtrArray) all = organization_id ? postern_assignment_store_list (txn, role->id, organization_id, call->after, call->limit, error) : NULL;

  return all != NULL && answer_page (call, txn, all, error);
}

static const char *
get_target (const PosternAssignment *assignment)
{
  return *assignment->organization_id ? assignment->organization_id : assignment->subject_id;
}

static GVariant *
which (const PosternAssignment *assignment)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "subject_id", *assignment->organization_id ? assignment->subject_id : NULL);
  postern_api_call_add_string (&dict, "role_id", assignment->role_id);
  postern_api_call_add_string (&dict, "organization_id", *assignment->organization_id ? assignment->organization_id : NULL);
  return g_variant_dict_end (&dict);
}

/* A client_id that an operator chose may be what a person calls themselves: nobody gets what was meant for the other. @user: (nullable) */
static gboolean
check_meant (PosternTxn *txn, const char *name, const PosternUser *user, gboolean *application, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternApplication) found = postern_application_id_is_valid (name) ? postern_application_store_get (txn, name, &failure) : NULL;

  *application = found != NULL;
  if (found != NULL && user != NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "%s is an application, and what a person signs in with: name the person by their id (%s), or give the application its roles where it is changed", name, user->id);
  else if (failure != NULL && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    return TRUE;
  return FALSE;
}

/* (transfer full) (nullable): the id of a user who is named by what they sign in with; of everybody else what was sent */
static char *
dup_subject (PosternApiCall *call, PosternTxn *txn, const char *name, GError **error)
{
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GError) missing = NULL;
  gboolean application;

  if (postern_api_delegation_is_bound (call))
    return postern_api_delegation_dup_subject (call, txn, name, error);
  if (postern_id_is_valid (name, "grp") || postern_id_is_valid (name, "app"))
    return g_strdup (name);
  user = postern_api_call_find_user (txn, name, &missing);
  if (!postern_store_pass_missing (&missing, error))
    return NULL;
  if (!check_meant (txn, name, user, &application, error))
    return NULL;
  if (!application && user == NULL)
    g_propagate_error (error, g_steal_pointer (&missing));
  return application ? g_strdup (name) : user ? g_strdup (user->id) : NULL;
}

/* (transfer full) (nullable): @role of the subject @name, in the organization that @object says */
static PosternAssignment *
make_assignment (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GVariant *object, const char *name, GError **error)
{
  g_autofree char *organization_id = postern_api_delegation_dup_organization (call, txn, object, error);
  g_autofree char *subject = organization_id ? dup_subject (call, txn, name, error) : NULL;
  PosternAssignment *assignment;

  if (subject == NULL)
    return NULL;
  assignment = postern_assignment_new ();
  assignment->subject_id = g_steal_pointer (&subject);
  assignment->organization_id = g_steal_pointer (&organization_id);
  assignment->role_id = g_strdup (role->id);
  assignment->created_at = call->now;
  return assignment;
}

static gboolean
assign (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find_own (call, txn, error);
  g_autoptr (PosternAssignment) assignment = role ? make_assignment (call, txn, role, call->body, postern_json_get_string (call->body, "subject_id"), error) : NULL;
  gboolean changed;

  if (assignment == NULL || !postern_role_assign (txn, role, assignment, &changed, error))
    return FALSE;
  postern_api_call_audit (call, "role.assigned", get_target (assignment), which (assignment));
  return postern_api_call_set_result (call, 201, assignment_to_json (assignment));
}

static gboolean
gone (gboolean changed, GError **error)
{
  if (!changed)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such assignment of this role");
  return changed;
}

static gboolean
take (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find_own (call, txn, error);
  g_autoptr (PosternAssignment) assignment = role ? make_assignment (call, txn, role, call->query, postern_request_get_capture (call->request, "subject"), error) : NULL;
  gboolean changed;

  if (assignment == NULL)
    return FALSE;
  postern_api_call_audit (call, "role.taken", get_target (assignment), which (assignment));
  return postern_role_take (txn, assignment, &changed, error) && gone (changed, error);
}

/* --- a user's --- */

static gboolean
list_for_user (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autoptr (GPtrArray) all = user ? postern_assignment_store_list_for (txn, user->id, error) : NULL;

  if (user != NULL)
    postern_api_call_look_at (call, user->id);
  for (guint i = 0; all && i < all->len; i++)
    g_variant_builder_add_value (&items, assignment_to_json (all->pdata[i]));
  return all != NULL && postern_api_call_set_items (call, g_variant_builder_end (&items));
}

static GVariant *
permissions_to_json (PosternPermission *permission)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GStrv) indicators = postern_permission_dup_indicators (permission);

  for (char **one = indicators; *one; one++) {
    g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
    g_auto (GStrv) scopes = postern_permission_dup_scopes (permission, *one);

    postern_api_call_add_string (&dict, "resource", *one);
    g_variant_dict_insert_value (&dict, "scopes", g_variant_new_strv ((const char *const *) scopes, -1));
    g_variant_builder_add_value (&items, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&items);
}

/* What somebody would have in an organization that they do not belong to is nothing: no token for it can be had. */
static gboolean
show_effective (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autofree char *organization_id = user ? postern_api_delegation_dup_organization (call, txn, call->query, error) : NULL;
  PosternPermissionSubject subject = { user ? user->id : NULL, organization_id && *organization_id ? organization_id : NULL };
  g_autoptr (PosternMember) member = user && subject.organization_id ? postern_member_store_get (txn, subject.organization_id, user->id, error) : NULL;
  g_autoptr (PosternPermission) permission = NULL;

  if (organization_id == NULL || (subject.organization_id && member == NULL))
    return FALSE;
  postern_api_call_look_at (call, user->id);
  permission = postern_permission_read (txn, postern_tenant_get_issuer (call->api->tenant), &subject, error);
  if (permission == NULL)
    return FALSE;
  g_variant_dict_insert_value (&dict, "roles", g_variant_new_strv (postern_permission_get_roles (permission), -1));
  g_variant_dict_insert_value (&dict, "organization_roles", g_variant_new_strv (postern_permission_get_organization_roles (permission), -1));
  g_variant_dict_insert_value (&dict, "permissions", permissions_to_json (permission));
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/roles/{id}/assignments", "listRoleAssignments", "roles:read", "Lists who has a role", .answer = &assignment_schema, .query = list_filters, .work = list_assignments, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_CREATE, "/roles/{id}/assignments", "assignRole", "roles:write", "Gives somebody a role", &assignment_schema, &assignment_schema, .work = assign, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/roles/{id}/assignments/{subject}", "takeRole", "roles:write", "Takes a role from somebody", .query = in_organization, .work = take, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_LIST, "/users/{id}/roles", "listUserRoles", "roles:read", "Lists the roles that were given to a user, not those of groups", .answer = &assignment_schema, .work = list_for_user, .flags = POSTERN_API_UNPAGED | POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, "/users/{id}/permissions", "getUserPermissions", "roles:read", "Shows what a user may, by all their roles", .answer = &effective_schema, .query = in_organization, .work = show_effective, .flags = POSTERN_API_SENSITIVE },
  { .path = NULL },
};

const PosternApiResource postern_api_role_assignments = { "Role assignments", "Who has which roles, and what that comes to.", rows };
