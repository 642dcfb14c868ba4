/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-tenant-directory.h"

/* The other tenants, in the API of the default one alone. */

static const char *const states[] = { POSTERN_TENANT_ACTIVE, POSTERN_TENANT_SUSPENDED, POSTERN_TENANT_READ_ONLY, NULL };

#define SLUG "slug", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS | POSTERN_API_ID, "Its place in URLs: small letters, digits and inner dashes.", 1, 63
#define NAME "name", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What people see; the slug where none is given.", 1, 100
#define DOMAINS "domains", POSTERN_API_ARRAY, POSTERN_API_ALWAYS, "Where it is reached beside /t/SLUG; the first one is its issuer's host.", 0, 20, .items = POSTERN_API_STRING
#define REGION "region", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The store that it lives in, by its name in the configuration; empty: the default tenant's.", 0, 63

static const PosternApiMember new_members[] = { { SLUG }, { NAME }, { DOMAINS }, { REGION }, { NULL } };
static const PosternApiSchema new_schema = { "NewTenant", new_members, "A tenant that is to be made." };

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN, "Its id; it never changes." },
  { "slug", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its place in URLs; it never changes." },
  { NAME },
  { DOMAINS },
  { "region", POSTERN_API_STRING, POSTERN_API_OWN, "The store that it lives in; it never changes." },
  { "state", POSTERN_API_STRING, POSTERN_API_ALWAYS, "suspended: nobody is let in, and no token is worth anything; read-only: nothing lasting is written.", .choices = states },
  { "issuer", POSTERN_API_STRING, POSTERN_API_OWN, "Its public URL." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema tenant_schema = { "Tenant", members, "A tenant: people, applications, keys and rules of its own, which no other tenant sees." };

/* --- to JSON -------------------------------------------------------------------------------------------------------- */

static gboolean
add_domains (PosternApiCall *call, PosternTxn *txn, const char *slug, GVariantDict *dict, GError **error)
{
  g_autoptr (GPtrArray) domains = postern_tenant_store_list_domains (txn, slug, error);
  g_auto (GVariantBuilder) names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  const char *first = domains != NULL && domains->len > 0 ? ((PosternTenantDomain *) domains->pdata[0])->domain : NULL;
  g_autofree char *issuer = postern_tenant_directory_make_issuer (postern_tenant_get_issuer (call->api->tenant), slug, first);

  for (guint i = 0; domains != NULL && i < domains->len; i++)
    g_variant_builder_add (&names, "s", ((PosternTenantDomain *) domains->pdata[i])->domain);
  g_variant_dict_insert_value (dict, "domains", g_variant_builder_end (&names));
  postern_api_call_add_string (dict, "issuer", issuer);
  return domains != NULL;
}

/* (transfer floating) (nullable) */
static GVariant *
describe (PosternApiCall *call, PosternTxn *txn, PosternTenantRecord *tenant, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", tenant->id);
  postern_api_call_add_string (&dict, "slug", tenant->slug);
  postern_api_call_add_string (&dict, "name", tenant->name);
  postern_api_call_add_string (&dict, "region", tenant->region);
  postern_api_call_add_string (&dict, "state", tenant->state);
  postern_api_call_add_time (&dict, "created_at", tenant->created_at);
  postern_api_call_add_time (&dict, "updated_at", tenant->updated_at);
  return add_domains (call, txn, tenant->slug, &dict, error) ? g_variant_dict_end (&dict) : NULL;
}

/* As it is now. */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, guint status, const char *slug, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_get (txn, slug, error);
  GVariant *shown = tenant ? describe (call, txn, tenant, error) : NULL;

  return shown != NULL && postern_api_call_set_result (call, status, shown);
}

static GVariant *
pass_on (gconstpointer shown)
{
  return g_variant_ref ((GVariant *) shown);
}

/* --- what is done --------------------------------------------------------------------------------------------------- */

static const char *
get_slug (PosternApiCall *call)
{
  return postern_request_get_capture (call->request, "slug");
}

/* The public URL's own host, which is nobody's domain. */
static gboolean
set_domains (PosternApiCall *call, PosternTxn *txn, const char *slug, GError **error)
{
  g_autoptr (GVariant) value = postern_json_get (call->body, "domains");
  g_autoptr (GUri) own = g_uri_parse (postern_tenant_get_issuer (call->api->tenant), G_URI_FLAGS_NONE, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) domains = NULL;

  for (gsize i = 0; value != NULL && i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) text = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

      g_strv_builder_add (builder, g_variant_get_string (text, NULL));
    }
  domains = g_strv_builder_end (builder);
  return value == NULL || postern_tenant_directory_set_domains (txn, slug, (const char *const *) domains, own ? g_uri_get_host (own) : NULL, error);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) tenants = postern_tenant_store_list_living (txn, call->after, call->limit, error);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    {
      GVariant *one = describe (call, txn, tenants->pdata[i], error);

      if (one == NULL)
        return FALSE;
      g_ptr_array_add (shown, g_variant_ref_sink (one));
    }
  return tenants != NULL && postern_api_call_set_page (call, shown, pass_on);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return answer (call, txn, 200, get_slug (call), error);
}

static gboolean
check_region (PosternApiCall *call, const char *region, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (region == NULL || *region == '\0' || (call->api->tenants != NULL && call->api->tenants->check_region (region, call->api->tenants_data, &failure)))
    return TRUE;
  return postern_api_call_invalid (error, "region", "there is no store of that name in the configuration");
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *slug = postern_json_get_string (call->body, "slug"), *region = postern_json_get_string (call->body, "region");
  g_autoptr (PosternTenantRecord) tenant = NULL;

  if (!check_region (call, region, error))
    return FALSE;
  tenant = postern_tenant_directory_create (txn, slug, postern_json_get_string (call->body, "name"), region, call->now, error);
  if (tenant == NULL || !set_domains (call, txn, slug, error))
    return FALSE;
  postern_api_call_audit (call, "tenant.created", slug, postern_api_call_names_of_body (call));
  return answer (call, txn, 201, slug, error);
}

/* Both what is told and what is looked for: that somebody was let out, or in again. */
static const char *
name_change (PosternApiCall *call, const char *before)
{
  const char *state = postern_json_get_string (call->body, "state");

  if (state == NULL || g_str_equal (state, before))
    return "tenant.changed";
  if (g_str_equal (state, POSTERN_TENANT_SUSPENDED))
    return "tenant.suspended";
  return g_str_equal (before, POSTERN_TENANT_SUSPENDED) ? "tenant.resumed" : "tenant.changed";
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const char *slug = get_slug (call), *name = postern_json_get_string (call->body, "name"), *state = postern_json_get_string (call->body, "state");
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_get (txn, slug, error);

  if (tenant == NULL || (name != NULL && !postern_tenant_directory_rename (txn, slug, name, call->now, error)) ||
      (state != NULL && !postern_tenant_directory_set_state (txn, slug, state, call->now, error)) || !set_domains (call, txn, slug, error))
    return FALSE;
  postern_api_call_audit (call, name_change (call, tenant->state), slug, postern_api_call_names_of_body (call));
  return answer (call, txn, 200, slug, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  postern_api_call_audit (call, "tenant.deleted", get_slug (call), NULL);
  return postern_tenant_directory_delete (txn, get_slug (call), call->now, error);
}

/* --- once it is committed ------------------------------------------------------------------------------------------- */

/* The tenant's own log says it, too; that is another store, so it cannot be in the same transaction. */
static void
note (PosternApiCall *call)
{
  g_autoptr (PosternAudit) audit = postern_api_call_make_audit (call);
  g_autoptr (GError) error = NULL;

  if (call->api->tenants != NULL && !call->api->tenants->note (call->target, audit, call->api->tenants_data, &error))
    g_warning ("tenant %s: its own log lacks “%s”: %s", call->target, call->event, error->message);
}

/* Where it fails, it is done again until it is. */
static void
erase (PosternApiCall *call)
{
  g_autoptr (GError) error = NULL;

  if (call->api->tenants != NULL && !call->api->tenants->erase (call->target, call->api->tenants_data, &error))
    g_warning ("tenant %s was deleted, and what it kept is erased later: %s", call->target, error->message);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/tenants", "listTenants", "tenants:read", "Lists the tenants beside the default one", .answer = &tenant_schema, .work = list, .flags = POSTERN_API_DEFAULT_TENANT },
  { POSTERN_API_CREATE, "/tenants", "createTenant", "tenants:write", "Makes a tenant", &new_schema, &tenant_schema, .work = create, .done = note, .flags = POSTERN_API_DEFAULT_TENANT | POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/tenants/{slug}", "getTenant", "tenants:read", "Shows a tenant", .answer = &tenant_schema, .work = show, .flags = POSTERN_API_DEFAULT_TENANT },
  { POSTERN_API_UPDATE, "/tenants/{slug}", "updateTenant", "tenants:write", "Changes the members that are sent: suspends it, too, and lets people in again", &tenant_schema, &tenant_schema, .work = update, .done = note, .flags = POSTERN_API_DEFAULT_TENANT | POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/tenants/{slug}", "deleteTenant", "tenants:write", "Deletes a tenant that is suspended, and all that it keeps, for ever", .work = delete, .done = erase, .flags = POSTERN_API_DEFAULT_TENANT | POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_tenants = { "Tenants", "Realms with people, applications and keys of their own. Only the default tenant's API has them.", rows };
