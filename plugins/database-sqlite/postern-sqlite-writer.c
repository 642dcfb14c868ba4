/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-writer.h"

#include "postern-error.h"
#include "postern-sqlite-alarm.h"
#include "postern-sqlite-presence.h"
#include "postern-sqlite-queue.h"
#include "postern-sqlite-redo.h"

#define LOOK_INTERVAL_US 50000 /* how stale the news of another process may be */
#define GATHER_US 1000         /* how long a synced commit waits at most for as many as shared the last one */
#define LAZY_US 50000          /* how much of its last moment a short-lived file may lose in a power cut */

struct _PosternSqliteWriter {
  PosternSqliteConnection *connection; /* under @use */
  PosternSqliteCheckpointer *checkpointer;
  PosternSqliteQueue queue;
  GMutex use;

  guint64 generation;   /* atomic */
  gint64 data_version;  /* under @use */
  gint64 looked_at;     /* atomic; monotonic µs */

  PosternSqlitePresence *presence; /* (nullable): each batch is committed at once */
  PosternSqliteRedo *redo;         /* (nullable): as @presence */
  PosternSqliteAlarm alarm;
  gboolean open; /* atomic, changed by a batch: what the transaction holds has been answered, but is not committed */
  gboolean wary; /* under @use: that could not be committed once; callers hear of it until it can */
};

/* --- batches that are committed at once --------------------------------------------------------------------------- */

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

/* FALSE: the whole transaction is gone (a full disk makes sqlite3 roll back by itself). */
static gboolean
still_open (PosternSqliteConnection *connection, PosternSqliteJob *job, GError **error)
{
  if (postern_sqlite_connection_in_transaction (connection))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STORE,
                       job->error != NULL ? job->error->message : "the database gave up the transaction");
  return FALSE;
}

/* A job that fails takes only its own changes with it. FALSE: the whole transaction is gone. */
static gboolean
run_job (PosternSqliteConnection *connection, PosternSqliteJob *job, gboolean alone, GByteArray *notes, GError **error)
{
  PosternTransaction transaction = { .connection = connection, .notes = notes };

  if (!alone && !postern_sqlite_connection_step (connection, connection->savepoint, error))
    return FALSE;
  job->succeeded = job->func (&transaction, job->user_data, &job->error);
  if (!still_open (connection, job, error))
    return FALSE;
  if (alone)
    return job->succeeded || postern_sqlite_connection_step (connection, connection->rollback, error);
  return (job->succeeded || postern_sqlite_connection_step (connection, connection->rollback_to, error))
         && postern_sqlite_connection_step (connection, connection->release, error);
}

static gboolean
has_write (PosternSqliteJob *batch)
{
  for (PosternSqliteJob *job = batch; job != NULL; job = job->next)
    if (job->kind == POSTERN_SQLITE_JOB_WRITE)
      return TRUE;
  return FALSE;
}

static gboolean
run_at_once (PosternSqliteWriter *self, PosternSqliteJob *batch, GError **error)
{
  PosternSqliteConnection *connection = self->connection;
  gboolean alone = batch->next == NULL;

  if (!has_write (batch))
    return TRUE;
  if (!postern_sqlite_connection_step (connection, connection->begin_write, error))
    return FALSE;
  look_for_others (self);
  if (self->wary && !postern_sqlite_redo_outdate (connection, error))
    return FALSE;
  for (PosternSqliteJob *job = batch; job != NULL; job = job->next)
    if (job->kind == POSTERN_SQLITE_JOB_WRITE && !run_job (connection, job, alone, NULL, error))
      return FALSE;
  if (alone && !batch->succeeded)
    return TRUE; /* rolled back already */
  if (!postern_sqlite_connection_step (connection, connection->commit, error))
    return FALSE;
  __atomic_add_fetch (&self->generation, 1, __ATOMIC_RELEASE);
  self->wary = FALSE;
  return TRUE;
}

/* --- batches that are committed a moment later: only by who is alone with the file ---------------------------------- */

static void
set_open (PosternSqliteWriter *self, gboolean open)
{
  __atomic_store_n (&self->open, open, __ATOMIC_RELEASE);
}

/* The order matters: who reads once it is not open finds all in the file; who comes in once it is released finds nothing to do again. */
static void
end_lazily (PosternSqliteWriter *self)
{
  set_open (self, FALSE);
  postern_sqlite_presence_release (self->presence);
}

/* What was answered since the last commit is lost. */
static void
give_up (PosternSqliteWriter *self, const GError *error)
{
  g_warning ("the last %d ms of sign-ins under way are lost: %s", LAZY_US / 1000, error->message);
  self->wary = TRUE;
  postern_sqlite_redo_discard (self->redo);
  end_lazily (self);
}

static void
roll_back (PosternSqliteWriter *self, const GError *error)
{
  if (postern_sqlite_connection_in_transaction (self->connection))
    postern_sqlite_connection_step (self->connection, self->connection->rollback, NULL);
  if (self->open)
    give_up (self, error);
}

static gboolean
begin_lazily (PosternSqliteWriter *self, PosternSqliteJob *batch)
{
  if (self->open)
    return TRUE;
  if (self->presence == NULL || self->wary || !has_write (batch) || !postern_sqlite_presence_claim (self->presence))
    return FALSE;
  if (!postern_sqlite_connection_step (self->connection, self->connection->begin_write, NULL)
      || !postern_sqlite_redo_begin (self->redo, self->connection, NULL))
    {
      roll_back (self, NULL);
      postern_sqlite_presence_release (self->presence);
      self->wary = TRUE;
      return FALSE;
    }
  set_open (self, TRUE);
  postern_sqlite_alarm_set (&self->alarm, LAZY_US);
  return TRUE;
}

static gboolean
run_read (PosternSqliteConnection *connection, PosternSqliteJob *job, GError **error)
{
  PosternTransaction transaction = { .connection = connection, .read_only = TRUE };

  job->ran = TRUE;
  job->succeeded = job->func (&transaction, job->user_data, &job->error);
  return still_open (connection, job, error);
}

/* What fails is not noted: it has changed nothing. */
static gboolean
run_noted (PosternSqliteWriter *self, PosternSqliteJob *job, GError **error)
{
  GByteArray *notes = postern_sqlite_redo_get_notes (self->redo);
  guint before = notes->len;

  if (!run_job (self->connection, job, FALSE, notes, error))
    return FALSE;
  if (!job->succeeded)
    g_byte_array_set_size (notes, before);
  return TRUE;
}

static gboolean
run_lazily (PosternSqliteWriter *self, PosternSqliteJob *batch, GError **error)
{
  gboolean commit = FALSE;

  for (PosternSqliteJob *job = batch; job != NULL; job = job->next)
    if (job->kind == POSTERN_SQLITE_JOB_COMMIT)
      commit = TRUE;
    else if (job->kind == POSTERN_SQLITE_JOB_READ ? !run_read (self->connection, job, error) : !run_noted (self, job, error))
      return FALSE;
  if (!commit && postern_sqlite_redo_write (self->redo))
    return TRUE;
  if (!postern_sqlite_connection_step (self->connection, self->connection->commit, error))
    return FALSE;
  end_lazily (self);
  return TRUE;
}

/* None of the batch was kept: a caller that had succeeded must not believe it. One that failed by itself keeps its own reason. */
static void
fail_batch (PosternSqliteWriter *self, PosternSqliteJob *batch, const GError *error)
{
  roll_back (self, error);
  for (PosternSqliteJob *job = batch; job != NULL; job = job->next)
    {
      if (job->kind != POSTERN_SQLITE_JOB_WRITE)
        continue;
      job->succeeded = FALSE;
      if (job->error == NULL)
        job->error = g_error_copy (error);
    }
}

static void
run_batch (PosternSqliteJob *batch, gpointer data)
{
  PosternSqliteWriter *self = data;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->use);
  if (!(begin_lazily (self, batch) ? run_lazily (self, batch, &error) : run_at_once (self, batch, &error)))
    fail_batch (self, batch, error);
  postern_sqlite_checkpointer_note (self->checkpointer, self->connection);
  g_mutex_unlock (&self->use);
}

static void
commit_now (gpointer data)
{
  PosternSqliteJob job = { .kind = POSTERN_SQLITE_JOB_COMMIT };

  postern_sqlite_queue_run (&((PosternSqliteWriter *) data)->queue, &job);
}

/* --- for callers ------------------------------------------------------------------------------------------------ */

static gboolean
open_file (PosternSqliteWriter *self, const char *file, PosternKeep keep, GError **error)
{
  if (keep == POSTERN_KEEP_SHORT && (self->presence = postern_sqlite_presence_enter (file, error)) == NULL)
    return FALSE;
  self->connection = postern_sqlite_connection_open (file, keep, POSTERN_SQLITE_WRITE, error);
  if (self->connection == NULL || keep != POSTERN_KEEP_SHORT)
    return self->connection != NULL;
  self->redo = postern_sqlite_redo_open (file, error);
  return self->redo != NULL && postern_sqlite_redo_replay (self->redo, self->connection, error);
}

/* The claim on the file goes last: who comes in then finds everything done. */
static void
close_file (PosternSqliteWriter *self)
{
  postern_sqlite_redo_close (self->redo);
  postern_sqlite_connection_close (self->connection);
  postern_sqlite_presence_leave (self->presence);
  g_free (self);
}

PosternSqliteWriter *
postern_sqlite_writer_new (const char *file, PosternKeep keep, GError **error)
{
  PosternSqliteWriter *self = g_new0 (PosternSqliteWriter, 1);

  if (!open_file (self, file, keep, error))
    {
      close_file (self);
      return NULL;
    }
  self->data_version = postern_sqlite_connection_get_data_version (self->connection);
  self->checkpointer = postern_sqlite_checkpointer_new (file, keep, self->connection);
  g_mutex_init (&self->use);
  postern_sqlite_queue_init (&self->queue, keep == POSTERN_KEEP_LASTING ? GATHER_US : 0, run_batch, self);
  postern_sqlite_alarm_init (&self->alarm, commit_now, self);
  return self;
}

void
postern_sqlite_writer_free (PosternSqliteWriter *self)
{
  if (self == NULL)
    return;
  postern_sqlite_alarm_clear (&self->alarm);
  commit_now (self);
  postern_sqlite_queue_clear (&self->queue);
  postern_sqlite_checkpointer_free (self->checkpointer);
  g_mutex_clear (&self->use);
  if (self->redo != NULL)
    postern_sqlite_redo_discard (self->redo); /* as long as we are in, nobody else notes anything */
  close_file (self);
}

gboolean
postern_sqlite_writer_run (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  PosternSqliteJob job = { .kind = POSTERN_SQLITE_JOB_WRITE, .func = func, .user_data = user_data };

  if (postern_sqlite_queue_get_led () != NULL)
    {
      g_critical ("a write was begun within a write function: it would wait for itself; use the transaction at hand");
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a write within a write");
      return FALSE;
    }
  postern_sqlite_queue_run (&self->queue, &job);
  if (job.error != NULL)
    g_propagate_error (error, job.error);
  return job.succeeded;
}

gboolean
postern_sqlite_writer_read (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, gboolean *succeeded, GError **error)
{
  PosternSqliteJob job = { .kind = POSTERN_SQLITE_JOB_READ, .func = func, .user_data = user_data };
  g_autoptr (GError) gone = NULL;

  if (!__atomic_load_n (&self->open, __ATOMIC_ACQUIRE))
    return FALSE;
  if (postern_sqlite_queue_get_led () == &self->queue)
    run_read (self->connection, &job, &gone); /* within a function of the same file */
  else
    postern_sqlite_queue_run (&self->queue, &job);
  if (job.error != NULL)
    g_propagate_error (error, job.error);
  *succeeded = job.succeeded;
  return job.ran;
}

/* Usually one atomic read and the clock. Every 50 ms one caller looks for other processes' commits, unless a batch
 * is under way, which looks itself. */
guint64
postern_sqlite_writer_get_generation (PosternSqliteWriter *self)
{
  gint64 age = g_get_monotonic_time () - __atomic_load_n (&self->looked_at, __ATOMIC_RELAXED);

  if (age > LOOK_INTERVAL_US && postern_sqlite_queue_get_led () == NULL && g_mutex_trylock (&self->use))
    {
      look_for_others (self);
      g_mutex_unlock (&self->use);
    }
  return __atomic_load_n (&self->generation, __ATOMIC_ACQUIRE);
}
