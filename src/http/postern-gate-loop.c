/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LINGER_MS 2000
#define LEFT (EPOLLRDHUP | EPOLLHUP | EPOLLERR)

gboolean
postern_gate_loop_watch (PosternGate *gate, int fd, guint64 id, guint32 events, gboolean anew)
{
  struct epoll_event event = { .events = events, .data.u64 = id };

  return epoll_ctl (gate->epoll_fd, anew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0;
}

gboolean
postern_gate_loop_open (PosternGate *gate, GError **error)
{
  gate->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  gate->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  gate->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  /* Whoever hears of the timer serves it; but that we stop is never read, so that every thread hears of it. */
  if (gate->epoll_fd >= 0 && postern_gate_loop_watch (gate, gate->timer_fd, POSTERN_GATE_ID_TIMER, EPOLLIN | EPOLLET, TRUE) &&
      postern_gate_loop_watch (gate, gate->stop_fd, POSTERN_GATE_ID_STOP, EPOLLIN, TRUE))
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Could not make the gate's descriptors: %s", g_strerror (errno));
  return FALSE;
}

void
postern_gate_loop_close (PosternGate *gate)
{
  const int fds[] = { gate->epoll_fd, gate->timer_fd, gate->stop_fd };

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
}

/* Once in a while only: what is added to a queue later is over later, so that the timer stands before it already. */
void
postern_gate_loop_arm (PosternGate *gate, gint64 deadline)
{
  struct itimerspec at = { .it_value = { deadline / G_USEC_PER_SEC, deadline % G_USEC_PER_SEC * 1000 } };

  if (deadline >= gate->armed)
    return;
  gate->armed = deadline;
  if (timerfd_settime (gate->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) != 0)
    g_warning ("Could not set the gate's timer: %s", g_strerror (errno));
}

static guint
timeout_of (PosternGate *gate, PosternGateWait wait)
{
  const PosternGateOptions *options = &gate->options;

  switch (wait) {
  case POSTERN_GATE_IDLE:
    return g_atomic_int_get (&gate->draining) ? gate->linger : options->idle_timeout;
  case POSTERN_GATE_HEAD:
    return options->head_timeout;
  case POSTERN_GATE_BODY:
    return options->body_timeout;
  case POSTERN_GATE_SERVE:
    return options->serve_timeout;
  case POSTERN_GATE_WRITE:
    return options->write_timeout;
  default:
    return LINGER_MS;
  }
}

/* The mutex is held. */
static void
leave (PosternGateConnection *connection)
{
  if (connection->is_queued)
    g_queue_unlink (&connection->gate->waits[connection->queue], &connection->link);
  connection->is_queued = FALSE;
}

/* The mutex is held: @connection stands last in @queue, with its deadline. */
static void
join (PosternGateConnection *connection, PosternGateWait queue)
{
  PosternGate *gate = connection->gate;

  leave (connection);
  connection->queue = queue;
  connection->deadline = g_get_monotonic_time () + (gint64) timeout_of (gate, queue) * 1000;
  connection->is_queued = TRUE;
  g_queue_push_tail_link (&gate->waits[queue], &connection->link);
  postern_gate_loop_arm (gate, connection->deadline);
}

/* The mutex is held, and @connection is the caller's or nobody's. Who has sent nothing holds a drain up no longer than who is idle. */
static void
hasten (PosternGateConnection *connection)
{
  if (!g_atomic_int_get (&connection->gate->draining) || connection->wait != POSTERN_GATE_HEAD || connection->in)
    return;
  connection->wait = POSTERN_GATE_IDLE;
  connection->moved = TRUE;
}

/* The mutex is held: what @connection now waits for is put in its queue, and epoll is asked for what it shall tell. */
static gboolean
settle (PosternGateConnection *connection)
{
  hasten (connection);
  if (connection->moved) {
    connection->moved = FALSE;
    connection->due = FALSE;
    join (connection, connection->wait);
  }
  if (connection->watched != connection->interest &&
      !postern_gate_loop_watch (connection->gate, connection->fd, connection->id, connection->interest | EPOLLET, connection->watched == 0))
    return FALSE;
  connection->watched = connection->interest;
  return TRUE;
}

void
postern_gate_loop_add (PosternGate *gate, PosternGateConnection *connection)
{
  connection->taken = TRUE;
  g_mutex_lock (&gate->mutex);
  connection->id = ++gate->last_id;
  g_hash_table_insert (gate->connections, &connection->id, connection);
  g_mutex_unlock (&gate->mutex);
}

void
postern_gate_loop_remove (PosternGateConnection *connection)
{
  PosternGate *gate = connection->gate;

  g_mutex_lock (&gate->mutex);
  leave (connection);
  g_hash_table_remove (gate->connections, &connection->id);
  g_mutex_unlock (&gate->mutex);
}

gboolean
postern_gate_loop_let_go (PosternGateConnection *connection, guint32 *events, gboolean *due)
{
  PosternGate *gate = connection->gate;
  gboolean gone = FALSE;

  g_mutex_lock (&gate->mutex);
  *events = connection->events;
  if (!settle (connection))
    *events |= EPOLLERR;
  *due = connection->due;
  connection->events = 0;
  connection->due = FALSE;
  gone = !*events && !*due;
  connection->taken = !gone;
  g_mutex_unlock (&gate->mutex);
  return gone;
}

/* Who has sent all that he will send, with his request, may still read the answer; who says so later has more likely left.
 * If epoll will not tell us, it is asked again when the connection is let go. */
void
postern_gate_loop_enter_handler (PosternGateConnection *connection)
{
  connection->hurry = g_object_ref (connection->exchange->cancellable);
  if (connection->events & (EPOLLHUP | EPOLLERR))
    g_cancellable_cancel (connection->hurry); /* nobody waits for it yet */
  settle (connection);
}

guint32
postern_gate_loop_leave_handler (PosternGateConnection *connection)
{
  PosternGate *gate = connection->gate;
  g_autoptr (GCancellable) hurry = NULL;
  guint32 events;

  g_mutex_lock (&gate->mutex);
  hurry = g_steal_pointer (&connection->hurry);
  events = connection->events;
  connection->events = 0;
  g_mutex_unlock (&gate->mutex);
  return events;
}

PosternGateConnection *
postern_gate_loop_take_idle (PosternGate *gate)
{
  PosternGateConnection *found = NULL;

  g_mutex_lock (&gate->mutex);
  for (GList *l = gate->waits[POSTERN_GATE_IDLE].head; l && !found; l = l->next)
    if (!((PosternGateConnection *) l->data)->taken)
      found = l->data;
  if (found)
    found->taken = TRUE;
  g_mutex_unlock (&gate->mutex);
  return found;
}

/* Nothing is called while the mutex is held, least of all what waits for a cancellable. */
static void
cancel (GCancellable *hurry)
{
  if (!hurry)
    return;
  g_cancellable_cancel (hurry);
  g_object_unref (hurry);
}

static void
on_connection (PosternGateThread *thread, guint64 id, guint32 events)
{
  PosternGate *gate = thread->gate;
  PosternGateConnection *connection, *mine = NULL;
  GCancellable *hurry = NULL;

  g_mutex_lock (&gate->mutex);
  connection = g_hash_table_lookup (gate->connections, &id);
  if (connection && connection->taken) {
    connection->events |= events;
    hurry = events & LEFT && connection->hurry ? g_object_ref (connection->hurry) : NULL;
  } else if (connection) {
    connection->taken = TRUE;
    mine = connection;
  }
  g_mutex_unlock (&gate->mutex);
  cancel (hurry);
  if (mine)
    postern_gate_connection_run (mine, thread, events);
}

/* Sees to the first of a queue whose time is over. FALSE: there is none. A handler has no end but its own: it is told again. */
static gboolean
expire (PosternGateThread *thread, PosternGateWait wait, gint64 now)
{
  PosternGate *gate = thread->gate;
  PosternGateConnection *first, *mine = NULL;
  GCancellable *hurry = NULL;
  gboolean found;

  g_mutex_lock (&gate->mutex);
  first = g_queue_peek_head (&gate->waits[wait]);
  found = first && first->deadline <= now;
  if (found && first->hurry) {
    hurry = g_object_ref (first->hurry);
    join (first, wait);
  } else if (found) {
    leave (first);
    first->due = first->taken;
    mine = first->taken ? NULL : first;
    first->taken = TRUE;
  }
  g_mutex_unlock (&gate->mutex);
  cancel (hurry);
  if (mine)
    postern_gate_connection_run_late (mine, thread);
  return found;
}

/* Comes to no handler, so that nothing holds it up: who is late is closed or refused, and who is accepted here is left to others. */
static void
on_time (PosternGateThread *thread)
{
  PosternGate *gate = thread->gate;
  gint64 now = g_get_monotonic_time ();
  gboolean must_accept;

  g_mutex_lock (&gate->mutex);
  gate->armed = G_MAXINT64;
  must_accept = gate->accept_again && gate->accept_again <= now;
  g_mutex_unlock (&gate->mutex);
  for (guint wait = 0; wait < POSTERN_GATE_WAITS; wait++)
    while (expire (thread, wait, now))
      continue;

  g_mutex_lock (&gate->mutex);
  for (guint wait = 0; wait < POSTERN_GATE_WAITS; wait++) {
    PosternGateConnection *first = g_queue_peek_head (&gate->waits[wait]);
    if (first)
      postern_gate_loop_arm (gate, first->deadline);
  }
  if (gate->accept_again && !must_accept)
    postern_gate_loop_arm (gate, gate->accept_again);
  g_mutex_unlock (&gate->mutex);
  if (must_accept)
    postern_gate_accept_resume (thread);
}

/* Who is accepted is run at once, and nobody has to wake for him: most often he has asked already. */
static void
on_listener (PosternGateThread *thread, guint index)
{
  PosternGateConnection *last = postern_gate_accept_all (thread, index);

  if (last)
    postern_gate_connection_run (last, thread, EPOLLIN);
}

void
postern_gate_loop_on_event (PosternGateThread *thread, guint64 id, guint32 events)
{
  if (id == POSTERN_GATE_ID_TIMER)
    on_time (thread);
  else if (id >= POSTERN_GATE_ID_LISTENER + thread->gate->listeners->len)
    on_connection (thread, id, events);
  else if (id >= POSTERN_GATE_ID_LISTENER)
    on_listener (thread, (guint) id - POSTERN_GATE_ID_LISTENER);
}

/* Idle connections stay open for a moment: a request that is already on its way to us is still answered. And whoever the
 * kernel has sent to us, not to another worker, is taken, so that he need not wait for the next one to come. Who is with a thread
 * is seen to when that lets go of him. */
void
postern_gate_loop_drain (PosternGate *gate, guint linger)
{
  gint64 now = g_get_monotonic_time ();
  gint64 end = now + (gint64) linger * 1000;

  g_mutex_lock (&gate->mutex);
  gate->linger = linger;
  g_atomic_int_set (&gate->draining, TRUE);
  postern_gate_accept_listen (gate, FALSE);
  gate->accept_again = now;
  for (GList *l = gate->waits[POSTERN_GATE_IDLE].head; l; l = l->next)
    ((PosternGateConnection *) l->data)->deadline = end;
  for (GList *l = gate->waits[POSTERN_GATE_HEAD].head, *next; l; l = next) {
    next = l->next;
    if (!((PosternGateConnection *) l->data)->taken)
      settle (l->data);
  }
  postern_gate_loop_arm (gate, now);
  g_mutex_unlock (&gate->mutex);
}

void
postern_gate_loop_hurry_all (PosternGate *gate)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_mutex_lock (&gate->mutex);
  for (GList *l = gate->waits[POSTERN_GATE_SERVE].head; l; l = l->next)
    if (((PosternGateConnection *) l->data)->hurry)
      g_ptr_array_add (all, g_object_ref (((PosternGateConnection *) l->data)->hurry));
  g_mutex_unlock (&gate->mutex);
  for (guint i = 0; i < all->len; i++)
    cancel (g_ptr_array_index (all, i));
}
