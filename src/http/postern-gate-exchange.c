/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

PosternGateExchange *
postern_gate_exchange_new (PosternGateConnection *connection, const PosternGateHead *head)
{
  PosternGateExchange *self = g_new0 (PosternGateExchange, 1);
  GString *request = g_string_sized_new (head->method.length + head->path.length + head->query.length + head->host.length + 40);

  self->kind = connection->kind;
  self->address = connection->address;
  self->is_local = connection->is_local;
  self->began = connection->loop->now;
  self->loop = connection->loop;
  self->connection = connection;
  self->close = !head->keep_alive;
  g_string_append_len (request, head->method.text, (gssize) head->method.length);
  g_string_append_c (request, ' ');
  /* "*" means the server itself; libsoup's handlers hang on paths. */
  if (*head->path.text == '/')
    g_string_append_len (request, head->path.text, (gssize) head->path.length);
  else
    g_string_append_c (request, '/');
  if (head->query.text) {
    g_string_append_c (request, '?');
    g_string_append_len (request, head->query.text, (gssize) head->query.length);
  }
  g_string_append (request, " HTTP/1.1\r\nHost: ");
  if (head->host.text)
    g_string_append_len (request, head->host.text, (gssize) head->host.length);
  else
    g_string_append (request, "localhost");
  g_string_append (request, "\r\n\r\n");
  self->request = request;
  return self;
}

void
postern_gate_exchange_finish (PosternGateExchange *self, guint status, gsize bytes)
{
  PosternGate *gate = self->loop->gate;

  self->log = self->loop->log;
  gate->handler.done (self, status, bytes, gate->user_data);
  if (self->connection)
    self->connection->exchange = NULL;
  g_clear_pointer (&self->reply, postern_gate_reply_free);
  g_clear_pointer (&self->posted, postern_gate_reply_free);
  g_string_free (self->request, TRUE);
  g_free (self);
}

/* On its own thread the reply is used at once, or as soon as the connection's turn, under way, comes to it. */
static void
take_reply (PosternGateExchange *self, PosternGateReply *reply)
{
  self->reply = reply;
  if (!self->connection)
    postern_gate_exchange_finish (self, 0, 0);
  else if (!self->connection->running)
    postern_gate_connection_run (self->connection);
}

void
postern_gate_exchange_reply (PosternGateExchange *self, PosternGateReply *reply)
{
  PosternGateLoop *loop = self->loop;

  if (g_thread_self () == loop->runner) {
    take_reply (self, reply);
    return;
  }
  g_mutex_lock (&loop->mutex);
  self->posted = reply;
  g_ptr_array_add (loop->replied, self);
  g_mutex_unlock (&loop->mutex);
  postern_gate_loop_wake (loop);
}
