/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenant-service.h"

#include "postern-delivery.h"
#include "postern-error.h"
#include "postern-flow-end.h"
#include "postern-maintenance.h"
#include "postern-messenger.h"
#include "postern-plugins.h"
#include "postern-protocol.h"
#include "postern-sink.h"
#include "postern-sinks.h"
#include "postern-tenant-directory.h"

struct _PosternTenantService {
  GObject parent_instance;
  PosternConfig *config;
  gboolean is_default, read_only;
  char *name; /* (nullable) */
  PosternRegistry *registry;
  PosternHub *hub;
  PosternStore *store;
  PosternInstanceBook *book;
  PosternTenant *tenant;
  PosternRuntime *runtime;
  PosternFlowEngine *engine;
  GPtrArray *protocols;
  PosternPages *pages;
  PosternApi *api;
  PosternFeedQueue *webhooks; /* (transfer none) */
  PosternMaintenance *maintenance;
  PosternDelivery *delivery;
};

G_DEFINE_FINAL_TYPE (PosternTenantService, postern_tenant_service, G_TYPE_OBJECT)

static void
postern_tenant_service_finalize (GObject *object)
{
  PosternTenantService *self = POSTERN_TENANT_SERVICE (object);

  g_clear_pointer (&self->maintenance, postern_maintenance_stop);
  g_clear_pointer (&self->delivery, postern_delivery_stop);
  g_clear_pointer (&self->api, postern_api_free);
  if (self->pages)
    postern_pages_set_branding (self->pages, NULL, NULL);
  g_clear_object (&self->pages);
  g_free (self->name);
  g_clear_pointer (&self->protocols, g_ptr_array_unref);
  g_clear_object (&self->engine);
  g_clear_object (&self->runtime);
  g_clear_object (&self->tenant);
  if (self->store)
    postern_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_pointer (&self->book, postern_instance_book_free);
  g_clear_object (&self->hub);
  g_clear_object (&self->registry);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (postern_tenant_service_parent_class)->finalize (object);
}

static void
postern_tenant_service_class_init (PosternTenantServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_tenant_service_finalize;
}

static void
postern_tenant_service_init (PosternTenantService *self)
{
}

/* --- what is switched off ----------------------------------------------------------------------------------------------------- */

/* Whoever calls the book has a reference to us, so that what we sends by is there. */
static void
let_go (gpointer instance, gpointer user_data)
{
  PosternTenantService *self = user_data;

  if (POSTERN_IS_MESSENGER (instance) && self->delivery)
    postern_delivery_let_go (self->delivery, instance);
  if (!POSTERN_IS_SINK (instance))
    return;
  g_signal_handlers_disconnect_by_data (self->hub, instance);
  if (self->maintenance)
    postern_maintenance_let_go (self->maintenance, instance);
}

/* --- opening ------------------------------------------------------------------------------------------------------------------ */

static gboolean
open_store (PosternTenantService *self, const PosternTenantCommon *common, const PosternTenantPlace *place, GError **error)
{
  PosternDatabase *database = postern_plugins_find_database (self->registry, common->registry, place->database, error);

  if (!database)
    return FALSE;
  self->store = postern_store_open (database, common->master_key, place->location, place->slug, error);
  if (self->store)
    self->book = postern_plugins_open_book (self->registry, self->is_default ? self->config : NULL, self->store, error);
  if (self->book)
    postern_instance_book_set_retired (self->book, let_go, self);
  return self->book != NULL;
}

static gboolean
open_tenant (PosternTenantService *self, const PosternTenantCommon *common, const PosternTenantPlace *place, GError **error)
{
  self->tenant = postern_tenant_new (place->slug, place->issuer, self->store, error);
  if (!self->tenant)
    return FALSE;
  self->runtime = postern_runtime_new (self->config, self->registry, self->hub);
  postern_runtime_set_book (self->runtime, self->book);
  postern_runtime_set_tenant (self->runtime, self->tenant);
  if (common->geoip)
    postern_runtime_set_geoip (self->runtime, common->geoip);
  self->engine = postern_flow_engine_new (self->runtime);
  return TRUE;
}

static void
attach_sinks (PosternTenantService *self)
{
  g_autoptr (GPtrArray) sinks = postern_registry_list (self->registry, POSTERN_TYPE_SINK);

  for (guint i = 0; i < sinks->len; i++)
    postern_sink_attach (sinks->pdata[i], self->hub);
}

static gboolean
start_protocols (PosternTenantService *self, GError **error)
{
  self->protocols = postern_registry_list (self->registry, POSTERN_TYPE_PROTOCOL);
  for (guint i = 0; i < self->protocols->len; i++)
    if (!postern_protocol_start (self->protocols->pdata[i], self->runtime, self->engine, error))
      return FALSE;
  return TRUE;
}

PosternTenantService *
postern_tenant_service_open (const PosternTenantCommon *common, const PosternTenantPlace *place, GError **error)
{
  g_autoptr (PosternTenantService) self = g_object_new (POSTERN_TYPE_TENANT_SERVICE, NULL);

  self->is_default = g_str_equal (place->slug, POSTERN_TENANT_DEFAULT);
  self->read_only = place->read_only;
  self->name = g_strdup (place->name);
  self->config = g_object_ref (common->config);
  self->webhooks = common->webhooks;
  self->hub = postern_hub_new ();
  self->registry = self->is_default ? g_object_ref (common->registry) : postern_plugins_load_for_tenant (common->registry, self->config, place->slug);
  if (!open_store (self, common, place, error) || !open_tenant (self, common, place, error))
    return NULL;
  attach_sinks (self);
  if (!start_protocols (self, error))
    return NULL;
  postern_store_set_read_only (self->store, self->read_only);
  return g_steal_pointer (&self);
}

/* --- starting ----------------------------------------------------------------------------------------------------------------- */

static GPtrArray *
end_user (PosternTxn *txn, const char *user_id, const PosternAuditBy *by, GError **error)
{
  return postern_flow_end_others (txn, user_id, NULL, by, error);
}

static void
tell_ended (PosternTenant *tenant, GPtrArray *ended, gpointer engine)
{
  postern_flow_end_tell (postern_flow_engine_get_runtime (engine), tenant, ended);
}

static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer protocol, GError **error)
{
  return postern_protocol_admit (protocol, request, resource, bearer, error);
}

/* (transfer none) (nullable): where some protocol has access tokens, the API is there for who shows one. */
static gpointer
find_admitter (PosternTenantService *self)
{
  for (guint i = 0; i < self->protocols->len; i++)
    if (postern_protocol_can_admit (self->protocols->pdata[i]))
      return self->protocols->pdata[i];
  return NULL;
}

static gboolean
knows_phrase (const char *words, gpointer pages)
{
  return postern_pages_knows_phrase (pages, words);
}

static PosternResponse *
ask (PosternRequest *request, const char *user_id, const char *organization_id, gpointer api)
{
  return postern_api_visit (api, request, user_id, organization_id);
}

static const PosternApiSessions sessions = { postern_flow_end_one, end_user, tell_ended };

static void
open_api (PosternTenantService *self)
{
  g_autoptr (GPtrArray) instances = postern_registry_list (self->registry, POSTERN_TYPE_INSTANCE);

  self->api = postern_api_new (self->tenant);
  postern_api_set_instances (self->api, instances, postern_registry_get_problems (self->registry));
  postern_api_set_sessions (self->api, &sessions, self->engine);
  postern_api_set_book (self->api, self->book);
  postern_api_set_geoip (self->api, postern_runtime_get_geoip (self->runtime));
  postern_api_set_phrases (self->api, knows_phrase, self->pages);
  if (find_admitter (self))
    postern_api_set_bearer (self->api, admit, find_admitter (self));
  postern_runtime_set_management (self->runtime, ask, self->api);
}

/* Without a setting, mails come from the host that people see. */
static char *
dup_sender_address (PosternTenantService *self)
{
  const char *address = postern_config_get_string (self->config, "messages.from-address");
  g_autoptr (GUri) uri = g_uri_parse (postern_config_get_string (self->config, "server.public-url"), G_URI_FLAGS_NONE, NULL);

  return address && *address ? g_strdup (address) : g_strconcat ("postern@", g_uri_get_host (uri), NULL);
}

/* (transfer full): another tenant's own go before those of all */
static GStrv
list_template_folders (PosternTenantService *self)
{
  const char *const *all = postern_config_get_strv (self->config, "paths.templates");
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  for (guint i = 0; all[i] && !self->is_default; i++) {
    g_autofree char *own = g_build_filename (all[i], POSTERN_PAGES_TENANTS, postern_tenant_get_slug (self->tenant), NULL);
    g_strv_builder_add (folders, own);
  }
  g_strv_builder_addv (folders, (const char **) all);
  return g_strv_builder_end (folders);
}

static GVariant *
get_branding (gpointer tenant)
{
  return postern_tenant_dup_branding (tenant);
}

/* The default tenant's are the server's own. */
static gboolean
open_pages (PosternTenantService *self, PosternPages *pages, GError **error)
{
  const char *slug = postern_tenant_get_slug (self->tenant);

  if (self->is_default)
    self->pages = g_object_ref (pages);
  else
    self->pages = postern_pages_new_for_tenant (pages, slug, self->name ? self->name : slug, postern_config_get_strv (self->config, "paths.templates"), error);
  if (self->pages)
    postern_pages_set_branding (self->pages, get_branding, self->tenant);
  return self->pages != NULL;
}

static gboolean
start_delivery (PosternTenantService *self, GError **error)
{
  const char *name = self->is_default ? postern_config_get_string (self->config, "messages.sender-name") : NULL;
  g_autofree char *address = dup_sender_address (self);
  g_autoptr (GPtrArray) messengers = postern_registry_list (self->registry, POSTERN_TYPE_MESSENGER);
  g_auto (PosternPagesLook) look = { NULL };
  PosternDeliveryOptions options = {
    .sender_address = address,
    .keep_seconds = postern_config_get_int64 (self->config, "messages.keep-days") * 24 * 3600,
  };
  g_auto (GStrv) folders = list_template_folders (self);
  PosternMessageTemplates *templates = postern_message_templates_new ((const char *const *) folders, self->pages, postern_tenant_get_issuer (self->tenant), error);

  postern_pages_get_look (self->pages, &look);
  options.sender_name = name && *name ? name : look.tenant_name;
  if (templates)
    self->delivery = postern_delivery_start (self->tenant, messengers, templates, &options);
  return templates != NULL;
}

gboolean
postern_tenant_service_start (PosternTenantService *self, PosternPages *pages, GError **error)
{
  if (!open_pages (self, pages, error))
    return FALSE;
  open_api (self);
  if (self->read_only)
    return TRUE;
  if (!start_delivery (self, error))
    return FALSE;
  self->maintenance = postern_maintenance_start (self->runtime, self->tenant, self->webhooks);
  return TRUE;
}

void
postern_tenant_service_halt (PosternTenantService *self)
{
  postern_store_set_read_only (self->store, TRUE);
}

/* --- at hand ------------------------------------------------------------------------------------------------------------------ */

void
postern_tenant_service_set_changed (PosternTenantService *self, GFunc func, gpointer user_data)
{
  postern_instance_book_set_changed (self->book, func, user_data);
}

void
postern_tenant_service_look (PosternTenantService *self)
{
  postern_instance_book_look (self->book);
}

void
postern_tenant_service_set_tenants (PosternTenantService *self, const PosternApiTenants *tenants, gpointer user_data)
{
  postern_api_set_tenants (self->api, tenants, user_data);
}

void
postern_tenant_service_add_routes (PosternTenantService *self, PosternServer *server)
{
  postern_server_add_routes (server, postern_api_get_routes (), self->api);
  if (find_admitter (self))
    postern_server_add_routes (server, postern_api_get_public_routes (), self->api);
  postern_server_add_routes (server, postern_flow_engine_get_routes (), self->engine);
  for (guint i = 0; i < self->protocols->len; i++) {
    const PosternRoute *routes = postern_protocol_get_routes (self->protocols->pdata[i]);
    if (routes)
      postern_server_add_routes (server, routes, self->protocols->pdata[i]);
  }
}

static gpointer
find_protocol (PosternTenantService *self, gpointer own)
{
  for (guint i = 0; i < self->protocols->len; i++)
    if (g_str_equal (postern_instance_get_id (self->protocols->pdata[i]), postern_instance_get_id (own)))
      return self->protocols->pdata[i];
  return NULL;
}

gpointer
postern_tenant_service_find_twin (PosternTenantService *self, PosternTenantService *other, gpointer own)
{
  if (own == other->engine)
    return self->engine;
  if (own == other->api)
    return self->api;
  if (own == other->pages)
    return self->pages;
  return g_ptr_array_find (other->protocols, own, NULL) ? find_protocol (self, own) : NULL;
}

PosternTenant *
postern_tenant_service_get_tenant (PosternTenantService *self)
{
  return self->tenant;
}

PosternRuntime *
postern_tenant_service_get_runtime (PosternTenantService *self)
{
  return self->runtime;
}

typedef struct {
  GPtrArray *sinks;
  gint64 at;
} Due;

static gboolean
read_due (PosternTxn *txn, gpointer user_data, GError **error)
{
  Due *due = user_data;
  gint64 messages, webhooks;

  if (!postern_outbox_store_get_due (txn, &messages, error) || !postern_webhook_store_get_due (txn, &webhooks, error))
    return FALSE;
  due->at = MIN (messages, webhooks);
  return postern_sinks_get_due (txn, due->sinks, &due->at, error);
}

gint64
postern_tenant_service_get_due (PosternTenantService *self)
{
  g_autoptr (GPtrArray) sinks = postern_registry_list (self->registry, POSTERN_TYPE_SINK);
  Due due = { sinks, G_MAXINT64 };

  return postern_store_read (self->store, POSTERN_KEEP_LASTING, read_due, &due, NULL) ? due.at : 0;
}
