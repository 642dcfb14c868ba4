/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-writer.h"

#include "postern-error.h"

#define LOOK_INTERVAL_US 50000 /* how stale the news of another process may be */
#define BATCH_MAX 256          /* functions in one commit: bounds how long the first of them waits */

/* One waiting caller; lives on the caller's stack. */
typedef struct _Job Job;
struct _Job {
  Job *next;
  PosternTransactionFunc func;
  gpointer user_data;
  GError *error;
  gboolean succeeded;
  gboolean done; /* under @lock */
  GMutex lock;
  GCond finished;
};

struct _PosternSqliteWriter {
  PosternSqliteConnection *connection; /* under @use, except by the thread itself within a batch */
  PosternSqliteCheckpointer *checkpointer;
  GThread *thread;
  GMutex use;

  GMutex lock; /* guards the three below */
  GCond wake;
  Job *first, **last;
  gboolean stopping;

  guint64 generation;   /* atomic */
  gint64 data_version;  /* under @use */
  gint64 looked_at;     /* atomic; monotonic µs */
};

static GPrivate is_writer; /* set in each writer's thread */

/* --- the thread ------------------------------------------------------------------------------------------------- */

/* Commits of other processes move the version that this connection sees; its own do not. */
static void
look_for_others (PosternSqliteWriter *self)
{
  gint64 version = postern_sqlite_connection_get_data_version (self->connection);

  if (version != self->data_version)
    __atomic_add_fetch (&self->generation, 1, __ATOMIC_RELEASE);
  self->data_version = version;
  __atomic_store_n (&self->looked_at, g_get_monotonic_time (), __ATOMIC_RELAXED);
}

static Job *
take_batch (PosternSqliteWriter *self)
{
  Job *batch, *tail;
  guint n = 1;

  g_mutex_lock (&self->lock);
  while (self->first == NULL && !self->stopping)
    g_cond_wait (&self->wake, &self->lock);
  batch = tail = self->first;
  for (; tail != NULL && tail->next != NULL && n < BATCH_MAX; n++)
    tail = tail->next;
  if (batch != NULL)
    {
      self->first = tail->next;
      tail->next = NULL;
      if (self->first == NULL)
        self->last = &self->first;
    }
  g_mutex_unlock (&self->lock);
  return batch;
}

/* FALSE: the whole transaction is gone (a full disk makes sqlite3 roll back by itself). A job that fails alone
 * takes only its own changes with it. */
static gboolean
run_job (PosternSqliteConnection *connection, Job *job, gboolean alone, GError **error)
{
  PosternTransaction transaction = { connection };

  if (!alone && !postern_sqlite_connection_step (connection, connection->savepoint, error))
    return FALSE;
  job->succeeded = job->func (&transaction, job->user_data, &job->error);
  if (!postern_sqlite_connection_in_transaction (connection))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE,
                           job->error != NULL ? job->error->message : "the database gave up the transaction");
      return FALSE;
    }
  if (alone)
    return job->succeeded || postern_sqlite_connection_step (connection, connection->rollback, error);
  return (job->succeeded || postern_sqlite_connection_step (connection, connection->rollback_to, error))
         && postern_sqlite_connection_step (connection, connection->release, error);
}

static gboolean
run_batch (PosternSqliteWriter *self, Job *batch, GError **error)
{
  PosternSqliteConnection *connection = self->connection;
  gboolean alone = batch->next == NULL;

  if (!postern_sqlite_connection_step (connection, connection->begin_write, error))
    return FALSE;
  look_for_others (self);
  for (Job *job = batch; job != NULL; job = job->next)
    if (!run_job (connection, job, alone, error))
      return FALSE;
  if (alone && !batch->succeeded)
    return TRUE; /* rolled back already */
  if (!postern_sqlite_connection_step (connection, connection->commit, error))
    return FALSE;
  __atomic_add_fetch (&self->generation, 1, __ATOMIC_RELEASE);
  return TRUE;
}

/* None of the batch was kept: a caller that had succeeded must not believe it. One that failed by itself keeps its own reason. */
static void
fail_batch (PosternSqliteWriter *self, Job *batch, const GError *error)
{
  if (postern_sqlite_connection_in_transaction (self->connection))
    postern_sqlite_connection_step (self->connection, self->connection->rollback, NULL);
  for (Job *job = batch; job != NULL; job = job->next)
    {
      job->succeeded = FALSE;
      if (job->error == NULL)
        job->error = g_error_copy (error);
    }
}

/* After the unlock the caller may have left its stack: @job is read before. */
static void
wake_batch (Job *batch)
{
  for (Job *job = batch, *next; job != NULL; job = next)
    {
      next = job->next;
      g_mutex_lock (&job->lock);
      job->done = TRUE;
      g_cond_signal (&job->finished);
      g_mutex_unlock (&job->lock);
    }
}

static gpointer
writer_thread (gpointer data)
{
  PosternSqliteWriter *self = data;
  Job *batch;

  g_private_set (&is_writer, self);
  while ((batch = take_batch (self)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      g_mutex_lock (&self->use);
      if (!run_batch (self, batch, &error))
        fail_batch (self, batch, error);
      postern_sqlite_checkpointer_note (self->checkpointer, self->connection);
      g_mutex_unlock (&self->use);
      wake_batch (batch);
    }
  return NULL;
}

/* --- for callers ------------------------------------------------------------------------------------------------ */

PosternSqliteWriter *
postern_sqlite_writer_new (const char *file, PosternKeep keep, GError **error)
{
  PosternSqliteConnection *connection = postern_sqlite_connection_open (file, keep, POSTERN_SQLITE_WRITE, error);
  PosternSqliteWriter *self;

  if (connection == NULL)
    return NULL;
  self = g_new0 (PosternSqliteWriter, 1);
  self->connection = connection;
  self->last = &self->first;
  self->data_version = postern_sqlite_connection_get_data_version (connection);
  self->checkpointer = postern_sqlite_checkpointer_new (file, keep, connection);
  g_mutex_init (&self->use);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->thread = g_thread_new ("sqlite-writer", writer_thread, self);
  return self;
}

void
postern_sqlite_writer_free (PosternSqliteWriter *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  postern_sqlite_checkpointer_free (self->checkpointer);
  postern_sqlite_connection_close (self->connection);
  g_mutex_clear (&self->use);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self);
}

static void
enqueue (PosternSqliteWriter *self, Job *job)
{
  g_mutex_lock (&self->lock);
  *self->last = job;
  self->last = &job->next;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

gboolean
postern_sqlite_writer_run (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  Job job = { .func = func, .user_data = user_data };

  if (g_private_get (&is_writer) != NULL)
    {
      g_critical ("a write was begun within a write function: it would wait for itself; use the transaction at hand");
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a write within a write");
      return FALSE;
    }
  g_mutex_init (&job.lock);
  g_cond_init (&job.finished);
  enqueue (self, &job);
  g_mutex_lock (&job.lock);
  while (!job.done)
    g_cond_wait (&job.finished, &job.lock);
  g_mutex_unlock (&job.lock);
  g_mutex_clear (&job.lock);
  g_cond_clear (&job.finished);
  if (job.error != NULL)
    g_propagate_error (error, job.error);
  return job.succeeded;
}

/* Usually one atomic read and the clock. Every 50 ms one caller looks for other processes' commits, unless the writer
 * is at work, which looks at each batch itself. */
guint64
postern_sqlite_writer_get_generation (PosternSqliteWriter *self)
{
  gint64 age = g_get_monotonic_time () - __atomic_load_n (&self->looked_at, __ATOMIC_RELAXED);

  if (age > LOOK_INTERVAL_US && g_private_get (&is_writer) == NULL && g_mutex_trylock (&self->use))
    {
      look_for_others (self);
      g_mutex_unlock (&self->use);
    }
  return __atomic_load_n (&self->generation, __ATOMIC_ACQUIRE);
}
