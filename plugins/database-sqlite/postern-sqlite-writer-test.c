/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-test-store.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-seal.h"
#include "postern-sqlite-connection.h"
#include "postern-txn.h"

/* The short-lived file: committed a moment later by who is alone, at once as soon as there are two. The second process is this
 * program again, with a role. */
#define NOW 1800000000

static const char *program;
static char *location;

static PosternStore *
open_store (const char *tenant)
{
  return postern_sqlite_test_store_open (location, tenant);
}

static char *
file_of (const char *tenant, const char *name)
{
  return g_build_filename (location, tenant, name, NULL);
}

/* --- a number in it ------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *key;
  gint64 count;
} Number;

static gboolean
add_one (PosternTxn *txn, gpointer data, GError **error)
{
  Number *number = data;

  return postern_counter_store_add (txn, number->key, 1, 3600, NOW, &number->count, NULL, error);
}

static gboolean
get (PosternTxn *txn, gpointer data, GError **error)
{
  Number *number = data;

  number->count = postern_counter_store_get (txn, number->key, NOW, NULL, error);
  return number->count >= 0;
}

static gint64
count_up (PosternStore *store, const char *key)
{
  Number number = { key, -1 };
  g_autoptr (GError) error = NULL;

  postern_store_write (store, POSTERN_KEEP_SHORT, add_one, &number, &error);
  g_assert_no_error (error);
  return number.count;
}

static gboolean
add_then_fail (PosternTxn *txn, gpointer data, GError **error)
{
  if (!add_one (txn, data, error))
    return FALSE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "changed my mind");
  return FALSE;
}

static gint64
count_in_vain (PosternStore *store, const char *key)
{
  Number number = { key, -1 };
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_store_write (store, POSTERN_KEEP_SHORT, add_then_fail, &number, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  return number.count;
}

static gint64
count_of (PosternStore *store, const char *key)
{
  Number number = { key, -1 };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_SHORT, get, &number, &error);
  g_assert_no_error (error);
  return number.count;
}

/* What is in the file for everyone, asked past the driver; -1 before even the tables are. */
static gint64
committed (const char *tenant, const char *sql)
{
  g_autofree char *path = file_of (tenant, "short.db");
  sqlite3 *handle;
  sqlite3_stmt *statement;
  gint64 number = -1;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  if (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return number;
}

#define SUM "SELECT COALESCE (SUM (count), 0) FROM counters"

/* Whether a write is answered before it is committed: the machine may be busy for a moment, not each time. */
static gboolean
is_lazy (PosternStore *store, const char *tenant)
{
  for (guint i = 0; i < 20; i++)
    {
      gint64 before = committed (tenant, SUM);

      count_up (store, "lazy?");
      if (committed (tenant, SUM) == before)
        return TRUE;
      g_usleep (10000);
    }
  return FALSE;
}

/* The other process left a moment ago: the first one looks ten times a second. */
static void
wait_until_lazy (PosternStore *store, const char *tenant)
{
  for (guint i = 0; !is_lazy (store, tenant); i++)
    g_assert_cmpuint (i, <, 50);
}

static gboolean
is_claimed (const char *tenant)
{
  g_autofree char *path = file_of (tenant, "short.db-lock");
  struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
  int fd = open (path, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_OFD_GETLK, &lock), ==, 0);
  close (fd);
  return lock.l_type != F_UNLCK;
}

/* --- the other process: lines of "VERB KEY" in, lines of a number out -------------------------------------------------- */

static int
serve (const char *tenant)
{
  g_autoptr (PosternStore) store = open_store (tenant);
  char verb[8], key[40];

  puts ("0");
  fflush (stdout);
  while (scanf ("%7s %39s", verb, key) == 2)
    {
      printf ("%d\n", (int) (g_str_equal (verb, "add") ? count_up (store, key) : g_str_equal (verb, "fail") ? count_in_vain (store, key) : count_of (store, key)));
      fflush (stdout);
    }
  return 0;
}

/* Says each count that was answered, until it is killed. */
static G_GNUC_NORETURN void
write_for_ever (const char *tenant)
{
  g_autoptr (PosternStore) store = open_store (tenant);

  for (;;)
    {
      printf ("%d\n", (int) count_up (store, "n"));
      fflush (stdout);
    }
}

typedef struct {
  GSubprocess *process;
  GDataInputStream *out;
} Other;

static Other
other_start (const char *role, const char *tenant)
{
  g_autoptr (GError) error = NULL;
  Other other = { g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, role, location, tenant, NULL), NULL };

  g_assert_no_error (error);
  other.out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (other.process));
  return other;
}

static gint64
other_hear (Other *other)
{
  g_autofree char *line = g_data_input_stream_read_line (other->out, NULL, NULL, NULL);

  g_assert_nonnull (line);
  return strtol (line, NULL, 10);
}

static gint64
other_ask (Other *other, const char *verb, const char *key)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", verb, key);
  GOutputStream *in = g_subprocess_get_stdin_pipe (other->process);

  g_assert_true (g_output_stream_write_all (in, line, strlen (line), NULL, NULL, NULL));
  return other_hear (other);
}

static void
other_end (Other *other)
{
  g_subprocess_force_exit (other->process);
  g_subprocess_wait (other->process, NULL, NULL);
  g_clear_object (&other->out);
  g_clear_object (&other->process);
}

/* --- tests ------------------------------------------------------------------------------------------------------------- */

static void
test_lazy_when_alone (void)
{
  PosternStore *store = open_store ("alone");

  wait_until_lazy (store, "alone");
  for (guint i = 1; i <= 100; i++)
    {
      g_assert_cmpint (count_up (store, "n"), ==, i);
      g_assert_cmpint (count_of (store, "n"), ==, i);
    }
  for (guint i = 0; committed ("alone", "SELECT count FROM counters WHERE key = 'n'") < 100; i++, g_usleep (10000))
    g_assert_cmpuint (i, <, 1000);
  count_up (store, "n");
  g_object_unref (store);
  g_assert_cmpint (committed ("alone", "SELECT count FROM counters WHERE key = 'n'"), ==, 101);
}

static int stop; /* atomic */

static gpointer
keep_busy (gpointer store)
{
  while (!g_atomic_int_get (&stop))
    count_up (store, "busy");
  return NULL;
}

/* A second process comes while the first one has not committed and is never idle. It comes in before it has to say that it waits. */
static void
test_newcomer_misses_nothing (void)
{
  g_autoptr (PosternStore) store = open_store ("newcomer");
  GThread *busy[4];

  g_atomic_int_set (&stop, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    busy[i] = g_thread_new ("busy", keep_busy, store);
  for (guint i = 1; i <= 10; i++)
    {
      Other other;
      gint64 n = count_up (store, "n");

      other = other_start ("--serve", "newcomer");
      g_assert_cmpint (other_hear (&other), ==, 0);
      g_assert_cmpint (other_ask (&other, "get", "n"), ==, n);
      other_end (&other);
    }
  g_atomic_int_set (&stop, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (busy); i++)
    g_thread_join (busy[i]);
}

static void
test_two_take_turns (void)
{
  g_autoptr (PosternStore) store = open_store ("two");
  Other other = other_start ("--serve", "two");

  g_assert_cmpint (other_hear (&other), ==, 0);
  for (guint i = 1; i < 300; i += 2)
    {
      g_assert_cmpint (count_up (store, "n"), ==, i);
      g_assert_cmpint (other_ask (&other, "get", "n"), ==, i);
      g_assert_cmpint (other_ask (&other, "add", "n"), ==, i + 1);
      g_assert_cmpint (count_of (store, "n"), ==, i + 1);
    }
  g_assert_false (is_lazy (store, "two"));
  other_end (&other);
  wait_until_lazy (store, "two");
}

/* What was answered before the kill is there, and nothing twice; and the file is whole. */
static void
test_kill (void)
{
  gint64 told = 0;

  for (guint round = 0; round < 10; round++)
    {
      Other other = other_start ("--write", "kill");
      g_autoptr (PosternStore) store = NULL;
      gint64 until = g_get_monotonic_time () + 30000 + 20000 * round, n;
      char *line;

      while (g_get_monotonic_time () < until)
        told = other_hear (&other);
      g_subprocess_send_signal (other.process, SIGKILL);
      while ((line = g_data_input_stream_read_line (other.out, NULL, NULL, NULL)) != NULL)
        {
          told = MAX (told, strtol (line, NULL, 10)); /* the last line may be cut */
          g_free (line);
        }
      other_end (&other);
      store = open_store ("kill");
      n = count_of (store, "n");
      g_assert_cmpint (n, >=, told);
      g_assert_cmpint (n, <=, told + 1); /* one more may have been written and not told */
      g_assert_cmpint (committed ("kill", "SELECT COUNT (*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), ==, 1);
      wait_until_lazy (store, "kill");
    }
}

/* --- what is done again after a crash ---------------------------------------------------------------------------------------- */

/* A process that stands still with @n counted, and not committed. */
static Other
stop_other (const char *tenant, gint64 *n)
{
  Other other = other_start ("--serve", tenant);

  other_hear (&other);
  for (;;)
    {
      for (guint i = 0; i < 10; i++)
        {
          *n = other_ask (&other, "add", "n");
          g_assert_cmpint (other_ask (&other, "fail", "n"), ==, *n + 1);
        }
      g_subprocess_send_signal (other.process, SIGSTOP);
      g_usleep (10000); /* until it has stopped */
      if (is_claimed (tenant) && committed (tenant, "SELECT count FROM counters WHERE key = 'n'") < *n) /* it may have stopped between the commit and saying so */
        return other;
      g_subprocess_send_signal (other.process, SIGCONT);
    }
}

static gint64
open_and_count (const char *tenant)
{
  g_autoptr (PosternStore) store = open_store (tenant);

  return count_of (store, "n");
}

static gpointer
open_and_count_in_thread (gpointer tenant)
{
  return GSIZE_TO_POINTER ((gsize) open_and_count (tenant));
}

/* Several newcomers at once, and notes that are still there when they are done: all is done once. */
static void
test_redo_once (void)
{
  g_autofree char *path = file_of ("once", "short.db-redo");
  g_autofree char *notes = NULL;
  GThread *threads[4];
  gsize length = 0;
  gint64 n;
  Other other = stop_other ("once", &n);

  g_assert_true (g_file_get_contents (path, &notes, &length, NULL));
  g_assert_cmpuint (length, >, 0);
  g_assert_cmpint (committed ("once", "SELECT count FROM counters WHERE key = 'n'"), <, n);
  other_end (&other);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("open", open_and_count_in_thread, (gpointer) "once");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint ((gint64) GPOINTER_TO_SIZE (g_thread_join (threads[i])), ==, n);
  g_assert_true (g_file_set_contents (path, notes, (gssize) length, NULL));
  g_assert_cmpint (open_and_count ("once"), ==, n);
  g_assert_cmpint (open_and_count ("once"), ==, n);
}

/*
 * (transfer full): a place where a process was killed with @n counted and nothing committed: what is committed leaves its notes behind
 * later ones, where damage is none.
 */
static char *
kill_uncommitted (guint round, gint64 *n)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *tenant = g_strdup_printf ("damaged%u-%u", round, i);
      Other other = stop_other (tenant, n);

      other_end (&other);
      if (committed (tenant, "SELECT count FROM counters WHERE key = 'n'") <= 0)
        return g_steal_pointer (&tenant);
      g_assert_cmpint (open_and_count (tenant), ==, *n); /* of which a part was committed */
    }
  g_error ("this machine commits each time before it stops a process");
}

/* Notes that a power cut has damaged are done as far as they are whole. */
static void
test_redo_damaged (void)
{
  for (guint round = 0; round < 12; round++)
    {
      gint64 n, after;
      g_autofree char *tenant = kill_uncommitted (round, &n);
      g_autofree char *path = file_of (tenant, "short.db-redo");
      g_autofree char *notes = NULL;
      gsize length = 0, place;

      g_assert_true (g_file_get_contents (path, &notes, &length, NULL));
      g_assert_cmpuint (length, >, 0);
      place = length * round / 12;
      if (round % 3 == 0)
        length = place;
      else if (round % 3 == 1)
        notes[place] ^= 0x10;
      else
        memset (notes + place, 0, length - place);
      g_assert_true (g_file_set_contents (path, notes, (gssize) length, NULL));
      after = open_and_count (tenant);
      g_assert_cmpint (after, <, n);
      g_assert_cmpint (open_and_count (tenant), ==, after);
    }
}

/* --- the log, counted ----------------------------------------------------------------------------------------------------- */

static int n_warnings; /* atomic */

static void
count_warnings (const char *domain, GLogLevelFlags level, const char *message, gpointer word)
{
  if ((level & G_LOG_LEVEL_WARNING) && strstr (message, word) != NULL)
    g_atomic_int_inc (&n_warnings);
  else
    g_log_default_handler (domain, level, message, NULL);
}

static void
expect_warnings (const char *word)
{
  g_atomic_int_set (&n_warnings, 0);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_default_handler (count_warnings, (gpointer) word);
}

static void
expect_no_warnings (void)
{
  g_log_set_default_handler (g_log_default_handler, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

static gpointer
open_in_thread (gpointer tenant)
{
  return open_store (tenant);
}

/* Who holds a claim and is stopped keeps a newcomer waiting, who says so, and comes in when it goes on. */
static void
test_stopped_holder (void)
{
  gint64 n;
  Other other = stop_other ("stopped", &n);
  g_autoptr (PosternStore) store = NULL;
  GThread *thread;

  expect_warnings ("another process has held this");
  thread = g_thread_new ("open", open_in_thread, (gpointer) "stopped");
  for (guint i = 0; g_atomic_int_get (&n_warnings) == 0; i++, g_usleep (10000))
    g_assert_cmpuint (i, <, 2000);
  g_subprocess_send_signal (other.process, SIGCONT);
  store = g_thread_join (thread);
  expect_no_warnings ();
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 1);
  g_assert_cmpint (count_of (store, "n"), ==, n);
  other_end (&other);
}

/* --- a commit that fails -------------------------------------------------------------------------------------------------- */

/* The kernel refuses to let any file grow beyond what the log is now. */
static void
set_full (const char *tenant, gboolean full)
{
  g_autofree char *path = file_of (tenant, "short.db-wal");
  struct rlimit limit;
  struct stat st;

  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = full ? (rlim_t) st.st_size : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_failed_commit (void)
{
  g_autoptr (PosternStore) store = open_store ("full");
  g_autoptr (GError) error = NULL;
  Number number = { "n", 0 };

  signal (SIGXFSZ, SIG_IGN);
  wait_until_lazy (store, "full");
  for (guint i = 0; is_claimed ("full"); i++, g_usleep (10000))
    g_assert_cmpuint (i, <, 1000);
  expect_warnings ("are lost");
  set_full ("full", TRUE);
  g_assert_cmpint (count_up (store, "n"), ==, 1); /* answered … */
  for (guint i = 0; g_atomic_int_get (&n_warnings) == 0; i++, g_usleep (10000))
    g_assert_cmpuint (i, <, 1000);
  g_assert_cmpint (count_of (store, "n"), ==, 0); /* … and lost; from now on the truth is told */
  for (guint i = 0; i < 3; i++, g_clear_error (&error))
    {
      g_assert_false (postern_store_write (store, POSTERN_KEEP_SHORT, add_one, &number, &error));
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
    }
  set_full ("full", FALSE);
  g_assert_cmpint (count_up (store, "n"), ==, 1);
  g_assert_cmpint (committed ("full", "SELECT count FROM counters WHERE key = 'n'"), ==, 1);
  wait_until_lazy (store, "full");
  expect_no_warnings ();
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 1);
}

/* --- functions within an open transaction ----------------------------------------------------------------------------------- */

/* What was answered before stays, whether it is committed or not. */
static void
test_failure_is_ones_own (void)
{
  g_autoptr (PosternStore) store = open_store ("own");

  for (guint i = 1; i <= 50; i++)
    {
      count_up (store, "n");
      g_assert_cmpint (count_in_vain (store, "n"), ==, i + 1);
      g_assert_cmpint (count_of (store, "n"), ==, i);
      g_usleep (i % 10 == 0 ? 60000 : 0);
    }
}

static void
test_read_cannot_write (void)
{
  g_autoptr (PosternStore) store = open_store ("read");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      Number number = { "n", 0 };

      count_up (store, "other");
      if (i > 0) /* from the pool, when that is committed */
        g_usleep (200000);
      g_assert_false (postern_store_read (store, POSTERN_KEEP_SHORT, add_one, &number, &error));
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED);
    }
  g_assert_cmpint (count_of (store, "n"), ==, 0);
}

typedef struct {
  PosternStore *store;
  Number number;
} Nested;

static gboolean
read_within (PosternTxn *txn, gpointer data, GError **error)
{
  Nested *nested = data;

  return postern_store_read (nested->store, POSTERN_KEEP_SHORT, get, &nested->number, error);
}

/* A read within a function of the same file does not wait for itself. */
static void
test_read_within_a_function (void)
{
  g_autoptr (PosternStore) store = open_store ("within");
  Nested nested = { store, { "n", -1 } };

  count_up (store, "n");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (postern_store_write (store, i == 0 ? POSTERN_KEEP_SHORT : POSTERN_KEEP_LASTING, read_within, &nested, NULL));
      g_assert_cmpint (nested.number.count, ==, 1);
      nested.number.count = -1;
    }
  g_assert_true (postern_store_read (store, POSTERN_KEEP_SHORT, read_within, &nested, NULL));
  g_assert_cmpint (nested.number.count, ==, 1);
}

int
main (int argc, char **argv)
{
  int result;

  program = argv[0];
  if (argc == 4 && (g_str_equal (argv[1], "--serve") || g_str_equal (argv[1], "--write")))
    {
      location = argv[2];
      g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
      if (g_str_equal (argv[1], "--serve"))
        return serve (argv[3]);
      write_for_ever (argv[3]);
    }
  g_test_init (&argc, &argv, NULL);
  location = g_dir_make_tmp ("postern-sqlite-XXXXXX", NULL);
  g_test_add_func ("/sqlite/short/lazy-when-alone", test_lazy_when_alone);
  g_test_add_func ("/sqlite/short/newcomer-misses-nothing", test_newcomer_misses_nothing);
  g_test_add_func ("/sqlite/short/two-take-turns", test_two_take_turns);
  g_test_add_func ("/sqlite/short/kill", test_kill);
  g_test_add_func ("/sqlite/short/redo-once", test_redo_once);
  g_test_add_func ("/sqlite/short/redo-damaged", test_redo_damaged);
  g_test_add_func ("/sqlite/short/stopped-holder", test_stopped_holder);
  g_test_add_func ("/sqlite/short/failed-commit", test_failed_commit);
  g_test_add_func ("/sqlite/short/failure-is-ones-own", test_failure_is_ones_own);
  g_test_add_func ("/sqlite/short/read-cannot-write", test_read_cannot_write);
  g_test_add_func ("/sqlite/short/read-within-a-function", test_read_within_a_function);
  result = g_test_run ();
  postern_sqlite_test_store_remove (location);
  g_free (location);
  return result;
}
