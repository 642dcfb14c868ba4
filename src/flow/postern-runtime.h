/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-config.h"
#include "postern-geoip.h"
#include "postern-hub.h"
#include "postern-instance-book.h"
#include "postern-registry.h"
#include "postern-request.h"
#include "postern-response.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/** PosternRuntime: what a worker has, once it has started: immutable, shared by all threads. */
#define POSTERN_TYPE_RUNTIME (postern_runtime_get_type ())
G_DECLARE_FINAL_TYPE (PosternRuntime, postern_runtime, POSTERN, RUNTIME, GObject)

PosternRuntime *postern_runtime_new (PosternConfig *config, PosternRegistry *registry, PosternHub *hub);
PosternConfig *postern_runtime_get_config (PosternRuntime *self);
PosternRegistry *postern_runtime_get_registry (PosternRuntime *self);
PosternHub *postern_runtime_get_hub (PosternRuntime *self);
/** postern_runtime_set_book: while the worker starts; it outlives the runtime. */
void postern_runtime_set_book (PosternRuntime *self, PosternInstanceBook *book);
PosternInstanceBook *postern_runtime_get_book (PosternRuntime *self); /* (transfer none) (nullable): there is no console without it */
/** postern_runtime_set_geoip: while the worker starts; a reference is taken. */
void postern_runtime_set_geoip (PosternRuntime *self, PosternGeoip *geoip);
PosternGeoip *postern_runtime_get_geoip (PosternRuntime *self); /* (transfer none) (nullable) */
/**
 * PosternRuntimeAsk: what the management API answers to @request of the user @user_id, who looks at a page of ours and acts in the organization
 * @organization_id. src/api, which does, is beside this room. (transfer full)
 */
typedef PosternResponse *(*PosternRuntimeAsk) (PosternRequest *request, const char *user_id, const char *organization_id, gpointer user_data);
/** postern_runtime_set_management: while the worker starts; what @user_data is outlives the runtime's last request. */
void postern_runtime_set_management (PosternRuntime *self, PosternRuntimeAsk ask, gpointer user_data);
/** postern_runtime_has_management: whether there is a management API to ask; without it nobody runs an organization in pages. */
gboolean postern_runtime_has_management (PosternRuntime *self);
/** postern_runtime_ask_management: as PosternRuntimeAsk, where there is one. (transfer full) */
PosternResponse *postern_runtime_ask_management (PosternRuntime *self, PosternRequest *request, const char *user_id, const char *organization_id);
/** postern_runtime_set_tenant: while the worker starts; a reference is taken. */
void postern_runtime_set_tenant (PosternRuntime *self, PosternTenant *tenant);
/** postern_runtime_get_tenant: whose runtime it is: a tenant has one of its own. (transfer none) */
PosternTenant *postern_runtime_get_tenant (PosternRuntime *self);

G_END_DECLS
