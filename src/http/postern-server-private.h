/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-answer.h"
#include "postern-gate.h"
#include "postern-router.h"
#include "postern-server.h"

G_BEGIN_DECLS

#define POSTERN_SERVER_KINDS 3
#define POSTERN_SERVER_CLASSES 6 /* 1xx … 5xx, and 0: nothing was answered */

typedef struct {
  int fd;
  PosternSocketKind kind;
} PosternServerSocket;

struct _PosternServer {
  GObject parent_instance;
  char *public_url;
  char **base; /* segments of the public URL's path; empty at the root */
  PosternServerOptions options;
  char **proxy_texts;
  PosternAddressList *trusted;
  PosternGateTls *tls; /* (nullable) */
  PosternAnswerContext answer;
  const PosternServerTenants *tenants; /* (nullable) */
  gpointer tenants_data;
  PosternRouter *routers[POSTERN_SERVER_KINDS];
  GArray *sockets; /* (element-type PosternServerSocket) */
  PosternGate *gate;
  gint ready;                            /* atomic, and so is what follows */
  gint draining;
  gint classes[POSTERN_SERVER_CLASSES];
  gint overloaded, limited, under_way;
  guint64 id_seed;
  gint id_count;
};

/** PosternServerCall: one request on its way through the server. */
typedef struct {
  PosternServer *server;
  PosternGateExchange *exchange;
  PosternRequest *request;
  PosternRouterMatch match;
  GObject *tenant; /* (nullable): the one that was entered */
  gboolean entered; /* as far as the inline handler */
} PosternServerCall;

/* postern-server-call.c: the gate's callbacks, and the way of one call */
extern const PosternGateHandler postern_server_call_handler;
/** postern_server_call_answer: what the match of @call answers, page rendered, on a thread that may block. (transfer full) */
PosternResponse *postern_server_call_answer (PosternServerCall *call);

/* postern-server-routes.c: what the server answers itself */
extern const PosternRoute postern_server_routes_common[];
extern const PosternRoute postern_server_routes_management[];
extern const PosternRoute postern_server_routes_assets[];

/* postern-server-request.c: from a head to a request */
/** postern_server_request_find_tenant: takes `t/SLUG` off @segments. @slug: (out) (nullable) (transfer none). Returns: the rest, of @segments */
char **postern_server_request_find_tenant (char **segments, const char **slug);
/** postern_server_request_set_tenant: @request is for the tenant @slug. @host: (nullable): its domain, by which it came */
void postern_server_request_set_tenant (PosternServer *server, PosternRequest *request, const char *slug, const char *host);
/** postern_server_request_read: fills @call: request, match. Returns 0, or the status to refuse with. */
guint postern_server_request_read (PosternServerCall *call, const PosternGateHead *head);

/* postern-server-log.c */
void postern_server_log_write (GString *out, PosternServerCall *call, guint status, gsize bytes);

G_END_DECLS
