/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-connection.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-sqlite-log.h"
#include "postern-sqlite-redo.h"

#define TELL_INTERVAL_US (10 * G_USEC_PER_SEC)
#define BUSY_TIMEOUT_MS 5000 /* for the moment in which an old worker drains and a new one writes */

/* --- errors ----------------------------------------------------------------------------------------------------- */

static const struct {
  int code; /* extended or primary */
  PosternError error;
  const char *text;
} errors[] = {
  { SQLITE_CONSTRAINT_FOREIGNKEY, POSTERN_ERROR_NOT_FOUND, "what this row refers to does not exist (any more)" },
  { SQLITE_FULL, POSTERN_ERROR_STORE, "the disk of the database is full; free some space" },
  { SQLITE_READONLY, POSTERN_ERROR_STORE, "the database cannot be written; check its owner and whether its disk is mounted read-only" },
  { SQLITE_IOERR, POSTERN_ERROR_STORE, "the disk of the database reports an error" },
  { SQLITE_CANTOPEN, POSTERN_ERROR_STORE, "the database's file cannot be opened; check its folder's owner and mode" },
  { SQLITE_BUSY, POSTERN_ERROR_STORE, "another process holds the database" },
  { SQLITE_LOCKED, POSTERN_ERROR_STORE, "the database is locked" },
  { SQLITE_NOMEM, POSTERN_ERROR_STORE, "the database found no memory" },
  { SQLITE_CORRUPT, POSTERN_ERROR_FAILED, "the database's file is damaged; restore a backup" },
  { SQLITE_NOTADB, POSTERN_ERROR_FAILED, "the file is no SQLite database; restore a backup" },
};

/* "UNIQUE constraint failed: users.email" reaches whoever named the value: say which one it is, not where it is kept. */
static gboolean
set_taken (const char *detail, GError **error)
{
  const char *dot = strrchr (detail, '.');

  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "%s: another one has this value already", dot != NULL ? dot + 1 : detail);
  return FALSE;
}

/* Strangers are told nothing of it, so the log must; a full disk fails every write, so not of each. */
static void
tell (const char *text)
{
  static gint64 told; /* atomic; monotonic µs */
  gint64 now = g_get_monotonic_time (), last = __atomic_load_n (&told, __ATOMIC_RELAXED);

  if ((last == 0 || now - last > TELL_INTERVAL_US) && __atomic_compare_exchange_n (&told, &last, now, FALSE, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    g_warning ("%s", text);
}

gboolean
postern_sqlite_connection_set_error (PosternSqliteConnection *self, int code, GError **error)
{
  const char *detail = self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (code);
  const char *file = self->handle != NULL ? sqlite3_db_filename (self->handle, "main") : NULL;
  g_autofree char *text = NULL;

  if (self->handle != NULL)
    code = sqlite3_extended_errcode (self->handle);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
    return set_taken (detail, error);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code || errors[i].code == (code & 0xff))
      {
        text = g_strdup_printf ("%s: %s (%s)", file ? file : "database", errors[i].text, detail);
        if (errors[i].error != POSTERN_ERROR_NOT_FOUND)
          tell (text);
        g_set_error_literal (error, POSTERN_ERROR, errors[i].error, text);
        return FALSE;
      }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s: %s", file ? file : "database", detail);
  return FALSE;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static gboolean
run (PosternSqliteConnection *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || postern_sqlite_connection_set_error (self, code, error);
}

static sqlite3_stmt *
prepare (PosternSqliteConnection *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

  if (code != SQLITE_OK)
    postern_sqlite_connection_set_error (self, code, error);
  return statement;
}

static gboolean
prepare_fixed (PosternSqliteConnection *self, GError **error)
{
  struct {
    sqlite3_stmt **place;
    const char *sql;
  } fixed[] = {
    { &self->begin, "BEGIN" },
    { &self->begin_write, "BEGIN IMMEDIATE" },
    { &self->commit, "COMMIT" },
    { &self->rollback, "ROLLBACK" },
    { &self->savepoint, "SAVEPOINT one" },
    { &self->release, "RELEASE one" },
    { &self->rollback_to, "ROLLBACK TO one" },
    { &self->data_version, "PRAGMA data_version" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if ((*fixed[i].place = prepare (self, fixed[i].sql, error)) == NULL)
      return FALSE;
  return TRUE;
}

/*
 * sqlite3 would make the file with the umask's mode; its log and index files then take the mode from it.
 * A file that exists is not opened, because closing it again would drop the locks that this process's other
 * connections hold on it (fcntl(2)): the next process to close the database would then think itself the last one,
 * and take away the log that we still write to.
 */
static gboolean
make_file (const char *file, GError **error)
{
  int fd = g_open (file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0 && errno == EEXIST)
    return TRUE;
  if (fd < 0)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", file, g_strerror (errno));
      return FALSE;
    }
  close (fd);
  return TRUE;
}

/* To turn on the log sqlite3 reads first, and who has read is not made to wait for another who turns it on just now. */
static gboolean
turn_on_log (PosternSqliteConnection *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + BUSY_TIMEOUT_MS * 1000;
  int code;

  while (((code = sqlite3_exec (self->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) & 0xff) == SQLITE_BUSY && g_get_monotonic_time () < deadline)
    g_usleep (2000);
  return code == SQLITE_OK || postern_sqlite_connection_set_error (self, code, error);
}

/*
 * trusted_schema and cell_size_check: a file that someone tampered with must not run code; nor shall a statement (also
 * one out of short.db-redo) reach another file: nothing is attached. temp_store: sorts stay in memory. The automatic
 * checkpoint is off because it would run on the writer, in front of someone's sign-in. cache_spill: see postern-sqlite-log.c;
 * no transaction of ours is large. ENABLE_QPSG: else a statement whose plan might hang on a value (an index of some rows only: WHERE kind
 * = 'passkey') is prepared again whenever another value is bound, which is each time.
 */
static gboolean
set_up (PosternSqliteConnection *self, PosternKeep keep, PosternSqliteUse use, GError **error)
{
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
  sqlite3_limit (self->handle, SQLITE_LIMIT_ATTACHED, 0);
  if (!run (self, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON", error))
    return FALSE;
  if (use == POSTERN_SQLITE_READ)
    return run (self, "PRAGMA query_only = ON; PRAGMA cache_size = -1024", error);
  return turn_on_log (self, error) && run (self, "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -4096; PRAGMA cache_spill = OFF", error)
         && run (self, keep == POSTERN_KEEP_LASTING ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error);
}

/* Of a statement's text the end tells most: many begin with the same columns. Hashing all of it took a twelfth of a small read. */
static guint
hash_text (gconstpointer data)
{
  const char *text = data;
  gsize length = strlen (text);
  guint hash = (guint) length;

  for (gsize i = length > 24 ? length - 24 : 0; i < length; i++)
    hash = hash * 31 + (guchar) text[i];
  return hash;
}

static void
free_kept (gpointer data)
{
  PosternRows *rows = data;

  sqlite3_finalize (rows->statement);
  g_free (rows);
}

PosternSqliteConnection *
postern_sqlite_connection_open (const char *file, PosternKeep keep, PosternSqliteUse use, GError **error)
{
  const char *vfs = keep == POSTERN_KEEP_LASTING && use == POSTERN_SQLITE_WRITE ? postern_sqlite_log_get_vfs () : NULL;
  PosternSqliteConnection *self;
  int code;

  if (!make_file (file, error))
    return NULL;
  self = g_new0 (PosternSqliteConnection, 1);
  self->statements = g_hash_table_new_full (hash_text, g_str_equal, g_free, free_kept);
  code = sqlite3_open_v2 (file, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE, vfs);
  if (code != SQLITE_OK)
    postern_sqlite_connection_set_error (self, code, error);
  if (code != SQLITE_OK || !set_up (self, keep, use, error) || !prepare_fixed (self, error))
    {
      postern_sqlite_connection_close (self);
      return NULL;
    }
  if (vfs != NULL)
    postern_sqlite_log_hold (self->handle); /* where it may not, commits take some calls more */
  return self;
}

void
postern_sqlite_connection_close (PosternSqliteConnection *self)
{
  sqlite3_stmt *statement;

  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  while ((statement = sqlite3_next_stmt (self->handle, NULL)) != NULL)
    sqlite3_finalize (statement);
  if (sqlite3_close (self->handle) != SQLITE_OK)
    g_critical ("a database connection was closed while a cursor was open");
  g_free (self);
}

gboolean
postern_sqlite_connection_step (PosternSqliteConnection *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);
  gboolean done = code == SQLITE_DONE || postern_sqlite_connection_set_error (self, code, error);

  sqlite3_reset (statement);
  return done;
}

gint64
postern_sqlite_connection_get_data_version (PosternSqliteConnection *self)
{
  gint64 version = sqlite3_step (self->data_version) == SQLITE_ROW ? sqlite3_column_int64 (self->data_version, 0) : 0;

  sqlite3_reset (self->data_version);
  return version;
}

gboolean
postern_sqlite_connection_in_transaction (PosternSqliteConnection *self)
{
  return sqlite3_get_autocommit (self->handle) == 0;
}

/* --- statements ------------------------------------------------------------------------------------------------- */

static PosternRows *
take_statement (PosternSqliteConnection *self, const char *sql, GError **error)
{
  PosternRows *kept = g_hash_table_lookup (self->statements, sql);
  PosternRows *rows;
  sqlite3_stmt *statement;

  if (kept != NULL && !kept->busy)
    {
      kept->busy = TRUE;
      return kept;
    }
  statement = prepare (self, sql, error);
  if (statement == NULL)
    return NULL;
  rows = g_new0 (PosternRows, 1);
  rows->connection = self;
  rows->statement = statement;
  rows->busy = TRUE;
  rows->single = kept != NULL;
  if (kept == NULL) /* by the text that was asked for: sqlite3's own copy ends where the statement does */
    g_hash_table_insert (self->statements, g_strdup (sql), rows);
  return rows;
}

void
postern_sqlite_connection_free_rows (PosternRows *rows)
{
  sqlite3_reset (rows->statement);
  sqlite3_clear_bindings (rows->statement); /* they borrow the caller's memory */
  rows->busy = rows->ready = FALSE;
  if (rows->single)
    free_kept (rows);
}

static int
bind_value (sqlite3_stmt *statement, int place, const PosternValue *value)
{
  switch (value->type)
    {
    case POSTERN_VALUE_INT64:
      return sqlite3_bind_int64 (statement, place, value->number);
    case POSTERN_VALUE_TEXT:
      return sqlite3_bind_text (statement, place, value->data, -1, SQLITE_STATIC);
    case POSTERN_VALUE_BLOB:
      return sqlite3_bind_blob64 (statement, place, value->data ? value->data : "", (sqlite3_uint64) value->number, SQLITE_STATIC);
    case POSTERN_VALUE_NULL:
    default:
      return sqlite3_bind_null (statement, place);
    }
}

static PosternRows *
take_bound (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PosternSqliteConnection *self = transaction->connection;
  PosternRows *rows = take_statement (self, sql, error);

  if (rows != NULL && transaction->read_only && !sqlite3_stmt_readonly (rows->statement))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a write within a read");
      postern_sqlite_connection_free_rows (rows);
      return NULL;
    }
  for (guint i = 0; rows != NULL && i < n_values; i++)
    {
      int code = bind_value (rows->statement, (int) i + 1, &values[i]);

      if (code == SQLITE_OK)
        continue;
      postern_sqlite_connection_set_error (self, code, error);
      postern_sqlite_connection_free_rows (rows);
      return NULL;
    }
  return rows;
}

static void
note_change (PosternTransaction *transaction, PosternRows *rows, const char *sql, const PosternValue *values, guint n_values)
{
  if (transaction->notes != NULL && !sqlite3_stmt_readonly (rows->statement))
    postern_sqlite_redo_note (transaction->notes, sql, values, n_values);
}

gint64
postern_sqlite_connection_execute (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PosternSqliteConnection *self = transaction->connection;
  PosternRows *rows = take_bound (transaction, sql, values, n_values, error);
  int code;
  gint64 changed = -1;

  if (rows == NULL)
    return -1;
  while ((code = sqlite3_step (rows->statement)) == SQLITE_ROW)
    ;
  if (code != SQLITE_DONE)
    postern_sqlite_connection_set_error (self, code, error);
  else
    {
      changed = sqlite3_stmt_readonly (rows->statement) ? 0 : sqlite3_changes64 (self->handle);
      note_change (transaction, rows, sql, values, n_values);
    }
  postern_sqlite_connection_free_rows (rows);
  return changed;
}

/* The first step is taken here: a statement that writes and returns rows has then done its whole work, even if nobody reads
 * them, and a refusal is the query's own error. */
PosternRows *
postern_sqlite_connection_query (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PosternSqliteConnection *self = transaction->connection;
  PosternRows *rows = take_bound (transaction, sql, values, n_values, error);
  int code;

  if (rows == NULL)
    return NULL;
  code = sqlite3_step (rows->statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    {
      postern_sqlite_connection_set_error (self, code, error);
      postern_sqlite_connection_free_rows (rows);
      return NULL;
    }
  rows->ready = TRUE;
  note_change (transaction, rows, sql, values, n_values);
  return rows;
}

gboolean
postern_sqlite_connection_next (PosternRows *rows, GError **error)
{
  int code;

  if (rows->ready)
    {
      rows->ready = FALSE;
      return sqlite3_data_count (rows->statement) > 0;
    }
  if (sqlite3_data_count (rows->statement) == 0)
    return FALSE; /* stepping again would begin anew */
  code = sqlite3_step (rows->statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    postern_sqlite_connection_set_error (rows->connection, code, error);
  return code == SQLITE_ROW;
}
