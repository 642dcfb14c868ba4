/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcClientAuth: how an application showed who it is (RFC 6749 section 2.3, RFC 7523 section 2.2). */
typedef struct {
  PosternClient *client; /* owned; (nullable) until it is known */
  gboolean basic;        /* it tried HTTP Basic: a refusal then carries WWW-Authenticate */
  gboolean would_block;  /* out, with may_block FALSE: not decided; ask again on a handler thread */
} PosternOidcClientAuth;

/**
 * postern_oidc_client_auth_check: by one way, and that which its record names: none, a secret (client_secret_basic or
 * client_secret_post) or private_key_jwt. Unknown, switched off and wrong read the same.
 * @may_block: FALSE on an I/O thread: then only cached applications with a secret, or public ones, are decided
 * Returns: FALSE with INVALID_CLIENT or INVALID_REQUEST, or with @self->would_block and no error
 */
gboolean postern_oidc_client_auth_check (PosternOidc *oidc, PosternRequest *request, gboolean may_block, PosternOidcClientAuth *self, GError **error);
/** postern_oidc_client_auth_check_basic: for what is no form: by HTTP Basic and a secret, and no other way. On a handler thread. */
gboolean postern_oidc_client_auth_check_basic (PosternOidc *oidc, PosternRequest *request, PosternOidcClientAuth *self, GError **error);
void postern_oidc_client_auth_clear (PosternOidcClientAuth *self);

/** postern_oidc_client_auth_refuse: the JSON answer of RFC 6749 section 5.2, with the challenge if Basic was tried */
PosternResponse *postern_oidc_client_auth_refuse (gboolean basic, const GError *error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternOidcClientAuth, postern_oidc_client_auth_clear)

G_END_DECLS
