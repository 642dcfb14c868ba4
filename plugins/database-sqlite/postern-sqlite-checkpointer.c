/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-checkpointer.h"

/* A page that changes often is moved once a round, so rounds are few; but after a crash the log is read once, 16 MB in some 20 ms. */
#define SOFT_PAGES 4000  /* 16 MB of log: worth a round of the thread */
#define HARD_PAGES 16000 /* 64 MB: the writer helps */

struct _PosternSqliteCheckpointer {
  char *file;
  PosternKeep keep;
  int log_pages; /* the writer's thread alone */
  GMutex lock;   /* guards the rest */
  GCond wake;
  GThread *thread; /* (nullable): begun when first needed: an idle server has fewer threads */
  gboolean due, stopping;
};

static int
on_commit (void *data, sqlite3 *handle, const char *name, int pages)
{
  ((PosternSqliteCheckpointer *) data)->log_pages = pages;
  return SQLITE_OK;
}

static gboolean
wait_until_due (PosternSqliteCheckpointer *self)
{
  gboolean go_on;

  g_mutex_lock (&self->lock);
  while (!self->due && !self->stopping)
    g_cond_wait (&self->wake, &self->lock);
  go_on = !self->stopping;
  self->due = FALSE;
  g_mutex_unlock (&self->lock);
  return go_on;
}

static gpointer
checkpoint_thread (gpointer data)
{
  PosternSqliteCheckpointer *self = data;
  g_autoptr (GError) error = NULL;
  PosternSqliteConnection *connection = postern_sqlite_connection_open (self->file, self->keep, POSTERN_SQLITE_WRITE, &error);

  if (connection == NULL)
    {
      g_warning ("the log of the database is not moved into its file: %s", error->message);
      return NULL;
    }
  while (wait_until_due (self))
    sqlite3_wal_checkpoint_v2 (connection->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  postern_sqlite_connection_close (connection);
  return NULL;
}

PosternSqliteCheckpointer *
postern_sqlite_checkpointer_new (const char *file, PosternKeep keep, PosternSqliteConnection *writer)
{
  PosternSqliteCheckpointer *self = g_new0 (PosternSqliteCheckpointer, 1);

  self->file = g_strdup (file);
  self->keep = keep;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  sqlite3_wal_hook (writer->handle, on_commit, self);
  return self;
}

void
postern_sqlite_checkpointer_free (PosternSqliteCheckpointer *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_free (self->file);
  g_free (self);
}

void
postern_sqlite_checkpointer_note (PosternSqliteCheckpointer *self, PosternSqliteConnection *writer)
{
  if (self->log_pages >= HARD_PAGES)
    {
      sqlite3_wal_checkpoint_v2 (writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
      self->log_pages = 0;
      return;
    }
  if (self->log_pages < SOFT_PAGES)
    return;
  self->log_pages = 0;
  g_mutex_lock (&self->lock);
  if (self->thread == NULL)
    self->thread = g_thread_new ("sqlite-checkpoint", checkpoint_thread, self);
  self->due = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}
