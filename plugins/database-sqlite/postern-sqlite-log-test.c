/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-log.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "postern-sqlite-connection.h"
#include "postern-sqlite-test-store.h"

/* What is held back of a log is there when it must be, and gone when it must be. The reader is sqlite3 as it comes. */
static char *folder;

static PosternSqliteConnection *
open_writer (const char *path)
{
  g_autoptr (GError) error = NULL;
  PosternSqliteConnection *writer = postern_sqlite_connection_open (path, POSTERN_KEEP_LASTING, POSTERN_SQLITE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (postern_sqlite_log_hold (writer->handle)); /* it does already, or nothing is tested here */
  return writer;
}

static int
run (PosternSqliteConnection *writer, const char *sql)
{
  return sqlite3_exec (writer->handle, sql, NULL, NULL, NULL);
}

/* @text: (out caller-allocates): the first value of what @sql gives, read by a connection that knows nothing of us */
static void
read_plainly (const char *path, const char *sql, char text[64])
{
  sqlite3_stmt *statement;
  sqlite3 *reader;

  g_assert_cmpint (sqlite3_open_v2 (path, &reader, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (reader, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_strlcpy (text, (const char *) sqlite3_column_text (statement, 0), 64);
  sqlite3_finalize (statement);
  sqlite3_close (reader);
}

static void
expect_rows (const char *path, const char *count)
{
  char text[64];

  read_plainly (path, "SELECT count(*) FROM a WHERE length(b) = 4000", text);
  g_assert_cmpstr (text, ==, count);
  read_plainly (path, "PRAGMA integrity_check", text);
  g_assert_cmpstr (text, ==, "ok");
}

#define ROWS(count) "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " count ") INSERT INTO a SELECT randomblob(4000) FROM n"

/* One page, more than is held at once, and more than the page cache holds (4 MB). */
static void
test_commit (void)
{
  g_autofree char *path = g_build_filename (folder, "commit.db", NULL);
  PosternSqliteConnection *writer = open_writer (path);

  g_assert_cmpint (run (writer, "CREATE TABLE a (b)"), ==, SQLITE_OK);
  g_assert_cmpint (run (writer, ROWS ("1")), ==, SQLITE_OK);
  expect_rows (path, "1");
  g_assert_cmpint (run (writer, ROWS ("99")), ==, SQLITE_OK);
  expect_rows (path, "100");
  g_assert_cmpint (run (writer, ROWS ("2900")), ==, SQLITE_OK);
  expect_rows (path, "3000");
  postern_sqlite_connection_close (writer);
  expect_rows (path, "3000");
}

/* Another process may write where we would have: nothing of a transaction that was given up comes later. */
static void
test_rollback (void)
{
  g_autofree char *path = g_build_filename (folder, "rollback.db", NULL);
  PosternSqliteConnection *writer = open_writer (path), *other = open_writer (path);

  g_assert_cmpint (run (writer, "CREATE TABLE a (b)"), ==, SQLITE_OK);
  for (guint i = 0; i < 20; i++)
    {
      g_assert_cmpint (run (writer, "BEGIN IMMEDIATE; " ROWS ("2000")), ==, SQLITE_OK);
      g_assert_cmpint (run (writer, "ROLLBACK"), ==, SQLITE_OK);
      g_assert_cmpint (run (other, ROWS ("1")), ==, SQLITE_OK);
      g_assert_cmpint (run (writer, ROWS ("1")), ==, SQLITE_OK);
    }
  expect_rows (path, "40");
  postern_sqlite_connection_close (other);
  postern_sqlite_connection_close (writer);
  expect_rows (path, "40");
}

static void
set_full (const char *path, gboolean full)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct rlimit limit;
  struct stat st;

  g_assert_cmpint (g_stat (log, &st), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = full ? (rlim_t) st.st_size : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_full_disk (void)
{
  g_autofree char *path = g_build_filename (folder, "full.db", NULL);
  PosternSqliteConnection *writer = open_writer (path), *other;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (run (writer, "CREATE TABLE a (b); " ROWS ("10")), ==, SQLITE_OK);
  other = open_writer (path);
  set_full (path, TRUE);
  g_assert_cmpint (run (writer, ROWS ("3")), !=, SQLITE_OK);  /* fails with the sync */
  g_assert_cmpint (run (writer, ROWS ("90")), !=, SQLITE_OK); /* before */
  set_full (path, FALSE);
  expect_rows (path, "10");
  g_assert_cmpint (run (other, ROWS ("5")), ==, SQLITE_OK);
  g_assert_cmpint (run (writer, ROWS ("5")), ==, SQLITE_OK);
  expect_rows (path, "20");
  postern_sqlite_connection_close (other);
  postern_sqlite_connection_close (writer);
}

/* Where it may not hold, nothing is held: what sqlite3 writes behind a sync would be missing for whoever reads. */
static void
test_conditions (void)
{
  static const struct {
    const char *parameters, *pragmas;
    gboolean holds;
  } rows[] = {
    { "", "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF", TRUE },
    { "?psow=0", "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF", FALSE },
    { "", "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_spill = OFF", FALSE },
    { "", "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", FALSE },
    { "", "PRAGMA synchronous = FULL; PRAGMA cache_spill = OFF", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strdup_printf ("conditions-%u.db", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *uri = g_strconcat ("file:", path, rows[i].parameters, NULL);
      sqlite3 *handle;

      g_assert_cmpint (sqlite3_open_v2 (uri, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, postern_sqlite_log_get_vfs ()), ==, SQLITE_OK);
      g_assert_cmpint (sqlite3_exec (handle, rows[i].pragmas, NULL, NULL, NULL), ==, SQLITE_OK);
      g_assert_cmpint (postern_sqlite_log_hold (handle), ==, rows[i].holds);
      g_assert_cmpint (sqlite3_exec (handle, "CREATE TABLE a (b); " ROWS ("1"), NULL, NULL, NULL), ==, SQLITE_OK);
      expect_rows (path, "1");
      g_assert_cmpint (sqlite3_exec (handle, ROWS ("99"), NULL, NULL, NULL), ==, SQLITE_OK);
      expect_rows (path, "100");
      g_assert_cmpint (sqlite3_close (handle), ==, SQLITE_OK);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-sqlite-log-XXXXXX", NULL);
  g_test_add_func ("/sqlite-log/commit", test_commit);
  g_test_add_func ("/sqlite-log/rollback", test_rollback);
  g_test_add_func ("/sqlite-log/full-disk", test_full_disk);
  g_test_add_func ("/sqlite-log/conditions", test_conditions);
  result = g_test_run ();
  postern_sqlite_test_store_remove (folder);
  return result;
}
