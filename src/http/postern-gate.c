/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <glib-unix.h>

PosternGate *
postern_gate_new (const PosternGateOptions *options, const PosternGateHandler *handler, gpointer user_data)
{
  PosternGate *self = g_new0 (PosternGate, 1);

  self->options = *options;
  self->handler = *handler;
  self->user_data = user_data;
  self->peers = postern_gate_peers_new ();
  self->listeners = g_array_new (FALSE, FALSE, sizeof (PosternGateListener));
  self->loops = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_gate_loop_free);
  return self;
}

void
postern_gate_free (PosternGate *self)
{
  g_ptr_array_unref (self->loops);
  g_array_unref (self->listeners);
  postern_gate_peers_free (self->peers);
  g_free (self);
}

void
postern_gate_add_listener (PosternGate *self, int fd, int kind, gboolean own_user_only, PosternGateTls *tls)
{
  PosternGateListener listener = { POSTERN_GATE_POLL_LISTENER, fd, kind, own_user_only, tls };

  g_return_if_fail (self->loops->len == 0);
  g_array_append_val (self->listeners, listener);
}

gboolean
postern_gate_start (PosternGate *self, GError **error)
{
  for (guint i = 0; i < self->listeners->len; i++)
    if (!g_unix_set_fd_nonblocking (g_array_index (self->listeners, PosternGateListener, i).fd, TRUE, error))
      return FALSE;
  for (guint i = 0; i < self->options.io_threads; i++)
    g_ptr_array_add (self->loops, postern_gate_loop_new (self));
  /* The first accepts and looks at all the others, so that it starts last. */
  for (guint i = self->loops->len; i > 0; i--)
    if (!postern_gate_loop_start (g_ptr_array_index (self->loops, i - 1), i - 1, error))
      return FALSE;
  return TRUE;
}

static void
wake_all (PosternGate *self)
{
  for (guint i = 0; i < self->loops->len; i++)
    postern_gate_loop_wake (g_ptr_array_index (self->loops, i));
}

void
postern_gate_drain (PosternGate *self, guint linger)
{
  if (g_atomic_int_get (&self->draining))
    return;
  self->linger = linger;
  g_atomic_int_set (&self->draining, TRUE);
  wake_all (self);
}

void
postern_gate_stop (PosternGate *self)
{
  g_atomic_int_set (&self->stopping, TRUE);
  wake_all (self);
  for (guint i = 0; i < self->loops->len; i++) {
    PosternGateLoop *loop = g_ptr_array_index (self->loops, i);
    if (loop->thread)
      g_thread_join (loop->thread);
    loop->thread = NULL;
  }
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
