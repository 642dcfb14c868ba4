/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

#include "postern-jwk.h"

G_BEGIN_DECLS

/** postern_oidc_decryption_read: @keys: (out) (nullable): what the provider encrypts ID tokens to, from `decryption-key`. FALSE with POSTERN_ERROR_CONFIG */
gboolean postern_oidc_decryption_read (PosternSettings *settings, PosternJwkSet **keys, GError **error);

/**
 * postern_oidc_decryption_open: the signed ID token within one that is encrypted to us; with @keys (nullable) it must be encrypted,
 * without them it comes back as it is (OpenID Connect Core 1.0 section 3.1.3.7, rule 1).
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_PROVIDER
 */
char *postern_oidc_decryption_open (PosternJwkSet *keys, const char *id_token, GError **error);

G_END_DECLS
