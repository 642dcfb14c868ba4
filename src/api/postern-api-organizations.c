/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"

#include "postern-organization.h"

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What people are shown.", 1, POSTERN_ORGANIZATION_NAME_MAX },
  { "slug", POSTERN_API_STRING, POSTERN_API_NULLABLE, "What applications call it: small letters, digits and hyphens between them; unique.", 0, 63 },
  { "disabled", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "Nobody can act for it; setting it revokes all that was granted for it." },
  { "sign_in_rules", POSTERN_API_OBJECT, POSTERN_API_ALWAYS, "How its members sign in, and who becomes one by that; merged, and null removes one." },
  { "data", POSTERN_API_OBJECT, 0, "The operator's own, which its own administrators are not shown; merged, and null removes one." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { "disabled_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Since when nobody can act for it." },
  { NULL },
};
static const PosternApiSchema schema = { "Organization", members, "A business customer inside the tenant." };

static const PosternApiMember filters[] = {
  { "search", POSTERN_API_STRING, 0, "Only those whose name or slug begins so.", 1, POSTERN_ORGANIZATION_NAME_MAX },
  { "member", POSTERN_API_STRING, POSTERN_API_PERSONAL, "Only those that this user belongs to: an id, or what the person signs in with.", 1, 254 },
  { NULL },
};

/* What the tenant says of an organization, and not its own administrators. Members whom a connector brings would be other people's users. */
static const char *const tenants[] = { "slug", "disabled", "data", NULL };
static const char *const tenants_rules[] = { "join_by_connectors", NULL };

static GVariant *
to_json (gconstpointer record)
{
  const PosternOrganization *organization = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", organization->id);
  postern_api_call_add_string (&dict, "name", organization->name);
  postern_api_call_add_string (&dict, "slug", organization->slug);
  g_variant_dict_insert (&dict, "disabled", "b", organization->disabled_at != 0);
  g_variant_dict_insert_value (&dict, "sign_in_rules", organization->sign_in_rules ? organization->sign_in_rules : g_variant_new ("a{sv}", NULL));
  g_variant_dict_insert_value (&dict, "data", organization->data ? organization->data : g_variant_new ("a{sv}", NULL));
  postern_api_call_add_time (&dict, "created_at", organization->created_at);
  postern_api_call_add_time (&dict, "updated_at", organization->updated_at);
  postern_api_call_add_time (&dict, "disabled_at", organization->disabled_at);
  return g_variant_dict_end (&dict);
}

static gboolean
answer (PosternApiCall *call, guint status, PosternOrganization *organization)
{
  if (postern_api_delegation_is_bound (call))
    g_clear_pointer (&organization->data, g_variant_unref);
  postern_api_call_set_result (call, status, to_json (organization));
  return TRUE;
}

/* By name or slug by the index of ids: a search is for administrators, who page through it; by member it reads no others. */
static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *search = postern_json_get_string (call->query, "search"), *name = postern_json_get_string (call->query, "member");
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (search != NULL && name != NULL)
    return postern_api_call_invalid (error, "member", "cannot be given with search");
  if (name != NULL && (user = postern_api_call_find_user (txn, name, error)) == NULL)
    return FALSE;
  if (user != NULL)
    postern_api_call_look_at (call, user->id);
  found = user ? postern_organization_store_list_for_member (txn, user->id, call->after, call->limit, error)
               : postern_organization_store_list (txn, search, call->after, call->limit, error);
  return found != NULL && postern_api_call_set_page (call, found, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);

  return organization != NULL && answer (call, 200, organization);
}

static void
read_members (PosternApiCall *call, PosternOrganization *organization)
{
  gboolean disabled = organization->disabled_at != 0;

  postern_api_call_read_string (call, "name", &organization->name);
  postern_api_call_read_string (call, "slug", &organization->slug);
  postern_api_call_read_boolean (call, "disabled", &disabled);
  postern_api_call_merge_object (call, "sign_in_rules", &organization->sign_in_rules);
  postern_api_call_merge_object (call, "data", &organization->data);
  organization->disabled_at = !disabled ? 0 : organization->disabled_at ? organization->disabled_at : call->now;
  organization->updated_at = call->now;
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_make (postern_json_get_string (call->body, "name"), NULL, call->now, error);

  if (organization == NULL)
    return FALSE;
  read_members (call, organization);
  if (!postern_organization_check (organization, error) || !postern_organization_store_insert (txn, organization, error))
    return FALSE;
  postern_api_call_audit (call, "organization.created", organization->id, postern_api_call_names_of_body (call));
  return answer (call, 201, organization);
}

/* Of the rules a part is the tenant's, too. */
static gboolean
check_rules (PosternApiCall *call, GError **error)
{
  g_autoptr (GVariant) rules = postern_json_get (call->body, "sign_in_rules");

  for (const char *const *name = tenants_rules; rules != NULL && postern_api_delegation_is_bound (call) && *name != NULL; name++) {
    g_autoptr (GVariant) sent = postern_json_get (rules, *name);

    if (sent == NULL)
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Who acts in an organization may not say its sign_in_rules.%s", *name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);

  if (organization == NULL || !postern_api_delegation_check_members (call, tenants, error) || !check_rules (call, error))
    return FALSE;
  read_members (call, organization);
  if (!postern_organization_update (txn, organization, call->now, error))
    return FALSE;
  postern_api_call_audit (call, "organization.changed", organization->id, postern_api_call_names_of_body (call));
  return answer (call, 200, organization);
}

/*
 * One that comes to be under an id that was another's before must not find what was granted for that, nor who chose it. (transfer full) (nullable)
 */
static PosternOrganization *
begin_anew (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *id = postern_request_get_capture (call->request, "id");
  g_autoptr (PosternOrganization) organization = postern_organization_new ();

  if (!postern_id_is_valid (id, "org")) {
    postern_api_call_invalid (error, "id", "must be org_ and the 26 characters of a UUID, as this server makes them");
    return NULL;
  }
  organization->id = g_strdup (id);
  organization->created_at = call->now;
  return postern_organization_end (txn, id, call->now, error) ? g_steal_pointer (&organization) : NULL;
}

/* PUT: what is not sent is as it would be in a new one. */
static void
empty (PosternOrganization *organization)
{
  g_clear_pointer (&organization->slug, g_free);
  g_clear_pointer (&organization->sign_in_rules, g_variant_unref);
  g_clear_pointer (&organization->data, g_variant_unref);
}

static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, &failure);
  g_autoptr (GVariant) disabled = postern_json_get (call->body, "disabled");
  gboolean is_new = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);

  if (organization == NULL && !is_new) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (is_new && (organization = begin_anew (call, txn, error)) == NULL)
    return FALSE;
  empty (organization);
  read_members (call, organization);
  organization->disabled_at = disabled ? organization->disabled_at : 0;
  if (is_new ? !postern_organization_check (organization, error) || !postern_organization_store_insert (txn, organization, error) : !postern_organization_update (txn, organization, call->now, error))
    return FALSE;
  postern_api_call_audit (call, is_new ? "organization.created" : "organization.changed", organization->id, postern_api_call_names_of_body (call));
  return answer (call, 200, organization);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);

  if (organization == NULL)
    return FALSE;
  postern_api_call_audit (call, "organization.deleted", organization->id, NULL);
  return postern_organization_delete (txn, organization->id, call->now, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/organizations", "listOrganizations", "organizations:read", "Lists organizations", .answer = &schema, .query = filters, .work = list },
  { POSTERN_API_CREATE, "/organizations", "createOrganization", "organizations:write", "Makes an organization", &schema, &schema, .work = create, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/organizations/{id}", "getOrganization", "organizations:read", "Shows an organization, by its id or slug", .answer = &schema, .work = show, .flags = POSTERN_API_DELEGATED },
  { POSTERN_API_UPDATE, "/organizations/{id}", "updateOrganization", "organizations:write", "Changes the members that are sent", &schema, &schema, .work = update, .flags = POSTERN_API_CONFLICTS | POSTERN_API_DELEGATED },
  { POSTERN_API_REPLACE, "/organizations/{id}", "putOrganization", "organizations:write", "Makes an organization of that id, or replaces all that is said of it here", &schema, &schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/organizations/{id}", "deleteOrganization", "organizations:write", "Deletes an organization with all that is its own; its members stay as users", .work = delete },
  { .path = NULL },
};

const PosternApiResource postern_api_organizations = { "Organizations", "Business customers inside the tenant.", rows };
