/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

#define POSTERN_OIDC_ASSERTION_MAX_LIFETIME 600 /* seconds ahead that `exp` may lie: how long a `jti` is remembered */

/** postern_oidc_assertion_peek_client: the `sub` it claims, unverified, to find the keys with. (transfer full) (nullable) */
char *postern_oidc_assertion_peek_client (const char *assertion);

/**
 * postern_oidc_assertion_check: private_key_jwt (RFC 7523 section 3, OpenID Connect Core 9): signed by the application, `iss` and `sub`
 * its id, `aud` our issuer as the one string (an endpoint's URL could be another server's too), short-lived, and each `jti` once:
 * one insert decides that. May block. FALSE with INVALID_CLIENT.
 */
gboolean postern_oidc_assertion_check (PosternOidc *oidc, PosternClient *client, const char *assertion, GError **error);

G_END_DECLS
