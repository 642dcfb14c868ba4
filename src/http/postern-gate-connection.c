/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALL_BYTES 4096 /* that a connection may hold even when the others hold too much */
#define LINGER_MAX_BYTES (256 * 1024)
#define PROGRESS_BYTES 4096 /* that a reader must have taken for its time to begin anew */
#define REFUSAL_BODY "{\"error\":\"invalid_request\",\"error_description\":\"%s\"}"
#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

typedef enum {
  POSTERN_GATE_STEP_ON,
  POSTERN_GATE_STEP_WAIT,  /* for the socket */
  POSTERN_GATE_STEP_QUEUED /* for a handler: the connection must not be touched any more */
} PosternGateStep;

/* The places where bytes cross the socket: nothing above knows whether TLS lies below. */
static gssize
channel_read (PosternGateConnection *self, char *data, gsize length)
{
  return self->tls ? postern_gate_tls_read (self->tls, data, length) : recv (self->fd, data, length, 0);
}

static gssize
channel_write (PosternGateConnection *self, const char *data, gsize length)
{
  return self->tls ? postern_gate_tls_write (self->tls, data, length) : send (self->fd, data, length, MSG_NOSIGNAL);
}

static gboolean
channel_end (PosternGateConnection *self)
{
  if (self->tls)
    postern_gate_tls_end (self->tls);
  return shutdown (self->fd, SHUT_WR) == 0;
}

/* The time for @wait begins when the connection is let go. */
static void
wait_for (PosternGateConnection *self, PosternGateWait wait)
{
  self->wait = wait;
  self->moved = TRUE;
  if (wait == POSTERN_GATE_WRITE)
    self->interest |= EPOLLOUT;
}

/* Counts what the connection holds. FALSE: all connections together hold too much, and this one is not a small one. */
static gboolean
account (PosternGateConnection *self, guint held)
{
  PosternGate *gate = self->gate;
  gint change = (gint) held - self->accounted;
  gint total = g_atomic_int_add (&gate->counters.buffered, change) + change;

  self->accounted = (gint) held;
  return held <= SMALL_BYTES || total <= (gint) gate->options.buffered;
}

static guint
held_bytes (PosternGateConnection *self)
{
  return (self->in ? self->in->len : 0) + (self->body.bytes ? self->body.bytes->len : 0);
}

static void
hang_up (PosternGateConnection *self)
{
  PosternGate *gate = self->gate;

  if (self->fd < 0)
    return;
  postern_gate_loop_remove (self);
  close (self->fd);
  self->fd = -1;
  account (self, 0);
  if (self->exchange)
    postern_gate_exchange_finish (self->exchange, 0, 0);
  if (self->is_counted)
    postern_gate_peers_leave (gate->peers, &self->address);
  g_atomic_int_add (&gate->counters.connections, -1);
}

/* That a socket can be written to is of no interest before it once could not; but a handshake writes, too. */
PosternGateConnection *
postern_gate_connection_open (PosternGate *gate, const PosternGateArrival *arrival)
{
  PosternGateConnection *self = g_new0 (PosternGateConnection, 1);

  self->gate = gate;
  self->fd = arrival->fd;
  self->kind = arrival->kind;
  self->address = arrival->address;
  self->is_local = arrival->is_local;
  self->is_counted = arrival->is_counted;
  self->link.data = self;
  self->interest = EPOLLIN | EPOLLRDHUP | (arrival->tls ? EPOLLOUT : 0);
  self->tls = arrival->tls ? postern_gate_tls_accept (arrival->tls, arrival->fd) : NULL;
  postern_gate_loop_add (gate, self);
  wait_for (self, POSTERN_GATE_HEAD);
  if (arrival->tls && !self->tls)
    hang_up (self);
  return self;
}

static void
connection_free (PosternGateConnection *self)
{
  g_clear_object (&self->hurry); /* of a handler that was waited for until the gate stopped */
  g_clear_pointer (&self->tls, postern_gate_tls_session_free);
  g_clear_pointer (&self->in, g_byte_array_unref);
  postern_gate_body_clear (&self->body);
  if (self->out)
    g_string_free (self->out, TRUE);
  g_free (self);
}

/* Closing at once with bytes unread would reset the connection, and the client might never read the answer. */
static void
begin_linger (PosternGateConnection *self)
{
  if (self->half_closed || !channel_end (self)) {
    hang_up (self);
    return;
  }
  g_clear_pointer (&self->in, g_byte_array_unref);
  wait_for (self, POSTERN_GATE_LINGER);
}

static void
linger (PosternGateConnection *self)
{
  while (self->readable) {
    gssize n = channel_read (self, self->thread->scratch, POSTERN_GATE_SCRATCH);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      self->readable = FALSE;
      return;
    }
    self->discarded += n > 0 ? (gsize) n : 0;
    if (n <= 0 || self->discarded > LINGER_MAX_BYTES) {
      hang_up (self);
      return;
    }
  }
}

static void
after_write (PosternGateConnection *self)
{
  if (self->close_after) {
    begin_linger (self);
    return;
  }
  wait_for (self, POSTERN_GATE_IDLE);
  self->starved = FALSE;
}

/* Writes what it can of @data; keeps the rest in ->out. FALSE: must wait, or the connection is closed. */
static gboolean
write_some (PosternGateConnection *self, const char *data, gsize length, gsize *sent)
{
  while (*sent < length) {
    gssize n = channel_write (self, data + *sent, length - *sent);
    if (n >= 0) {
      *sent += (gsize) n;
      continue;
    }
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      hang_up (self);
    return FALSE;
  }
  return TRUE;
}

/* A slow reader has time as long as it reads on. */
static gboolean
flush (PosternGateConnection *self)
{
  gsize before = self->out_sent;

  if (!write_some (self, self->out->str, self->out->len, &self->out_sent)) {
    if (self->fd >= 0 && self->out_sent - before >= PROGRESS_BYTES)
      wait_for (self, POSTERN_GATE_WRITE);
    return FALSE;
  }
  g_string_free (g_steal_pointer (&self->out), TRUE);
  after_write (self);
  return TRUE;
}

/* An answer that the socket takes whole is never copied. */
static void
write_out (PosternGateConnection *self, const char *data, gsize length)
{
  gsize sent = 0;

  if (write_some (self, data, length, &sent)) {
    after_write (self);
    return;
  }
  if (self->fd < 0)
    return;
  self->out = g_string_new_len (data + sent, (gssize) (length - sent));
  self->out_sent = 0;
  wait_for (self, POSTERN_GATE_WRITE);
}

static const struct {
  guint status;
  const char *reason, *words;
} refusals[] = {
  { 400, "Bad Request", "The request is not well-formed HTTP/1.1" },
  { 408, "Request Timeout", "The request did not arrive in time" },
  { 413, "Content Too Large", "The body is larger than this address takes" },
  { 414, "URI Too Long", "The request line is too long" },
  { 417, "Expectation Failed", "Only 100-continue is understood" },
  { 429, "Too Many Requests", "There were too many requests; wait a moment" },
  { 431, "Request Header Fields Too Large", "The head of the request is too large" },
  { 501, "Not Implemented", "This method is not served" },
  { 503, "Service Unavailable", "The server is busy; try again in a moment" },
  { 505, "HTTP Version Not Supported", "Only HTTP/1.1 and HTTP/1.0 are served" },
};

/* Says no in the gate's own words and closes: what follows on this connection cannot be trusted. */
static void
refuse (PosternGateConnection *self, guint status)
{
  PosternGate *gate = self->gate;
  GString *out = self->thread->out;
  guint row = 0;

  while (row + 1 < G_N_ELEMENTS (refusals) && refusals[row].status != status)
    row++;
  g_atomic_int_inc (status == 408 ? &gate->counters.timed_out : &gate->counters.refused);
  g_string_printf (out,
                   "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                   "%sX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" REFUSAL_BODY,
                   status, refusals[row].reason, strlen (refusals[row].words) + strlen (REFUSAL_BODY) - strlen ("%s"),
                   status == 429 || status == 503 ? "Retry-After: 1\r\n" : "", refusals[row].words);
  if (self->exchange)
    postern_gate_exchange_finish (self->exchange, status, out->len);
  self->close_after = TRUE;
  write_out (self, out->str, out->len);
}

/* The server has answered. @reply: (transfer full) */
static void
answer (PosternGateConnection *self, PosternGateReply *reply)
{
  PosternGateThread *thread = self->thread;
  PosternGateExchange *exchange = self->exchange;
  gboolean draining = g_atomic_int_get (&self->gate->draining);

  self->close_after = exchange->close || draining || self->requests >= self->gate->options.requests;
  g_string_truncate (thread->out, 0);
  postern_gate_wording_write (&thread->wording, reply, exchange->is_head, self->close_after, thread->out);
  postern_gate_exchange_finish (exchange, reply->status, thread->out->len);
  postern_gate_reply_free (reply);
  write_out (self, thread->out->str, thread->out->len);
}

/* The body cannot be taken; the connection is closed, as what follows is still that body. */
static void
refuse_body (PosternGateConnection *self, guint status)
{
  PosternGate *gate = self->gate;
  PosternGateReply *reply = status == 413 && gate->handler.too_large ? gate->handler.too_large (self->exchange, gate->user_data) : NULL;

  if (!reply) {
    refuse (self, status);
    return;
  }
  g_atomic_int_inc (&gate->counters.refused);
  self->exchange->close = TRUE;
  answer (self, reply);
}

static void
hear (PosternGateConnection *self, guint32 events)
{
  if (events & (EPOLLERR | EPOLLHUP))
    hang_up (self);
  if (events & (EPOLLIN | EPOLLRDHUP) || (events && self->tls)) /* a handshake reads on when it could write */
    self->readable = TRUE;
  if (events & EPOLLRDHUP)
    self->half_closed = TRUE;
}

/* May block. Who has left, or waited for it too long, is not given a handler any more. */
static void
run_handler (PosternGateConnection *self, gboolean has_waited)
{
  PosternGate *gate = self->gate;
  PosternGateExchange *exchange = self->exchange;
  gboolean too_late = has_waited && g_cancellable_is_cancelled (exchange->cancellable);
  PosternGateReply *reply = too_late ? gate->handler.overloaded (exchange, gate->user_data) : gate->handler.run (exchange, gate->user_data);

  hear (self, postern_gate_loop_leave_handler (self));
  if (self->fd >= 0)
    answer (self, reply);
  else
    postern_gate_reply_free (reply);
}

static PosternGateStep
serve (PosternGateConnection *self)
{
  PosternGate *gate = self->gate;
  PosternGateExchange *exchange = self->exchange;
  g_autoptr (GBytes) body = postern_gate_body_steal (&self->body);
  PosternGateReply *reply;

  exchange->held = (gint) g_bytes_get_size (body);
  g_atomic_int_add (&gate->counters.buffered, exchange->held);
  account (self, held_bytes (self));
  reply = gate->handler.serve (exchange, body, gate->user_data);
  if (reply) {
    answer (self, reply);
    return POSTERN_GATE_STEP_ON;
  }
  exchange->cancellable = g_cancellable_new ();
  switch (postern_gate_threads_enter (self)) {
  case POSTERN_GATE_RUN:
    run_handler (self, FALSE);
    return POSTERN_GATE_STEP_ON;
  case POSTERN_GATE_QUEUED:
    return POSTERN_GATE_STEP_QUEUED;
  default:
    answer (self, gate->handler.overloaded (exchange, gate->user_data));
    return POSTERN_GATE_STEP_ON;
  }
}

/* The head is complete and sound: the server says whether it wants the request, and how much body. */
static void
begin_request (PosternGateConnection *self, gboolean has_more)
{
  PosternGate *gate = self->gate;
  PosternGateHead *head = &self->thread->head;
  gsize body_max = 0;
  guint status;

  self->requests++;
  self->exchange = postern_gate_exchange_new (self, head);
  status = gate->handler.admit (self->exchange, head, &body_max, gate->user_data);
  if (status != 0) {
    refuse (self, status);
    return;
  }
  status = postern_gate_body_begin (&self->body, head, body_max);
  if (status != 200) {
    refuse_body (self, status);
    return;
  }
  if (!head->chunked && head->content_length <= 0) {
    wait_for (self, POSTERN_GATE_SERVE);
    return;
  }
  wait_for (self, POSTERN_GATE_BODY);
  if (head->expects_continue && !has_more && channel_write (self, CONTINUE, strlen (CONTINUE)) != (gssize) strlen (CONTINUE))
    hang_up (self);
}

/* Each returns how many bytes of @data it has used. */
static gsize
use_for_head (PosternGateConnection *self, const char *data, gsize length)
{
  gsize used = 0;
  guint status = postern_gate_head_parse (&self->thread->head, data, length, &used);

  if (status == POSTERN_GATE_HEAD_MORE) {
    self->starved = TRUE;
    if (self->wait == POSTERN_GATE_IDLE)
      wait_for (self, POSTERN_GATE_HEAD);
    return 0;
  }
  if (status == POSTERN_GATE_HEAD_DONE)
    begin_request (self, used < length);
  else
    refuse (self, status);
  return used;
}

static gsize
use_for_body (PosternGateConnection *self, const char *data, gsize length)
{
  gsize used = 0;
  guint status = postern_gate_body_feed (&self->body, data, length, &used);

  if (status == 0)
    self->starved = TRUE;
  else if (status == 200)
    wait_for (self, POSTERN_GATE_SERVE);
  else
    refuse_body (self, status);
  return used;
}

static void
keep_rest (PosternGateConnection *self, gboolean from_in, const char *data, gsize length, gsize used)
{
  if (from_in && self->in)
    g_byte_array_remove_range (self->in, 0, (guint) used);
  else if (!from_in && used < length && self->fd >= 0 && self->wait != POSTERN_GATE_LINGER) {
    self->in = g_byte_array_sized_new ((guint) (length - used));
    g_byte_array_append (self->in, (const guint8 *) data + used, (guint) (length - used));
  }
  if (self->in && self->in->len == 0)
    g_clear_pointer (&self->in, g_byte_array_unref);
}

/* Reads once into the thread's buffer, or behind what is left from before. FALSE: nothing came. */
static gboolean
read_more (PosternGateConnection *self, gsize *got)
{
  gssize n = channel_read (self, self->thread->scratch, POSTERN_GATE_SCRATCH);

  *got = 0;
  if (n < 0 && errno == EINTR)
    return TRUE;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    self->readable = FALSE;
    return FALSE;
  }
  if (n <= 0) {
    hang_up (self);
    return FALSE;
  }
  /* A short read has emptied the socket, and what comes later is a new edge; but the end of the stream has had its edge,
   * and TLS gives a record at a time and may keep more. */
  if (n < POSTERN_GATE_SCRATCH && !self->half_closed && !self->tls)
    self->readable = FALSE;
  *got = (gsize) n;
  if (self->in)
    g_byte_array_append (self->in, (const guint8 *) self->thread->scratch, (guint) n);
  return TRUE;
}

/* A head that came in drips is read again only when a line has been completed: else it would cost the square of its length. */
static gboolean
is_worth_reading (PosternGateConnection *self, gsize got)
{
  return self->wait == POSTERN_GATE_BODY || !self->in || self->in->len > POSTERN_GATE_HEAD_MAX_LINE ||
         memchr (self->in->data + self->in->len - got, '\n', got) != NULL;
}

/* One step while a request comes in. FALSE: must wait for the socket. */
static gboolean
advance (PosternGateConnection *self)
{
  gboolean from_in = self->in && !self->starved;
  gsize got = 0, length, used;
  const char *data;

  if (!from_in && (!self->readable || !read_more (self, &got)))
    return FALSE;
  if (!from_in && (got == 0 || !is_worth_reading (self, got)))
    return TRUE;
  from_in = self->in != NULL;
  data = from_in ? (const char *) self->in->data : self->thread->scratch;
  length = from_in ? self->in->len : got;
  self->starved = FALSE;
  used = self->wait == POSTERN_GATE_BODY ? use_for_body (self, data, length) : use_for_head (self, data, length);
  keep_rest (self, from_in, data, length, used);
  if (self->fd >= 0 && !account (self, held_bytes (self)) && self->wait <= POSTERN_GATE_BODY)
    refuse (self, 503);
  return TRUE;
}

static PosternGateStep
step (PosternGateConnection *self)
{
  switch (self->wait) {
  case POSTERN_GATE_SERVE:
    return serve (self);
  case POSTERN_GATE_WRITE:
    return flush (self) ? POSTERN_GATE_STEP_ON : POSTERN_GATE_STEP_WAIT;
  case POSTERN_GATE_LINGER:
    linger (self);
    return POSTERN_GATE_STEP_WAIT;
  default:
    return advance (self) ? POSTERN_GATE_STEP_ON : POSTERN_GATE_STEP_WAIT;
  }
}

static void
on_timeout (PosternGateConnection *self)
{
  gboolean has_begun = self->in || self->wait == POSTERN_GATE_BODY;

  if ((self->wait == POSTERN_GATE_HEAD || self->wait == POSTERN_GATE_BODY) && has_begun)
    refuse (self, 408);
  else
    hang_up (self);
}

/* FALSE: it stands in the queue for handlers, and is another thread's. */
static gboolean
advance_all (PosternGateConnection *self)
{
  PosternGateStep next = POSTERN_GATE_STEP_ON;

  while (next == POSTERN_GATE_STEP_ON && self->fd >= 0)
    next = step (self);
  return next != POSTERN_GATE_STEP_QUEUED;
}

/* As far as it goes, and on with what came meanwhile. */
static void
drive (PosternGateConnection *self)
{
  gboolean due = FALSE;
  guint32 events = 0;

  do {
    if (due)
      on_timeout (self);
    hear (self, events);
    if (!advance_all (self))
      return;
    if (self->fd < 0) {
      connection_free (self);
      return;
    }
  } while (!postern_gate_loop_let_go (self, &events, &due));
}

void
postern_gate_connection_run (PosternGateConnection *self, PosternGateThread *thread, guint32 events)
{
  self->thread = thread;
  hear (self, events);
  drive (self);
}

void
postern_gate_connection_run_late (PosternGateConnection *self, PosternGateThread *thread)
{
  self->thread = thread;
  on_timeout (self);
  drive (self);
}

void
postern_gate_connection_run_handler (PosternGateConnection *self, PosternGateThread *thread)
{
  self->thread = thread;
  run_handler (self, TRUE);
  drive (self);
}

void
postern_gate_connection_close (PosternGateConnection *self, PosternGateThread *thread)
{
  self->thread = thread;
  hang_up (self);
  connection_free (self);
}
