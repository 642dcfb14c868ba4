/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-writer.h"

#include "postern-error.h"

#define LOOK_INTERVAL_US 50000 /* how stale the news of another process may be */
#define BATCH_MAX 256          /* functions in one commit: bounds how long the first of them waits */

/* QUEUED: nobody has asked for it yet. LEADING: its caller runs the next batch. DONE: it has run, and was committed or failed. */
typedef enum { QUEUED, LEADING, DONE } State;

/* One caller; lives on the caller's stack. */
typedef struct _Job Job;
struct _Job {
  Job *next;
  PosternTransactionFunc func;
  gpointer user_data;
  GError *error;
  gboolean succeeded;
  State state; /* under @lock */
  GMutex lock;
  GCond changed;
};

struct _PosternSqliteWriter {
  PosternSqliteConnection *connection; /* under @use */
  PosternSqliteCheckpointer *checkpointer;
  GMutex use;

  GMutex lock; /* guards the four below */
  GCond idle;
  Job *first, **last; /* not empty only while someone leads: the first one leads next */
  gboolean led;
  gboolean stopping;

  guint64 generation;   /* atomic */
  gint64 data_version;  /* under @use */
  gint64 looked_at;     /* atomic; monotonic µs */
};

static GPrivate leading; /* the writer whose batch this thread runs */

/* --- a batch ---------------------------------------------------------------------------------------------------- */

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
  batch = tail = self->first;
  for (; tail->next != NULL && n < BATCH_MAX; n++)
    tail = tail->next;
  self->first = tail->next;
  tail->next = NULL;
  if (self->first == NULL)
    self->last = &self->first;
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

/* --- who runs it ------------------------------------------------------------------------------------------------ */

/* After the unlock the caller may have left its stack, and @job with it. */
static void
set_state (Job *job, State state)
{
  g_mutex_lock (&job->lock);
  job->state = state;
  g_cond_signal (&job->changed);
  g_mutex_unlock (&job->lock);
}

static void
wake_all (Job *jobs)
{
  for (Job *job = jobs, *next; job != NULL; job = next)
    {
      next = job->next;
      set_state (job, DONE);
    }
}

static State
wait_for_change (Job *job)
{
  State state;

  g_mutex_lock (&job->lock);
  while (job->state == QUEUED)
    g_cond_wait (&job->changed, &job->lock);
  state = job->state;
  g_mutex_unlock (&job->lock);
  return state;
}

/* TRUE: nobody leads, so the caller does. */
static gboolean
enqueue (PosternSqliteWriter *self, Job *job)
{
  gboolean lead;

  g_mutex_lock (&self->lock);
  *self->last = job;
  self->last = &job->next;
  lead = !self->led;
  self->led = TRUE;
  g_mutex_unlock (&self->lock);
  return lead;
}

/* The last thing a leader does with @self, which may be freed from then on. */
static void
hand_over (PosternSqliteWriter *self)
{
  Job *next;

  g_mutex_lock (&self->lock);
  next = self->first;
  self->led = next != NULL;
  if (!self->led && self->stopping)
    g_cond_signal (&self->idle);
  g_mutex_unlock (&self->lock);
  if (next != NULL)
    set_state (next, LEADING);
}

/* One batch, whose first job is the caller's own: nobody leads for longer than his own write takes. The next leader is woken last:
 * those woken before him, who write again at once, still come into his batch. */
static void
lead (PosternSqliteWriter *self)
{
  Job *batch = take_batch (self);
  g_autoptr (GError) error = NULL;

  g_private_set (&leading, self);
  g_mutex_lock (&self->use);
  if (!run_batch (self, batch, &error))
    fail_batch (self, batch, error);
  postern_sqlite_checkpointer_note (self->checkpointer, self->connection);
  g_mutex_unlock (&self->use);
  g_private_set (&leading, NULL);
  wake_all (batch->next);
  hand_over (self);
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
  g_cond_init (&self->idle);
  return self;
}

void
postern_sqlite_writer_free (PosternSqliteWriter *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  while (self->led)
    g_cond_wait (&self->idle, &self->lock);
  g_mutex_unlock (&self->lock);
  postern_sqlite_checkpointer_free (self->checkpointer);
  postern_sqlite_connection_close (self->connection);
  g_mutex_clear (&self->use);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_free (self);
}

gboolean
postern_sqlite_writer_run (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  Job job = { .func = func, .user_data = user_data };

  if (g_private_get (&leading) != NULL)
    {
      g_critical ("a write was begun within a write function: it would wait for itself; use the transaction at hand");
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a write within a write");
      return FALSE;
    }
  g_mutex_init (&job.lock);
  g_cond_init (&job.changed);
  if (enqueue (self, &job) || wait_for_change (&job) == LEADING)
    lead (self);
  g_mutex_clear (&job.lock);
  g_cond_clear (&job.changed);
  if (job.error != NULL)
    g_propagate_error (error, job.error);
  return job.succeeded;
}

/* Usually one atomic read and the clock. Every 50 ms one caller looks for other processes' commits, unless a batch
 * is under way, which looks itself. */
guint64
postern_sqlite_writer_get_generation (PosternSqliteWriter *self)
{
  gint64 age = g_get_monotonic_time () - __atomic_load_n (&self->looked_at, __ATOMIC_RELAXED);

  if (age > LOOK_INTERVAL_US && g_private_get (&leading) == NULL && g_mutex_trylock (&self->use))
    {
      look_for_others (self);
      g_mutex_unlock (&self->use);
    }
  return __atomic_load_n (&self->generation, __ATOMIC_ACQUIRE);
}
