/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** postern_oidc_register_is_enabled: only when the operator has set an initial access token */
gboolean postern_oidc_register_is_enabled (PosternOidc *self);

/**
 * postern_oidc_register_answer: OpenID Connect Dynamic Registration 1.0, RFC 7591, for whoever holds the initial access token.
 * Members that only the operator decides (lifetimes, resources, PKCE, scopes of APIs) are left out, as are unknown ones; the answer
 * tells what was registered.
 */
PosternResponse *postern_oidc_register_answer (PosternRequest *request, gpointer oidc);

G_END_DECLS
