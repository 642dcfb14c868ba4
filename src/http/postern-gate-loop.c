/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS 64
#define LINGER_MS 2000
#define LOG_MAX (256 * 1024) /* bytes that the buffers keep between rounds */
#define OUT_MAX (256 * 1024)

PosternGateLoop *
postern_gate_loop_new (PosternGate *gate)
{
  PosternGateLoop *self = g_new0 (PosternGateLoop, 1);

  self->poll = POSTERN_GATE_POLL_WAKE;
  self->gate = gate;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_gate_connection_free);
  self->out = g_string_new (NULL);
  self->log = gate->options.log_fd >= 0 ? g_string_new (NULL) : NULL;
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (PosternGateArrival));
  self->replied = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  for (guint i = 0; i < POSTERN_GATE_WAITS; i++)
    g_queue_init (&self->waits[i]);
  return self;
}

/* What was answered after the thread had ended is only counted. */
static void
finish_replied (GPtrArray *replied)
{
  for (guint i = 0; i < replied->len; i++)
    postern_gate_exchange_finish (g_ptr_array_index (replied, i), 0, 0);
}

void
postern_gate_loop_free (PosternGateLoop *self)
{
  finish_replied (self->replied);
  for (guint i = 0; i < self->arrivals->len; i++)
    close (g_array_index (self->arrivals, PosternGateArrival, i).fd);
  g_array_unref (self->arrivals);
  g_ptr_array_unref (self->replied);
  g_ptr_array_unref (self->dead);
  g_string_free (self->out, TRUE);
  if (self->log)
    g_string_free (self->log, TRUE);
  g_free (self->scratch);
  g_mutex_clear (&self->mutex);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_free (self);
}

void
postern_gate_loop_wake (PosternGateLoop *self)
{
  const guint64 one = 1;
  gboolean must_write;

  g_mutex_lock (&self->mutex);
  must_write = !self->woken;
  self->woken = TRUE;
  g_mutex_unlock (&self->mutex);
  if (must_write && write (self->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
    g_warning ("Could not wake an I/O thread: %s", g_strerror (errno));
}

void
postern_gate_loop_give (PosternGateLoop *self, const PosternGateArrival *arrival)
{
  g_mutex_lock (&self->mutex);
  g_array_append_vals (self->arrivals, arrival, 1);
  g_mutex_unlock (&self->mutex);
  postern_gate_loop_wake (self);
}

static gint64
timeout_of (PosternGateLoop *self, PosternGateWait wait)
{
  const PosternGateOptions *options = &self->gate->options;

  switch (wait) {
  case POSTERN_GATE_IDLE:
    return self->draining ? self->gate->linger : options->idle_timeout;
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

void
postern_gate_loop_leave (PosternGateLoop *self, PosternGateConnection *connection)
{
  if (connection->is_queued)
    g_queue_unlink (&self->waits[connection->wait], &connection->link);
  connection->is_queued = FALSE;
}

void
postern_gate_loop_wait (PosternGateLoop *self, PosternGateConnection *connection, PosternGateWait wait)
{
  postern_gate_loop_leave (self, connection);
  connection->wait = wait;
  connection->deadline = self->now + timeout_of (self, wait) * 1000;
  connection->is_queued = TRUE;
  g_queue_push_tail_link (&self->waits[wait], &connection->link);
}

static void
on_time (PosternGateLoop *self)
{
  for (guint i = 0; i < POSTERN_GATE_WAITS; i++) {
    PosternGateConnection *first;
    while ((first = g_queue_peek_head (&self->waits[i])) && first->deadline <= self->now)
      postern_gate_connection_on_timeout (first);
  }
  if (self->accept_again && self->accept_again <= self->now) {
    self->accept_again = 0;
    postern_gate_accept_watch (self, TRUE);
  }
}

/* Milliseconds until the next deadline, rounded up; -1 for ever. */
static int
time_to_wait (PosternGateLoop *self)
{
  gint64 next = self->accept_again ? self->accept_again : G_MAXINT64;

  for (guint i = 0; i < POSTERN_GATE_WAITS; i++) {
    PosternGateConnection *first = g_queue_peek_head (&self->waits[i]);
    if (first)
      next = MIN (next, first->deadline);
  }
  if (next == G_MAXINT64)
    return -1;
  return (int) CLAMP ((next - self->now + 999) / 1000, 0, G_MAXINT);
}

/* Idle connections stay open for a moment: a request that is already on its way to us is still answered. */
static void
begin_drain (PosternGateLoop *self)
{
  self->draining = TRUE;
  if (self->accepts)
    postern_gate_accept_watch (self, FALSE);
  self->accepts = FALSE;
  self->accept_again = 0;
  for (GList *l = self->waits[POSTERN_GATE_IDLE].head; l; l = l->next)
    ((PosternGateConnection *) l->data)->deadline = self->now + (gint64) self->gate->linger * 1000;
}

static void
on_wake (PosternGateLoop *self)
{
  g_autoptr (GArray) arrivals = NULL;
  g_autoptr (GPtrArray) replied = NULL;
  guint64 count;

  while (read (self->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
    continue;
  g_mutex_lock (&self->mutex);
  self->woken = FALSE;
  if (self->arrivals->len) {
    arrivals = g_steal_pointer (&self->arrivals);
    self->arrivals = g_array_new (FALSE, FALSE, sizeof (PosternGateArrival));
  }
  replied = g_steal_pointer (&self->replied);
  self->replied = g_ptr_array_new ();
  g_mutex_unlock (&self->mutex);

  if (g_atomic_int_get (&self->gate->draining) && !self->draining)
    begin_drain (self);
  for (guint i = 0; arrivals && i < arrivals->len; i++)
    postern_gate_connection_open (self, &g_array_index (arrivals, PosternGateArrival, i));
  for (guint i = 0; i < replied->len; i++) {
    PosternGateExchange *exchange = g_ptr_array_index (replied, i);
    exchange->reply = g_steal_pointer (&exchange->posted);
    if (exchange->connection)
      postern_gate_connection_run (exchange->connection);
    else
      postern_gate_exchange_finish (exchange, 0, 0);
  }
}

/* Up to @length bytes of @text without waiting: a pipe that polls as writable takes PIPE_BUF bytes at once, and no more is promised. */
static gssize
write_log (int fd, const char *text, gsize length)
{
  struct pollfd ready = { .fd = fd, .events = POLLOUT };

  if (poll (&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
    return 0;
  return write (fd, text, MIN (length, PIPE_BUF));
}

/* Lines of many requests together. A full disk or a reader that has stopped must not stop the server: what cannot be written is lost. */
static void
flush_log (PosternGateLoop *self)
{
  gsize sent = 0;

  while (self->log && sent < self->log->len) {
    gssize n = write_log (self->gate->options.log_fd, self->log->str + sent, self->log->len - sent);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    sent += (gsize) n;
  }
  if (self->log && self->log->allocated_len > LOG_MAX)
    g_string_free (g_steal_pointer (&self->log), TRUE);
  if (self->log)
    g_string_truncate (self->log, 0);
  else if (self->gate->options.log_fd >= 0)
    self->log = g_string_new (NULL);
}

/* One large page shall not keep its memory for ever. */
static void
tidy (PosternGateLoop *self)
{
  g_ptr_array_set_size (self->dead, 0);
  if (self->out->allocated_len <= OUT_MAX)
    return;
  g_string_free (self->out, TRUE);
  self->out = g_string_new (NULL);
}

static void
on_event (PosternGateLoop *self, struct epoll_event *event)
{
  PosternGatePoll *poll = event->data.ptr;

  switch (*poll) {
  case POSTERN_GATE_POLL_WAKE:
    on_wake (self);
    break;
  case POSTERN_GATE_POLL_LISTENER:
    postern_gate_accept_all (self, event->data.ptr);
    break;
  default:
    postern_gate_connection_on_events (event->data.ptr, event->events);
  }
}

static void
close_all (PosternGateLoop *self)
{
  PosternGateConnection *first;

  for (guint i = 0; i < POSTERN_GATE_WAITS; i++)
    while ((first = g_queue_peek_head (&self->waits[i])))
      postern_gate_connection_close (first);
  g_ptr_array_set_size (self->dead, 0);
}

static gpointer
run (gpointer data)
{
  PosternGateLoop *self = data;
  struct epoll_event events[EVENTS];

  self->runner = g_thread_self ();
  while (!g_atomic_int_get (&self->gate->stopping)) {
    int n;
    flush_log (self);
    n = epoll_wait (self->epoll_fd, events, EVENTS, time_to_wait (self));
    self->now = g_get_monotonic_time ();
    for (int i = 0; i < n; i++)
      on_event (self, &events[i]);
    on_time (self);
    tidy (self);
  }
  close_all (self);
  flush_log (self);
  return NULL;
}

gboolean
postern_gate_loop_start (PosternGateLoop *self, guint index, GError **error)
{
  g_autofree char *name = g_strdup_printf ("io-%u", index);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  self->scratch = g_malloc (POSTERN_GATE_SCRATCH);
  self->now = g_get_monotonic_time ();
  if (self->epoll_fd < 0 || self->wake_fd < 0 || epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, self->wake_fd, &event) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Could not make an I/O thread's descriptors: %s", g_strerror (errno));
    return FALSE;
  }
  self->accepts = index == 0;
  if (self->accepts)
    postern_gate_accept_watch (self, TRUE);
  self->thread = g_thread_try_new (name, run, self, error);
  return self->thread != NULL;
}
