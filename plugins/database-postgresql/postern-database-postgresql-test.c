/* SPDX-License-Identifier: Apache-2.0 */
#include <gio/gio.h>
#include <string.h>

#include "postern-postgresql-fixture.h"
#include "postern-postgresql-open.h"

/* What the kit of all drivers cannot ask: of the server that `tests/lib/postgresql run` has started. */

/* --- who is let in ------------------------------------------------------------------------------------------------------- */

static void
test_refuses (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_auto (GStrv) parts = g_strsplit (url, "postern@", 2);
  g_autofree char *super = g_strjoinv ("postgres@", parts);
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_postgresql_open_store (super, "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "postgres"));
  g_clear_error (&error);
  g_object_unref (fixture_postgresql_must_open (url, "a"));
  fixture_postgresql_run_as_superuser (url, "ALTER ROLE postern SET synchronous_commit = off");
  g_assert_null (fixture_postgresql_open_store (url, "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "synchronous_commit"));
  g_clear_error (&error);
  fixture_postgresql_run_as_superuser (url, "ALTER ROLE postern RESET synchronous_commit");
  fixture_postgresql_run_as_superuser (url, "ALTER TABLE postern.users NO FORCE ROW LEVEL SECURITY");
  g_assert_null (fixture_postgresql_open_store (url, "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "postern.users"));
}

/* --- asked with nothing of ours between -------------------------------------------------------------------------------------- */

/* The first value; "ERROR" and the state of what failed; "NOTHING" without a row */
static char *
try (PGconn *handle, const char *tenant, const char *sql)
{
  g_autofree char *begin = tenant ? g_strdup_printf ("BEGIN; SET LOCAL postern.tenant = '%s'", tenant) : g_strdup ("BEGIN");
  PGresult *result;
  char *found;

  PQclear (PQexec (handle, begin));
  result = PQexec (handle, sql);
  if (PQresultStatus (result) == PGRES_FATAL_ERROR)
    found = g_strconcat ("ERROR ", PQresultErrorField (result, PG_DIAG_SQLSTATE), NULL);
  else if (PQntuples (result) > 0)
    found = g_strdup (PQgetvalue (result, 0, 0));
  else
    found = *PQcmdTuples (result) ? g_strconcat ("CHANGED ", PQcmdTuples (result), NULL) : g_strdup ("NOTHING");
  PQclear (result);
  PQclear (PQexec (handle, "ROLLBACK"));
  return found;
}

/* --- a role that serves and owns nothing ------------------------------------------------------------------------------------ */

/* As data/guides/operating.md says it. */
static const char *const grants[] = {
  "CREATE ROLE serving LOGIN",
  "ALTER DEFAULT PRIVILEGES FOR ROLE postern GRANT USAGE ON SCHEMAS TO serving",
  "ALTER DEFAULT PRIVILEGES FOR ROLE postern GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO serving",
  "DO $$ BEGIN EXECUTE format ('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database ()); END $$",
};

static void
expect (const char *url, const char *tenant, const char *sql, const char *expected)
{
  PGconn *handle = postern_postgresql_open_plain (url, NULL); /* a new one: a setting that was made once is empty later, and no error */
  g_autofree char *found = try (handle, tenant, sql);

  g_test_message ("%s: %s", tenant ? tenant : "nobody", sql);
  g_assert_cmpstr (found, ==, expected);
  PQfinish (handle);
}

static void
test_roles (void)
{
  static const char *const refused[] = {
    "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY tenant ON users",
    "CREATE POLICY all_of_them ON users USING (true)",
    "ALTER TABLE users ADD COLUMN more text",
    "DROP TRIGGER tell ON settings",
    "DROP TABLE users",
    "TRUNCATE users CASCADE",
    "CREATE TABLE postern.more (a text)",
    "CREATE TABLE public.more (a text)",
    "CREATE TEMPORARY TABLE more (a text)",
    "CREATE SCHEMA more",
    "CREATE FUNCTION postern.more () RETURNS void LANGUAGE sql AS ''",
    "SELECT postern_isolate ('users')",
    "GRANT ALL ON users TO PUBLIC; SELECT 1 / count (*) FROM users",
    "SET ROLE postern",
    "ALTER ROLE serving BYPASSRLS",
    "COPY settings TO PROGRAM 'cat'",
    "SET LOCAL row_security = off; SELECT count (*) FROM settings",
  };
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_auto (GStrv) parts = g_strsplit (url, "postern@", 2);
  g_autofree char *serving = g_strjoinv ("serving@", parts);
  g_autoptr (PosternStore) owner = NULL, a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (grants); i++)
    fixture_postgresql_run_as_superuser (url, grants[i]);
  g_assert_null (fixture_postgresql_open_store (serving, "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "postern db migrate"));
  owner = fixture_postgresql_must_open (url, "a");
  fixture_postgresql_must_write (owner);
  a = fixture_postgresql_must_open (serving, "a");
  b = fixture_postgresql_must_open (serving, "b");
  fixture_postgresql_must_write (a);
  g_assert_true (postern_store_read (a, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  g_assert_false (postern_store_read (b, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    expect (serving, "b", refused[i], g_str_has_prefix (refused[i], "GRANT") ? "ERROR 22012" : "ERROR 42501");
  expect (serving, "b", "SELECT count (*) FROM settings WHERE tenant = 'a'", "0");
  expect (serving, NULL, "SELECT count (*) FROM settings", "ERROR 42704");
}

/* What is wrong with a URL is said without it: it may hold a password. */
static void
test_keeps_password (void)
{
  static const char *const urls[] = { "postgresql://u:secret@[::1/x", "postgresql://u:secret@/x?nonsense=1", "host=/x password=secret", "/var/lib/postern" };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (fixture_postgresql_open_store (urls[i], "a", &error));
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
      g_assert_null (strstr (error->message, "secret"));
    }
}

/* --- tenants ---------------------------------------------------------------------------------------------------------------- */

static void
test_apart (void)
{
  static const struct {
    const char *tenant, *sql, *expected;
  } tries[] = {
    { "a", "SELECT count (*) FROM settings", "1" },
    { "b", "SELECT count (*) FROM settings", "0" },
    { "b", "SELECT count (*) FROM settings WHERE tenant = 'a'", "0" },
    { "b", "UPDATE settings SET value = '1'", "CHANGED 0" },
    { "b", "DELETE FROM settings", "CHANGED 0" },
    { "b", "INSERT INTO settings (tenant, name, value, updated_at) VALUES ('a', 'n', '1', 1)", "ERROR 42501" },
    { "b", "INSERT INTO settings (tenant, name, value, updated_at) VALUES ('a', 'policy', '1', 1) ON CONFLICT (tenant, name) DO UPDATE SET value = '1'", "ERROR 42501" },
    { "a", "UPDATE settings SET tenant = 'b'", "ERROR 42501" },
    { "b", "COPY settings FROM STDIN", "ERROR 0A000" },
    { "b", "SET LOCAL row_security = off; SELECT count (*) FROM settings", "ERROR 42501" },
    { "b", "INSERT INTO credentials (id, user_id, kind, value, data, created_at, updated_at, used_at) VALUES ('c', 'usr_a', 'password', 'v', '{}', 1, 1, 1)", "ERROR 23503" },
    { NULL, "SELECT count (*) FROM settings", "ERROR 42704" },
    { NULL, "INSERT INTO settings (name, value, updated_at) VALUES ('n', '1', 1)", "ERROR 42704" },
    { "", "SELECT count (*) FROM settings", "0" },
    { "", "INSERT INTO settings (name, value, updated_at) VALUES ('n', '1', 1)", "ERROR 23514" },
  };
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) a = fixture_postgresql_must_open (url, "a");
  g_autoptr (PosternStore) b = fixture_postgresql_must_open (url, "b");

  fixture_postgresql_must_write (a);
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    expect (url, tries[i].tenant, tries[i].sql, tries[i].expected);
  g_assert_true (postern_store_read (a, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  g_assert_false (postern_store_read (b, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
}

/* COPY reads the rows of one's own tenant, too. */
static void
test_copy (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) a = fixture_postgresql_must_open (url, "a");
  PGconn *handle = postern_postgresql_open_plain (url, NULL);
  char *line = NULL;

  fixture_postgresql_must_write (a);
  PQclear (PQexec (handle, "BEGIN; SET LOCAL postern.tenant = 'b'"));
  PQclear (PQexec (handle, "COPY settings TO STDOUT"));
  g_assert_cmpint (PQgetCopyData (handle, &line, FALSE), ==, -1);
  PQfinish (handle);
}

/* --- what others change ---------------------------------------------------------------------------------------------------- */

/* The copy of this program that is told to write: each line is when a change was committed, on the clock that all processes share. */
static int
write_now_and_then (const char *url)
{
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");

  for (guint i = 0; i < 20; i++)
    {
      fixture_postgresql_must_write (store);
      g_print ("%" G_GINT64_FORMAT "\n", g_get_monotonic_time ());
      g_usleep (150000);
    }
  return 0;
}

static gint64
wait_for_change (PosternStore *store, guint64 *generation)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  guint64 now;

  while ((now = postern_store_get_generation (store)) == *generation && g_get_monotonic_time () < deadline)
    g_usleep (500);
  *generation = now;
  return g_get_monotonic_time ();
}

static void
test_tells_others (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  g_autoptr (PosternStore) other = fixture_postgresql_must_open (url, "b");
  guint64 generation = postern_store_get_generation (store), of_other = postern_store_get_generation (other);
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, g_get_prgname (), "--write", url, NULL);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  gint64 slowest = 0;

  for (guint i = 0; i < 20; i++)
    {
      gint64 seen = wait_for_change (store, &generation);
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

      g_assert_nonnull (line);
      slowest = MAX (slowest, seen - g_ascii_strtoll (line, NULL, 10));
    }
  g_test_message ("the slowest of 20 changes was seen %" G_GINT64_FORMAT " µs after its commit", slowest);
  g_assert_cmpint (slowest, <, 100000);
  g_assert_cmpuint (postern_store_get_generation (other), ==, of_other); /* another tenant's */
  g_subprocess_wait (child, NULL, NULL);
}

/* --- a server that goes away ------------------------------------------------------------------------------------------------ */

static gboolean
write_until_it_works (PosternStore *store)
{
  for (guint i = 0; i < 100; i++)
    if (fixture_postgresql_write_one (store, NULL))
      return TRUE;
    else
      g_usleep (50000);
  return FALSE;
}

static void
test_restart (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  g_autoptr (GError) error = NULL;
  guint64 generation;

  fixture_postgresql_must_write (store);
  g_free (fixture_postgresql_ask ("restart %s", fixture_postgresql_server));
  fixture_postgresql_must_write (store); /* the connection was lost before anything was done on it */

  g_free (fixture_postgresql_ask ("stop %s", fixture_postgresql_server));
  g_assert_false (fixture_postgresql_write_one (store, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  g_usleep (100000);
  generation = postern_store_get_generation (store);
  g_assert_cmpuint (postern_store_get_generation (store), !=, generation); /* nobody trusts what he keeps */
  g_free (fixture_postgresql_ask ("up %s", fixture_postgresql_server));
  g_assert_true (write_until_it_works (store));
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  g_usleep (1000000);
  generation = postern_store_get_generation (store);
  g_assert_cmpuint (postern_store_get_generation (store), ==, generation); /* it listens again */
}

typedef struct {
  gboolean behind; /* the statement, not before it */
  guint runs;
} Cut;

/* Ends its own connection, the first time that it runs. */
static gboolean
put_and_cut (PosternTxn *txn, gpointer data, GError **error)
{
  Cut *cut = data;
  gint64 pid = 0;

  g_assert_true (postern_txn_read_int64 (txn, &pid, 0, "SELECT pg_backend_pid ()", NULL, 0, NULL));
  if (cut->behind && !fixture_postgresql_put (txn, (gpointer) "policy", error))
    return FALSE;
  if (cut->runs++ == 0)
    g_free (fixture_postgresql_ask ("psql %s -c 'SELECT pg_terminate_backend(%d)'", fixture_postgresql_server, (int) pid));
  return cut->behind || fixture_postgresql_put (txn, (gpointer) "policy", error);
}

static void
test_cut (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  g_autoptr (GError) error = NULL;
  Cut before = { FALSE, 0 }, behind = { TRUE, 0 };

  postern_store_write (store, POSTERN_KEEP_LASTING, put_and_cut, &before, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (before.runs, ==, 2);
  /* … and where it may have been committed it is not done again. */
  g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, put_and_cut, &behind, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "not known"));
  g_assert_cmpuint (behind.runs, ==, 1);
}

/* What a driver may put off to the commit. */
static gboolean
insert_alone (PosternTxn *txn, gpointer data, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (data) };

  return postern_txn_insert_many (txn, "INSERT INTO settings (name, value, updated_at) VALUES (?1, '1', 1)", values, 1, 1, error);
}

/* All connections went while nobody used them: nothing was begun, so nobody hears of it. */
static void
test_cut_idle (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  g_autoptr (GError) error = NULL;

  fixture_postgresql_must_write (store);
  fixture_postgresql_run_as_superuser (url, "SELECT pg_terminate_backend (pid, 10000) FROM pg_stat_activity WHERE datname = current_database () AND usename = 'postern'");
  postern_store_write (store, POSTERN_KEEP_LASTING, insert_alone, (gpointer) "alone", &error);
  g_assert_no_error (error);
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "alone", NULL));
}

/* --- what is taken already ----------------------------------------------------------------------------------------------------- */

typedef enum { END_WITH_IT, GO_ON, PASS_OVER } After;

typedef struct {
  After after;
  guint runs;
} Taken;

static gboolean
insert_setting (PosternTxn *txn, const char *name, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name) };

  return postern_txn_execute (txn, "INSERT INTO settings (name, value, updated_at) VALUES (?1, '1', 1)", values, G_N_ELEMENTS (values), error) == 1;
}

static gboolean
insert_twice (PosternTxn *txn, gpointer data, GError **error)
{
  Taken *taken = data;
  const char *const first[] = { "ended", "went-on", "passed-over" };
  g_autoptr (GError) failure = NULL;

  taken->runs++;
  g_assert_true (insert_setting (txn, first[taken->after], NULL));
  g_assert_false (insert_setting (txn, "policy", &failure));
  g_assert_error (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  if (taken->after == END_WITH_IT)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return taken->after == PASS_OVER || insert_setting (txn, "behind", error);
}

/* Savepoints are made only for who goes on behind a statement that failed: the function is run once more then, and nothing of the first run stays. */
static void
test_taken (void)
{
  static const struct {
    After after;
    gboolean done;
    guint runs;
    const char *name;
  } cases[] = { { END_WITH_IT, FALSE, 1, "ended" }, { GO_ON, TRUE, 2, "went-on" }, { PASS_OVER, TRUE, 2, "passed-over" } };
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");

  fixture_postgresql_must_write (store);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Taken taken = { cases[i].after, 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, insert_twice, &taken, &error) == cases[i].done);
      g_assert_true (cases[i].done ? error == NULL : g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT));
      g_assert_cmpuint (taken.runs, ==, cases[i].runs);
      g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) cases[i].name, NULL) == cases[i].done);
    }
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "behind", NULL));
}

static void
test_read_only (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  g_autoptr (GError) error = NULL;

  fixture_postgresql_must_write (store);
  fixture_postgresql_run_as_superuser (url, "ALTER SYSTEM SET default_transaction_read_only = on");
  fixture_postgresql_run_as_superuser (url, "SELECT pg_reload_conf ()");
  g_usleep (200000);
  g_assert_false (fixture_postgresql_write_one (store, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "read-only"));
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) "policy", NULL));
  fixture_postgresql_run_as_superuser (url, "ALTER SYSTEM RESET default_transaction_read_only");
  fixture_postgresql_run_as_superuser (url, "SELECT pg_reload_conf ()");
  g_assert_true (write_until_it_works (store));
}

/* --- more at once than there are connections ------------------------------------------------------------------------------------ */

static gpointer
write_some (gpointer store)
{
  for (guint i = 0; i < 5; i++)
    fixture_postgresql_must_write (store);
  return NULL;
}

static void
test_crowd (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  GThread *threads[40];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", write_some, store);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* The server has a limit of its own, which others use up. */
static void
test_few (void)
{
  g_autofree char *url = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (url, "a");
  GThread *threads[20];

  fixture_postgresql_run_as_superuser (url, "ALTER ROLE postern CONNECTION LIMIT 4");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("few", write_some, store);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  fixture_postgresql_run_as_superuser (url, "ALTER ROLE postern CONNECTION LIMIT -1");
}

int
main (int argc, char **argv)
{
  fixture_postgresql_find ();
  g_set_prgname (argv[0]);
  if (argc == 3 && g_str_equal (argv[1], "--write"))
    return write_now_and_then (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* that the server is away is warned of */
  g_test_add_func ("/postgresql/refuses", test_refuses);
  g_test_add_func ("/postgresql/roles", test_roles);
  g_test_add_func ("/postgresql/keeps-password", test_keeps_password);
  g_test_add_func ("/postgresql/apart", test_apart);
  g_test_add_func ("/postgresql/copy", test_copy);
  g_test_add_func ("/postgresql/tells-others", test_tells_others);
  g_test_add_func ("/postgresql/cut", test_cut);
  g_test_add_func ("/postgresql/cut-idle", test_cut_idle);
  g_test_add_func ("/postgresql/taken", test_taken);
  g_test_add_func ("/postgresql/read-only", test_read_only);
  g_test_add_func ("/postgresql/crowd", test_crowd);
  g_test_add_func ("/postgresql/few", test_few);
  g_test_add_func ("/postgresql/restart", test_restart);
  return g_test_run ();
}
