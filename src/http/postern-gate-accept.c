/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64            /* connections taken before others get their turn */
#define PAUSE_US (100 * 1000) /* before trying again when descriptors ran out */

/* Several workers may wait on the same socket: one of them is enough to wake. Edge-triggered, for of our own threads, too. */
void
postern_gate_accept_listen (PosternGate *gate, gboolean on)
{
  if (gate->listening == on)
    return;
  gate->listening = on;
  for (guint i = 0; i < gate->listeners->len; i++) {
    int fd = g_array_index (gate->listeners, PosternGateListener, i).fd;
    if (on ? !postern_gate_loop_watch (gate, fd, POSTERN_GATE_ID_LISTENER + i, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE, TRUE)
           : epoll_ctl (gate->epoll_fd, EPOLL_CTL_DEL, fd, NULL) != 0)
      g_warning ("Could not watch a listening socket: %s", g_strerror (errno));
  }
}

static void
read_address (PosternGateArrival *self, const struct sockaddr_storage *from)
{
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

  if (from->ss_family == AF_INET) {
    memcpy (self->address.bytes, mapped, sizeof mapped);
    memcpy (self->address.bytes + sizeof mapped, &((const struct sockaddr_in *) from)->sin_addr, 4);
  } else if (from->ss_family == AF_INET6) {
    memcpy (self->address.bytes, &((const struct sockaddr_in6 *) from)->sin6_addr, 16);
  } else {
    self->is_local = TRUE;
  }
}

/* The kernel tells who is at the other end; only we ourselves and root may speak to the admin socket. */
static gboolean
is_own_user (int fd)
{
  struct ucred peer;
  socklen_t length = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && length == sizeof peer && (peer.uid == 0 || peer.uid == geteuid ());
}

/* The longest idle connection makes room: a crowd that only holds connections open shall not keep others out. */
static gboolean
make_room (PosternGateThread *thread)
{
  PosternGateConnection *oldest = postern_gate_loop_take_idle (thread->gate);

  if (!oldest)
    return FALSE;
  postern_gate_connection_close (oldest, thread);
  return TRUE;
}

/* Counted first, then looked at: threads that accept at the same time do not all take the last place. */
static gboolean
take_place (PosternGateThread *thread)
{
  PosternGate *gate = thread->gate;

  if (g_atomic_int_add (&gate->counters.connections, 1) < (gint) gate->options.connections || make_room (thread))
    return TRUE;
  g_atomic_int_add (&gate->counters.connections, -1);
  return FALSE;
}

static gboolean
may_come (PosternGate *gate, PosternGateArrival *arrival)
{
  const PosternGateOptions *options = &gate->options;

  if (arrival->is_local || (options->exempt_loopback && postern_address_is_loopback (&arrival->address)))
    return TRUE;
  if (options->trusted && postern_address_list_contains (options->trusted, &arrival->address))
    return TRUE;
  arrival->is_counted = postern_gate_peers_enter (gate->peers, &arrival->address, options->connections_per_address);
  return arrival->is_counted;
}

/* TRUE: it has a place, and is counted among the connections */
static gboolean
may_enter (PosternGateThread *thread, const PosternGateListener *listener, PosternGateArrival *arrival)
{
  if ((listener->own_user_only && !is_own_user (arrival->fd)) || !take_place (thread))
    return FALSE;
  if (may_come (thread->gate, arrival))
    return TRUE;
  g_atomic_int_add (&thread->gate->counters.connections, -1);
  return FALSE;
}

/* (nullable): turned away */
static PosternGateConnection *
settle (PosternGateThread *thread, const PosternGateListener *listener, PosternGateArrival *arrival)
{
  PosternGate *gate = thread->gate;
  const int one = 1;

  if (!may_enter (thread, listener, arrival)) {
    g_atomic_int_inc (&gate->counters.turned_away);
    close (arrival->fd);
    return NULL;
  }
  if (!arrival->is_local)
    setsockopt (arrival->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  g_atomic_int_inc (&gate->counters.accepted);
  return postern_gate_connection_open (gate, arrival);
}

static void
pause_accepting (PosternGate *gate)
{
  g_mutex_lock (&gate->mutex);
  if (gate->listening) {
    postern_gate_accept_listen (gate, FALSE);
    gate->accept_again = g_get_monotonic_time () + PAUSE_US;
    postern_gate_loop_arm (gate, gate->accept_again);
  }
  g_mutex_unlock (&gate->mutex);
}

/* TRUE: to be tried again at once */
static gboolean
on_failure (PosternGateThread *thread)
{
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return FALSE;
  if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
    return TRUE; /* of this one connection (accept(2)) */
  if (make_room (thread))
    return TRUE;
  pause_accepting (thread->gate);
  return FALSE;
}

/* FALSE: nobody waits any more. @connection: (out) (nullable): who came, and has been taken */
static gboolean
accept_one (PosternGateThread *thread, const PosternGateListener *listener, PosternGateConnection **connection)
{
  struct sockaddr_storage from = { 0 };
  socklen_t length = sizeof from;
  PosternGateArrival arrival = { .kind = listener->kind, .tls = listener->tls };

  *connection = NULL;
  arrival.fd = accept4 (listener->fd, (struct sockaddr *) &from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (arrival.fd < 0)
    return on_failure (thread);
  read_address (&arrival, &from);
  *connection = settle (thread, listener, &arrival);
  return TRUE;
}

/* There may be more, and no other edge would say so. */
static void
look_again (PosternGate *gate)
{
  g_mutex_lock (&gate->mutex);
  if (gate->listening) {
    postern_gate_accept_listen (gate, FALSE);
    postern_gate_accept_listen (gate, TRUE);
  } else if (gate->draining) {
    gate->accept_again = g_get_monotonic_time ();
    postern_gate_loop_arm (gate, gate->accept_again);
  }
  g_mutex_unlock (&gate->mutex);
}

/* All but the last, who is often the only one, are left to whoever is free. */
PosternGateConnection *
postern_gate_accept_all (PosternGateThread *thread, guint index)
{
  PosternGate *gate = thread->gate;
  const PosternGateListener *listener = &g_array_index (gate->listeners, PosternGateListener, index);
  PosternGateConnection *last = NULL, *next;
  guint count = 0;

  while (count++ < BATCH && accept_one (thread, listener, &next)) {
    if (next && last)
      postern_gate_connection_run (last, thread, 0);
    last = next ? next : last;
  }
  if (count > BATCH)
    look_again (gate);
  return last;
}

/* Who had come before is let in; then the door is shut. */
static void
accept_last (PosternGateThread *thread)
{
  PosternGate *gate = thread->gate;
  g_autoptr (GPtrArray) arrived = g_ptr_array_new ();

  for (guint i = 0; i < gate->listeners->len; i++) {
    PosternGateConnection *last = postern_gate_accept_all (thread, i);
    if (last)
      g_ptr_array_add (arrived, last);
  }
  g_mutex_lock (&gate->mutex);
  if (gate->accept_again == 0) /* or there are still more */
    g_atomic_int_set (&gate->shut, TRUE);
  g_mutex_unlock (&gate->mutex);
  for (guint i = 0; i < arrived->len; i++)
    postern_gate_connection_run (g_ptr_array_index (arrived, i), thread, 0);
}

void
postern_gate_accept_resume (PosternGateThread *thread)
{
  PosternGate *gate = thread->gate;
  gboolean draining;

  g_mutex_lock (&gate->mutex);
  gate->accept_again = 0;
  draining = gate->draining;
  if (!draining)
    postern_gate_accept_listen (gate, TRUE);
  g_mutex_unlock (&gate->mutex);
  if (draining)
    accept_last (thread);
}
