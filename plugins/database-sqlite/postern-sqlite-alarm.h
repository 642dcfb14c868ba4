/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternSqliteAlarm: calls once, some time after it was set, on a thread of its own. The thread begins when it is first needed, and
 * sleeps without a wake-up while nothing is set.
 */
typedef struct {
  void (*func) (gpointer data);
  gpointer data;
  GMutex lock; /* guards the rest */
  GCond changed;
  GThread *thread; /* (nullable) */
  gint64 due;      /* monotonic µs; 0: not set */
  gboolean stopping;
} PosternSqliteAlarm;

void postern_sqlite_alarm_init (PosternSqliteAlarm *self, void (*func) (gpointer data), gpointer data);
/** postern_sqlite_alarm_clear: waits for a call under way; one that is due later is not made. */
void postern_sqlite_alarm_clear (PosternSqliteAlarm *self);
/** postern_sqlite_alarm_set: @delay in µs; takes the place of what was set before */
void postern_sqlite_alarm_set (PosternSqliteAlarm *self, gint64 delay);

G_END_DECLS
