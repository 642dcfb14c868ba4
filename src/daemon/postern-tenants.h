/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant-service.h"

G_BEGIN_DECLS

/**
 * PosternTenants: the tenants beside the default one. All that is known of one that nobody uses is a row of the directory: it is opened when somebody comes
 * or when its work is due, and closed when it has been idle for a while, or when others need the room. Thread-safe.
 *
 * Who has one from postern_tenants_hooks keeps it open; it is never closed under anybody, and never open twice in a process.
 */
typedef struct _PosternTenants PosternTenants;

/** postern_tenants_start: reads the directory of the default tenant's store. @common, @service: the default tenant's; they outlive it. */
PosternTenants *postern_tenants_start (const PosternTenantCommon *common, PosternTenantService *service, GError **error);
/** postern_tenants_set_pages: before the first request. */
void postern_tenants_set_pages (PosternTenants *self, PosternPages *pages);
/** postern_tenants_stop: closes all, when nobody has one any more, and frees. */
void postern_tenants_stop (PosternTenants *self);
/** postern_tenants_close: waits until the tenant @slug is closed and nobody has it. Returns: FALSE when that takes more than @seconds */
gboolean postern_tenants_close (PosternTenants *self, const char *slug, guint seconds);
/** postern_tenants_change_note: writes @audit into the own log of the tenant @slug, whether that is open or not. May block for seconds. */
gboolean postern_tenants_change_note (PosternTenants *self, const char *slug, PosternAudit *audit, GError **error);
/** postern_tenants_change_erase: all that the tenant @slug keeps, which its row says is deleted, once nobody here is at work in it. May block for seconds. */
gboolean postern_tenants_change_erase (PosternTenants *self, const char *slug, GError **error);
/** postern_tenants_change_hooks: for postern_api_set_tenants(), with the PosternTenants as user_data. */
extern const PosternApiTenants postern_tenants_change_hooks;
/** postern_tenants_count: how many there are, and how many are open */
void postern_tenants_count (PosternTenants *self, guint *all, guint *open);
/** postern_tenants_hooks: for postern_server_set_tenants(), with the PosternTenants as user_data. */
extern const PosternServerTenants postern_tenants_hooks;

G_END_DECLS
