/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-alarm.h"

void
postern_sqlite_alarm_init (PosternSqliteAlarm *self, void (*func) (gpointer data), gpointer data)
{
  *self = (PosternSqliteAlarm){ .func = func, .data = data };
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

void
postern_sqlite_alarm_clear (PosternSqliteAlarm *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

/* FALSE: it stops */
static gboolean
wait_until_due (PosternSqliteAlarm *self)
{
  gboolean go_on;

  g_mutex_lock (&self->lock);
  while (!self->stopping && (self->due == 0 || g_get_monotonic_time () < self->due))
    if (self->due == 0)
      g_cond_wait (&self->changed, &self->lock);
    else
      g_cond_wait_until (&self->changed, &self->lock, self->due);
  self->due = 0;
  go_on = !self->stopping;
  g_mutex_unlock (&self->lock);
  return go_on;
}

static gpointer
alarm_thread (gpointer data)
{
  PosternSqliteAlarm *self = data;

  while (wait_until_due (self))
    self->func (self->data);
  return NULL;
}

void
postern_sqlite_alarm_set (PosternSqliteAlarm *self, gint64 delay)
{
  g_mutex_lock (&self->lock);
  self->due = g_get_monotonic_time () + delay;
  if (self->thread == NULL)
    self->thread = g_thread_new ("sqlite-commit", alarm_thread, self);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}
