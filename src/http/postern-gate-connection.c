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

void
postern_gate_connection_open (PosternGateLoop *loop, const PosternGateArrival *arrival)
{
  PosternGateConnection *self = g_new0 (PosternGateConnection, 1);
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = self };

  self->poll = POSTERN_GATE_POLL_CONNECTION;
  self->fd = arrival->fd;
  self->loop = loop;
  self->kind = arrival->kind;
  self->address = arrival->address;
  self->is_local = arrival->is_local;
  self->is_counted = arrival->is_counted;
  self->link.data = self;
  self->tls = arrival->tls ? postern_gate_tls_accept (arrival->tls, arrival->fd) : NULL;
  postern_gate_loop_wait (loop, self, POSTERN_GATE_HEAD);
  if ((arrival->tls && !self->tls) || epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, self->fd, &event) != 0)
    postern_gate_connection_close (self);
}

/* Counts what the connection holds. FALSE: all connections together hold too much, and this one is not a small one. */
static gboolean
account (PosternGateConnection *self, guint held)
{
  PosternGate *gate = self->loop->gate;
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

/* The exchange of a request that is being served outlives its connection: the answer is on its way, and is then dropped. */
static void
let_go_of_exchange (PosternGateConnection *self)
{
  PosternGate *gate = self->loop->gate;
  PosternGateExchange *exchange = self->exchange;

  if (!exchange)
    return;
  if (self->wait != POSTERN_GATE_SERVE || exchange->reply) {
    postern_gate_exchange_finish (exchange, 0, 0);
    return;
  }
  exchange->connection = NULL;
  self->exchange = NULL;
  gate->handler.hurry (exchange, gate->user_data);
}

void
postern_gate_connection_close (PosternGateConnection *self)
{
  PosternGateLoop *loop = self->loop;

  if (self->fd < 0)
    return;
  postern_gate_loop_leave (loop, self);
  close (self->fd);
  self->fd = -1;
  account (self, 0);
  let_go_of_exchange (self);
  if (self->is_counted)
    postern_gate_peers_leave (loop->gate->peers, &self->address);
  g_atomic_int_add (&loop->connections, -1);
  g_atomic_int_add (&loop->gate->counters.connections, -1);
  g_ptr_array_add (loop->dead, self);
}

void
postern_gate_connection_free (PosternGateConnection *self)
{
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
    postern_gate_connection_close (self);
    return;
  }
  g_clear_pointer (&self->in, g_byte_array_unref);
  postern_gate_loop_wait (self->loop, self, POSTERN_GATE_LINGER);
}

static void
linger (PosternGateConnection *self)
{
  while (self->readable) {
    gssize n = channel_read (self, self->loop->scratch, POSTERN_GATE_SCRATCH);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      self->readable = FALSE;
      return;
    }
    self->discarded += n > 0 ? (gsize) n : 0;
    if (n <= 0 || self->discarded > LINGER_MAX_BYTES) {
      postern_gate_connection_close (self);
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
  postern_gate_loop_wait (self->loop, self, POSTERN_GATE_IDLE);
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
      postern_gate_connection_close (self);
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
      postern_gate_loop_wait (self->loop, self, POSTERN_GATE_WRITE);
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
  postern_gate_loop_wait (self->loop, self, POSTERN_GATE_WRITE);
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
  PosternGateLoop *loop = self->loop;
  guint row = 0;

  while (row + 1 < G_N_ELEMENTS (refusals) && refusals[row].status != status)
    row++;
  g_atomic_int_inc (status == 408 ? &loop->gate->counters.timed_out : &loop->gate->counters.refused);
  g_string_printf (loop->out,
                   "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                   "%sX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" REFUSAL_BODY,
                   status, refusals[row].reason, strlen (refusals[row].words) + strlen (REFUSAL_BODY) - strlen ("%s"),
                   status == 429 || status == 503 ? "Retry-After: 1\r\n" : "", refusals[row].words);
  if (self->exchange)
    postern_gate_exchange_finish (self->exchange, status, loop->out->len);
  self->close_after = TRUE;
  write_out (self, loop->out->str, loop->out->len);
}

static void
serve (PosternGateConnection *self)
{
  PosternGate *gate = self->loop->gate;
  g_autoptr (GBytes) body = postern_gate_body_steal (&self->body);

  self->exchange->held = (gint) g_bytes_get_size (body);
  g_atomic_int_add (&gate->counters.buffered, self->exchange->held);
  postern_gate_loop_wait (self->loop, self, POSTERN_GATE_SERVE);
  gate->handler.serve (self->exchange, body, gate->user_data);
}

/* The server has answered. */
static void
answer (PosternGateConnection *self)
{
  PosternGateLoop *loop = self->loop;
  PosternGateExchange *exchange = self->exchange;

  self->close_after = exchange->close || loop->draining || self->requests >= loop->gate->options.requests;
  g_string_truncate (loop->out, 0);
  postern_gate_wording_write (&loop->wording, exchange->reply, exchange->is_head, self->close_after, loop->out);
  postern_gate_exchange_finish (exchange, exchange->reply->status, loop->out->len);
  write_out (self, loop->out->str, loop->out->len);
}

/* The head is complete and sound: the server says whether it wants the request, and how much body. */
static void
begin_request (PosternGateConnection *self, gboolean has_more)
{
  PosternGate *gate = self->loop->gate;
  PosternGateHead *head = &self->loop->head;
  gsize body_max = 0;
  guint status;

  self->requests++;
  self->exchange = postern_gate_exchange_new (self, head);
  status = gate->handler.admit (self->exchange, head, &body_max, gate->user_data);
  if (status == 0)
    status = postern_gate_body_begin (&self->body, head, body_max);
  if (status != 200) {
    refuse (self, status);
    return;
  }
  if (!head->chunked && head->content_length <= 0) {
    serve (self);
    return;
  }
  postern_gate_loop_wait (self->loop, self, POSTERN_GATE_BODY);
  if (head->expects_continue && !has_more && channel_write (self, CONTINUE, strlen (CONTINUE)) != (gssize) strlen (CONTINUE))
    postern_gate_connection_close (self);
}

/* Each returns how many bytes of @data it has used. */
static gsize
use_for_head (PosternGateConnection *self, const char *data, gsize length)
{
  gsize used = 0;
  guint status = postern_gate_head_parse (&self->loop->head, data, length, &used);

  if (status == POSTERN_GATE_HEAD_MORE) {
    self->starved = TRUE;
    if (self->wait == POSTERN_GATE_IDLE)
      postern_gate_loop_wait (self->loop, self, POSTERN_GATE_HEAD);
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
    serve (self);
  else
    refuse (self, status);
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
  gssize n = channel_read (self, self->loop->scratch, POSTERN_GATE_SCRATCH);

  *got = 0;
  if (n < 0 && errno == EINTR)
    return TRUE;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    self->readable = FALSE;
    return FALSE;
  }
  if (n <= 0) {
    postern_gate_connection_close (self);
    return FALSE;
  }
  /* A short read has emptied the socket, and what comes later is a new edge; but the end of the stream has had its edge,
   * and TLS gives a record at a time and may keep more. */
  if (n < POSTERN_GATE_SCRATCH && !self->half_closed && !self->tls)
    self->readable = FALSE;
  *got = (gsize) n;
  if (self->in)
    g_byte_array_append (self->in, (const guint8 *) self->loop->scratch, (guint) n);
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
  data = from_in ? (const char *) self->in->data : self->loop->scratch;
  length = from_in ? self->in->len : got;
  self->starved = FALSE;
  used = self->wait == POSTERN_GATE_BODY ? use_for_body (self, data, length) : use_for_head (self, data, length);
  keep_rest (self, from_in, data, length, used);
  if (self->fd >= 0 && !account (self, held_bytes (self)) && self->wait <= POSTERN_GATE_BODY)
    refuse (self, 503);
  return TRUE;
}

/* One step; FALSE when there is nothing to do before the next event. */
static gboolean
step (PosternGateConnection *self)
{
  switch (self->wait) {
  case POSTERN_GATE_SERVE:
    if (!self->exchange->reply)
      return FALSE;
    answer (self);
    return TRUE;
  case POSTERN_GATE_WRITE:
    return flush (self);
  case POSTERN_GATE_LINGER:
    linger (self);
    return FALSE;
  default:
    return advance (self);
  }
}

void
postern_gate_connection_run (PosternGateConnection *self)
{
  self->running = TRUE;
  while (self->fd >= 0 && step (self))
    continue;
  self->running = FALSE;
}

void
postern_gate_connection_on_events (PosternGateConnection *self, guint32 events)
{
  PosternGate *gate = self->loop->gate;

  if (self->fd < 0)
    return;
  if (events & (EPOLLERR | EPOLLHUP)) {
    postern_gate_connection_close (self);
    return;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP)) || self->tls) /* a handshake reads on when it could write */
    self->readable = TRUE;
  if ((events & EPOLLRDHUP) && !self->half_closed) {
    self->half_closed = TRUE;
    if (self->wait == POSTERN_GATE_SERVE && !self->exchange->reply)
      gate->handler.hurry (self->exchange, gate->user_data);
  }
  postern_gate_connection_run (self);
}

void
postern_gate_connection_on_timeout (PosternGateConnection *self)
{
  PosternGate *gate = self->loop->gate;
  gboolean has_begun = self->in || self->wait == POSTERN_GATE_BODY;

  if (self->wait == POSTERN_GATE_SERVE) {
    postern_gate_loop_wait (self->loop, self, POSTERN_GATE_SERVE);
    gate->handler.hurry (self->exchange, gate->user_data);
    return;
  }
  if ((self->wait != POSTERN_GATE_HEAD && self->wait != POSTERN_GATE_BODY) || !has_begun) {
    postern_gate_connection_close (self);
    return;
  }
  refuse (self, 408);
  postern_gate_connection_run (self);
}
