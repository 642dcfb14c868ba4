/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-house.h"

#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-flow-captcha.h"
#include "postern-http-client.h"
#include "postern-plugins.h"
#include "postern-protocol.h"
#include "postern-risk.h"
#include "postern-seal.h"
#include "postern-setup.h"
#include "postern-tenant-directory.h"
#include "postern-tenants.h"

#include <string.h>

struct _PosternHouse {
  PosternConfig *config;
  PosternTenantCommon common; /* what it has is owned here */
  PosternTenantService *service; /* the default tenant's */
  PosternTenants *tenants;
  PosternServer *server;
  PosternPages *pages;
};

static void
house_free (PosternHouse *self)
{
  g_clear_object (&self->server);
  g_clear_pointer (&self->tenants, postern_tenants_stop);
  g_clear_object (&self->service);
  g_clear_object (&self->pages);
  g_clear_pointer (&self->common.webhooks, postern_feed_queue_free);
  g_clear_pointer (&self->common.geoip, postern_geoip_unref);
  g_clear_object (&self->common.registry);
  g_clear_object (&self->config);
  g_clear_pointer (&self->common.master_key, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternHouse, house_free)

/* Where it cannot be read, signing in goes on: nobody is known to be anywhere. */
static void
open_geoip (PosternHouse *self)
{
  const char *path = postern_config_get_string (self->config, "risk.geoip-database");
  g_autoptr (GError) error = NULL;

  self->common.geoip = path && *path ? postern_geoip_open (path, &error) : NULL;
  if (error)
    g_warning ("addresses are not looked up: %s", error->message);
}

static gboolean
has_tenants (PosternHouse *self)
{
  guint all, open;

  postern_tenants_count (self->tenants, &all, &open);
  return all > 0;
}

/* The default tenant, and what is known of the others; none of them is opened. */
static gboolean
open_tenants (PosternHouse *self, GError **error)
{
  const char *location = postern_config_get_string (self->config, "database.location");
  PosternTenantPlace place = {
    .slug = POSTERN_TENANT_DEFAULT,
    .issuer = postern_config_get_string (self->config, "server.public-url"),
    .location = location && *location ? location : postern_config_get_string (self->config, "server.data-dir"),
    .database = postern_config_get_string (self->config, "database.type"),
  };
  g_autoptr (GPtrArray) protocols = NULL;

  self->common.master_key = postern_master_key_load (postern_config_get_string (self->config, "database.master-key"), error);
  if (!self->common.master_key)
    return FALSE;
  open_geoip (self);
  self->service = postern_tenant_service_open (&self->common, &place, error);
  self->tenants = self->service ? postern_tenants_start (&self->common, self->service, error) : NULL;
  if (!self->tenants)
    return FALSE;
  if (has_tenants (self))
    postern_registry_try_rest (self->common.registry);
  protocols = postern_registry_list (self->common.registry, POSTERN_TYPE_PROTOCOL);
  if (protocols->len == 0)
    g_warning ("no protocol plugin could be used, so no application can send anybody here; see the lines above");
  return TRUE;
}

/* An operator who relies on it should know that it is not there. */
static void
look_for_captcha (PosternHouse *self)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (postern_tenant_service_get_tenant (self->service));
  PosternRuntime *runtime = postern_tenant_service_get_runtime (self->service);
  if (postern_risk_get_effect (policy, POSTERN_RISK_MANY_FAILURES) == POSTERN_RISK_CAPTCHA && !postern_flow_captcha_find (runtime))
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
  add_icons (self->pages, self->common.registry);
  self->server = make_server (self->config, self->pages);
  if (!set_tls (self, error))
    return FALSE;
  postern_server_set_csrf_key (self->server, self->common.master_key); /* a form that a person types into outlives a restart */
  postern_server_set_tenants (self->server, &postern_tenants_hooks, self->tenants);
  if (!postern_tenant_service_start (self->service, self->pages, error))
    return FALSE;
  postern_tenant_service_set_tenants (self->service, &postern_tenants_change_hooks, self->tenants);
  postern_tenants_set_pages (self->tenants, self->pages);
  postern_tenant_service_add_routes (self->service, self->server);
  if (!add_sockets (self, sockets, error) || !postern_server_start (self->server, error))
    return FALSE;
  postern_server_set_ready (self->server, TRUE);
  return TRUE;
}

PosternHouse *
postern_house_open (PosternConfig *config, const char *sockets, GFunc changed, gpointer user_data, GError **error)
{
  g_autoptr (PosternHouse) self = g_new0 (PosternHouse, 1);
  self->config = self->common.config = g_object_ref (config);
  self->common.registry = postern_plugins_load (config);
  self->common.webhooks = postern_feed_queue_new ((guint) postern_config_get_int64 (config, "webhooks.threads"));
  if (!postern_http_client_configure (postern_http_client_get_default (), postern_config_get_strv (config, "outbound.allow"),
                                      postern_config_get_string (config, "outbound.ca-file"), error) ||
      !open_tenants (self, error))
    return NULL;
  postern_tenant_service_set_changed (self->service, changed, user_data);
  if (!open_server (self, sockets, error))
    return NULL;
  look_for_captcha (self);
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
  if (postern_store_write (postern_tenant_get_store (postern_tenant_service_get_tenant (self->service)), POSTERN_KEEP_LASTING, issue_setup, &turn, &local))
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
