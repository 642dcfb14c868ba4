/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

PosternGate *
postern_gate_new (const PosternGateOptions *options, const PosternGateHandler *handler, gpointer user_data)
{
  PosternGate *self = g_new0 (PosternGate, 1);

  self->options = *options;
  self->handler = *handler;
  self->user_data = user_data;
  self->peers = postern_gate_peers_new ();
  self->listeners = g_array_new (FALSE, FALSE, sizeof (PosternGateListener));
  self->epoll_fd = self->timer_fd = self->stop_fd = -1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->call);
  self->connections = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->last_id = G_MAXUINT32; /* beyond those of the listeners */
  self->armed = G_MAXINT64;
  self->threads = g_ptr_array_new ();
  return self;
}

void
postern_gate_free (PosternGate *self)
{
  postern_gate_loop_close (self);
  g_ptr_array_unref (self->threads);
  g_hash_table_unref (self->connections);
  g_queue_clear (&self->handed);
  g_cond_clear (&self->call);
  g_mutex_clear (&self->mutex);
  g_array_unref (self->listeners);
  postern_gate_peers_free (self->peers);
  g_free (self);
}

void
postern_gate_add_listener (PosternGate *self, int fd, int kind, gboolean own_user_only, PosternGateTls *tls)
{
  PosternGateListener listener = { fd, kind, own_user_only, tls };

  g_return_if_fail (self->threads->len == 0);
  g_array_append_val (self->listeners, listener);
}

gboolean
postern_gate_start (PosternGate *self, GError **error)
{
  for (guint i = 0; i < self->listeners->len; i++)
    if (!g_unix_set_fd_nonblocking (g_array_index (self->listeners, PosternGateListener, i).fd, TRUE, error))
      return FALSE;
  if (!postern_gate_loop_open (self, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  postern_gate_accept_listen (self, TRUE);
  g_mutex_unlock (&self->mutex);
  return postern_gate_threads_start (self, error);
}

void
postern_gate_drain (PosternGate *self, guint linger)
{
  if (!g_atomic_int_get (&self->draining))
    postern_gate_loop_drain (self, linger);
}

gboolean
postern_gate_is_shut (PosternGate *self)
{
  return g_atomic_int_get (&self->shut);
}

void
postern_gate_stop (PosternGate *self)
{
  const guint64 one = 1;

  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->stopping, TRUE);
  g_cond_broadcast (&self->call);
  g_mutex_unlock (&self->mutex);
  if (self->stop_fd >= 0 && write (self->stop_fd, &one, sizeof one) < 0)
    g_warning ("Could not wake the gate's threads: %s", g_strerror (errno));
  postern_gate_loop_hurry_all (self);
  postern_gate_threads_join (self);
}

PosternGateCounters *
postern_gate_get_counters (PosternGate *self)
{
  return &self->counters;
}

PosternGatePeers *
postern_gate_get_peers (PosternGate *self)
{
  return self->peers;
}

void
postern_gate_get_load (PosternGate *self, guint *waiting, guint *running)
{
  g_mutex_lock (&self->mutex);
  *waiting = self->handed.length;
  *running = self->running;
  g_mutex_unlock (&self->mutex);
}
