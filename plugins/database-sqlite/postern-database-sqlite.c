/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-database-sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-sqlite-pool.h"
#include "postern-sqlite-writer.h"

/* One file: who writes it, and who reads it. Indexed by PosternKeep. */
typedef struct {
  PosternSqliteWriter *writer;
  PosternSqlitePool pool;
  gboolean open;
} File;

struct _PosternDatabaseSqlite {
  PosternDatabase parent_instance;

  File files[2];
};

G_DEFINE_FINAL_TYPE (PosternDatabaseSqlite, postern_database_sqlite, POSTERN_TYPE_DATABASE)

static const char *const file_names[] = { [POSTERN_KEEP_LASTING] = "lasting.db", [POSTERN_KEEP_SHORT] = "short.db" };

static gboolean
open_file (PosternDatabaseSqlite *self, const char *folder, PosternKeep keep, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file_names[keep], NULL);
  File *file = &self->files[keep];

  file->writer = postern_sqlite_writer_new (path, keep, error);
  if (file->writer == NULL)
    return FALSE;
  postern_sqlite_pool_init (&file->pool, path, keep);
  file->open = TRUE;
  return TRUE;
}

static void
postern_database_sqlite_close (PosternDatabase *database)
{
  PosternDatabaseSqlite *self = POSTERN_DATABASE_SQLITE (database);

  for (guint i = 0; i < G_N_ELEMENTS (self->files); i++)
    {
      if (!self->files[i].open)
        continue;
      self->files[i].open = FALSE;
      postern_sqlite_pool_clear (&self->files[i].pool);
      g_clear_pointer (&self->files[i].writer, postern_sqlite_writer_free);
    }
}

/* What a file holds is durable once it is synced; that it is there, once its folder is. Not every file system can do this, and those
 * need it less. */
static void
sync_folder (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  (void) fsync (fd);
  close (fd);
}

static gboolean
postern_database_sqlite_open (PosternDatabase *database, const char *location, const char *tenant, GError **error)
{
  PosternDatabaseSqlite *self = POSTERN_DATABASE_SQLITE (database);
  g_autofree char *folder = g_build_filename (location, tenant, NULL);

  g_return_val_if_fail (!self->files[0].open, FALSE);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s; check the owner of the folder above it", folder, g_strerror (errno));
      return FALSE;
    }
  if (!open_file (self, folder, POSTERN_KEEP_LASTING, error) || !open_file (self, folder, POSTERN_KEEP_SHORT, error))
    {
      postern_database_sqlite_close (database);
      return FALSE;
    }
  sync_folder (location);
  sync_folder (folder);
  return TRUE;
}

/* Of one folder, which is ours. Returns: FALSE with errno, also where another process made a file meanwhile */
static gboolean
remove_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0 && errno != ENOENT)
        return FALSE;
    }
  return g_rmdir (folder) == 0 || errno == ENOENT;
}

static gboolean
postern_database_sqlite_erase (PosternDatabase *database, const char *location, const char *tenant, GError **error)
{
  g_autofree char *folder = g_build_filename (location, tenant, NULL);

  g_return_val_if_fail (!POSTERN_DATABASE_SQLITE (database)->files[0].open, FALSE);
  if (!remove_files (folder))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  sync_folder (location);
  return TRUE;
}

static gboolean
postern_database_sqlite_read (PosternDatabase *database, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  File *file = &POSTERN_DATABASE_SQLITE (database)->files[keep];
  gboolean succeeded;

  if (postern_sqlite_writer_read (file->writer, func, user_data, &succeeded, error))
    return succeeded;
  return postern_sqlite_pool_run (&file->pool, func, user_data, error);
}

static gboolean
postern_database_sqlite_write (PosternDatabase *database, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  return postern_sqlite_writer_run (POSTERN_DATABASE_SQLITE (database)->files[keep].writer, func, user_data, error);
}

static guint64
postern_database_sqlite_generation (PosternDatabase *database)
{
  return postern_sqlite_writer_get_generation (POSTERN_DATABASE_SQLITE (database)->files[POSTERN_KEEP_LASTING].writer);
}

static gint64
postern_database_sqlite_execute (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  return postern_sqlite_connection_execute (transaction, sql, values, n_values, error);
}

static PosternRows *
postern_database_sqlite_query (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  return postern_sqlite_connection_query (transaction, sql, values, n_values, error);
}

static gboolean
postern_database_sqlite_rows_next (PosternDatabase *database, PosternRows *rows, GError **error)
{
  return postern_sqlite_connection_next (rows, error);
}

static gint64
postern_database_sqlite_rows_get_int64 (PosternDatabase *database, PosternRows *rows, guint column)
{
  return sqlite3_column_int64 (rows->statement, (int) column);
}

static const char *
postern_database_sqlite_rows_get_text (PosternDatabase *database, PosternRows *rows, guint column)
{
  return (const char *) sqlite3_column_text (rows->statement, (int) column);
}

static const guint8 *
postern_database_sqlite_rows_get_blob (PosternDatabase *database, PosternRows *rows, guint column, gsize *length)
{
  const guint8 *data = sqlite3_column_blob (rows->statement, (int) column);

  *length = (gsize) sqlite3_column_bytes (rows->statement, (int) column);
  return data;
}

static gboolean
postern_database_sqlite_rows_is_null (PosternDatabase *database, PosternRows *rows, guint column)
{
  return sqlite3_column_type (rows->statement, (int) column) == SQLITE_NULL;
}

static void
postern_database_sqlite_rows_free (PosternDatabase *database, PosternRows *rows)
{
  postern_sqlite_connection_free_rows (rows);
}

static void
postern_database_sqlite_finalize (GObject *object)
{
  postern_database_sqlite_close (POSTERN_DATABASE (object));
  G_OBJECT_CLASS (postern_database_sqlite_parent_class)->finalize (object);
}

static void
postern_database_sqlite_class_init (PosternDatabaseSqliteClass *klass)
{
  PosternDatabaseClass *database_class = POSTERN_DATABASE_CLASS (klass);

  /* Before the first handle: no lock around sqlite3's count of its memory, which nobody reads. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  G_OBJECT_CLASS (klass)->finalize = postern_database_sqlite_finalize;
  database_class->dialect = "sqlite";
  database_class->open = postern_database_sqlite_open;
  database_class->close = postern_database_sqlite_close;
  database_class->erase = postern_database_sqlite_erase;
  database_class->read = postern_database_sqlite_read;
  database_class->write = postern_database_sqlite_write;
  database_class->generation = postern_database_sqlite_generation;
  database_class->execute = postern_database_sqlite_execute;
  database_class->query = postern_database_sqlite_query;
  database_class->rows_next = postern_database_sqlite_rows_next;
  database_class->rows_get_int64 = postern_database_sqlite_rows_get_int64;
  database_class->rows_get_text = postern_database_sqlite_rows_get_text;
  database_class->rows_get_blob = postern_database_sqlite_rows_get_blob;
  database_class->rows_is_null = postern_database_sqlite_rows_is_null;
  database_class->rows_free = postern_database_sqlite_rows_free;
}

static void
postern_database_sqlite_init (PosternDatabaseSqlite *self)
{
}
