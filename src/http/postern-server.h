/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include "postern-route.h"
#include "postern-pages.h"

G_BEGIN_DECLS

/**
 * PosternServer: sockets in, PosternResponse out. The gate (postern-gate.h) owns accept, idle and close, vets each request
 * and writes each answer.
 * Handlers run on handler threads, which are bounded in number, inline handlers on the I/O thread (they get no cancellable).
 * Of our own it answers /livez and /readyz everywhere, /metrics on the management socket, and /assets/.
 */
#define POSTERN_TYPE_SERVER (postern_server_get_type ())
G_DECLARE_FINAL_TYPE (PosternServer, postern_server, POSTERN, SERVER, GObject)

/** Zero means the built-in default. Times in milliseconds. */
typedef struct {
  guint io_threads;       /* default: one a core that we may use, at any time */
  guint handler_threads;  /* default 64 */
  guint handler_queue;    /* waiting requests beyond which the answer is 503; default 512 */
  guint connections, connections_per_address;
  guint head_timeout, body_timeout, idle_timeout, handler_timeout;
  guint buffered;         /* bytes of requests not answered yet, of all connections together; beyond, the answer is 503; default 64 MiB */
  guint rate, rate_burst; /* requests a second of one address, and at once; default 100 and 500; loopback is not limited */
  gboolean no_access_log; /* else a JSON line a request goes to standard error: never a query, and the pattern where a path has captures */
  const char *const *trusted_proxies; /* (nullable): addresses and prefixes whose X-Forwarded-For/Forwarded is believed */
} PosternServerOptions;

typedef enum {
  POSTERN_SOCKET_PUBLIC,
  POSTERN_SOCKET_MANAGEMENT, /* loopback: /livez, /readyz, /metrics */
  POSTERN_SOCKET_ADMIN       /* AF_UNIX: routes with POSTERN_ROUTE_ADMIN, for our own user and root (SO_PEERCRED) */
} PosternSocketKind;

/** postern_server_new: @public_url without trailing slash; may have a path, below which every route then lies. */
PosternServer *postern_server_new (const char *public_url, const PosternServerOptions *options, PosternPages *pages);
/** postern_server_add_routes: before start. @user_data is given to each handler of @routes. */
void postern_server_add_routes (PosternServer *self, const PosternRoute *routes, gpointer user_data);
/**
 * PosternServerTenants: who else is served. A request below `/t/SLUG/`, or whose host is a tenant's domain, belongs to that tenant: it
 * bears its slug and its public URL, its path lies below that, and its handlers get, in place of the user_data of the tables, what
 * is the tenant's own.
 */
typedef struct {
  /** find_domain: whose domain @host (lower case, no port) is. Never blocks. (transfer full) (nullable) */
  char *(*find_domain) (const char *host, gpointer user_data);
  /** has_domains: whether any tenant has one, or had: then a host that is nobody's is refused, with 421. Never blocks. */
  gboolean (*has_domains) (gpointer user_data);
  /**
   * enter: the tenant, open for as long as the reference is held. NOT_FOUND and ACCESS_DENIED (suspended) have words for strangers.
   * @may_block: FALSE: NULL without an error when it would have to be opened first
   */
  GObject *(*enter) (const char *slug, gboolean may_block, gpointer user_data, GError **error);
  /**
   * look_in: at one that is suspended: for how its page looks, and for routes of POSTERN_ROUTE_LOOK; nothing else of it is served. May block.
   * (transfer full) (nullable): not now
   */
  GObject *(*look_in) (const char *slug, gpointer user_data);
  /** get_url: its issuer: requests that came by another way are sent there. (transfer none) */
  const char *(*get_url) (GObject *tenant);
  /** get_data: what stands for @own (the user_data of a table, or the server's PosternPages) there. (transfer none) (nullable): no such routes there */
  gpointer (*get_data) (GObject *tenant, gpointer own, gpointer user_data);
} PosternServerTenants;

/** postern_server_set_tenants: before start. @tenants: outlives the server */
void postern_server_set_tenants (PosternServer *self, const PosternServerTenants *tenants, gpointer user_data);
/** postern_server_set_csrf_key: forms outlive the process when its successor has the same key. Before start. */
void postern_server_set_csrf_key (PosternServer *self, GBytes *key);
/** postern_server_set_tls: the public sockets speak TLS with these PEM files. POSTERN_ERROR_CONFIG. Before start. */
gboolean postern_server_set_tls (PosternServer *self, const char *certificate_path, const char *key_path, GError **error);
/** postern_server_add_socket: a listening descriptor, non-blocking from now on; it stays the caller's. Before start. */
void postern_server_add_socket (PosternServer *self, int fd, PosternSocketKind kind);
/** postern_server_start: starts the threads and returns; needs no main loop. */
gboolean postern_server_start (PosternServer *self, GError **error);
/** postern_server_stop_accepting: the first half of postern_server_drain(): returns when no more connections are taken, at most after half of @timeout ms. */
void postern_server_stop_accepting (PosternServer *self, guint timeout);
/** postern_server_drain: stops accepting, closes idle connections, answers what is under way, at most @timeout ms; blocks. */
void postern_server_drain (PosternServer *self, guint timeout);
/** postern_server_stop: ends all threads; what is still open is cut off. After drain, or instead of it. Blocks until handlers have returned. */
void postern_server_stop (PosternServer *self);
/** postern_server_set_ready: what /readyz says. */
void postern_server_set_ready (PosternServer *self, gboolean ready);
/** postern_server_dispatch: for tests: routes @request as if it had come in, on this thread. (transfer full), a page is rendered */
PosternResponse *postern_server_dispatch (PosternServer *self, PosternRequest *request);

G_END_DECLS
