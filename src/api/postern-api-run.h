/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/** postern_api_run: does what @row says for @request. @local: by the admin socket; else a token must say that it may be. (transfer full) */
PosternResponse *postern_api_run (PosternApi *api, const PosternApiRow *row, PosternRequest *request, gboolean local);

/** postern_api_run_for: likewise for whom @bearer says, which somebody has found out already. (transfer full) */
PosternResponse *postern_api_run_for (PosternApi *api, const PosternApiRow *row, PosternRequest *request, PosternBearer *bearer);

/**
 * postern_api_run_part: does what @row says for @request within the transaction of @self, for the same caller, to whom the row must be open,
 * too; where @self is taken back, that of the row which shows the same thing is enough. @row prepares nothing.
 */
gboolean postern_api_run_part (PosternApiCall *self, PosternTxn *txn, const PosternApiRow *row, PosternRequest *request, GError **error);

G_END_DECLS
