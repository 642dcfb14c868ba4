/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-pool.h"

void
postern_sqlite_pool_init (PosternSqlitePool *self, const char *file, PosternKeep keep)
{
  g_mutex_init (&self->lock);
  self->file = g_strdup (file);
  self->keep = keep;
}

void
postern_sqlite_pool_clear (PosternSqlitePool *self)
{
  while (self->n_idle > 0)
    postern_sqlite_connection_close (self->idle[--self->n_idle]);
  g_clear_pointer (&self->file, g_free);
  g_mutex_clear (&self->lock);
}

static PosternSqliteConnection *
take (PosternSqlitePool *self, GError **error)
{
  PosternSqliteConnection *connection = NULL;

  g_mutex_lock (&self->lock);
  if (self->n_idle > 0)
    connection = self->idle[--self->n_idle];
  g_mutex_unlock (&self->lock);
  return connection ? connection : postern_sqlite_connection_open (self->file, self->keep, POSTERN_SQLITE_READ, error);
}

static void
give_back (PosternSqlitePool *self, PosternSqliteConnection *connection)
{
  g_mutex_lock (&self->lock);
  if (self->n_idle < POSTERN_SQLITE_POOL_KEEP)
    self->idle[self->n_idle++] = g_steal_pointer (&connection);
  g_mutex_unlock (&self->lock);
  postern_sqlite_connection_close (connection);
}

gboolean
postern_sqlite_pool_run (PosternSqlitePool *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  PosternSqliteConnection *connection = take (self, error);
  PosternTransaction transaction = { .connection = connection, .read_only = TRUE };
  gboolean done;

  if (connection == NULL)
    return FALSE;
  if (!postern_sqlite_connection_step (connection, connection->begin, error))
    {
      postern_sqlite_connection_close (connection);
      return FALSE;
    }
  done = func (&transaction, user_data, error);
  if (!postern_sqlite_connection_in_transaction (connection)
      || postern_sqlite_connection_step (connection, connection->rollback, NULL))
    give_back (self, connection);
  else
    postern_sqlite_connection_close (connection);
  return done;
}
