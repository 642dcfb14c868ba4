/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-management-roles.h"

#define EVERYBODY "owner security support read-only"

/* clang-format off */
static const PosternManagementPermission permissions[] = {
  { "status:read", EVERYBODY, "See what runs, and what is wrong." },
  { "setup:write", "owner", "Make the link by which the first administrator comes in." },
  { "users:read", EVERYBODY, "See people, and what they sign in with." },
  { "users:write", "owner support", "Make, change and delete people." },
  { "users:import", "owner", "Bring people over from elsewhere, with the hashes of their passwords." },
  { "administrators:write", "owner", "Beside users:write: make, change and delete administrators." },
  { "applications:read", EVERYBODY, "See applications." },
  { "applications:write", "owner", "Make, change and delete applications and their secrets." },
  { "resources:read", EVERYBODY, "See resources and their scopes." },
  { "resources:write", "owner", "Make, change and delete resources." },
  { "roles:read", EVERYBODY, "See roles, what they give, and who has them." },
  { "roles:write", "owner", "Make, change and delete roles, and say who has them." },
  { "sessions:read", EVERYBODY, "See who is signed in." },
  { "sessions:write", "owner security support", "Sign people out." },
  { "grants:read", EVERYBODY, "See what applications were given." },
  { "grants:write", "owner security support", "Take it back from them." },
  { "keys:read", EVERYBODY, "See the keys that sign tokens, without their private halves." },
  { "keys:write", "owner security", "Have another key sign." },
  { "policy:read", EVERYBODY, "See the rules for sign-ins." },
  { "policy:write", "owner security", "Change the rules for sign-ins." },
  { "connectors:read", EVERYBODY, "See connectors, without their secrets." },
  { "connectors:write", "owner", "Make, change and delete connectors." },
  { "messages:read", EVERYBODY, "See what became of messages, without what they say." },
  { "messages:write", "owner support", "Send messages again, and try out the way." },
  { "audit:read", "owner security read-only", "See what was done, by whom and to what." },
  { "audit:write", "owner security", "Have the log signed as it stands." },
  { NULL },
};
/* clang-format on */

static const char *const names[] = { "owner", "security", "support", "read-only", NULL };

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
