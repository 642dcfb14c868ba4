/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

PosternGateExchange *
postern_gate_exchange_new (PosternGateConnection *connection, const PosternGateHead *head)
{
  PosternGateExchange *self = g_new0 (PosternGateExchange, 1);

  self->kind = connection->kind;
  self->address = connection->address;
  self->is_local = connection->is_local;
  self->began = connection->loop->now;
  self->loop = connection->loop;
  self->connection = connection;
  self->close = !head->keep_alive;
  self->is_head = postern_gate_head_equals (&head->method, "HEAD");
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
  g_atomic_int_add (&gate->counters.buffered, -self->held);
  g_clear_pointer (&self->reply, postern_gate_reply_free);
  g_clear_pointer (&self->posted, postern_gate_reply_free);
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
