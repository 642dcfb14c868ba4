/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-gate.h"
#include "postern-gate-body.h"
#include "postern-gate-tls.h"
#include "postern-gate-wording.h"

G_BEGIN_DECLS

/*
 * Who may touch what. All threads wait on one epoll set. A connection is run by one thread at a time: who hears of it takes it
 * (->taken), runs it without any lock as far as it goes, and lets go of it. Who hears of it while another has it notes what he
 * heard (->events, ->due), and the other looks there before he lets go. So a lock is held only to take, to note, and to move
 * links; nothing else is locked or called while it is held but epoll_ctl(), timerfd_settime(), and the start of a thread.
 */
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

/* What epoll tells us by number: these, then one a listener, then one a connection. A number is given once only, so that an
 * event which reaches us too late is about nobody, not about somebody else. */
#define POSTERN_GATE_ID_STOP 0
#define POSTERN_GATE_ID_TIMER 1
#define POSTERN_GATE_ID_LISTENER 2

typedef struct {
  int fd;
  int kind;
  gboolean own_user_only;
  PosternGateTls *tls; /* (nullable) */
} PosternGateListener;

/* A thread, and what it needs for the one connection that it runs. */
typedef struct {
  PosternGate *gate;
  GThread *thread;
  gboolean in_handler; /* its own: counted in gate->running, not in gate->polling */
  gboolean is_spare;   /* its own: there are others enough */
  guint events;        /* its own: by which it knows when to look how many threads there should be */
  guint ran;           /* its own: handlers, since it last looked */
  char *scratch;
  GString *out, *log; /* @log: (nullable) */
  PosternGateWording wording;
  PosternGateHead head;
} PosternGateThread;

struct _PosternGateConnection {
  guint64 id;
  PosternGate *gate;
  int kind;
  PosternAddress address;
  gboolean is_local, is_counted;

  /* under the gate's mutex */
  gboolean taken;
  guint32 events;      /* heard while it was taken */
  gboolean due;        /* its time was over while it was taken */
  GCancellable *hurry; /* (nullable): of the handler that it waits for */
  GList link;          /* in gate->waits[queue] */
  PosternGateWait queue;
  gboolean is_queued;
  gint64 deadline;

  /* of the thread that has taken it */
  PosternGateThread *thread;
  int fd; /* -1: closed; freed instead of let go */
  PosternGateTlsSession *tls; /* (nullable) */
  guint32 interest, watched; /* what epoll shall tell, and what it has been asked for */
  PosternGateWait wait;
  gboolean moved;    /* ->wait is new: its time begins when the connection is let go, or handed to a handler */
  GByteArray *in;    /* (nullable): read and not yet used */
  gboolean starved;  /* what is in @in is known not to be enough */
  gboolean readable; /* the socket may have more: edge-triggered, so we must remember */
  gboolean half_closed, close_after;
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

struct _PosternGate {
  PosternGateOptions options;
  PosternGateHandler handler;
  gpointer user_data;
  PosternGateCounters counters;
  PosternGatePeers *peers;
  GArray *listeners; /* (element-type PosternGateListener) */
  int epoll_fd, timer_fd, stop_fd;
  gint draining, stopping; /* atomic; written under the mutex */
  gint shut; /* atomic: draining, and who had come before is in */

  GMutex mutex; /* guards what follows */
  GHashTable *connections; /* its id → PosternGateConnection */
  guint64 last_id;
  GQueue waits[POSTERN_GATE_WAITS];
  gint64 armed; /* when the timer fires; G_MAXINT64: never */
  guint linger;
  gboolean listening;
  gint64 accept_again; /* 0: not; else when to look at the listeners anew */
  GPtrArray *threads;  /* (element-type PosternGateThread) */
  guint width;         /* threads that shall be on the wire: no more than there are cores for them */
  guint polling;       /* threads that are on the wire: they never block */
  guint running;       /* threads that are in a handler */
  guint resting;       /* threads that are neither, until they are called */
  guint called;        /* of those that no longer rest: who has not noticed yet */
  GCond call;
  gboolean keeps;      /* whoever is on the wire: many handlers run */
  GQueue handed;       /* connections that wait for a handler */
};

#define POSTERN_GATE_SCRATCH (64 * 1024)

/* postern-gate-loop.c: epoll, deadlines, and who has a connection. */
gboolean postern_gate_loop_open (PosternGate *gate, GError **error);
void postern_gate_loop_close (PosternGate *gate);
/* asks epoll for @events of @fd, or for others than before */
gboolean postern_gate_loop_watch (PosternGate *gate, int fd, guint64 id, guint32 events, gboolean anew);
/* The mutex is held: the timer fires at @deadline at the latest. */
void postern_gate_loop_arm (PosternGate *gate, gint64 deadline);
/* gives @connection its number; it is the caller's, who has taken it */
void postern_gate_loop_add (PosternGate *gate, PosternGateConnection *connection);
/* nobody hears of @connection from now on */
void postern_gate_loop_remove (PosternGateConnection *connection);
/* The mutex is held: from now on, and in the queue for it, @connection's handler hears when the client leaves or time is over. */
void postern_gate_loop_enter_handler (PosternGateConnection *connection);
/* TRUE: another may have @connection now; FALSE: @events or @due came, and it is still the caller's */
gboolean postern_gate_loop_let_go (PosternGateConnection *connection, guint32 *events, gboolean *due);
/* Returns what was heard meanwhile */
guint32 postern_gate_loop_leave_handler (PosternGateConnection *connection);
/* takes the connection that has been idle for longest. (nullable) */
PosternGateConnection *postern_gate_loop_take_idle (PosternGate *gate);
void postern_gate_loop_on_event (PosternGateThread *thread, guint64 id, guint32 events);
void postern_gate_loop_drain (PosternGate *gate, guint linger);
/* fires every handler's cancellable */
void postern_gate_loop_hurry_all (PosternGate *gate);

/* postern-gate-threads.c: who polls, who runs handlers. */
typedef enum {
  POSTERN_GATE_RUN,   /* the handler, on this thread */
  POSTERN_GATE_QUEUED, /* the connection is another thread's now */
  POSTERN_GATE_REFUSED
} PosternGateTurn;

gboolean postern_gate_threads_start (PosternGate *gate, GError **error);
/* after ->stopping was set */
void postern_gate_threads_join (PosternGate *gate);
/* before a handler: somebody else polls while it runs */
PosternGateTurn postern_gate_threads_enter (PosternGateConnection *connection);

/* postern-gate-accept.c */
/* takes who waits at the listener @index; the last of them is the caller's. (nullable) */
PosternGateConnection *postern_gate_accept_all (PosternGateThread *thread, guint index);
/* The mutex is held. */
void postern_gate_accept_listen (PosternGate *gate, gboolean on);
/* it is time to look at the listeners anew */
void postern_gate_accept_resume (PosternGateThread *thread);

/* postern-gate-connection.c: the caller has taken it; afterwards it is let go, gone, or in the queue for handlers */
PosternGateConnection *postern_gate_connection_open (PosternGate *gate, const PosternGateArrival *arrival);
void postern_gate_connection_run (PosternGateConnection *self, PosternGateThread *thread, guint32 events);
void postern_gate_connection_run_late (PosternGateConnection *self, PosternGateThread *thread);
void postern_gate_connection_run_handler (PosternGateConnection *self, PosternGateThread *thread);
void postern_gate_connection_close (PosternGateConnection *self, PosternGateThread *thread);

/* postern-gate-exchange.c */
PosternGateExchange *postern_gate_exchange_new (PosternGateConnection *connection, const PosternGateHead *head);
/* tells the server that it is over, and frees it */
void postern_gate_exchange_finish (PosternGateExchange *self, guint status, gsize bytes);

G_END_DECLS
