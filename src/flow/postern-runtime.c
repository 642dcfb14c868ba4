/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-runtime.h"

struct _PosternRuntime {
  GObject parent_instance;
  PosternConfig *config;
  PosternRegistry *registry;
  PosternHub *hub;
  PosternInstanceBook *book; /* (nullable); the house's */
  PosternGeoip *geoip; /* (nullable) */
  PosternTenant *tenant;
  PosternRuntimeAsk ask; /* (nullable) */
  gpointer ask_data;
};

G_DEFINE_FINAL_TYPE (PosternRuntime, postern_runtime, G_TYPE_OBJECT)

static void
postern_runtime_finalize (GObject *object)
{
  PosternRuntime *self = POSTERN_RUNTIME (object);

  g_clear_object (&self->tenant);
  g_clear_pointer (&self->geoip, postern_geoip_unref);
  g_clear_object (&self->hub);
  g_clear_object (&self->registry);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (postern_runtime_parent_class)->finalize (object);
}

static void
postern_runtime_class_init (PosternRuntimeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_runtime_finalize;
}

static void
postern_runtime_init (PosternRuntime *self)
{
}

/** postern_runtime_new: takes a reference to each; @config may be NULL in tests. */
PosternRuntime *
postern_runtime_new (PosternConfig *config, PosternRegistry *registry, PosternHub *hub)
{
  PosternRuntime *self = g_object_new (POSTERN_TYPE_RUNTIME, NULL);

  g_set_object (&self->config, config);
  g_set_object (&self->registry, registry);
  g_set_object (&self->hub, hub);
  return self;
}

PosternConfig *
postern_runtime_get_config (PosternRuntime *self)
{
  return self->config;
}

PosternRegistry *
postern_runtime_get_registry (PosternRuntime *self)
{
  return self->registry;
}

PosternHub *
postern_runtime_get_hub (PosternRuntime *self)
{
  return self->hub;
}

void
postern_runtime_set_book (PosternRuntime *self, PosternInstanceBook *book)
{
  self->book = book;
}

PosternInstanceBook *
postern_runtime_get_book (PosternRuntime *self)
{
  return self->book;
}

void
postern_runtime_set_geoip (PosternRuntime *self, PosternGeoip *geoip)
{
  g_clear_pointer (&self->geoip, postern_geoip_unref);
  self->geoip = postern_geoip_ref (geoip);
}

PosternGeoip *
postern_runtime_get_geoip (PosternRuntime *self)
{
  return self->geoip;
}

void
postern_runtime_set_management (PosternRuntime *self, PosternRuntimeAsk ask, gpointer user_data)
{
  self->ask = ask;
  self->ask_data = user_data;
}

gboolean
postern_runtime_has_management (PosternRuntime *self)
{
  return self->ask != NULL;
}

PosternResponse *
postern_runtime_ask_management (PosternRuntime *self, PosternRequest *request, const char *user_id, const char *organization_id)
{
  return self->ask (request, user_id, organization_id, self->ask_data);
}

void
postern_runtime_set_tenant (PosternRuntime *self, PosternTenant *tenant)
{
  g_set_object (&self->tenant, tenant);
}

PosternTenant *
postern_runtime_get_tenant (PosternRuntime *self)
{
  return self->tenant;
}
