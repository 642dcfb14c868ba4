/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-resource.h"

static const PosternApiMember scope_members[] = {
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What applications ask for.", 1, 200 },
  { "description", POSTERN_API_STRING, 0, "What people read who are asked to allow it.", 0, 500 },
  { NULL },
};
static const PosternApiSchema scope_schema = { "ResourceScope", scope_members, "What may be had at a resource." };

static const PosternApiMember resource_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "indicator", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "The absolute URI that tokens for it have as their audience (RFC 8707).", 1, 500 },
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What people are shown.", 1, 200 },
  { "scopes", POSTERN_API_ARRAY, POSTERN_API_ALWAYS, "What there is to be had; what is left out is taken from all roles.", 0, POSTERN_RESOURCE_SCOPES_MAX, .items = POSTERN_API_OBJECT, .schema = &scope_schema },
  { "settings", POSTERN_API_OBJECT, POSTERN_API_ALWAYS, "access_token_lifetime: how many seconds a token for it lives at most; claims_map: what it says besides; merged, and null removes one." },
  { "ready_made", POSTERN_API_BOOLEAN, POSTERN_API_OWN, "It is this API itself, whose id is `management`; nobody changes it." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema resource_schema = { "Resource", resource_members, "An API whose scopes roles give." };

static GVariant *
to_json (gconstpointer record)
{
  const PosternResource *resource = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", resource->id);
  postern_api_call_add_string (&dict, "indicator", resource->indicator);
  postern_api_call_add_string (&dict, "name", resource->name);
  g_variant_dict_insert_value (&dict, "scopes", resource->scopes ? resource->scopes : g_variant_new ("av", NULL));
  g_variant_dict_insert_value (&dict, "settings", resource->settings ? resource->settings : g_variant_new ("a{sv}", NULL));
  g_variant_dict_insert (&dict, "ready_made", "b", postern_resource_is_management (resource));
  postern_api_call_add_time (&dict, "created_at", resource->created_at);
  postern_api_call_add_time (&dict, "updated_at", resource->updated_at);
  return g_variant_dict_end (&dict);
}

static void
read_members (PosternApiCall *call, PosternResource *resource)
{
  GVariant *scopes = postern_json_get (call->body, "scopes");

  postern_api_call_read_string (call, "indicator", &resource->indicator);
  postern_api_call_read_string (call, "name", &resource->name);
  postern_api_call_merge_object (call, "settings", &resource->settings);
  if (scopes) {
    g_clear_pointer (&resource->scopes, g_variant_unref);
    resource->scopes = scopes;
  }
  resource->updated_at = call->now;
}

static PosternResource *
find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_resource_get (txn, postern_request_get_capture (call->request, "id"), postern_tenant_get_issuer (call->api->tenant), error);
}

static PosternResource *
find_changeable (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternResource) resource = find (call, txn, error);

  if (resource && postern_resource_is_management (resource)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this is the management API itself, which nobody changes");
    return NULL;
  }
  return g_steal_pointer (&resource);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) resources = postern_resource_list (txn, postern_tenant_get_issuer (call->api->tenant), call->after, call->limit, error);

  return resources != NULL && postern_api_call_set_page (call, resources, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternResource) resource = find (call, txn, error);

  return resource != NULL && postern_api_call_set_result (call, 200, to_json (resource));
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternResource) resource = postern_resource_new ();

  resource->id = postern_id_new ("res");
  resource->created_at = call->now;
  read_members (call, resource);
  if (!postern_resource_insert (txn, resource, postern_tenant_get_issuer (call->api->tenant), error))
    return FALSE;
  postern_api_call_audit (call, "resource.created", resource->id, postern_api_call_names_of_body (call));
  return postern_api_call_set_result (call, 201, to_json (resource));
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternResource) resource = find_changeable (call, txn, error);

  if (resource == NULL)
    return FALSE;
  read_members (call, resource);
  if (!postern_resource_validate (resource, postern_tenant_get_issuer (call->api->tenant), error) || !postern_resource_store_update (txn, resource, error))
    return FALSE;
  postern_api_call_audit (call, "resource.changed", resource->id, postern_api_call_names_of_body (call));
  return postern_api_call_set_result (call, 200, to_json (resource));
}

/* (transfer full) (nullable): the one there is, or a new one, each without what a body need not say */
static PosternResource *
find_or_begin (PosternApiCall *call, PosternTxn *txn, gboolean *is_new, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternResource) resource = find_changeable (call, txn, &failure);

  *is_new = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  if (*is_new) {
    resource = postern_resource_new ();
    resource->id = g_strdup (postern_request_get_capture (call->request, "id"));
    resource->created_at = call->now;
  } else if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  if (resource == NULL)
    return NULL;
  g_clear_pointer (&resource->scopes, g_variant_unref);
  g_clear_pointer (&resource->settings, g_variant_unref);
  return g_steal_pointer (&resource);
}

static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (call->api->tenant);
  gboolean is_new, good;
  g_autoptr (PosternResource) resource = find_or_begin (call, txn, &is_new, error);

  if (resource == NULL)
    return FALSE;
  if (!postern_id_is_valid (resource->id, "res"))
    return postern_api_call_invalid (error, "id", "must be res_ and the 26 characters of a UUID, as this server makes them");
  read_members (call, resource);
  good = is_new ? postern_resource_insert (txn, resource, issuer, error)
                : postern_resource_validate (resource, issuer, error) && postern_resource_store_update (txn, resource, error);
  if (!good)
    return FALSE;
  postern_api_call_audit (call, is_new ? "resource.created" : "resource.changed", resource->id, postern_api_call_names_of_body (call));
  return postern_api_call_set_result (call, 200, to_json (resource));
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternResource) resource = find_changeable (call, txn, error);

  if (resource == NULL)
    return FALSE;
  postern_api_call_audit (call, "resource.deleted", resource->id, NULL);
  return postern_resource_store_delete (txn, resource->id, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/resources", "listResources", "resources:read", "Lists resources", .answer = &resource_schema, .work = list },
  { POSTERN_API_CREATE, "/resources", "createResource", "resources:write", "Makes a resource: from then on roles say who has its scopes", &resource_schema, &resource_schema, .work = create, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/resources/{id}", "getResource", "resources:read", "Shows a resource", .answer = &resource_schema, .work = show },
  { POSTERN_API_UPDATE, "/resources/{id}", "updateResource", "resources:write", "Changes the members that are sent", &resource_schema, &resource_schema, .work = update, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_REPLACE, "/resources/{id}", "putResource", "resources:write", "Makes a resource of that id, or replaces all of it", &resource_schema, &resource_schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/resources/{id}", "deleteResource", "resources:write", "Deletes a resource, and what roles permit of it", .work = delete, .flags = POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_resources = { "Resources", "APIs whose scopes roles give.", rows };
