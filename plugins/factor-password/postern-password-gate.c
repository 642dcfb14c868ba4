/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-gate.h"

#include "postern-error.h"

#define LOOK_EVERY (100 * G_TIME_SPAN_MILLISECOND) /* how long a client that left may still hold its place */

struct _PosternPasswordGate {
  GMutex lock;
  GCond room;
  guint64 limit, used; /* KiB */
  guint cores, running;
  guint queue, waiting;
};

PosternPasswordGate *
postern_password_gate_new (guint64 limit, guint cores, guint queue)
{
  PosternPasswordGate *self = g_new0 (PosternPasswordGate, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->room);
  self->limit = limit;
  self->cores = MAX (1, cores);
  self->queue = queue;
  return self;
}

void
postern_password_gate_free (PosternPasswordGate *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->room);
  g_free (self);
}

guint64
postern_password_gate_get_limit (PosternPasswordGate *self)
{
  return self->limit;
}

static gboolean
has_room (PosternPasswordGate *self, guint64 memory)
{
  return self->running < self->cores && (self->running == 0 || self->used + memory <= self->limit);
}

static gboolean
wait_for_room (PosternPasswordGate *self, guint64 memory, GCancellable *cancellable, GError **error)
{
  if (self->waiting >= self->queue) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many passwords are being checked at once");
    return FALSE;
  }
  self->waiting++;
  while (!has_room (self, memory) && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&self->room, &self->lock, g_get_monotonic_time () + LOOK_EVERY);
  self->waiting--;
  if (!g_cancellable_is_cancelled (cancellable))
    return TRUE;
  g_cond_signal (&self->room); /* the wake-up may have been another's */
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "The client left, or it took too long");
  return FALSE;
}

gboolean
postern_password_gate_enter (PosternPasswordGate *self, guint64 memory, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  /* Whoever comes while others wait goes behind them, or a large hash would wait for ever. */
  if ((self->waiting > 0 || !has_room (self, memory)) && !wait_for_room (self, memory, cancellable, error))
    return FALSE;
  self->used += memory;
  self->running++;
  return TRUE;
}

void
postern_password_gate_leave (PosternPasswordGate *self, guint64 memory)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->used -= memory;
  self->running--;
  g_cond_broadcast (&self->room);
}
