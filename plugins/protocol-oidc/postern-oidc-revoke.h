/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_revoke_answer: RFC 7009. A refresh token takes its whole grant with it, an access token only itself, until it
 * would have expired anyway. A token that nobody knows is as good as revoked: 200.
 */
PosternResponse *postern_oidc_revoke_answer (PosternRequest *request, gpointer oidc);

G_END_DECLS
