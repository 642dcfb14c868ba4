/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"
#include "postern-records.h"

G_BEGIN_DECLS

/*
 * What an operator has tokens say beside what the protocol says: a list of {claim, and where its value comes from: `from`, a path; `value`, a
 * constant; or `template`, a text with paths in braces; `when`, a condition: {path, equals}}. A path begins with `user`, `profile`, `data`,
 * `organization`, `identity` (the account at a provider that the person signed in by) or `identities.CONNECTOR`. What is not there is left out.
 */

/** PosternClaimsSource: what paths lead into. Borrows everything. */
typedef struct {
  PosternUser *user;
  const char *organization_id, *organization_name; /* (nullable) */
  GPtrArray *identities; /* (nullable) (element-type PosternIdentity): the user's; not asked of a map that postern_claims_map_reads_identities() denies */
  const char *connector; /* (nullable): the connector that the user signed in by */
} PosternClaimsSource;

/** postern_claims_map_check: @member: what the map is called. FALSE with INVALID_REQUEST "@member: why" */
gboolean postern_claims_map_check (const char *member, GVariant *map, GError **error);
/** postern_claims_map_reads_identities: whether a path of @map (nullable) leads to what a provider said */
gboolean postern_claims_map_reads_identities (GVariant *map);
/** postern_claims_map_apply: adds to @claims what @map (nullable), which was checked, says; nothing that is there is overwritten. */
void postern_claims_map_apply (GVariant *map, const PosternClaimsSource *source, PosternClaims *claims);
/** postern_claims_map_is_protocol: what a token says of itself (RFC 7519, RFC 9068, OpenID Connect Core 2): nobody's data may speak in its place. */
gboolean postern_claims_map_is_protocol (const char *claim);
/** postern_claims_map_is_free: whether @claim is well-formed, and nothing that a token says of itself or of roles and organizations */
gboolean postern_claims_map_is_free (const char *claim);

G_END_DECLS
