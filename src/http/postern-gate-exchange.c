/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

PosternGateExchange *
postern_gate_exchange_new (PosternGateConnection *connection, const PosternGateHead *head)
{
  PosternGateExchange *self = g_new0 (PosternGateExchange, 1);

  self->kind = connection->kind;
  self->address = connection->address;
  self->is_local = connection->is_local;
  self->began = g_get_monotonic_time ();
  self->connection = connection;
  self->close = !head->keep_alive;
  self->is_head = postern_gate_head_equals (&head->method, "HEAD");
  return self;
}

void
postern_gate_exchange_finish (PosternGateExchange *self, guint status, gsize bytes)
{
  PosternGate *gate = self->connection->gate;

  self->log = self->connection->thread->log;
  gate->handler.done (self, status, bytes, gate->user_data);
  self->connection->exchange = NULL;
  g_atomic_int_add (&gate->counters.buffered, -self->held);
  g_clear_object (&self->cancellable);
  g_free (self);
}
