/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-ask.h"

G_BEGIN_DECLS

/*
 * An authorization request that is kept here for the browser to go on with: a `request_uri` (RFC 9126 section 2.2) names it. The
 * challenge endpoint hands it out with `redirect_to_web`; the authorization endpoint takes it once, from the same application.
 */
#define POSTERN_OIDC_PUSHED_LIFETIME 300 /* seconds: an application opens the browser at once; RFC 9126 says 5 to 600 */

/** postern_oidc_pushed_pack: the request's own parameters as text, to be kept in the flow until they are needed. (transfer full) */
char *postern_oidc_pushed_pack (PosternPairs *parameters);

/**
 * postern_oidc_pushed_new: keeps what was packed for the application.
 * @login_hint: (nullable): who is meant, where the request itself does not say
 * Returns: (transfer full) (nullable): the request_uri
 */
char *postern_oidc_pushed_new (PosternOidc *oidc, const char *application_id, const char *packed, const char *login_hint, GError **error);

/** postern_oidc_pushed_is_named: whether the request says nothing itself and names a kept one. */
gboolean postern_oidc_pushed_is_named (PosternOidcAsk *ask);

/**
 * postern_oidc_pushed_take: the kept parameters in place of those that came, of which none counts beside `client_id`. They are
 * checked like any others afterwards. Unknown, used, too old and another application's read the same, and the last burns nothing.
 */
gboolean postern_oidc_pushed_take (PosternOidcAsk *ask, GError **error);

G_END_DECLS
