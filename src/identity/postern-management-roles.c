/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-management-roles.h"

#include "postern-role.h"

#define EVERYBODY "owner security support read-only"

/* clang-format off */
static const PosternManagementPermission permissions[] = {
  { "status:read", EVERYBODY, "See what runs, and what is wrong." },
  { "configuration:read", EVERYBODY, "Try whether several changes could be made together, of what is seen." },
  { "configuration:write", "owner", "Make several changes together, each of which needs its own permission, too." },
  { "setup:write", "owner", "Make the link by which the first administrator comes in." },
  { "tenants:read", "owner", "See the tenants beside the default one; by the default one's API alone." },
  { "tenants:write", "owner", "Make, change, suspend and delete tenants; by the default one's API alone." },
  { "users:read", EVERYBODY, "See people, and what they sign in with." },
  { "users:write", "owner support", "Make, change and delete people." },
  { "users:import", "owner", "Bring people over from elsewhere, with the hashes of their passwords." },
  { "users:export", "owner", "Beside users:read: take the hashes of passwords out." },
  { "administrators:write", "owner", "Beside users:write: make, change and delete owners." },
  { "applications:read", EVERYBODY, "See applications." },
  { "applications:write", "owner", "Make, change and delete applications and their secrets." },
  { "resources:read", EVERYBODY, "See resources and their scopes." },
  { "resources:write", "owner", "Make, change and delete resources." },
  { "roles:read", EVERYBODY, "See roles, what they give, and who has them." },
  { "roles:write", "owner", "Make, change and delete roles, and say who has them." },
  { "invitations:read", EVERYBODY, "See who is invited to organizations." },
  { "invitations:write", "owner support", "Invite people to organizations, and revoke it." },
  { "branding:read", EVERYBODY, "See how pages look, the tenant's and those of organizations." },
  { "branding:write", "owner", "Change how they look." },
  { "organizations:read", EVERYBODY, "See organizations, their rules and their domains." },
  { "organizations:write", "owner", "Make, change and delete organizations, and prove their domains." },
  { "members:read", EVERYBODY, "See who belongs to an organization, and its groups." },
  { "members:write", "owner support", "Say who belongs to an organization, and make, change and delete its groups." },
  { "sessions:read", EVERYBODY, "See who is signed in." },
  { "sessions:write", "owner security support", "Sign people out." },
  { "grants:read", EVERYBODY, "See what applications were given." },
  { "grants:write", "owner security support", "Take it back from them." },
  { "keys:read", EVERYBODY, "See the keys that sign tokens, without their private halves." },
  { "keys:write", "owner security", "Have another key sign." },
  { "policy:read", EVERYBODY, "See the rules for sign-ins." },
  { "policy:write", "owner security", "Change the rules for sign-ins." },
  { "connectors:read", EVERYBODY, "See connectors, without their secrets." },
  { "connectors:write", "owner", "Make, change and delete connectors; with all other permissions alone, for a connector can vouch for anybody." },
  { "messages:read", EVERYBODY, "See what became of messages, without what they say." },
  { "messages:write", "owner support", "Send messages again, and try out the way." },
  { "audit:read", "owner security read-only", "See what was done, by whom and to what." },
  { "audit:write", "owner security", "Have the log signed as it stands, and by another key." },
  { "webhooks:read", "owner security read-only", "See webhooks, without their secrets." },
  { "webhooks:write", "owner", "Make, change and delete webhooks; with audit:read, too, because of what they are sent." },
  { NULL },
};
/* clang-format on */

static const char *const names[] = { POSTERN_ROLE_OWNER, "security", "support", "read-only", NULL };
static const char *const descriptions[] = {
  "May everything.",
  "Sees everything, ends sessions and grants, and changes keys and the rules for sign-ins.",
  "Sees everything but the audit log, and so not the whole of what is kept about a person, which has their part of it; makes and changes people, and ends their sessions.",
  "Sees everything, and changes nothing.",
};

const PosternManagementPermission *
postern_management_roles_get_permissions (void)
{
  return permissions;
}

const char *const *
postern_management_roles_get_names (void)
{
  return names;
}

static const PosternManagementPermission *
find (const char *name)
{
  for (const PosternManagementPermission *row = permissions; row->name != NULL; row++)
    if (g_strcmp0 (row->name, name) == 0)
      return row;
  return NULL;
}

gboolean
postern_management_roles_allows (const char *role, const char *permission)
{
  const PosternManagementPermission *row = find (permission);
  g_auto (GStrv) roles = row ? g_strsplit (row->roles, " ", -1) : NULL;

  return roles != NULL && role != NULL && g_strv_contains ((const char *const *) roles, role);
}

gboolean
postern_management_roles_has (const char *permission)
{
  return find (permission) != NULL;
}

char *
postern_management_roles_dup_indicator (const char *issuer)
{
  return g_strconcat (issuer, "/api/v1", NULL);
}

static GVariant *
build_scopes (void)
{
  g_auto (GVariantBuilder) scopes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (const PosternManagementPermission *row = permissions; row->name != NULL; row++)
    {
      g_auto (GVariantDict) scope = G_VARIANT_DICT_INIT (NULL);

      g_variant_dict_insert (&scope, "name", "s", row->name);
      g_variant_dict_insert (&scope, "description", "s", row->description);
      g_variant_builder_add (&scopes, "v", g_variant_dict_end (&scope));
    }
  return g_variant_builder_end (&scopes);
}

/* Made once: it is the same for every tenant, and a book of resources is read anew while others change anything. (transfer none) */
static GVariant *
get_scopes (void)
{
  static GVariant *scopes;

  if (g_once_init_enter (&scopes))
    g_once_init_leave (&scopes, g_variant_ref_sink (build_scopes ()));
  return scopes;
}

PosternResource *
postern_management_roles_make_resource (const char *issuer)
{
  PosternResource *resource = postern_resource_new ();

  resource->id = g_strdup (POSTERN_RESOURCE_MANAGEMENT);
  resource->indicator = postern_management_roles_dup_indicator (issuer);
  resource->name = g_strdup ("Management API");
  resource->scopes = g_variant_ref (get_scopes ());
  return resource;
}

PosternRole *
postern_management_roles_make_role (const char *name)
{
  PosternRole *role = NULL;

  for (guint i = 0; role == NULL && names[i] != NULL; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        role = postern_role_new ();
        role->id = g_strdup (name);
        role->name = g_strdup (name);
        role->kind = g_strdup (POSTERN_ROLE_TENANT);
        role->organization_id = g_strdup ("");
        role->description = g_strdup (descriptions[i]);
      }
  return role;
}
