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

void
postern_gate_accept_watch (PosternGateLoop *self, gboolean on)
{
  GArray *listeners = self->gate->listeners;

  for (guint i = 0; i < listeners->len; i++) {
    PosternGateListener *listener = &g_array_index (listeners, PosternGateListener, i);
    /* Several workers may wait on the same socket: one of them is enough to wake. */
    struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = listener };
    if (epoll_ctl (self->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener->fd, &event) != 0)
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
make_room (PosternGateLoop *self)
{
  PosternGateConnection *oldest = g_queue_peek_head (&self->waits[POSTERN_GATE_IDLE]);

  if (!oldest)
    return FALSE;
  postern_gate_connection_close (oldest);
  return TRUE;
}

static gboolean
may_enter (PosternGateLoop *self, const PosternGateListener *listener, PosternGateArrival *arrival)
{
  PosternGate *gate = self->gate;
  const PosternGateOptions *options = &gate->options;

  if (listener->own_user_only && !is_own_user (arrival->fd))
    return FALSE;
  if (g_atomic_int_get (&gate->counters.connections) >= (gint) options->connections && !make_room (self))
    return FALSE;
  if (arrival->is_local || (options->exempt_loopback && postern_address_is_loopback (&arrival->address)))
    return TRUE;
  if (options->trusted && postern_address_list_contains (options->trusted, &arrival->address))
    return TRUE;
  arrival->is_counted = postern_gate_peers_enter (gate->peers, &arrival->address, options->connections_per_address);
  return arrival->is_counted;
}

static PosternGateLoop *
least_busy (PosternGate *gate)
{
  PosternGateLoop *best = g_ptr_array_index (gate->loops, 0);

  for (guint i = 1; i < gate->loops->len; i++) {
    PosternGateLoop *loop = g_ptr_array_index (gate->loops, i);
    if (g_atomic_int_get (&loop->connections) < g_atomic_int_get (&best->connections))
      best = loop;
  }
  return best;
}

static void
settle (PosternGateLoop *self, const PosternGateListener *listener, PosternGateArrival *arrival)
{
  PosternGate *gate = self->gate;
  PosternGateLoop *loop;
  const int one = 1;

  if (!may_enter (self, listener, arrival)) {
    g_atomic_int_inc (&gate->counters.turned_away);
    close (arrival->fd);
    return;
  }
  if (!arrival->is_local)
    setsockopt (arrival->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  loop = least_busy (gate);
  g_atomic_int_inc (&loop->connections);
  g_atomic_int_inc (&gate->counters.connections);
  g_atomic_int_inc (&gate->counters.accepted);
  if (loop == self)
    postern_gate_connection_open (loop, arrival);
  else
    postern_gate_loop_give (loop, arrival);
}

static void
on_failure (PosternGateLoop *self)
{
  if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
    return;
  if (make_room (self))
    return;
  postern_gate_accept_watch (self, FALSE);
  self->accept_again = self->now + PAUSE_US;
}

void
postern_gate_accept_all (PosternGateLoop *self, PosternGateListener *listener)
{
  for (guint i = 0; i < BATCH && self->accepts; i++) {
    struct sockaddr_storage from = { 0 };
    socklen_t length = sizeof from;
    PosternGateArrival arrival = { .kind = listener->kind, .tls = listener->tls };
    arrival.fd = accept4 (listener->fd, (struct sockaddr *) &from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (arrival.fd < 0) {
      on_failure (self);
      return;
    }
    read_address (&arrival, &from);
    settle (self, listener, &arrival);
  }
}
