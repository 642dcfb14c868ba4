/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <netdb.h>

#include "postern-middleman-fixture.h"
#include "postern-postgresql-fixture.h"
#include "postern-postgresql-open.h"

/*
 * A server that has died without a word: connections stay open, what is sent is taken, and nothing comes back. How long anybody waits then, and that nobody does who
 * is only served slowly. What is measured is said; the bounds are those of a machine that has much else to do.
 */
#define ONE_DEAD_MS 15000 /* 2 s of silence, a look, 1 s for an answer that is on its way, and all again by another connection */
#define ALL_DEAD_MS 20000 /* 2 s of silence, a look of 5 s */
#define KNOWN_MS 1900     /* without any silence */
#define BACK_MS 15000

static char *direct; /* the URL of a database, which all share */

typedef struct {
  FixtureMiddleman *middleman;
  PosternStore *store; /* by the middleman */
} House;

static House
house_new (const char *options)
{
  House self = { fixture_middleman_new (fixture_postgresql_server), NULL };
  g_autofree char *url = fixture_middleman_get_url (self.middleman, direct, options);

  self.store = fixture_postgresql_must_open (url, "a");
  fixture_postgresql_must_write (self.store);
  return self;
}

static void
house_clear (House *self)
{
  g_object_unref (self->store);
  fixture_middleman_free (self->middleman);
}

/* Milliseconds since @begin, said and checked */
static void
check_time (const char *what, gint64 begin, int most_ms)
{
  int ms = (int) ((g_get_monotonic_time () - begin) / 1000);

  g_test_message ("%s: %d ms", what, ms);
  g_assert_cmpint (ms, <, most_ms);
}

static gboolean
has_setting (const char *name)
{
  g_autoptr (PosternStore) store = fixture_postgresql_must_open (direct, "a");

  return postern_store_read (store, POSTERN_KEEP_LASTING, fixture_postgresql_get, (gpointer) name, NULL);
}

/* --- some connections die -------------------------------------------------------------------------------------------------- */

/* All that there were, while nobody used them. */
static void
test_idle (void)
{
  House house = house_new ("");
  g_autoptr (GError) error = NULL;
  gint64 begin;

  fixture_middleman_silence (house.middleman, FALSE);
  begin = g_get_monotonic_time ();
  fixture_postgresql_write_one (house.store, &error);
  g_assert_no_error (error);
  check_time ("written by another connection than the one that died", begin, ONE_DEAD_MS);
  begin = g_get_monotonic_time ();
  fixture_postgresql_must_write (house.store);
  check_time ("the next one", begin, KNOWN_MS);
  house_clear (&house);
}

typedef struct {
  FixtureMiddleman *middleman;
  guint runs;
} Cut;

/* The row is changed, and held by the first run's transaction, which nobody can end any more; the second one changes it, too. */
static gboolean
put_and_silence (PosternTxn *txn, gpointer data, GError **error)
{
  Cut *cut = data;
  gint64 one;

  if (!fixture_postgresql_put (txn, (gpointer) "policy", error) || !postern_txn_read_int64 (txn, &one, 0, "SELECT 1", NULL, 0, error))
    return FALSE;
  if (cut->runs++ == 0)
    fixture_middleman_silence (cut->middleman, FALSE);
  return postern_txn_read_int64 (txn, &one, 0, "SELECT 2", NULL, 0, error);
}

static void
test_within (void)
{
  House house = house_new ("");
  Cut cut = { house.middleman, 0 };
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  postern_store_write (house.store, POSTERN_KEEP_LASTING, put_and_silence, &cut, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cut.runs, ==, 2);
  check_time ("a transaction whose connection died within it is done again", begin, ONE_DEAD_MS);
  house_clear (&house);
}

static gboolean
put_and_count (PosternTxn *txn, gpointer data, GError **error)
{
  ++*(guint *) data;
  return fixture_postgresql_put (txn, (gpointer) "counted", error);
}

/* The server has committed, and nobody hears of it: it is not done again, and nobody is told that it was not done. */
static void
test_commit (void)
{
  House house = house_new ("");
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  guint runs = 0;

  fixture_middleman_mute_behind (house.middleman, "commit");
  g_assert_false (postern_store_write (house.store, POSTERN_KEEP_LASTING, put_and_count, &runs, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "not known"));
  g_assert_nonnull (strstr (error->message, "without a word"));
  g_assert_cmpuint (runs, ==, 1);
  check_time ("a commit whose answer is lost", begin, ONE_DEAD_MS);
  g_assert_true (has_setting ("counted"));
  fixture_postgresql_must_write (house.store);
  house_clear (&house);
}

/* --- all are dead --------------------------------------------------------------------------------------------------------------- */

static gpointer
write_in_vain (gpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_false (fixture_postgresql_write_one (data, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  check_time ("nothing goes through", begin, ALL_DEAD_MS);
  return NULL;
}

static gboolean
sleep_a_little (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 one;

  return postern_txn_read_int64 (txn, &one, 0, "SELECT 1 FROM pg_sleep (0.2)", NULL, 0, error);
}

static gpointer
read_slowly (gpointer store)
{
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, sleep_a_little, NULL, NULL));
  return NULL;
}

static void
run_at_once (GThreadFunc func, gpointer data, guint n)
{
  GThread *threads[16];

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (threads));
  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("many", func, data);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
}

static void
test_all (void)
{
  House house = house_new ("");
  gint64 begin;

  run_at_once (read_slowly, house.store, 6); /* as many connections, of which all are dead then */
  fixture_middleman_silence (house.middleman, TRUE);
  run_at_once (write_in_vain, house.store, 12); /* nobody waits for what another one waits for already */
  begin = g_get_monotonic_time ();
  g_assert_false (fixture_postgresql_write_one (house.store, NULL));
  check_time ("the next one", begin, KNOWN_MS);
  fixture_middleman_speak_again (house.middleman);
  begin = g_get_monotonic_time ();
  while (!fixture_postgresql_write_one (house.store, NULL))
    g_usleep (10000);
  check_time ("written again after the way is whole", begin, BACK_MS);
  house_clear (&house);
}

/* A connection that is made anew: the proxy takes it and passes nothing on. */
static void
test_anew (void)
{
  FixtureMiddleman *middleman = fixture_middleman_new (fixture_postgresql_server);
  g_autofree char *url = fixture_middleman_get_url (middleman, direct, "&connect_timeout=2");
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  fixture_middleman_silence (middleman, TRUE);
  g_assert_null (fixture_postgresql_open_store (url, "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "timeout"));
  check_time ("no connection with connect_timeout=2", begin, ONE_DEAD_MS);
  fixture_middleman_free (middleman);
}

/* --- names: in place of the system's, which asks servers that a test has not --------------------------------------------------------- */

#define SILENT "silent.example"
#define UNKNOWN "unknown.example"

static GMutex resolving; /* held while nobody answers */
static guint n_asked;    /* atomic: of SILENT */

int
getaddrinfo (const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
  static __typeof__ (&getaddrinfo) system_resolver;

  if (g_strcmp0 (name, UNKNOWN) == 0)
    return EAI_NONAME;
  if (g_strcmp0 (name, SILENT) == 0)
    {
      __atomic_add_fetch (&n_asked, 1, __ATOMIC_RELAXED);
      g_mutex_lock (&resolving);
      g_mutex_unlock (&resolving);
      return EAI_AGAIN;
    }
  if (system_resolver == NULL)
    *(void **) &system_resolver = dlsym (RTLD_NEXT, "getaddrinfo");
  return system_resolver (name, service, hints, found);
}

static void
test_unknown_name (void)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_null (fixture_postgresql_open_store ("postgresql://postern@" UNKNOWN "/x", "a", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, UNKNOWN));
  check_time ("a name that there is not", begin, KNOWN_MS);
}

/* Who resolves the name does not answer: nobody waits longer than for a server, and what is left of it stays few. */
static void
test_silent_name (void)
{
  const char *url = "postgresql://postern@" SILENT "/x?connect_timeout=2";
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_mutex_lock (&resolving);
  g_assert_null (postern_postgresql_open_plain (url, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "name"));
  check_time ("a name that nobody resolves, with connect_timeout=2", begin, ONE_DEAD_MS);
  g_clear_error (&error);
  for (guint i = 0; i < 40; i++)
    g_assert_null (postern_postgresql_open_by (url, NULL, g_get_monotonic_time () + 1000, NULL));
  while (__atomic_load_n (&n_asked, __ATOMIC_RELAXED) < 20) /* each on a thread that begins when it can */
    g_usleep (1000);
  g_assert_null (postern_postgresql_open_by (url, NULL, g_get_monotonic_time () + 1000, &error));
  g_assert_cmpuint (__atomic_load_n (&n_asked, __ATOMIC_RELAXED), ==, 20);
  g_clear_error (&error);
  g_assert_null (postern_postgresql_open_plain ("postgresql://postern@" UNKNOWN "/x", &error)); /* another region's is tried */
  g_assert_nonnull (strstr (error->message, UNKNOWN));
  g_mutex_unlock (&resolving);
  while (__atomic_load_n (&n_asked, __ATOMIC_RELAXED) == 20) /* and then it is asked again */
    g_assert_null (postern_postgresql_open_by (url, NULL, g_get_monotonic_time () + G_USEC_PER_SEC, NULL));
}

/* --- only slow ----------------------------------------------------------------------------------------------------------------------- */

static gboolean
sleep_long (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 one;

  return postern_txn_read_int64 (txn, &one, 0, "SELECT 1 FROM pg_sleep (3)", NULL, 0, error);
}

/* Longer than anybody waits without a look. */
static void
test_slow (void)
{
  House house = house_new ("");
  g_autoptr (GError) error = NULL;

  postern_store_read (house.store, POSTERN_KEEP_LASTING, sleep_long, NULL, &error);
  g_assert_no_error (error);
  house_clear (&house);
}

static gboolean
migrate_slowly (PosternTransaction *transaction, gpointer database, GError **error)
{
  PosternDatabaseClass *class = POSTERN_DATABASE_GET_CLASS (database);
  PosternRows *rows = class->query (database, transaction, "SELECT 1 FROM pg_sleep (3)", NULL, 0, error);

  if (rows != NULL)
    class->rows_free (database, rows);
  return rows != NULL;
}

/* Nor is anybody given up of whom nothing can be seen, as where the server lets nobody in any more. */
static void
test_unseen (void)
{
  House house = house_new ("");
  g_autoptr (GError) error = NULL;

  fixture_postgresql_run_as_superuser (direct, "ALTER ROLE postern CONNECTION LIMIT 1");
  postern_store_read (house.store, POSTERN_KEEP_LASTING, sleep_long, NULL, &error);
  fixture_postgresql_run_as_superuser (direct, "ALTER ROLE postern CONNECTION LIMIT -1");
  g_assert_no_error (error);
  house_clear (&house);
}

/* A migration takes as long as it takes: neither the server's time for a statement ends it, nor ours. */
static void
test_patient (void)
{
  g_autofree char *fresh = fixture_postgresql_ask ("new %s", fixture_postgresql_server), *url = g_strconcat (fresh, "&options=-c%20statement_timeout%3D500ms", NULL);
  g_autoptr (PosternDatabase) database = g_object_new (POSTERN_TYPE_DATABASE_POSTGRESQL, NULL);
  PosternDatabaseClass *class = POSTERN_DATABASE_GET_CLASS (database);
  g_autoptr (GError) error = NULL;

  g_assert_true (class->open (database, url, "a", NULL));
  class->migrate (database, POSTERN_KEEP_LASTING, migrate_slowly, database, &error);
  g_assert_no_error (error);
  class->close (database);
}

/* A commit that waits for a standby that does not come back is not ended by the server. */
static void
test_standby (void)
{
  House house = house_new ("&options=-c%20statement_timeout%3D1s");
  g_autoptr (GError) error = NULL;
  gint64 begin;

  fixture_postgresql_run_as_superuser (direct, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  fixture_postgresql_run_as_superuser (direct, "SELECT pg_reload_conf ()");
  g_usleep (500000);
  begin = g_get_monotonic_time ();
  g_assert_false (fixture_postgresql_write_one (house.store, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "not known"));
  check_time ("a commit that its standby does not confirm, where a statement has a second", begin, 9000);
  fixture_postgresql_run_as_superuser (direct, "ALTER SYSTEM RESET synchronous_standby_names");
  fixture_postgresql_run_as_superuser (direct, "SELECT pg_reload_conf ()");
  house_clear (&house);
}

int
main (int argc, char **argv)
{
  int failed;

  fixture_postgresql_find ();
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* that a connection is lost is warned of */
  direct = fixture_postgresql_ask ("new %s", fixture_postgresql_server);
  g_test_add_func ("/postgresql/silence/idle", test_idle);
  g_test_add_func ("/postgresql/silence/within", test_within);
  g_test_add_func ("/postgresql/silence/commit", test_commit);
  g_test_add_func ("/postgresql/silence/all", test_all);
  g_test_add_func ("/postgresql/silence/anew", test_anew);
  g_test_add_func ("/postgresql/silence/unknown-name", test_unknown_name);
  g_test_add_func ("/postgresql/silence/silent-name", test_silent_name);
  g_test_add_func ("/postgresql/silence/slow", test_slow);
  g_test_add_func ("/postgresql/silence/unseen", test_unseen);
  g_test_add_func ("/postgresql/silence/patient", test_patient);
  g_test_add_func ("/postgresql/silence/standby", test_standby);
  failed = g_test_run ();
  g_free (direct);
  return failed;
}
