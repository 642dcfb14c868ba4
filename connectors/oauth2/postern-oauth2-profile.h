/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/**
 * postern_oauth2_profile_merge: the standard claims (OpenID Connect Core 1.0 section 5.1) that a provider gave.
 * @first: a{sv}; wins where both speak
 * @second: (nullable): a{sv}
 * @map: (nullable) (array zero-terminated=1): "ours=theirs", for providers that keep a claim elsewhere; theirs is a path
 *   (postern-oauth2-path.h)
 * @email_proof: (nullable): a condition (postern-oauth2-path.h) that says whether the address is proved; else the boolean
 *   `email_verified`, which says nothing about an address from elsewhere
 * Returns: (transfer full)
 */
PosternClaims *postern_oauth2_profile_merge (GVariant *first, GVariant *second, const char *const *map, const char *email_proof);

/** postern_oauth2_profile_check_map: FALSE with POSTERN_ERROR_CONFIG when an entry is not "ours=theirs" with a standard claim on the left */
gboolean postern_oauth2_profile_check_map (const char *const *map, GError **error);

G_END_DECLS
