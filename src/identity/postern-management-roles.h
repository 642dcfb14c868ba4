/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * The management API is a resource like any other, but built in: `ISSUER/api/v1`, whose scopes are its permissions, and the ready-made roles
 * that hold them. Neither has a row in the database. A permission is "THING:read", "THING:write" or of another word where reading and
 * writing say too little; an access token for the API has them as its scopes.
 */

/** PosternManagementPermission: a row; the table ends with one whose name is NULL. @roles: which ready-made roles hold it, space-separated */
typedef struct {
  const char *name;
  const char *roles;
  const char *description;
} PosternManagementPermission;

const PosternManagementPermission *postern_management_roles_get_permissions (void);
/** postern_management_roles_get_names: "owner", "security", "support", "read-only", NULL */
const char *const *postern_management_roles_get_names (void);
/** postern_management_roles_allows: whether the ready-made @role holds @permission; FALSE of one that is unknown */
gboolean postern_management_roles_allows (const char *role, const char *permission);
/** postern_management_roles_has: whether there is such a permission */
gboolean postern_management_roles_has (const char *permission);

/** postern_management_roles_dup_indicator: of the tenant's management API: (transfer full) */
char *postern_management_roles_dup_indicator (const char *issuer);
/** postern_management_roles_make_resource: as a record that is kept nowhere; its id is POSTERN_RESOURCE_MANAGEMENT. (transfer full) */
PosternResource *postern_management_roles_make_resource (const char *issuer);
/** postern_management_roles_make_role: likewise; its id is its name. (transfer full) (nullable): NULL: @name is no ready-made role */
PosternRole *postern_management_roles_make_role (const char *name);

G_END_DECLS
