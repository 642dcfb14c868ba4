/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_upstream_answer: `GET /oidc/upstream-token/{connector}`: the access token that a provider gave for the person whose access
 * token of ours is shown, so that an application can call the provider for them. It needs the scope `upstream_tokens`, which no
 * application may ask for unless an administrator allows it, and `keep-tokens` of the connector. The provider's refresh token
 * never leaves us.
 */
PosternResponse *postern_oidc_upstream_answer (PosternRequest *request, gpointer oidc);

G_END_DECLS
