/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-address.h"
#include "postern-gate-head.h"
#include "postern-gate-peers.h"
#include "postern-gate-reply.h"
#include "postern-gate-tls.h"

G_BEGIN_DECLS

/**
 * PosternGate: the wire guard. It owns accept, idle and close: it waits with epoll on all connections, reads a head and a
 * bounded body by strict grammar, asks the server for an answer, and writes it in one send where the socket takes it
 * (postern-gate-wording.h).
 *
 * A thread keeps a request from its first byte to the last of its answer. While it runs a handler, which may block, it is a
 * handler thread; else it is an I/O thread. It becomes a handler thread only when another stays on the wire, so that a
 * handler which hangs never stops what needs none. Threads start when first needed; who is too many rests.
 *
 * What it refuses gets 400, 408, 413, 414, 417, 429, 431, 501, 503 or 505 with `Connection: close`.
 */
typedef struct _PosternGate PosternGate;
typedef struct _PosternGateExchange PosternGateExchange;

/** Times in milliseconds; everything is set by the caller. */
typedef struct {
  guint io_threads;                     /* that stay on the wire when they can be had; 0: as many as cores may be used, at any time */
  guint handler_threads, handler_queue; /* handlers that run at once, and requests that may wait for one */
  guint connections, connections_per_address;
  guint buffered;           /* bytes of requests that are not answered yet, of all connections together */
  gboolean exempt_loopback; /* loopback peers are not counted by address */
  guint requests;           /* a connection */
  guint head_timeout, body_timeout, idle_timeout, write_timeout, serve_timeout;
  PosternAddressList *trusted; /* proxies: not counted by address either */
  int log_fd;                  /* where PosternGateExchange.log goes; -1: nowhere */
} PosternGateOptions;

/** PosternGateCounters: since the start; read with g_atomic_int_get(). */
typedef struct {
  gint connections;  /* open now */
  gint buffered;     /* bytes held now */
  gint accepted, turned_away, refused, timed_out;
} PosternGateCounters;

/** PosternGateExchange: one request and its answer; used by one thread at a time. */
struct _PosternGateExchange {
  int kind;               /* the listener's */
  PosternAddress address; /* the peer's; :: for a local socket */
  gboolean is_local;      /* a local socket (AF_UNIX) */
  gint64 began;           /* monotonic µs, when the head was complete */
  GString *log;           /* (nullable): set for done(): lines added here are written when the thread is about to wait */
  GCancellable *cancellable; /* (nullable): set for run(): fires when the client leaves or serve_timeout is over */
  gpointer data;          /* the server's */
  /*< private >*/
  struct _PosternGateConnection *connection;
  gboolean close, is_head;
  gint held; /* bytes of body that are counted as buffered */
};

/** What the server does with a request. All run without a lock; all but run() on a thread that others wait for: they must not block. */
typedef struct {
  /* After the head. @body_max: (out). Returns 0 to go on, or a status to refuse with; @exchange->data may be set either way. */
  guint (*admit) (PosternGateExchange *exchange, const PosternGateHead *head, gsize *body_max, gpointer user_data);
  /* The body is there. (nullable): it takes a handler, which is run() */
  PosternGateReply *(*serve) (PosternGateExchange *exchange, GBytes *body, gpointer user_data);
  /* May block. */
  PosternGateReply *(*run) (PosternGateExchange *exchange, gpointer user_data);
  /* Instead of run(): too many wait, or this one has waited too long. */
  PosternGateReply *(*overloaded) (PosternGateExchange *exchange, gpointer user_data);
  /* It is over: frees @exchange->data. @status: 0 when nothing was answered. */
  void (*done) (PosternGateExchange *exchange, guint status, gsize bytes, gpointer user_data);
  /* (nullable): what is answered, in place of the gate's own words, to a body that is larger than admit() allowed; also the function may be NULL. */
  PosternGateReply *(*too_large) (PosternGateExchange *exchange, gpointer user_data);
} PosternGateHandler;

PosternGate *postern_gate_new (const PosternGateOptions *options, const PosternGateHandler *handler, gpointer user_data);
/** postern_gate_free: after postern_gate_stop(), or before start. */
void postern_gate_free (PosternGate *self);
/** postern_gate_add_listener: before start. @fd stays the caller's. @own_user_only: checks SO_PEERCRED: our own user or root. @tls: (nullable): outlives the gate */
void postern_gate_add_listener (PosternGate *self, int fd, int kind, gboolean own_user_only, PosternGateTls *tls);
gboolean postern_gate_start (PosternGate *self, GError **error);
/**
 * postern_gate_drain: accepts no more; answers what has begun and what still comes on open connections with
 * `Connection: close`; closes connections that stay idle for @linger ms. Returns at once.
 */
void postern_gate_drain (PosternGate *self, guint linger);
/** postern_gate_is_shut: whether it drains, and who had come before that is in. */
gboolean postern_gate_is_shut (PosternGate *self);
/** postern_gate_stop: ends the threads, and waits for handlers, which are told to hurry; what is still open is cut off. */
void postern_gate_stop (PosternGate *self);
PosternGateCounters *postern_gate_get_counters (PosternGate *self);
PosternGatePeers *postern_gate_get_peers (PosternGate *self);
/** postern_gate_get_load: how many requests wait for a handler, and how many are in one. */
void postern_gate_get_load (PosternGate *self, guint *waiting, guint *running);

G_END_DECLS
