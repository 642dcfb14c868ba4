/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_bearer_get: the access token of @request, from the Authorization header or, in a POST, the form (RFC 6750 section 2): one of
 * them, never the query, which ends in logs. (transfer none) (nullable): NULL without @error when there is none
 */
const char *postern_oidc_bearer_get (PosternRequest *request, GError **error);

/** postern_oidc_bearer_refuse: RFC 6750 section 3; @error: (nullable): no token came, so nothing is said about it */
PosternResponse *postern_oidc_bearer_refuse (const GError *error);

G_END_DECLS
