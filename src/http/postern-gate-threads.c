/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cores-private.h"
#include "postern-gate-private.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define KEPT_MAX (64 * 1024) /* bytes that a thread's buffers keep between events */
#define LOOK_EVERY 256       /* events of a thread, until it looks again how many threads there should be */

/* Up to @length bytes of @text without waiting: a pipe that polls as writable takes PIPE_BUF bytes at once, and no more is promised.
 * Whole lines, because between two writes others write theirs. */
static gssize
write_log (int fd, const char *text, gsize length)
{
  struct pollfd ready = { .fd = fd, .events = POLLOUT };
  gsize most = MIN (length, PIPE_BUF);
  const char *end = memrchr (text, '\n', most);

  if (poll (&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
    return 0;
  return write (fd, text, end ? (gsize) (end - text) + 1 : most);
}

/* One large page shall not keep its memory for ever. */
static void
empty (GString **buffer)
{
  if ((*buffer)->allocated_len > KEPT_MAX) {
    g_string_free (*buffer, TRUE);
    *buffer = g_string_new (NULL);
  }
  g_string_truncate (*buffer, 0);
}

/* Lines of many requests together. A full disk or a reader that has stopped must not stop the server: what cannot be written is lost. */
static void
flush_log (PosternGateThread *self)
{
  gsize sent = 0;

  if (!self->log || self->log->len == 0)
    return;
  while (sent < self->log->len) {
    gssize n = write_log (self->gate->options.log_fd, self->log->str + sent, self->log->len - sent);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    sent += (gsize) n;
  }
  empty (&self->log);
}

/* One at a time: a thread that went into a handler with more would keep them from the others. */
static gboolean
next_event (PosternGateThread *self, struct epoll_event *event)
{
  int fd = self->gate->epoll_fd;

  /* The log is written when there is nothing better to do, or enough of it. */
  if (self->log && self->log->len > 0) {
    if (self->log->len < PIPE_BUF && epoll_wait (fd, event, 1, 0) == 1)
      return TRUE;
    flush_log (self);
  }
  return epoll_wait (fd, event, 1, -1) == 1;
}

/* The mutex is held. */
static gboolean
is_crowded (PosternGate *gate)
{
  return gate->polling > gate->width && !gate->keeps && !gate->stopping;
}

/* After a handler: the connection that has waited longest for one. (nullable): then this thread is back on the wire. */
static PosternGateConnection *
leave_handler (PosternGateThread *self)
{
  PosternGate *gate = self->gate;
  PosternGateConnection *next;

  if (!self->in_handler)
    return NULL;
  g_mutex_lock (&gate->mutex);
  next = gate->stopping ? NULL : g_queue_pop_head (&gate->handed);
  self->ran++;
  if (!next) {
    self->in_handler = FALSE;
    gate->running--;
    gate->polling++;
    self->is_spare = is_crowded (gate);
  }
  g_mutex_unlock (&gate->mutex);
  return next;
}

/* --- how many there are -------------------------------------------------------------------------------------------- */

static gpointer run (gpointer data);

/* The mutex is held. */
static gboolean
add_thread (PosternGate *gate, GError **error)
{
  g_autofree char *name = g_strdup_printf ("gate-%u", gate->threads->len);
  PosternGateThread *self = g_new0 (PosternGateThread, 1);

  self->gate = gate;
  self->thread = g_thread_try_new (name, run, self, error);
  if (!self->thread) {
    g_free (self);
    return FALSE;
  }
  g_ptr_array_add (gate->threads, self);
  gate->polling++;
  return TRUE;
}

/* The mutex is held. Returns: FALSE when nobody could be had */
static gboolean
call_thread (PosternGate *gate, GError **error)
{
  if (gate->resting == 0)
    return add_thread (gate, error);
  gate->resting--;
  gate->polling++;
  gate->called++;
  g_cond_signal (&gate->call);
  return TRUE;
}

/* The mutex is held. */
static void
rest (PosternGate *gate)
{
  gate->polling--;
  gate->resting++;
  while (gate->called == 0 && !gate->stopping)
    g_cond_wait (&gate->call, &gate->mutex);
  if (gate->called > 0)
    gate->called--;
}

static guint
get_width (PosternGate *gate)
{
  return gate->options.io_threads ? gate->options.io_threads : postern_count_cores ();
}

/*
 * With more threads than cores the kernel takes the core from one amid a request, and lets the others work for some milliseconds
 * each before that request is gone on with: of a hundred requests to a busy core one or two waited for that. So who is too many rests,
 * except where handlers run all the time: each of those needs somebody else on the wire, who would be called and sent away with each.
 * The cores may become fewer or more while we run.
 */
static void
look (PosternGateThread *self)
{
  PosternGate *gate = self->gate;
  guint width = get_width (gate);

  g_mutex_lock (&gate->mutex);
  gate->width = width;
  gate->keeps = self->ran >= LOOK_EVERY / 4;
  self->ran = 0;
  while (!gate->stopping && gate->polling < width && call_thread (gate, NULL))
    continue;
  self->is_spare = is_crowded (gate);
  g_mutex_unlock (&gate->mutex);
}

static void
rest_if_spare (PosternGateThread *self)
{
  PosternGate *gate = self->gate;

  if (!self->is_spare)
    return;
  self->is_spare = FALSE;
  flush_log (self);
  g_mutex_lock (&gate->mutex);
  if (is_crowded (gate))
    rest (gate);
  g_mutex_unlock (&gate->mutex);
}

gboolean
postern_gate_threads_start (PosternGate *gate, GError **error)
{
  gboolean started = TRUE;

  g_mutex_lock (&gate->mutex);
  gate->width = get_width (gate);
  while (started && gate->polling < gate->width)
    started = add_thread (gate, error);
  g_mutex_unlock (&gate->mutex);
  return started;
}

/* --- a thread ------------------------------------------------------------------------------------------------------ */

static gpointer
run (gpointer data)
{
  PosternGateThread *self = data;
  PosternGateConnection *handed;
  struct epoll_event event;

  self->scratch = g_malloc (POSTERN_GATE_SCRATCH);
  self->out = g_string_new (NULL);
  self->log = self->gate->options.log_fd >= 0 ? g_string_new (NULL) : NULL;
  while (!g_atomic_int_get (&self->gate->stopping)) {
    if (next_event (self, &event))
      postern_gate_loop_on_event (self, event.data.u64, event.events);
    while ((handed = leave_handler (self))) {
      flush_log (self); /* the next may hang */
      postern_gate_connection_run_handler (handed, self);
    }
    empty (&self->out);
    if (++self->events % LOOK_EVERY == 0)
      look (self);
    rest_if_spare (self);
  }
  return NULL;
}

static void
thread_free (PosternGateThread *self)
{
  flush_log (self);
  if (self->log)
    g_string_free (self->log, TRUE);
  g_string_free (self->out, TRUE);
  g_free (self->scratch);
  g_free (self);
}

/* What is still open is closed in the name of a thread that has ended, because closing writes to its log. */
void
postern_gate_threads_join (PosternGate *gate)
{
  GHashTableIter iter;
  gpointer connection;

  for (guint i = 0; i < gate->threads->len; i++)
    g_thread_join (((PosternGateThread *) g_ptr_array_index (gate->threads, i))->thread);
  while (g_hash_table_iter_init (&iter, gate->connections), g_hash_table_iter_next (&iter, NULL, &connection))
    postern_gate_connection_close (connection, g_ptr_array_index (gate->threads, 0));
  g_ptr_array_foreach (gate->threads, (GFunc) (void *) thread_free, NULL);
  g_ptr_array_set_size (gate->threads, 0);
}

/* The mutex is held. A handler may hang: so another thread must be left on the wire, and better as many as there are cores.
 * A thread that cannot be had is no harm while there is another. */
static gboolean
may_run (PosternGate *gate)
{
  if (gate->running >= gate->options.handler_threads)
    return FALSE;
  if (gate->polling <= gate->width)
    call_thread (gate, NULL);
  return gate->polling > 1;
}

/* The mutex is held. Nobody overtakes those who wait; and somebody must be there who comes to them in the end. */
static PosternGateTurn
choose (PosternGateThread *self)
{
  PosternGate *gate = self->gate;

  if (gate->stopping)
    return POSTERN_GATE_REFUSED;
  if (gate->handed.length == 0 && (self->in_handler || may_run (gate)))
    return POSTERN_GATE_RUN;
  return gate->running > 0 && gate->handed.length < gate->options.handler_queue ? POSTERN_GATE_QUEUED : POSTERN_GATE_REFUSED;
}

PosternGateTurn
postern_gate_threads_enter (PosternGateConnection *connection)
{
  PosternGateThread *self = connection->thread;
  PosternGate *gate = self->gate;
  PosternGateTurn turn;

  g_mutex_lock (&gate->mutex);
  turn = choose (self);
  if (turn != POSTERN_GATE_REFUSED)
    postern_gate_loop_enter_handler (connection);
  if (turn == POSTERN_GATE_QUEUED)
    g_queue_push_tail (&gate->handed, connection);
  else if (turn == POSTERN_GATE_RUN && !self->in_handler) {
    self->in_handler = TRUE;
    gate->running++;
    gate->polling--;
  }
  g_mutex_unlock (&gate->mutex);
  if (turn == POSTERN_GATE_RUN)
    flush_log (self);
  return turn;
}
