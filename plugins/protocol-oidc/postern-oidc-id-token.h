/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcIdToken: what an ID token is made of, besides the flow. Borrows everything. */
typedef struct {
  PosternClient *client;
  PosternFlow *flow;
  const char *session_id;   /* `sid`; (nullable) */
  const char *access_token; /* for `at_hash` */
  const char *nonce;        /* (nullable) */
} PosternOidcIdToken;

/**
 * postern_oidc_id_token_sign: OpenID Connect Core 2; encrypted too, when the application asked for that. May block (the first
 * key of an algorithm is made when it is needed, the application's keys are fetched).
 * Returns: (transfer full) (nullable)
 */
char *postern_oidc_id_token_sign (PosternOidc *oidc, const PosternOidcIdToken *fields, GError **error);

/**
 * postern_oidc_id_token_read_hint: an ID token that comes back as a hint: ours by its signature, made for @client_id (nullable: for any);
 * it may have expired, for that is what hints are for. Returns: (transfer full) (nullable): the claims; NULL with INVALID_REQUEST
 */
GVariant *postern_oidc_id_token_read_hint (PosternOidc *oidc, const char *token, const char *client_id, GError **error);


G_END_DECLS
