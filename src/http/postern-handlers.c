/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-handlers.h"

struct _PosternHandlers {
  guint max_threads, max_queue;
  GFunc func;
  gpointer user_data;
  GMutex mutex; /* guards what follows */
  GCond cond;
  GQueue queue;
  GPtrArray *threads;
  guint idle;
  gboolean ending;
};

static gpointer
run (gpointer data)
{
  PosternHandlers *self = data;

  g_mutex_lock (&self->mutex);
  while (TRUE) {
    gpointer work = g_queue_pop_head (&self->queue);
    if (work) {
      g_mutex_unlock (&self->mutex);
      self->func (work, self->user_data);
      g_mutex_lock (&self->mutex);
      continue;
    }
    if (self->ending)
      break;
    self->idle++;
    g_cond_wait (&self->cond, &self->mutex);
    self->idle--;
  }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

PosternHandlers *
postern_handlers_new (guint threads, guint queue, GFunc func, gpointer user_data)
{
  PosternHandlers *self = g_new0 (PosternHandlers, 1);

  self->max_threads = threads;
  self->max_queue = queue;
  self->func = func;
  self->user_data = user_data;
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->queue);
  return self;
}

void
postern_handlers_free (PosternHandlers *self)
{
  g_mutex_lock (&self->mutex);
  self->ending = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* The lock is held. A thread that cannot be had is no harm while there is another. */
static void
add_thread (PosternHandlers *self)
{
  g_autofree char *name = g_strdup_printf ("handler-%u", self->threads->len);
  GThread *thread = g_thread_try_new (name, run, self, NULL);

  if (thread)
    g_ptr_array_add (self->threads, thread);
}

gboolean
postern_handlers_push (PosternHandlers *self, gpointer work)
{
  gboolean taken = FALSE;

  g_mutex_lock (&self->mutex);
  if (self->queue.length >= self->idle && self->threads->len < self->max_threads && !self->ending)
    add_thread (self);
  if (self->queue.length < self->max_queue && self->threads->len > 0 && !self->ending) {
    g_queue_push_tail (&self->queue, work);
    g_cond_signal (&self->cond);
    taken = TRUE;
  }
  g_mutex_unlock (&self->mutex);
  return taken;
}

void
postern_handlers_get_load (PosternHandlers *self, guint *waiting, guint *running)
{
  g_mutex_lock (&self->mutex);
  *waiting = self->queue.length;
  *running = self->threads->len - self->idle;
  g_mutex_unlock (&self->mutex);
}
