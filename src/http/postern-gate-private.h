/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-gate.h"
#include "postern-gate-body.h"
#include "postern-gate-tls.h"
#include "postern-gate-wording.h"

G_BEGIN_DECLS

typedef struct _PosternGateLoop PosternGateLoop;
typedef struct _PosternGateConnection PosternGateConnection;

/* What a connection waits for; also the queue that it stands in. A queue's entries all wait equally long, so that the
 * first is always the next whose time is over: timers cost nothing but a link. */
typedef enum {
  POSTERN_GATE_IDLE,   /* between requests: for the first byte of the next */
  POSTERN_GATE_HEAD,   /* for the rest of a head */
  POSTERN_GATE_BODY,   /* for the rest of a body */
  POSTERN_GATE_SERVE,  /* for the server's answer */
  POSTERN_GATE_WRITE,  /* for the client to take the answer */
  POSTERN_GATE_LINGER, /* our side is closed: for the client to close its own, so that it reads the answer first */
  POSTERN_GATE_WAITS
} PosternGateWait;

/* What epoll points at begins with this. */
typedef enum { POSTERN_GATE_POLL_WAKE, POSTERN_GATE_POLL_LISTENER, POSTERN_GATE_POLL_CONNECTION } PosternGatePoll;

typedef struct {
  PosternGatePoll poll;
  int fd;
  int kind;
  gboolean own_user_only;
  PosternGateTls *tls; /* (nullable) */
} PosternGateListener;

struct _PosternGateConnection {
  PosternGatePoll poll;
  int fd; /* -1: closed; freed when the round of events is over */
  PosternGateLoop *loop;
  PosternGateTlsSession *tls; /* (nullable) */
  int kind;
  PosternAddress address;
  gboolean is_local, is_counted;
  PosternGateWait wait;
  GList link; /* in loop->waits[wait] */
  gboolean is_queued;
  gint64 deadline;
  GByteArray *in;    /* (nullable): read and not yet used */
  gboolean starved;  /* what is in @in is known not to be enough */
  gboolean readable; /* the socket may have more: edge-triggered, so we must remember */
  gboolean half_closed, running, close_after;
  GString *out; /* (nullable): what the socket did not take at once */
  gsize out_sent;
  gsize discarded;
  gint accounted; /* bytes in @in and @body that are counted as buffered */
  guint requests;
  PosternGateBody body;
  PosternGateExchange *exchange; /* (nullable) */
};

typedef struct {
  int fd, kind;
  PosternAddress address;
  gboolean is_local, is_counted;
  PosternGateTls *tls; /* (nullable): the listener's */
} PosternGateArrival;

struct _PosternGateLoop {
  PosternGatePoll poll; /* for wake_fd */
  PosternGate *gate;
  GThread *thread; /* for whoever joins it */
  GThread *runner; /* the same, as the thread itself says, before its first request */
  int epoll_fd, wake_fd;
  gint connections; /* atomic; read by whoever accepts */
  gint64 now;
  gboolean draining, accepts;
  gint64 accept_again; /* when listeners were set aside because descriptors ran out */
  GQueue waits[POSTERN_GATE_WAITS];
  GPtrArray *dead;
  PosternGateWording wording;
  GString *out, *log;
  char *scratch;
  PosternGateHead head;
  GMutex mutex; /* guards what follows */
  gboolean woken;
  GArray *arrivals;   /* (element-type PosternGateArrival) */
  GPtrArray *replied; /* (element-type PosternGateExchange) */
};

struct _PosternGate {
  PosternGateOptions options;
  PosternGateHandler handler;
  gpointer user_data;
  PosternGateCounters counters;
  PosternGatePeers *peers;
  GArray *listeners; /* (element-type PosternGateListener) */
  GPtrArray *loops;
  gint draining, stopping; /* atomic */
  guint linger;            /* written before draining is set */
};

#define POSTERN_GATE_SCRATCH (64 * 1024)

/* postern-gate-loop.c */
PosternGateLoop *postern_gate_loop_new (PosternGate *gate);
void postern_gate_loop_free (PosternGateLoop *self);
gboolean postern_gate_loop_start (PosternGateLoop *self, guint index, GError **error);
void postern_gate_loop_wake (PosternGateLoop *self);
void postern_gate_loop_give (PosternGateLoop *self, const PosternGateArrival *arrival);
/* puts @connection at the end of @wait's queue, with its deadline */
void postern_gate_loop_wait (PosternGateLoop *self, PosternGateConnection *connection, PosternGateWait wait);
void postern_gate_loop_leave (PosternGateLoop *self, PosternGateConnection *connection);

/* postern-gate-accept.c: on the first loop's thread */
void postern_gate_accept_all (PosternGateLoop *self, PosternGateListener *listener);
void postern_gate_accept_watch (PosternGateLoop *self, gboolean on);

/* postern-gate-connection.c: on the loop's thread */
void postern_gate_connection_open (PosternGateLoop *loop, const PosternGateArrival *arrival);
void postern_gate_connection_on_events (PosternGateConnection *self, guint32 events);
void postern_gate_connection_on_timeout (PosternGateConnection *self);
void postern_gate_connection_run (PosternGateConnection *self);
void postern_gate_connection_close (PosternGateConnection *self);
void postern_gate_connection_free (PosternGateConnection *self);

/* postern-gate-exchange.c */
PosternGateExchange *postern_gate_exchange_new (PosternGateConnection *connection, const PosternGateHead *head);
/* tells the server that it is over, and frees it */
void postern_gate_exchange_finish (PosternGateExchange *self, guint status, gsize bytes);

G_END_DECLS
