/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-permission.h"

G_BEGIN_DECLS

/**
 * PosternPermissionCache: the managed resources of a tenant, and what its machine applications may, as clients are kept: so that a token of
 * client credentials reads nothing. People's are read each time. Thread-safe.
 */
typedef struct _PosternPermissionCache PosternPermissionCache;

/** postern_permission_cache_new: @issuer: the tenant's */
PosternPermissionCache *postern_permission_cache_new (PosternStore *store, const char *issuer);
void postern_permission_cache_free (PosternPermissionCache *self);

/** postern_permission_cache_dup_resources: from memory, else read (may block). (transfer full) (nullable) */
PosternResourceBook *postern_permission_cache_dup_resources (PosternPermissionCache *self, GError **error);
/** postern_permission_cache_peek_resources: from memory alone, never blocks. (transfer full) (nullable) */
PosternResourceBook *postern_permission_cache_peek_resources (PosternPermissionCache *self);

/** postern_permission_cache_dup: what @subject may: of an application from memory, else read (may block). (transfer full) (nullable) */
PosternPermission *postern_permission_cache_dup (PosternPermissionCache *self, const PosternPermissionSubject *subject, GError **error);
/** postern_permission_cache_peek: from memory alone, never blocks. (transfer full) (nullable) */
PosternPermission *postern_permission_cache_peek (PosternPermissionCache *self, const PosternPermissionSubject *subject);

G_END_DECLS
