/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * PosternOidcCourier: carries logout tokens to applications (OpenID Connect Back-Channel Logout 1.0) on a few threads of its own, each
 * tried three times; one that does not answer holds up nobody else, and rests for a minute. What is under way when the worker
 * ends is still carried; what a crash takes is lost, and the application's session then ends by its own clock. Thread-safe.
 */
PosternOidcCourier *postern_oidc_courier_new (void);
void postern_oidc_courier_free (PosternOidcCourier *self); /* waits for what is under way */
/** postern_oidc_courier_send: @token as `logout_token` to @url. Returns at once; FALSE when the queue is full. */
gboolean postern_oidc_courier_send (PosternOidcCourier *self, const char *url, const char *token);

/** postern_oidc_courier_tell_session_end: a logout token for each application that has a grant from @session and a back-channel URL. */
void postern_oidc_courier_tell_session_end (PosternOidc *oidc, PosternTenant *tenant, PosternSession *session, GPtrArray *grants);

/** postern_oidc_courier_dup_token: a logout token (section 2.4). (transfer full) (nullable) */
char *postern_oidc_courier_dup_token (PosternOidc *oidc, PosternClient *client, PosternSession *session, GError **error);

G_END_DECLS
