/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-application.h"

G_BEGIN_DECLS

/**
 * postern_oidc_encrypt: to a key of the application's set (OpenID Connect Core 10.2). May block, when the set lies behind
 * `jwks_uri`.
 * @how: whose `alg` is UNKNOWN: @content comes back as it is
 * @cty: (nullable): "JWT" when @content is a signed token
 * @content: (transfer full)
 * Returns: (transfer full) (nullable): NULL with INVALID_REQUEST when no such key can be had
 */
char *postern_oidc_encrypt (PosternClient *client, const PosternClientEncryption *how, const char *cty, char *content, GError **error);

G_END_DECLS
