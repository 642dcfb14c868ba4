/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The permissions of the management API, and the ready-made roles that hold them. A permission is "THING:read", "THING:write" or of
 * another word where reading and writing say too little; an access token for the API has them as its scopes.
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

G_END_DECLS
