/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

#include "postern-jwk.h"

G_BEGIN_DECLS

/**
 * PosternOidcProvider: what a provider publishes about itself (OpenID Connect Discovery 1.0) and its keys, remembered.
 * Thread-safe; no lock is held while the network is asked.
 */
typedef struct _PosternOidcProvider PosternOidcProvider;

/**
 * postern_oidc_provider_new:
 * @issuer: exactly as the provider writes it in its tokens, or with many names (postern-oidc-issuer.h)
 * @tenant: (nullable): whose metadata is read where it has many names; "common" when NULL
 */
PosternOidcProvider *postern_oidc_provider_new (const char *issuer, const char *tenant);
void postern_oidc_provider_free (PosternOidcProvider *self);

/** postern_oidc_provider_get_issuer: (transfer none) */
const char *postern_oidc_provider_get_issuer (PosternOidcProvider *self);

/** postern_oidc_provider_dup_metadata: at most an hour old, or a day when the provider cannot be reached. Returns: (transfer full) (nullable): a{sv}; NULL with POSTERN_ERROR_PROVIDER */
GVariant *postern_oidc_provider_dup_metadata (PosternOidcProvider *self, GCancellable *cancellable, GError **error);

/**
 * postern_oidc_provider_dup_keys: the provider's key set.
 * @unknown: (nullable): the set in which a token's key was not found. A newer one is fetched, but at most once a
 * minute: whoever can send us a token with an invented key id must not make us hammer the provider.
 */
PosternJwkSet *postern_oidc_provider_dup_keys (PosternOidcProvider *self, PosternJwkSet *unknown, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternOidcProvider, postern_oidc_provider_free)

G_END_DECLS
