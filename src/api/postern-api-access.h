/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/** postern_api_access_check: who calls by the public listener may do what the row does. Fills @bearer, which @call borrows. FALSE without @error: no token came */
gboolean postern_api_access_check (PosternApiCall *call, PosternBearer *bearer, GError **error);
/** postern_api_access_take: @bearer, whom somebody has found out already, may do what the row does. INSUFFICIENT_SCOPE or ACCESS_DENIED */
gboolean postern_api_access_take (PosternApiCall *call, const PosternBearer *bearer, GError **error);
/** postern_api_access_may: @row is open to the token: it has the scope, and who acts in an organization may do such a thing there. INSUFFICIENT_SCOPE or ACCESS_DENIED */
gboolean postern_api_access_may (const PosternBearer *bearer, const PosternApiRow *row, GError **error);
/** postern_api_access_refuse: the problem, and what another token could do about it (RFC 6750 section 3). @error: (nullable). (transfer full) */
PosternResponse *postern_api_access_refuse (PosternApiCall *call, const GError *error);

G_END_DECLS
