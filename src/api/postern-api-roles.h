/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"
#include "postern-role.h"

G_BEGIN_DECLS

/** postern_api_roles_find: `{id}` of the path. Whoever acts in an organization sees its own roles and the templates; another's is NOT_FOUND. (transfer full) (nullable) */
PosternRole *postern_api_roles_find (PosternApiCall *call, PosternTxn *txn, GError **error);
/** postern_api_roles_find_own: to be changed, given or taken: by who has all that it gives here. INSUFFICIENT_SCOPE. (transfer full) (nullable) */
PosternRole *postern_api_roles_find_own (PosternApiCall *call, PosternTxn *txn, GError **error);

G_END_DECLS
