/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-pairs-private.h"
#include "postern-request.h"

G_BEGIN_DECLS

/**
 * postern_request_get_parameters: every parameter of the query (GET, HEAD) or of the form body (POST).
 * Returns: (transfer none) (nullable): NULL with POSTERN_ERROR_INVALID_REQUEST when one stands twice, is not
 * UTF-8, contains NUL, or there are more than 100. For the rooms in tree; this header is not installed.
 */
POSTERN_API PosternPairs *postern_request_get_parameters (PosternRequest *self, GError **error);

G_END_DECLS
