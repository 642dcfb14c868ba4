/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api.h"
#include "postern-flow-engine.h"
#include "postern-geoip.h"
#include "postern-pages.h"
#include "postern-server.h"
#include "postern-feed-queue.h"

G_BEGIN_DECLS

/**
 * PosternTenantService: everything that serves one tenant while it is open: its store and key ring, its instances, the flow
 * engine, the protocols, the management API, delivery and maintenance. Nothing of it is another tenant's, but for the modules, and
 * the instances that serve all. The default tenant's is put up when the worker starts; others' when somebody comes.
 */
#define POSTERN_TYPE_TENANT_SERVICE (postern_tenant_service_get_type ())
G_DECLARE_FINAL_TYPE (PosternTenantService, postern_tenant_service, POSTERN, TENANT_SERVICE, GObject)

/** PosternTenantPlace: which tenant, and where it is. Strings are borrowed. */
typedef struct {
  const char *slug, *issuer;
  const char *name;             /* what its pages call it, unless its look says so; (nullable): of the default one, whose pages know it */
  const char *location;         /* of its store, as the driver knows it */
  const char *database;         /* the driver: a plugin's id */
  gboolean read_only;
} PosternTenantPlace;

/** PosternTenantCommon: what all tenants of a worker share; it outlives them. */
typedef struct {
  PosternConfig *config;
  GBytes *master_key;
  PosternRegistry *registry; /* the default tenant's */
  PosternGeoip *geoip;       /* (nullable) */
  PosternFeedQueue *webhooks;
} PosternTenantCommon;

/**
 * postern_tenant_service_open: store, instances, engine and protocols; for another tenant than the default one on any thread that may block.
 * Returns: (transfer full) (nullable): whoever drops the last reference closes it, which may take seconds when a messenger hangs
 */
PosternTenantService *postern_tenant_service_open (const PosternTenantCommon *common, const PosternTenantPlace *place, GError **error);
/** postern_tenant_service_start: API, delivery and maintenance. @pages: a reference is taken */
gboolean postern_tenant_service_start (PosternTenantService *self, PosternPages *pages, GError **error);
/** postern_tenant_service_halt: from now on nothing lasting is written there, whatever is still under way, until it is opened again. Any thread. */
void postern_tenant_service_halt (PosternTenantService *self);
/** postern_tenant_service_set_changed: as postern_instance_book_set_changed(); @func's first argument is the book. */
void postern_tenant_service_set_changed (PosternTenantService *self, GFunc func, gpointer user_data);
/** postern_tenant_service_look: as postern_instance_book_look(). */
void postern_tenant_service_look (PosternTenantService *self);
/** postern_tenant_service_set_tenants: of the default tenant's, once it is started: as postern_api_set_tenants(). */
void postern_tenant_service_set_tenants (PosternTenantService *self, const PosternApiTenants *tenants, gpointer user_data);
/** postern_tenant_service_add_routes: of API, engine and protocols, with what they get of @self. */
void postern_tenant_service_add_routes (PosternTenantService *self, PosternServer *server);
/** postern_tenant_service_find_twin: what stands here for @own of @other. (transfer none) (nullable): nothing */
gpointer postern_tenant_service_find_twin (PosternTenantService *self, PosternTenantService *other, gpointer own);
PosternTenant *postern_tenant_service_get_tenant (PosternTenantService *self);   /* (transfer none) */
PosternRuntime *postern_tenant_service_get_runtime (PosternTenantService *self); /* (transfer none) */
/** postern_tenant_service_get_due: when it has something to send, seconds since 1970; G_MAXINT64: nothing. */
gint64 postern_tenant_service_get_due (PosternTenantService *self);

G_END_DECLS
