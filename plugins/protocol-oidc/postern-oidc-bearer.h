/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-access-token.h"

G_BEGIN_DECLS

#define POSTERN_OIDC_BEARER_WANTS_SECOND_FACTOR "acr_values=\"2\"" /* RFC 9470 section 3 */

/**
 * postern_oidc_bearer_get: the access token of @request, from the Authorization header or, in a POST, the form (RFC 6750 section 2): one of
 * them, never the query, which ends in logs. (transfer none) (nullable): NULL without @error when there is none
 */
const char *postern_oidc_bearer_get (PosternRequest *request, GError **error);

/** PosternOidcBearer: for whom an access token of ours opens one of our own resources. */
typedef struct {
  GVariant *claims;    /* a{sv}: of the token */
  char **scopes;       /* all it has */
  PosternOidcStanding standing;
} PosternOidcBearer;
void postern_oidc_bearer_clear (PosternOidcBearer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternOidcBearer, postern_oidc_bearer_clear)
/**
 * postern_oidc_bearer_admit: what each of our own resources checks: @token is ours, for us, has the scope @wanted, is somebody's, and nothing it
 * stands on is gone or too little. Reads the store. @bearer: (out): empty before; to be cleared, whatever comes of it.
 */
gboolean postern_oidc_bearer_admit (PosternOidc *oidc, const char *token, const char *wanted, PosternOidcBearer *bearer, GError **error);

/** postern_oidc_bearer_refuse: RFC 6750 section 3; @error: (nullable): no token came, so nothing is said about it */
PosternResponse *postern_oidc_bearer_refuse (const GError *error);
/**
 * postern_oidc_bearer_challenge: adds to @response what a bearer of another token could do about @error; nothing for what fails on our side.
 * @wants: (nullable): what is missing, as parameters of the challenge: `scope="…"`, `max_age="…"` (RFC 9470)
 */
void postern_oidc_bearer_challenge (PosternResponse *response, const GError *error, const char *wants);

G_END_DECLS
