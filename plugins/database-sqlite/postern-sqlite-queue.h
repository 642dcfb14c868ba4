/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-baton-private.h"
#include "postern-database.h"

G_BEGIN_DECLS

/**
 * PosternSqliteJob: what one caller wants done; lives on the caller's stack. WRITE is committed before its caller goes on, or is durable as
 * far as its file promises. READ sees what the writing connection has not committed yet. COMMIT ends an open transaction.
 */
typedef enum { POSTERN_SQLITE_JOB_WRITE, POSTERN_SQLITE_JOB_READ, POSTERN_SQLITE_JOB_COMMIT } PosternSqliteJobKind;
/** PosternSqliteJobTurn: what the caller of a queued job is told: run the next batch, which begins with it; or it has been done. */
typedef enum { POSTERN_SQLITE_JOB_LEADING = 1, POSTERN_SQLITE_JOB_DONE } PosternSqliteJobTurn;

typedef struct _PosternSqliteJob PosternSqliteJob;
struct _PosternSqliteJob {
  PosternSqliteJobKind kind;
  PosternTransactionFunc func;
  gpointer user_data;
  GError *error;
  gboolean ran; /* a READ that did not find an open transaction has not */
  gboolean succeeded;

  /* the queue's own */
  PosternSqliteJob *next;
  PosternBaton turn;
};

typedef void (*PosternSqliteBatchFunc) (PosternSqliteJob *batch, gpointer data);

/**
 * PosternSqliteQueue: jobs for one connection, run in their order by the threads that bring them. The caller who finds nobody at work
 * leads: he runs what is queued as one batch, and wakes its callers. What gathers meanwhile is led by the first one who waits there.
 * So a job runs on the thread of any caller, and no thread of the queue's own is woken for it.
 */
typedef struct {
  PosternSqliteBatchFunc run;
  gpointer data;
  gint64 patience; /* µs */
  GMutex lock; /* guards the rest */
  GCond idle, gathered;
  PosternSqliteJob *first, **last; /* not empty only while someone leads: the first one leads next */
  guint n_queued;
  guint usual;  /* how many the last batch had */
  guint wanted; /* how many its leader waits for; 0: he does not */
  gboolean led;
  gboolean stopping;
} PosternSqliteQueue;

/**
 * postern_sqlite_queue_init: @run never runs twice at once. @patience: how long, in µs, who leads waits at most for as many jobs as the
 * last batch had; 0 where a batch costs no more than its jobs.
 */
void postern_sqlite_queue_init (PosternSqliteQueue *self, gint64 patience, PosternSqliteBatchFunc run, gpointer data);
/** postern_sqlite_queue_clear: waits for what has been queued; nothing may be queued any more. */
void postern_sqlite_queue_clear (PosternSqliteQueue *self);
/** postern_sqlite_queue_run: returns when @job is done. Never from within a job of the same queue. */
void postern_sqlite_queue_run (PosternSqliteQueue *self, PosternSqliteJob *job);
/** postern_sqlite_queue_get_led: Returns: (nullable): the queue whose batch this thread runs */
PosternSqliteQueue *postern_sqlite_queue_get_led (void);

G_END_DECLS
