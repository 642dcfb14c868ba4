/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-application.h"
#include "postern-claims-hook.h"
#include "postern-key-ring.h"
#include "postern-permission-cache.h"
#include "postern-policy.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/** PosternTenant: an isolated realm, open: its store, keys, policy and a cache of its applications. Thread-safe. */
#define POSTERN_TYPE_TENANT (postern_tenant_get_type ())
#define POSTERN_TENANT_BRANDING "branding" /* the setting that postern_tenant_dup_branding() reads */
G_DECLARE_FINAL_TYPE (PosternTenant, postern_tenant, POSTERN, TENANT, GObject)

/** postern_tenant_new: @issuer without trailing slash: the configured public URL */
PosternTenant *postern_tenant_new (const char *slug, const char *issuer, PosternStore *store, GError **error);
const char *postern_tenant_get_slug (PosternTenant *self);
const char *postern_tenant_get_issuer (PosternTenant *self);
PosternStore *postern_tenant_get_store (PosternTenant *self);   /* (transfer none) */
PosternKeyRing *postern_tenant_get_key_ring (PosternTenant *self); /* (transfer none) */
PosternPermissionCache *postern_tenant_get_permissions (PosternTenant *self); /* (transfer none) */
PosternClaimsHookCache *postern_tenant_get_claims_hooks (PosternTenant *self); /* (transfer none) */
PosternPolicy *postern_tenant_dup_policy (PosternTenant *self); /* (transfer full): as of now */
/** postern_tenant_dup_branding: how its pages look, as of now; the same object for as long as it is the same. (transfer full) (nullable): nothing was set */
GVariant *postern_tenant_dup_branding (PosternTenant *self);
/** postern_tenant_get_application: from the cache, else read (may block). Disabled ones are returned too. (transfer full) (nullable) NOT_FOUND */
PosternClient *postern_tenant_dup_client (PosternTenant *self, const char *client_id, GError **error);
/** postern_tenant_peek_client: only from the cache, never blocks; (transfer full) (nullable). For inline handlers. */
PosternClient *postern_tenant_peek_client (PosternTenant *self, const char *client_id);

G_END_DECLS
