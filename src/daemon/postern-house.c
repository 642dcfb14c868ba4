/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-house.h"

#include "postern-api.h"
#include "postern-authenticator.h"
#include "postern-delivery.h"
#include "postern-error.h"
#include "postern-flow-captcha.h"
#include "postern-flow-end.h"
#include "postern-flow-engine.h"
#include "postern-http-client.h"
#include "postern-maintenance.h"
#include "postern-messenger.h"
#include "postern-plugins.h"
#include "postern-protocol.h"
#include "postern-risk.h"
#include "postern-runtime.h"
#include "postern-seal.h"
#include "postern-setup.h"
#include "postern-sink.h"

#include <string.h>

#define TENANT "default"

struct _PosternHouse {
  PosternConfig *config;
  GBytes *key; /* the master key */
  PosternRegistry *registry;
  PosternHub *hub;
  PosternStore *store;
  PosternInstanceBook *book;
  PosternTenant *tenant;
  PosternRuntime *runtime;
  PosternFlowEngine *engine;
  GPtrArray *protocols;
  PosternApi *api;
  PosternServer *server;
  PosternPages *pages;
  PosternMaintenance *maintenance;
  PosternDelivery *delivery;
};

static void
house_free (PosternHouse *self)
{
  g_clear_pointer (&self->maintenance, postern_maintenance_stop);
  g_clear_pointer (&self->delivery, postern_delivery_stop);
  g_clear_object (&self->server);
  g_clear_object (&self->pages);
  g_clear_pointer (&self->api, postern_api_free);
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
  g_clear_pointer (&self->key, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternHouse, house_free)

static gboolean
open_store (PosternHouse *self, GError **error)
{
  const char *location = postern_config_get_string (self->config, "database.location");
  PosternDatabase *database = NULL;
  self->key = postern_master_key_load (postern_config_get_string (self->config, "database.master-key"), error);
  if (self->key)
    database = postern_plugins_find_database (self->registry, self->config, error);
  if (!database)
    return FALSE;
  self->store = postern_store_open (database, self->key, location ? location : postern_config_get_string (self->config, "server.data-dir"), TENANT, error);
  if (self->store)
    self->book = postern_plugins_open_book (self->registry, self->config, self->store, error);
  return self->book != NULL;
}

/* Where it cannot be read, signing in goes on: nobody is known to be anywhere. */
static void
open_geoip (PosternHouse *self)
{
  const char *path = postern_config_get_string (self->config, "risk.geoip-database");
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternGeoip) geoip = path && *path ? postern_geoip_open (path, &error) : NULL;
  if (geoip)
    postern_runtime_set_geoip (self->runtime, geoip);
  else if (error)
    g_warning ("addresses are not looked up: %s", error->message);
}

static gboolean
open_tenant (PosternHouse *self, GError **error)
{
  self->tenant = postern_tenant_new (TENANT, postern_config_get_string (self->config, "server.public-url"), self->store, error);
  if (!self->tenant)
    return FALSE;
  self->runtime = postern_runtime_new (self->config, self->registry, self->hub);
  postern_runtime_set_book (self->runtime, self->book);
  postern_runtime_add_tenant (self->runtime, self->tenant);
  open_geoip (self);
  self->engine = postern_flow_engine_new (self->runtime);
  return TRUE;
}

static void
attach_sinks (PosternHouse *self)
{
  g_autoptr (GPtrArray) sinks = postern_registry_list (self->registry, POSTERN_TYPE_SINK);
  for (guint i = 0; i < sinks->len; i++)
    postern_sink_attach (sinks->pdata[i], self->hub);
}

static gboolean
start_protocols (PosternHouse *self, GError **error)
{
  self->protocols = postern_registry_list (self->registry, POSTERN_TYPE_PROTOCOL);
  for (guint i = 0; i < self->protocols->len; i++)
    if (!postern_protocol_start (self->protocols->pdata[i], self->runtime, self->engine, error))
      return FALSE;
  if (self->protocols->len == 0)
    g_warning ("no protocol plugin could be used, so no application can send anybody here; see the lines above");
  return TRUE;
}

/* An operator who relies on it should know that it is not there. */
static void
look_for_captcha (PosternHouse *self)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (self->tenant);
  if (postern_risk_get_effect (policy, POSTERN_RISK_MANY_FAILURES) == POSTERN_RISK_CAPTCHA && !postern_flow_captcha_find (self->runtime))
    g_message ("no captcha is set up, so after many wrong guesses people get a mail instead (risk_many_failures)");
}

/* A connector's own pages lie beside its module and are read last: they add pages and replace none. One that is broken
 * costs the connectors their pages, but not the server its start. */
static PosternPages *
make_pages (PosternConfig *config, GError **error)
{
  const char *const *own = postern_config_get_strv (config, "paths.templates"), *const *plugins = postern_config_get_strv (config, "paths.plugins");
  const char *assets = postern_config_get_string (config, "paths.assets"), *locale = postern_config_get_string (config, "paths.locale");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autoptr (GError) local = NULL;
  PosternPages *pages;

  g_strv_builder_addv (builder, (const char **) own);
  g_strv_builder_addv (builder, (const char **) plugins);
  all = g_strv_builder_end (builder);
  pages = postern_pages_new ((const char *const *) all, assets, locale, &local);
  if (pages)
    return pages;
  g_warning ("left out: pages that connectors bring: %s", local->message);
  return postern_pages_new (own, assets, locale, error);
}

static gboolean
set_brand (PosternPages *pages, PosternConfig *config, GError **error)
{
  const char *logo = postern_config_get_string (config, "tenant.logo"), *color = postern_config_get_string (config, "tenant.accent-color");

  postern_pages_set_tenant_name (pages, postern_config_get_string (config, "tenant.name"));
  return (!logo || postern_pages_set_logo (pages, logo, error)) && (!color || postern_pages_set_accent_color (pages, color, error));
}

/* They lie beside the modules and key files. A button without its picture is still a button. */
static void
add_icon (PosternPages *pages, const char *icon, const char *whose)
{
  g_autoptr (GError) error = NULL;
  if (icon && !postern_pages_add_icon (pages, icon, &error))
    g_warning ("left out: the picture of connector %s: %s", whose, error->message);
}

static void
add_icons (PosternPages *pages, PosternRegistry *registry)
{
  g_autoptr (GPtrArray) connectors = postern_registry_list (registry, POSTERN_TYPE_CONNECTOR);
  GPtrArray *infos = postern_registry_get_infos (registry);
  for (guint i = 0; i < connectors->len; i++)
    add_icon (pages, postern_instance_get_icon (connectors->pdata[i]), postern_instance_get_id (connectors->pdata[i]));
  for (guint i = 0; i < infos->len; i++) {
    PosternPluginInfo *info = infos->pdata[i];
    add_icon (pages, info->icon, info->id); /* the console shows what could be added */
  }
}

static PosternServer *
make_server (PosternConfig *config, PosternPages *pages)
{
  PosternServerOptions options = {
    .io_threads = (guint) postern_config_get_int64 (config, "server.io-threads"),
    .handler_threads = (guint) postern_config_get_int64 (config, "server.handler-threads"),
    .handler_queue = (guint) postern_config_get_int64 (config, "limits.handler-queue"),
    .connections = (guint) postern_config_get_int64 (config, "limits.connections"),
    .connections_per_address = (guint) postern_config_get_int64 (config, "limits.connections-per-address"),
    .head_timeout = (guint) postern_config_get_int64 (config, "limits.head-timeout"),
    .body_timeout = (guint) postern_config_get_int64 (config, "limits.body-timeout"),
    .idle_timeout = (guint) postern_config_get_int64 (config, "limits.idle-timeout"),
    .handler_timeout = (guint) postern_config_get_int64 (config, "limits.handler-timeout"),
    .rate = (guint) postern_config_get_int64 (config, "limits.rate"),
    .rate_burst = (guint) postern_config_get_int64 (config, "limits.rate-burst"),
    .no_access_log = !postern_config_get_boolean (config, "log.access"),
    .trusted_proxies = postern_config_get_strv (config, "server.trusted-proxies"),
  };
  return postern_server_new (postern_config_get_string (config, "server.public-url"), &options, pages);
}

static gboolean
end_session (PosternTenant *tenant, const char *session_id, gpointer engine, GError **error)
{
  return postern_flow_engine_end_session (engine, tenant, session_id, error);
}

static GPtrArray *
end_user (PosternTxn *txn, const char *user_id, GError **error)
{
  return postern_flow_end_others (txn, user_id, NULL, error);
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

static const PosternApiSessions sessions = { end_session, end_user, tell_ended };

static void
open_api (PosternHouse *self)
{
  g_autoptr (GPtrArray) instances = postern_registry_list (self->registry, POSTERN_TYPE_INSTANCE);
  self->api = postern_api_new (self->tenant);
  postern_api_set_instances (self->api, instances, postern_registry_get_problems (self->registry));
  postern_api_set_sessions (self->api, &sessions, self->engine);
  postern_api_set_book (self->api, self->book);
}

/* Where some protocol has access tokens, the API is there for who shows one. */
static void
open_api_to_bearers (PosternHouse *self)
{
  for (guint i = 0; i < self->protocols->len; i++)
    if (postern_protocol_can_admit (self->protocols->pdata[i])) {
      postern_api_set_bearer (self->api, admit, self->protocols->pdata[i]);
      postern_server_add_routes (self->server, postern_api_get_public_routes (), self->api);
      return;
    }
}

static void
add_routes (PosternHouse *self)
{
  postern_server_add_routes (self->server, postern_api_get_routes (), self->api);
  open_api_to_bearers (self);
  postern_server_add_routes (self->server, postern_flow_engine_get_routes (), self->engine);
  for (guint i = 0; i < self->protocols->len; i++) {
    const PosternRoute *routes = postern_protocol_get_routes (self->protocols->pdata[i]);
    if (routes)
      postern_server_add_routes (self->server, routes, self->protocols->pdata[i]);
  }
}

static gboolean
add_sockets (PosternHouse *self, const char *sockets, GError **error)
{
  static const struct {
    const char *prefix;
    PosternSocketKind kind;
  } roles[] = { { "public:", POSTERN_SOCKET_PUBLIC }, { "management:", POSTERN_SOCKET_MANAGEMENT }, { "admin:", POSTERN_SOCKET_ADMIN } };
  g_auto (GStrv) words = g_strsplit (sockets, " ", -1);
  for (guint i = 0; words[i]; i++) {
    gint64 fd = -1;
    for (guint k = 0; k < G_N_ELEMENTS (roles); k++)
      if (g_str_has_prefix (words[i], roles[k].prefix) && g_ascii_string_to_signed (words[i] + strlen (roles[k].prefix), 10, 3, 65535, &fd, NULL))
        postern_server_add_socket (self->server, (int) fd, roles[k].kind);
    if (fd < 0) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "cannot read the list of sockets '%s'; start posternd, not its worker", sockets);
      return FALSE;
    }
  }
  return TRUE;
}

/* Without a certificate the sockets speak plain HTTP, for a proxy or for localhost. */
static gboolean
set_tls (PosternHouse *self, GError **error)
{
  const char *certificate = postern_config_get_string (self->config, "server.tls-certificate");
  const char *key = postern_config_get_string (self->config, "server.tls-key");

  if (!certificate || !*certificate)
    return TRUE;
  return postern_server_set_tls (self->server, certificate, key && *key ? key : certificate, error);
}

static gboolean
open_server (PosternHouse *self, const char *sockets, GError **error)
{
  self->pages = make_pages (self->config, error);
  if (!self->pages || !set_brand (self->pages, self->config, error))
    return FALSE;
  add_icons (self->pages, self->registry);
  self->server = make_server (self->config, self->pages);
  if (!set_tls (self, error))
    return FALSE;
  postern_server_set_csrf_key (self->server, self->key); /* a form that a person types into outlives a restart */
  open_api (self);
  add_routes (self);
  if (!add_sockets (self, sockets, error) || !postern_server_start (self->server, error))
    return FALSE;
  postern_server_set_ready (self->server, TRUE);
  return TRUE;
}

/* Without a setting, mails come from the host that people see. */
static char *
dup_sender_address (PosternConfig *config)
{
  const char *address = postern_config_get_string (config, "messages.from-address");
  g_autoptr (GUri) uri = g_uri_parse (postern_config_get_string (config, "server.public-url"), G_URI_FLAGS_NONE, NULL);

  return address && *address ? g_strdup (address) : g_strconcat ("postern@", g_uri_get_host (uri), NULL);
}

static gboolean
start_delivery (PosternHouse *self, GError **error)
{
  const char *name = postern_config_get_string (self->config, "messages.sender-name");
  g_autofree char *address = dup_sender_address (self->config);
  g_autoptr (GPtrArray) messengers = postern_registry_list (self->registry, POSTERN_TYPE_MESSENGER);
  PosternDeliveryOptions options = {
    .sender_address = address,
    .sender_name = name && *name ? name : postern_config_get_string (self->config, "tenant.name"),
    .keep_seconds = postern_config_get_int64 (self->config, "messages.keep-days") * 24 * 3600,
  };
  PosternMessageTemplates *templates = postern_message_templates_new (postern_config_get_strv (self->config, "paths.templates"), self->pages,
                                                                      postern_config_get_string (self->config, "server.public-url"), error);

  if (templates)
    self->delivery = postern_delivery_start (self->tenant, messengers, templates, &options);
  return templates != NULL;
}

PosternHouse *
postern_house_open (PosternConfig *config, const char *sockets, GFunc changed, gpointer user_data, GError **error)
{
  g_autoptr (PosternHouse) self = g_new0 (PosternHouse, 1);
  self->config = g_object_ref (config);
  self->hub = postern_hub_new ();
  self->registry = postern_plugins_load (config);
  if (!postern_http_client_configure (postern_http_client_get_default (), postern_config_get_strv (config, "outbound.allow"),
                                      postern_config_get_string (config, "outbound.ca-file"), error) ||
      !open_store (self, error) || !open_tenant (self, error))
    return NULL;
  postern_instance_book_set_changed (self->book, changed, user_data);
  attach_sinks (self);
  if (!start_protocols (self, error) || !open_server (self, sockets, error) || !start_delivery (self, error))
    return NULL;
  look_for_captcha (self);
  self->maintenance = postern_maintenance_start (self->runtime, self->tenant);
  return g_steal_pointer (&self);
}

typedef struct {
  const char *public_url;
  char *link;
} SetupTurn;

static gboolean
issue_setup (PosternTxn *txn, gpointer user_data, GError **error)
{
  SetupTurn *turn = user_data;
  g_clear_pointer (&turn->link, g_free); /* a transaction may run twice */
  turn->link = postern_setup_issue (txn, turn->public_url, g_get_real_time () / G_USEC_PER_SEC, error);
  return turn->link != NULL;
}

char *
postern_house_issue_setup_link (PosternHouse *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  SetupTurn turn = { .public_url = postern_config_get_string (self->config, "server.public-url") };
  if (postern_store_write (self->store, POSTERN_KEEP_LASTING, issue_setup, &turn, &local))
    return turn.link;
  g_free (turn.link);
  if (!g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

void
postern_house_stop_accepting (PosternHouse *self, guint timeout)
{
  postern_server_set_ready (self->server, FALSE);
  postern_server_stop_accepting (self->server, timeout);
}

void
postern_house_close (PosternHouse *self, guint timeout)
{
  postern_house_stop_accepting (self, timeout);
  postern_server_drain (self->server, timeout);
  house_free (self);
}
