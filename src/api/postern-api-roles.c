/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-roles.h"

#include "postern-api-delegation.h"
#include "postern-api-rights.h"
#include "postern-management-roles.h"

static const char *const kinds[] = { POSTERN_ROLE_TENANT, POSTERN_ROLE_ORGANIZATION, NULL };

static const PosternApiMember permission_members[] = {
  { "resource_id", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "At which resource; `management` is this API.", 1, 64 },
  { "scope", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS | POSTERN_API_ID, "Which of its scopes.", 1, 200 },
  { NULL },
};
static const PosternApiSchema permission_schema = { "RolePermission", permission_members, "A scope that a role gives." };

static const PosternApiMember role_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What tokens call it; unique of its kind where it belongs.", 1, 100 },
  { "description", POSTERN_API_STRING, POSTERN_API_NULLABLE, "What it is for.", 0, 500 },
  { "kind", POSTERN_API_STRING, POSTERN_API_ALWAYS, "Whether it is had of the tenant, or in an organization; unless it is said: organization where it is one's own, else tenant. It never changes.", .choices = kinds },
  { "organization_id", POSTERN_API_STRING, 0, "Whose own it is; its slug can be sent, too; without one a role of kind organization is for all. It never changes.", 0, 64 },
  { "permissions", POSTERN_API_ARRAY, 0, "What it gives; where it is sent, that and nothing else. Lists leave it out.", 0, POSTERN_ROLE_PERMISSIONS_MAX, .items = POSTERN_API_OBJECT, .schema = &permission_schema },
  { "ready_made", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "It is one of the roles of this API itself, whose id is its name; nobody changes it." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema role_schema = { "Role", role_members, "A name for what may be had at resources." };

static const PosternApiMember role_filters[] = {
  { "organization_id", POSTERN_API_STRING, 0, "This organization's own, by its id or slug; left out: the tenant's and the templates, or for who acts in an organization its own.", 1, 64 },
  { "templates", POSTERN_API_BOOLEAN, 0, "Only those that every organization may use." },
  { NULL },
};

/* --- roles --- */

static GVariant *
role_to_json (gconstpointer record)
{
  const PosternRole *role = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", role->id);
  postern_api_call_add_string (&dict, "name", role->name);
  postern_api_call_add_string (&dict, "description", role->description);
  postern_api_call_add_string (&dict, "kind", role->kind);
  postern_api_call_add_string (&dict, "organization_id", *role->organization_id ? role->organization_id : NULL);
  g_variant_dict_insert (&dict, "ready_made", "b", postern_role_is_ready_made (role));
  postern_api_call_add_time (&dict, "created_at", role->created_at);
  postern_api_call_add_time (&dict, "updated_at", role->updated_at);
  return g_variant_dict_end (&dict);
}

PosternRole *
postern_api_roles_find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_get (txn, postern_request_get_capture (call->request, "id"), error);

  return role && postern_api_delegation_check_role (call, role, error) ? g_steal_pointer (&role) : NULL;
}

PosternRole *
postern_api_roles_find_own (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find (call, txn, error);

  return role && postern_api_rights_check_role (call, txn, role, error) ? g_steal_pointer (&role) : NULL;
}

static PosternRole *
find_changeable (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find_own (call, txn, error);

  return role && postern_role_check_changeable (role, error) && postern_api_delegation_check_role_own (call, role, error) ? g_steal_pointer (&role) : NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gboolean templates = postern_json_get_boolean (call->query, "templates", FALSE);
  g_autofree char *organization_id = postern_api_delegation_dup_organization (call, txn, call->query, error);
  g_autoptr (GPtrArray) roles = NULL;

  if (organization_id == NULL)
    return FALSE;
  roles = templates ? postern_role_store_list_templates (txn, call->after, call->limit, error)
                    : postern_role_list (txn, organization_id, call->after, call->limit, error);
  return roles != NULL && postern_api_call_set_page (call, roles, role_to_json);
}

static GVariant *
permission_to_json (const char *resource_id, const char *scope)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "resource_id", resource_id);
  postern_api_call_add_string (&dict, "scope", scope);
  return g_variant_dict_end (&dict);
}

static void
add_permission (const char *resource_id, const char *scope, gpointer user_data)
{
  g_variant_builder_add_value (user_data, permission_to_json (resource_id, scope));
}

static gboolean
dup_permissions (PosternTxn *txn, const PosternRole *role, GVariant **permissions, GError **error)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  if (!postern_role_each_permission (txn, role, add_permission, &items, error))
    return FALSE;
  *permissions = g_variant_ref_sink (g_variant_builder_end (&items));
  return TRUE;
}

static gboolean
answer (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, guint status, GError **error)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (role_to_json (role)), permissions = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  if (!dup_permissions (txn, role, &permissions, error))
    return FALSE;
  g_variant_dict_insert_value (&dict, "permissions", permissions);
  return postern_api_call_set_result (call, status, g_variant_dict_end (&dict));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find (call, txn, error);

  return role != NULL && answer (call, txn, role, 200, error);
}

/* --- what it gives, as a whole --- */

/* (transfer full): no resource's id has a space */
static char *
name_permission (GVariant *list, gsize i, const char **resource_id, const char **scope)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (list, i);
  g_autoptr (GVariant) row = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

  *resource_id = postern_json_get_string (row, "resource_id");
  *scope = postern_json_get_string (row, "scope");
  return g_strjoin (" ", *resource_id, *scope, NULL);
}

/* (transfer full) (element-type utf8) */
static GHashTable *
make_set (GVariant *list)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *resource_id, *scope;

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    g_hash_table_add (set, name_permission (list, i, &resource_id, &scope));
  return set;
}

typedef gboolean (*EachPermission) (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, const char *resource_id, const char *scope, GError **error);

/* Runs @each for what is in @list and not in @others. */
static gboolean
each_other (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GVariant *list, GVariant *others, EachPermission each, GError **error)
{
  g_autoptr (GHashTable) set = make_set (others);
  const char *resource_id, *scope;
  gboolean good = TRUE;

  for (gsize i = 0; good && i < g_variant_n_children (list); i++) {
    g_autofree char *name = name_permission (list, i, &resource_id, &scope);

    good = g_hash_table_contains (set, name) || each (call, txn, role, resource_id, scope, error);
  }
  return good;
}

static gboolean
drop_one (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, const char *resource_id, const char *scope, GError **error)
{
  gboolean changed;

  return postern_role_store_remove_permission (txn, role->id, resource_id, scope, &changed, error);
}

static gboolean
add_one (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, const char *resource_id, const char *scope, GError **error)
{
  gboolean changed;

  return postern_api_rights_check_permission (call, txn, resource_id, scope, error) && postern_role_permit (txn, role, resource_id, scope, &changed, error);
}

/* Where the body says what it gives, that and nothing else: who calls holds what it gave before, and must hold what it is to give. */
static gboolean
take_permissions (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GError **error)
{
  g_autoptr (GVariant) sent = postern_json_get (call->body, "permissions"), old = NULL;

  return sent == NULL || (dup_permissions (txn, role, &old, error) && each_other (call, txn, role, old, sent, drop_one, error) &&
                          each_other (call, txn, role, sent, old, add_one, error));
}

/* Of which a role is where nothing is said: one that is an organization's own can only be had in it. */
static const char *
get_kind (PosternApiCall *call)
{
  const char *organization_id = postern_json_get_string (call->body, "organization_id");
  gboolean own = organization_id != NULL && *organization_id != '\0';

  return own || postern_api_delegation_is_bound (call) ? POSTERN_ROLE_ORGANIZATION : POSTERN_ROLE_TENANT;
}

/* What is an organization's own is in the log as done to the organization: its administrators read what was. @detail: (nullable): floating is sunk */
static void
note (PosternApiCall *call, const char *event, const PosternRole *role, GVariant *detail)
{
  g_autoptr (GVariant) given = detail ? g_variant_ref_sink (detail) : NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (given);
  gboolean own = *role->organization_id != '\0';

  postern_api_call_add_string (&dict, "role_id", own ? role->id : NULL);
  postern_api_call_audit (call, event, own ? role->organization_id : role->id, g_variant_dict_end (&dict));
}

static gboolean
fill_and_insert (PosternApiCall *call, PosternTxn *txn, PosternRole *role, guint status, GError **error)
{
  g_autofree char *organization_id = postern_api_delegation_dup_organization (call, txn, call->body, error);

  if (organization_id == NULL)
    return FALSE;
  role->kind = g_strdup (get_kind (call));
  role->organization_id = g_steal_pointer (&organization_id);
  role->created_at = role->updated_at = call->now;
  postern_api_call_read_string (call, "name", &role->name);
  postern_api_call_read_string (call, "description", &role->description);
  postern_api_call_read_string (call, "kind", &role->kind);
  if (!postern_role_insert (txn, role, error) || !take_permissions (call, txn, role, error))
    return FALSE;
  note (call, "role.created", role, postern_api_call_names_of_body (call));
  return answer (call, txn, role, status, error);
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_new ();

  role->id = postern_id_new ("rol");
  return fill_and_insert (call, txn, role, 201, error);
}

/* What it is had of says what it may be worth: who wants it elsewhere makes another. */
static gboolean
check_same (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GError **error)
{
  const char *kind = postern_json_get_string (call->body, "kind");
  gboolean says = postern_json_get_string (call->body, "organization_id") != NULL;
  g_autofree char *organization_id = says ? postern_api_delegation_dup_organization (call, txn, call->body, NULL) : NULL;

  if (kind && !g_str_equal (kind, role->kind))
    return postern_api_call_invalid (error, "kind", "cannot be changed");
  if (says && g_strcmp0 (organization_id, role->organization_id) != 0)
    return postern_api_call_invalid (error, "organization_id", "cannot be changed");
  return TRUE;
}

static gboolean
fill_and_update (PosternApiCall *call, PosternTxn *txn, PosternRole *role, GError **error)
{
  postern_api_call_read_string (call, "name", &role->name);
  postern_api_call_read_string (call, "description", &role->description);
  role->updated_at = call->now;
  if (!postern_role_validate (role, error) || !postern_role_store_update (txn, role, error) || !take_permissions (call, txn, role, error))
    return FALSE;
  note (call, "role.changed", role, postern_api_call_names_of_body (call));
  return answer (call, txn, role, 200, error);
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = find_changeable (call, txn, error);

  return role != NULL && check_same (call, txn, role, error) && fill_and_update (call, txn, role, error);
}

static gboolean
put_new (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_new ();

  role->id = g_strdup (postern_request_get_capture (call->request, "id"));
  if (!postern_id_is_valid (role->id, "rol"))
    return postern_api_call_invalid (error, "id", "must be rol_ and the 26 characters of a UUID, as this server makes them");
  return fill_and_insert (call, txn, role, 200, error);
}

/* PUT: all of it, and what it gives; kind and organization stay as they were. Who acts in an organization makes none so: whose an id is already must not be told. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternRole) role = find_changeable (call, txn, &failure);
  const char *kind = postern_json_get_string (call->body, "kind");
  g_autofree char *organization_id = NULL;

  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) && !postern_api_delegation_is_bound (call))
    return put_new (call, txn, error);
  if (role == NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  organization_id = postern_api_delegation_dup_organization (call, txn, call->body, error);
  if (organization_id == NULL)
    return FALSE;
  if (!g_str_equal (kind ? kind : get_kind (call), role->kind) || !g_str_equal (organization_id, role->organization_id))
    return postern_api_call_invalid (error, "kind", "cannot be changed, nor can organization_id");
  g_clear_pointer (&role->description, g_free);
  return fill_and_update (call, txn, role, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = find_changeable (call, txn, error);

  if (role == NULL)
    return FALSE;
  note (call, "role.deleted", role, NULL);
  return postern_role_store_delete (txn, role->id, error);
}

/* --- what a role permits --- */

static gboolean
list_permissions (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_roles_find (call, txn, error);
  g_autoptr (GVariant) permissions = NULL;

  return role != NULL && dup_permissions (txn, role, &permissions, error) && postern_api_call_set_items (call, permissions);
}

static gboolean
permit (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = find_changeable (call, txn, error);
  const char *resource_id = postern_json_get_string (call->body, "resource_id"), *scope = postern_json_get_string (call->body, "scope");
  gboolean changed;

  if (role == NULL || !postern_api_rights_check_permission (call, txn, resource_id, scope, error) || !postern_role_permit (txn, role, resource_id, scope, &changed, error))
    return FALSE;
  note (call, "role.permission-added", role, NULL);
  return postern_api_call_set_result (call, 201, permission_to_json (resource_id, scope));
}

static gboolean
gone (gboolean changed, const char *what, GError **error)
{
  if (!changed)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", what);
  return changed;
}

static gboolean
forbid (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = find_changeable (call, txn, error);
  const char *resource_id = postern_request_get_capture (call->request, "resource"), *scope = postern_request_get_capture (call->request, "scope");
  gboolean changed;

  if (role == NULL)
    return FALSE;
  note (call, "role.permission-removed", role, permission_to_json (resource_id, scope));
  return postern_role_store_remove_permission (txn, role->id, resource_id, scope, &changed, error) && gone (changed, "permission of this role", error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/roles", "listRoles", "roles:read", "Lists roles: an organization's own, or the tenant's and the templates", .answer = &role_schema, .query = role_filters, .work = list, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_CREATE, "/roles", "createRole", "roles:write", "Makes a role", &role_schema, &role_schema, .work = create, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/roles/{id}", "getRole", "roles:read", "Shows a role", .answer = &role_schema, .work = show, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_UPDATE, "/roles/{id}", "updateRole", "roles:write", "Changes the members that are sent", &role_schema, &role_schema, .work = update, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_REPLACE, "/roles/{id}", "putRole", "roles:write", "Makes a role of that id, or replaces all of it and what it gives", &role_schema, &role_schema, .work = replace, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS, .body_max = 256 * 1024 },
  { POSTERN_API_DELETE, "/roles/{id}", "deleteRole", "roles:write", "Deletes a role: nobody has it any more", .work = delete, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_LIST, "/roles/{id}/permissions", "listRolePermissions", "roles:read", "Lists what a role gives", .answer = &permission_schema, .work = list_permissions, .flags = POSTERN_API_DELEGATED | POSTERN_API_UNPAGED },
  { POSTERN_API_CREATE, "/roles/{id}/permissions", "addRolePermission", "roles:write", "Has a role give a scope of a resource", &permission_schema, &permission_schema, .work = permit, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/roles/{id}/permissions/{resource}/{scope}", "removeRolePermission", "roles:write", "Has it give that no more", .work = forbid, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_roles = { "Roles", "Names for what may be had at resources.", rows };
