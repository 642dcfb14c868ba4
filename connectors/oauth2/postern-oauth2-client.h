/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

#include "postern-jwk.h"

G_BEGIN_DECLS

/** How we prove to the provider who we are (OpenID Connect Core 1.0 section 9). */
typedef enum {
  POSTERN_OAUTH2_CLIENT_AUTOMATIC, /* basic or post, as the metadata says; none without a secret */
  POSTERN_OAUTH2_CLIENT_BASIC,
  POSTERN_OAUTH2_CLIENT_POST,
  POSTERN_OAUTH2_CLIENT_PRIVATE_KEY_JWT,
  POSTERN_OAUTH2_CLIENT_NONE
} PosternOauth2ClientMethod;

/** PosternOauth2Client: what the provider knows us as. Filled once from the settings, then only read. */
typedef struct {
  char *id;
  const char *secret; /* (nullable): borrowed from the settings, which wipe it */
  PosternOauth2ClientMethod method;
  PosternJwk *key; /* (nullable): for private_key_jwt */
} PosternOauth2Client;

/** postern_oauth2_client_read: from `client-id`, `client-secret`, `client-authentication`, `private-key`, `private-key-id`. FALSE with POSTERN_ERROR_CONFIG */
gboolean postern_oauth2_client_read (PosternOauth2Client *self, PosternSettings *settings, GError **error);
void postern_oauth2_client_clear (PosternOauth2Client *self);

/**
 * postern_oauth2_client_ask: sends @form to the token endpoint with our proof (RFC 6749 sections 2.3 and 3.2), and wipes it.
 * @metadata: a{sv} with `token_endpoint` and, for the method "automatic", `token_endpoint_auth_methods_supported` (RFC 8414)
 * Returns: (transfer full) (nullable): the token response, an a{sv} with `access_token`; NULL with POSTERN_ERROR_PROVIDER,
 *   or with POSTERN_ERROR_INVALID_GRANT when the provider says just that
 */
GVariant *postern_oauth2_client_ask (PosternOauth2Client *self, GVariant *metadata, GString *form, GCancellable *cancellable, GError **error);

/** postern_oauth2_client_append: adds "name=value" to a form or query, encoded; nothing when @value is NULL */
void postern_oauth2_client_append (GString *form, const char *name, const char *value);

G_END_DECLS
