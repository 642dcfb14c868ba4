/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/*
 * An issuer that has many names: where a provider keeps each customer as a tenant, its metadata and the setting `issuer` say
 * "{tenantid}" in place of the tenant's id, and each ID token says which one it is in the claim `tid`, a UUID. An issuer
 * without "{tenantid}" is its own and only name.
 */

/** postern_oidc_issuer_fill: @issuer with @tenant in its place. (transfer full) */
char *postern_oidc_issuer_fill (const char *issuer, const char *tenant);

/** postern_oidc_issuer_fits: whether metadata that says @named speaks of @issuer: the same, or the same for one tenant. */
gboolean postern_oidc_issuer_fits (const char *issuer, const char *named);

/**
 * postern_oidc_issuer_of_token: the one issuer that @id_token may have, by metadata that says @named: of many names that of its own
 * `tid`. Nothing of the token is trusted yet; its signature is still to be checked against just this issuer.
 * Returns: (transfer full) (nullable): NULL when @named has many names and the token no `tid`
 */
char *postern_oidc_issuer_of_token (const char *named, const char *id_token);

G_END_DECLS
