/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * API resources: what tokens are for (RFC 8707), and the scopes that there are at each. A resource that is kept here is *managed*: of
 * its scopes a token gets those that roles give its subject (postern-permission.h). One that only stands in an application's record is
 * not: there the application decides alone.
 */

#define POSTERN_RESOURCE_MAX 200        /* of a tenant: they are kept in memory */
#define POSTERN_RESOURCE_SCOPES_MAX 200 /* of one */

/**
 * postern_resource_validate: what the API and the command line call before storing. @issuer: the tenant's: what is below it is ours.
 * @error: INVALID_REQUEST; its message begins with the wrong member's name and a colon
 */
gboolean postern_resource_validate (PosternResource *resource, const char *issuer, GError **error);
/** postern_resource_insert: validates it, and that it is not one too many (CONFLICT). */
gboolean postern_resource_insert (PosternTxn *txn, PosternResource *resource, const char *issuer, GError **error);

/** postern_resource_get: by id, the management API, too (postern-management-roles.h). (transfer full) (nullable) */
PosternResource *postern_resource_get (PosternTxn *txn, const char *id, const char *issuer, GError **error);
/** postern_resource_list: as postern_resource_store_list(), with the management API among them */
GPtrArray *postern_resource_list (PosternTxn *txn, const char *issuer, const char *after, guint limit, GError **error);
gboolean postern_resource_is_management (const PosternResource *resource);

/** postern_resource_is_scope: RFC 6749 section 3.3: printable ASCII without space, quote and backslash, and not empty */
gboolean postern_resource_is_scope (const char *scope);
/** postern_resource_is_reserved: a scope of the protocol's or of ours, which no resource defines and no role takes away */
gboolean postern_resource_is_reserved (const char *scope);
gboolean postern_resource_has_scope (PosternResource *resource, const char *scope);
/** postern_resource_dup_description: what the person reads who is asked to allow @scope: (transfer full) (nullable) */
char *postern_resource_dup_description (PosternResource *resource, const char *scope);
/** postern_resource_get_lifetime: how long an access token for it lives at most, in seconds; 0: it has no say */
gint64 postern_resource_get_lifetime (PosternResource *resource);
/** postern_resource_dup_claims_map: what access tokens for it say besides (postern-claims-map.h): (transfer full) (nullable) */
GVariant *postern_resource_dup_claims_map (PosternResource *resource);

G_END_DECLS
