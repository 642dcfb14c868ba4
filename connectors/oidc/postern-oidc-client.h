/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-provider.h"

G_BEGIN_DECLS

/** How we prove to the provider who we are (OpenID Connect Core 1.0 section 9). */
typedef enum {
  POSTERN_OIDC_CLIENT_AUTOMATIC, /* basic or post, as the metadata says; none without a secret */
  POSTERN_OIDC_CLIENT_BASIC,
  POSTERN_OIDC_CLIENT_POST,
  POSTERN_OIDC_CLIENT_PRIVATE_KEY_JWT,
  POSTERN_OIDC_CLIENT_NONE
} PosternOidcClientMethod;

/** PosternOidcClient: what the provider knows us as. Filled once from the settings, then only read. */
typedef struct {
  char *id;
  const char *secret; /* (nullable): borrowed from the settings, which wipe it */
  PosternOidcClientMethod method;
  PosternJwk *key; /* (nullable): for private_key_jwt */
  PosternJwkSet *decryption_keys; /* (nullable): what the provider encrypts ID tokens to */
} PosternOidcClient;

/** postern_oidc_client_read: from `client-id`, `client-secret`, `client-authentication`, `private-key`, `private-key-id`, `decryption-key`. FALSE with POSTERN_ERROR_CONFIG */
gboolean postern_oidc_client_read (PosternOidcClient *self, PosternSettings *settings, GError **error);
void postern_oidc_client_clear (PosternOidcClient *self);

/**
 * postern_oidc_client_redeem: exchanges the code at the token endpoint (RFC 6749 section 4.1.3, RFC 7636).
 * Returns: (transfer full) (nullable): the token response, an a{sv} with `access_token` and `id_token`
 */
GVariant *postern_oidc_client_redeem (PosternOidcClient *self, GVariant *metadata, const char *code, const char *callback_url,
                                      const char *verifier, GCancellable *cancellable, GError **error);

/**
 * postern_oidc_client_open: the signed ID token within one that is encrypted to us; with a key for that it must be encrypted, without
 * one it comes back as it is (OpenID Connect Core 1.0 section 3.1.3.7, rule 1).
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_PROVIDER
 */
char *postern_oidc_client_open (PosternOidcClient *self, const char *id_token, GError **error);

/** postern_oidc_client_append: adds "name=value" to a form or query, encoded; nothing when @value is NULL */
void postern_oidc_client_append (GString *form, const char *name, const char *value);

G_END_DECLS
