/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *const *postern_oidc_claims_get_scopes (void); /* that any application may be registered with */
const char *const *postern_oidc_claims_get_names (void);

/** Where a claim is going (OpenID Connect Core 5.5). */
typedef enum { POSTERN_OIDC_CLAIMS_ID_TOKEN, POSTERN_OIDC_CLAIMS_USERINFO } PosternOidcClaimsPlace;

/**
 * postern_oidc_claims_select: the part of @claims (a{sv}, nullable) that belongs in @place. With the code flow the claims
 * of a scope are userinfo's (Core 5.4); the ID token carries those that were asked for it by name, and what the
 * operator's own listeners added.
 * @requested: (nullable): the `claims` parameter, a{sv}; @scopes: granted
 * Returns: (transfer full): a{sv}, not floating
 */
GVariant *postern_oidc_claims_select (GVariant *claims, GVariant *requested, const char *const *scopes, PosternOidcClaimsPlace place);

/** postern_oidc_claims_get_request: what @requested asks of @name in @member ("id_token", "userinfo"): (transfer full) (nullable): a{sv} */
GVariant *postern_oidc_claims_get_request (GVariant *requested, const char *member, const char *name);

G_END_DECLS
