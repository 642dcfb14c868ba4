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
} PosternServerCall;

/* postern-server-call.c: the gate's callbacks, and the way of one call */
extern const PosternGateHandler postern_server_call_handler;
/** postern_server_call_answer: what @match answers to @request, page rendered. (transfer full) */
PosternResponse *postern_server_call_answer (PosternServer *server, PosternRequest *request, PosternRouterMatch *match);

/* postern-server-routes.c: what the server answers itself */
extern const PosternRoute postern_server_routes_common[];
extern const PosternRoute postern_server_routes_management[];
extern const PosternRoute postern_server_routes_assets[];

/* postern-server-request.c: from a head to a request */
/** postern_server_request_read: fills @call: request, match. Returns 0, or the status to refuse with. */
guint postern_server_request_read (PosternServerCall *call, const PosternGateHead *head);

/* postern-server-log.c */
void postern_server_log_write (GString *out, PosternServerCall *call, guint status, gsize bytes);

G_END_DECLS
