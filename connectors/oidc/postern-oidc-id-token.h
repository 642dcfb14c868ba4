/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-provider.h"

G_BEGIN_DECLS

/** PosternOidcIdToken: what one ID token is measured by. Borrowed memory. */
typedef struct {
  PosternOidcProvider *provider;
  GVariant *metadata; /* a{sv} */
  const char *client_id;
  const char *nonce;
  const char *id_token;
  const char *access_token;
} PosternOidcIdToken;

/** postern_oidc_id_token_verify: OpenID Connect Core 1.0 section 3.1.3.7, all of it. Returns: (transfer full) (nullable): the claims, a{sv}; NULL with POSTERN_ERROR_PROVIDER */
GVariant *postern_oidc_id_token_verify (const PosternOidcIdToken *self, GCancellable *cancellable, GError **error);

/** postern_oidc_id_token_fetch_userinfo: section 5.3; `sub` must be that of @claims. Returns: (transfer full) (nullable): NULL without error when the provider has none */
GVariant *postern_oidc_id_token_fetch_userinfo (const PosternOidcIdToken *self, GVariant *claims, GCancellable *cancellable, GError **error);

G_END_DECLS
