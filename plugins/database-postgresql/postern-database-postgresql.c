/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-database-postgresql.h"

#include "postern-error.h"
#include "postern-postgresql-open.h"
#include "postern-postgresql-schema.h"
#include "postern-postgresql-work.h"

#define OID_BYTEA 17

struct _PosternDatabasePostgresql {
  PosternDatabase parent_instance;

  PosternPostgresqlPool *pool; /* (nullable): not open */
  char *tenant;
  guint64 *generation; /* the pool's */
};

G_DEFINE_FINAL_TYPE (PosternDatabasePostgresql, postern_database_postgresql, POSTERN_TYPE_DATABASE)

static void
postern_database_postgresql_close (PosternDatabase *database)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);

  g_clear_pointer (&self->pool, postern_postgresql_pool_leave);
  g_clear_pointer (&self->tenant, g_free);
}

static gboolean
postern_database_postgresql_open (PosternDatabase *database, const char *location, const char *tenant, GError **error)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);

  g_return_val_if_fail (self->pool == NULL, FALSE);
  if (!postern_postgresql_open_check (location, error))
    return FALSE;
  self->pool = postern_postgresql_pool_enter (location);
  self->tenant = g_strdup (tenant);
  self->generation = postern_postgresql_pool_get_generation (self->pool, tenant);
  return TRUE;
}

static gboolean
postern_database_postgresql_erase (PosternDatabase *database, const char *location, const char *tenant, GError **error)
{
  PosternPostgresqlPool *pool;
  gboolean done;

  g_return_val_if_fail (POSTERN_DATABASE_POSTGRESQL (database)->pool == NULL, FALSE);
  if (!postern_postgresql_open_check (location, error))
    return FALSE;
  pool = postern_postgresql_pool_enter (location);
  done = postern_postgresql_schema_erase (pool, tenant, error);
  postern_postgresql_pool_leave (pool);
  return done;
}

static gboolean
postern_database_postgresql_migrate (PosternDatabase *database, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  return postern_postgresql_schema_migrate (POSTERN_DATABASE_POSTGRESQL (database)->pool, keep, func, user_data, error);
}

static gboolean
postern_database_postgresql_read (PosternDatabase *database, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);
  PosternPostgresqlWork work = { self->pool, POSTERN_POSTGRESQL_WORK_READ, self->tenant };

  return postern_postgresql_work_run (&work, func, user_data, error);
}

/* The generation moves behind the commit: who read before it then looks again. */
static gboolean
postern_database_postgresql_write (PosternDatabase *database, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);
  PosternPostgresqlWork work = { self->pool, keep == POSTERN_KEEP_LASTING ? POSTERN_POSTGRESQL_WORK_LASTING : POSTERN_POSTGRESQL_WORK_SHORT, self->tenant };
  gboolean done = postern_postgresql_work_run (&work, func, user_data, error);

  if (keep == POSTERN_KEEP_LASTING)
    __atomic_add_fetch (self->generation, 1, __ATOMIC_ACQ_REL);
  return done;
}

static gboolean
postern_database_postgresql_write_each (PosternDatabase *database, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);
  PosternPostgresqlWork work = { self->pool, POSTERN_POSTGRESQL_WORK_EACH, self->tenant };
  gboolean done = postern_postgresql_work_run (&work, func, user_data, error);

  __atomic_add_fetch (self->generation, 1, __ATOMIC_ACQ_REL);
  return done;
}

/* While nobody tells us of others' changes, each look finds one. */
static guint64
postern_database_postgresql_generation (PosternDatabase *database)
{
  PosternDatabasePostgresql *self = POSTERN_DATABASE_POSTGRESQL (database);

  if (postern_postgresql_pool_is_deaf (self->pool))
    return __atomic_add_fetch (self->generation, 1, __ATOMIC_ACQ_REL);
  return __atomic_load_n (self->generation, __ATOMIC_ACQUIRE);
}

static gint64
postern_database_postgresql_execute (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  return postern_postgresql_work_execute (transaction, sql, values, n_values, error);
}

static gboolean
postern_database_postgresql_insert_many (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  return postern_postgresql_work_insert_many (transaction, sql, values, n_values, n_rows, error);
}

static PosternRows *
postern_database_postgresql_query (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  return postern_postgresql_work_query (transaction, sql, values, n_values, error);
}

/* --- rows: all are here, so that nothing can fail any more ------------------------------------------------------------ */

static gboolean
postern_database_postgresql_rows_next (PosternDatabase *database, PosternRows *rows, GError **error)
{
  g_clear_pointer (&rows->blob, PQfreemem);
  return rows->row + 1 < PQntuples (rows->result) && ++rows->row >= 0;
}

/* A comparison gives `t` or `f`, elsewhere 1 or 0. */
static gint64
postern_database_postgresql_rows_get_int64 (PosternDatabase *database, PosternRows *rows, guint column)
{
  const char *text = PQgetvalue (rows->result, rows->row, (int) column);

  return *text == 't' ? 1 : g_ascii_strtoll (text, NULL, 10);
}

static gboolean
postern_database_postgresql_rows_is_null (PosternDatabase *database, PosternRows *rows, guint column)
{
  return PQgetisnull (rows->result, rows->row, (int) column) != 0;
}

static const char *
postern_database_postgresql_rows_get_text (PosternDatabase *database, PosternRows *rows, guint column)
{
  return postern_database_postgresql_rows_is_null (database, rows, column) ? NULL : PQgetvalue (rows->result, rows->row, (int) column);
}

static const guint8 *
postern_database_postgresql_rows_get_blob (PosternDatabase *database, PosternRows *rows, guint column, gsize *length)
{
  const char *text = PQgetvalue (rows->result, rows->row, (int) column);

  *length = (gsize) PQgetlength (rows->result, rows->row, (int) column);
  if (PQftype (rows->result, (int) column) != OID_BYTEA)
    return (const guint8 *) text;
  g_clear_pointer (&rows->blob, PQfreemem);
  rows->blob = PQunescapeBytea ((const guint8 *) text, length);
  return rows->blob;
}

static void
postern_database_postgresql_rows_free (PosternDatabase *database, PosternRows *rows)
{
  PQfreemem (rows->blob);
  PQclear (rows->result);
  g_free (rows);
}

static void
postern_database_postgresql_finalize (GObject *object)
{
  postern_database_postgresql_close (POSTERN_DATABASE (object));
  G_OBJECT_CLASS (postern_database_postgresql_parent_class)->finalize (object);
}

static void
postern_database_postgresql_class_init (PosternDatabasePostgresqlClass *klass)
{
  PosternDatabaseClass *database_class = POSTERN_DATABASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = postern_database_postgresql_finalize;
  database_class->dialect = "postgresql";
  database_class->open = postern_database_postgresql_open;
  database_class->close = postern_database_postgresql_close;
  database_class->erase = postern_database_postgresql_erase;
  database_class->migrate = postern_database_postgresql_migrate;
  database_class->read = postern_database_postgresql_read;
  database_class->write = postern_database_postgresql_write;
  database_class->write_each = postern_database_postgresql_write_each;
  database_class->generation = postern_database_postgresql_generation;
  database_class->execute = postern_database_postgresql_execute;
  database_class->insert_many = postern_database_postgresql_insert_many;
  database_class->query = postern_database_postgresql_query;
  database_class->rows_next = postern_database_postgresql_rows_next;
  database_class->rows_get_int64 = postern_database_postgresql_rows_get_int64;
  database_class->rows_get_text = postern_database_postgresql_rows_get_text;
  database_class->rows_get_blob = postern_database_postgresql_rows_get_blob;
  database_class->rows_is_null = postern_database_postgresql_rows_is_null;
  database_class->rows_free = postern_database_postgresql_rows_free;
}

static void
postern_database_postgresql_init (PosternDatabasePostgresql *self)
{
}
