/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-application.h"

G_BEGIN_DECLS

/**
 * postern_oidc_client_keys_dup: an application's own public keys: those of its record, or those behind its `jwks_uri`,
 * which are fetched through the guarded client, kept for five minutes, and fetched again at most every half minute when
 * @kid (nullable) is not among them. May block, but a few callers at a time only: an address that hangs holds no more, and
 * the others get what is known of it.
 * Returns: (transfer full) (nullable): NULL when it has none or they cannot be had
 */
PosternJwkSet *postern_oidc_client_keys_dup (PosternClient *client, const char *kid);

G_END_DECLS
