/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/**
 * postern_oidc_profile_merge: the standard claims (OpenID Connect Core 1.0 section 5.1) that a provider gave.
 * @id_token: a{sv}; wins where both speak
 * @userinfo: (nullable): a{sv}
 * @map: (nullable) (array zero-terminated=1): "ours=theirs", for providers that name a claim otherwise
 * Returns: (transfer full)
 */
PosternClaims *postern_oidc_profile_merge (GVariant *id_token, GVariant *userinfo, const char *const *map);

/** postern_oidc_profile_check_map: FALSE with POSTERN_ERROR_CONFIG when an entry is not "ours=theirs" with a standard claim on the left */
gboolean postern_oidc_profile_check_map (const char *const *map, GError **error);

G_END_DECLS
