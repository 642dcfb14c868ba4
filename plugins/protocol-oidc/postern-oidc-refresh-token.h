/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_refresh_token_find: @client's own, with its grant, dead or alive. (transfer full) (nullable); @grant: (out). Reads the store.
 * What is unknown or another's is NULL without an error: only where nobody could look there is one.
 */
PosternRefreshToken *postern_oidc_refresh_token_find (PosternOidc *oidc, PosternClient *client, const char *text, PosternGrant **grant, GError **error);
/** postern_oidc_refresh_token_is_alive: it, its grant, its session (unless the grant is offline) and its person. Reads the store. */
gboolean postern_oidc_refresh_token_is_alive (PosternOidc *oidc, PosternRefreshToken *token, PosternGrant *grant, GError **error);

G_END_DECLS
