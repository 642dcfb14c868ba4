/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server-private.h"
#include "postern-error.h"

#include <string.h>
#include <sys/resource.h>

#define SPARE_DESCRIPTORS 256  /* for files, database and outbound connections */
#define DRAIN_LINGER_MS 3000   /* that an idle connection stays open while we drain */
#define DRAIN_STEP_US 5000

G_DEFINE_FINAL_TYPE (PosternServer, postern_server, G_TYPE_OBJECT)

static void
postern_server_finalize (GObject *object)
{
  PosternServer *self = POSTERN_SERVER (object);

  postern_server_stop (self);
  for (guint i = 0; i < POSTERN_SERVER_KINDS; i++)
    postern_router_free (self->routers[i]);
  g_array_unref (self->sockets);
  g_strfreev (self->base);
  g_strfreev (self->proxy_texts);
  g_clear_pointer (&self->trusted, postern_address_list_free);
  g_clear_pointer (&self->tls, postern_gate_tls_free);
  g_clear_pointer (&self->answer.csrf, postern_csrf_free);
  g_clear_object (&self->answer.pages);
  g_free (self->public_url);
  G_OBJECT_CLASS (postern_server_parent_class)->finalize (object);
}

static void
postern_server_class_init (PosternServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_server_finalize;
}

static void
postern_server_init (PosternServer *self)
{
  self->sockets = g_array_new (FALSE, FALSE, sizeof (PosternServerSocket));
  for (guint i = 0; i < POSTERN_SERVER_KINDS; i++)
    self->routers[i] = postern_router_new ();
  self->id_seed = ((guint64) g_random_int () << 32) | g_random_int ();
}

static void
set_default (guint *value, guint fallback)
{
  if (*value == 0)
    *value = fallback;
}

static void
set_defaults (PosternServerOptions *self)
{
  set_default (&self->handler_threads, 64);
  set_default (&self->handler_queue, 512);
  set_default (&self->connections, 10000);
  set_default (&self->head_timeout, 10 * 1000);
  set_default (&self->body_timeout, 30 * 1000);
  set_default (&self->idle_timeout, 120 * 1000); /* longer than clients keep theirs, so that they close first and lose nothing */
  set_default (&self->handler_timeout, 30 * 1000);
  set_default (&self->buffered, 64 * 1024 * 1024);
  set_default (&self->rate, 100);
  set_default (&self->rate_burst, 500);
}

static void
add_own_routes (PosternServer *self)
{
  for (guint kind = 0; kind < POSTERN_SERVER_KINDS; kind++)
    for (const PosternRoute *route = postern_server_routes_common; route->method; route++)
      postern_router_add (self->routers[kind], route, self);
  for (const PosternRoute *route = postern_server_routes_management; route->method; route++)
    postern_router_add (self->routers[POSTERN_SOCKET_MANAGEMENT], route, self);
  for (const PosternRoute *route = postern_server_routes_assets; self->answer.pages && route->method; route++)
    postern_router_add (self->routers[POSTERN_SOCKET_PUBLIC], route, self->answer.pages);
}

PosternServer *
postern_server_new (const char *public_url, const PosternServerOptions *options, PosternPages *pages)
{
  PosternServer *self = g_object_new (POSTERN_TYPE_SERVER, NULL);
  const char *host = strstr (public_url, "://");
  const char *path = host ? strchr (host + 3, '/') : NULL;

  self->public_url = g_strdup (public_url);
  self->answer.secure = g_str_has_prefix (public_url, "https://");
  self->answer.pages = pages ? g_object_ref (pages) : NULL;
  self->answer.csrf = postern_csrf_new (NULL);
  self->base = path ? g_strsplit (path + 1, "/", -1) : g_new0 (char *, 1);
  if (options)
    self->options = *options;
  self->proxy_texts = g_strdupv ((char **) self->options.trusted_proxies);
  self->options.trusted_proxies = NULL;
  set_defaults (&self->options);
  add_own_routes (self);
  return self;
}

void
postern_server_set_tenants (PosternServer *self, const PosternServerTenants *tenants, gpointer user_data)
{
  self->tenants = tenants;
  self->tenants_data = user_data;
}

void
postern_server_set_csrf_key (PosternServer *self, GBytes *key)
{
  postern_csrf_free (self->answer.csrf);
  self->answer.csrf = postern_csrf_new (key);
}

gboolean
postern_server_set_tls (PosternServer *self, const char *certificate_path, const char *key_path, GError **error)
{
  g_clear_pointer (&self->tls, postern_gate_tls_free);
  self->tls = postern_gate_tls_new (certificate_path, key_path, error);
  return self->tls != NULL;
}

void
postern_server_add_routes (PosternServer *self, const PosternRoute *routes, gpointer user_data)
{
  for (; routes->method; routes++) {
    PosternSocketKind kind = routes->flags & POSTERN_ROUTE_ADMIN ? POSTERN_SOCKET_ADMIN : POSTERN_SOCKET_PUBLIC;
    if (!postern_router_add (self->routers[kind], routes, user_data))
      g_critical ("The route %s %s is no route, or stands twice", routes->method, routes->pattern);
  }
}

void
postern_server_add_socket (PosternServer *self, int fd, PosternSocketKind kind)
{
  PosternServerSocket socket = { fd, kind };

  g_array_append_val (self->sockets, socket);
}

/* Descriptors are the first thing that runs out; the soft limit is small for the sake of select(), which nobody here uses. */
static void
raise_descriptors (PosternServer *self)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  if (limit.rlim_cur < self->options.connections + SPARE_DESCRIPTORS) {
    limit.rlim_cur = MIN (limit.rlim_max, self->options.connections + SPARE_DESCRIPTORS);
    setrlimit (RLIMIT_NOFILE, &limit);
    getrlimit (RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < self->options.connections + SPARE_DESCRIPTORS)
    self->options.connections = (guint) MAX (16, (gint64) limit.rlim_cur - SPARE_DESCRIPTORS);
}

static PosternGate *
make_gate (PosternServer *self)
{
  const PosternServerOptions *options = &self->options;
  PosternGateOptions gate = {
    .io_threads = options->io_threads,
    .handler_threads = options->handler_threads,
    .handler_queue = options->handler_queue,
    .connections = options->connections,
    .buffered = MIN (options->buffered, (guint) G_MAXINT / 2),
    .connections_per_address = options->connections_per_address ? options->connections_per_address : 256,
    .exempt_loopback = options->connections_per_address == 0,
    .requests = 100000,
    .head_timeout = options->head_timeout,
    .body_timeout = options->body_timeout,
    .idle_timeout = options->idle_timeout,
    .write_timeout = options->body_timeout,
    .serve_timeout = options->handler_timeout,
    .trusted = self->trusted,
    .log_fd = options->no_access_log ? -1 : 2,
  };

  return postern_gate_new (&gate, &postern_server_call_handler, self);
}

gboolean
postern_server_start (PosternServer *self, GError **error)
{
  g_return_val_if_fail (!self->gate, FALSE);
  self->trusted = postern_address_list_new ((const char *const *) self->proxy_texts, error);
  if (!self->trusted)
    return FALSE;
  raise_descriptors (self);
  self->gate = make_gate (self);
  for (guint i = 0; i < self->sockets->len; i++) {
    PosternServerSocket *socket = &g_array_index (self->sockets, PosternServerSocket, i);
    postern_gate_add_listener (self->gate, socket->fd, socket->kind, socket->kind == POSTERN_SOCKET_ADMIN,
                               socket->kind == POSTERN_SOCKET_PUBLIC ? self->tls : NULL);
  }
  return postern_gate_start (self->gate, error);
}

void
postern_server_set_ready (PosternServer *self, gboolean ready)
{
  g_atomic_int_set (&self->ready, ready);
}

void
postern_server_stop_accepting (PosternServer *self, guint timeout)
{
  guint linger = MIN (timeout / 2, DRAIN_LINGER_MS);
  gint64 end = g_get_monotonic_time () + (gint64) linger * 1000;

  if (!self->gate)
    return;
  g_atomic_int_set (&self->draining, TRUE);
  postern_gate_drain (self->gate, linger);
  while (!postern_gate_is_shut (self->gate) && g_get_monotonic_time () < end)
    g_usleep (DRAIN_STEP_US);
}

void
postern_server_drain (PosternServer *self, guint timeout)
{
  gint64 end = g_get_monotonic_time () + (gint64) timeout * 1000;

  if (!self->gate)
    return;
  postern_server_stop_accepting (self, timeout);
  while (g_get_monotonic_time () < end) {
    if (g_atomic_int_get (&self->under_way) == 0 && g_atomic_int_get (&postern_gate_get_counters (self->gate)->connections) == 0)
      return;
    g_usleep (DRAIN_STEP_US);
  }
}

void
postern_server_stop (PosternServer *self)
{
  if (self->gate)
    postern_gate_stop (self->gate);
  g_clear_pointer (&self->gate, postern_gate_free);
}

PosternResponse *
postern_server_dispatch (PosternServer *self, PosternRequest *request)
{
  PosternSocketKind kind = POSTERN_SOCKET_PUBLIC;
  const char *method = postern_request_get_method (request);
  g_auto (GStrv) segments = postern_router_split (postern_request_get_path (request));
  const char *slug;
  char **below = postern_server_request_find_tenant (segments, &slug);
  PosternServerCall call = { .server = self, .request = request };
  PosternResponse *response;

  postern_router_match (self->routers[kind], method, below, &call.match);
  if (!call.match.allow) {
    postern_router_match_clear (&call.match);
    postern_router_match (self->routers[POSTERN_SOCKET_ADMIN], method, below, &call.match);
  }
  for (guint i = 0; i < call.match.n_captures; i++)
    postern_request_set_capture (request, call.match.captures[i].name, call.match.captures[i].value);
  if (slug)
    postern_server_request_set_tenant (self, request, slug, NULL);
  else if (!postern_request_get_public_url (request))
    postern_request_set_public_url (request, self->public_url);
  response = postern_server_call_answer (&call);
  postern_router_match_clear (&call.match);
  g_clear_object (&call.tenant);
  return response;
}
