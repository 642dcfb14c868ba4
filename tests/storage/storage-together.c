/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* What holds when many work at once, when one fails, and when the process dies. */
#define N_THREADS 8
#define N_ROUNDS 25

/* --- races: a GAsyncQueue of threads that start together ---------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternKeep keep;
  PosternTxnFunc func;
  char *name; /* what they fight for */
  int winners, losers, others; /* atomic */
  int ready;
} Race;

static gpointer
race_thread (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;

  g_atomic_int_inc (&race->ready);
  while (g_atomic_int_get (&race->ready) < N_THREADS)
    g_thread_yield ();
  if (postern_store_write (race->store, race->keep, race->func, race, &error))
    g_atomic_int_inc (&race->winners);
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT) || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_STALE))
    g_atomic_int_inc (&race->losers);
  else
    g_atomic_int_inc (&race->others);
  return NULL;
}

static void
run_race (Race *race)
{
  GThread *threads[N_THREADS];

  race->winners = race->losers = race->others = race->ready = 0;
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("race", race_thread, race);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static gboolean
add_contested (PosternTxn *txn, gpointer data, GError **error)
{
  Race *race = data;
  g_autoptr (PosternApplication) app = storage_kit_new_application ("a");
  g_autoptr (PosternGrant) grant = storage_kit_new_grant (NULL, app->id, NULL);
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();
  g_autoptr (PosternTicket) ticket = postern_ticket_new ();

  g_free (grant->id);
  grant->id = g_strdup (race->name);
  grant->code_hash = g_strdup (race->name);
  grant->code_expires_at = NOW + 60;
  token->grant_key = postern_id_get_key (grant->id);
  token->hash = g_strdup (race->name);
  token->expires_at = NOW + 60;
  ticket->hash = g_strdup (race->name);
  ticket->kind = g_strdup ("setup");
  ticket->expires_at = NOW + 60;
  return postern_application_store_insert (txn, app, error) && postern_grant_store_insert (txn, grant, error)
         && postern_refresh_store_insert (txn, token, error) && postern_ticket_store_insert (txn, ticket, error);
}

static gboolean
redeem_code (PosternTxn *txn, gpointer data, GError **error)
{
  const char *name = ((Race *) data)->name;

  return postern_grant_store_redeem_code (txn, name, name, NOW, error);
}

static gboolean
redeem_refresh (PosternTxn *txn, gpointer data, GError **error)
{
  const char *name = ((Race *) data)->name;

  return postern_refresh_store_redeem (txn, name, name, NOW, error);
}

static gboolean
redeem_ticket (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternTicket) ticket = postern_ticket_store_redeem (txn, ((Race *) data)->name, "setup", NOW, error);

  return ticket != NULL;
}

static gboolean
insert_same_user (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = storage_kit_new_user (((Race *) data)->name, NULL, NULL);

  return postern_user_store_insert (txn, user, error);
}

static void
test_single_use (void)
{
  static const PosternTxnFunc fights[] = { redeem_code, redeem_refresh, redeem_ticket, insert_same_user };
  g_autoptr (PosternStore) store = storage_kit_open ();

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autofree char *name = postern_id_new ("gnt");
      Race race = { store, POSTERN_KEEP_LASTING, NULL, name };

      storage_kit_write (store, POSTERN_KEEP_LASTING, add_contested, &race);
      for (guint i = 0; i < G_N_ELEMENTS (fights); i++)
        {
          race.func = fights[i];
          run_race (&race);
          g_assert_cmpint (race.winners, ==, 1);
          g_assert_cmpint (race.losers, ==, N_THREADS - 1);
        }
    }
}

static gboolean
take_lease (PosternTxn *txn, gpointer data, GError **error)
{
  static int holder;
  g_autofree char *me = g_strdup_printf ("%d", g_atomic_int_add (&holder, 1));
  gboolean held = FALSE;

  if (!postern_lease_store_take (txn, ((Race *) data)->name, me, 60, NOW, &held, error))
    return FALSE;
  if (!held)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "held");
  return held;
}

/* Each has seen it as it was lost: nobody's. */
static gboolean
take_lost_lease (PosternTxn *txn, gpointer data, GError **error)
{
  static int holder;
  g_autofree char *me = g_strdup_printf ("%d", g_atomic_int_add (&holder, 1));
  gboolean taken = FALSE;

  if (!postern_lease_store_take_from (txn, ((Race *) data)->name, me, NOW, NULL, 0, &taken, error))
    return FALSE;
  if (!taken)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "taken");
  return taken;
}

static void
test_one_lease_holder (void)
{
  static const Race fights[] = { { .keep = POSTERN_KEEP_LASTING, .func = take_lease }, { .keep = POSTERN_KEEP_SHORT, .func = take_lost_lease } };
  g_autoptr (PosternStore) store = storage_kit_open ();

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      const Race *fight = &fights[round % G_N_ELEMENTS (fights)];
      g_autofree char *name = postern_secret_new ();
      Race race = { store, fight->keep, fight->func, name };

      run_race (&race);
      g_assert_cmpint (race.winners, ==, 1);
      g_assert_cmpint (race.losers, ==, N_THREADS - 1);
    }
}

static gboolean
count_one (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_counter_store_add (txn, ((Race *) data)->name, 1, 60, NOW, NULL, NULL, error);
}

static gboolean
read_count (PosternTxn *txn, gpointer name, GError **error)
{
  g_assert_cmpint (postern_counter_store_get (txn, name, NOW, NULL, error), ==, N_THREADS * N_ROUNDS);
  return TRUE;
}

/* Guesses at once are all counted. */
static void
test_counts_all (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  Race race = { store, POSTERN_KEEP_SHORT, count_one, (char *) "guesses" };

  for (guint round = 0; round < N_ROUNDS; round++)
    run_race (&race);
  storage_kit_read (store, POSTERN_KEEP_SHORT, read_count, race.name);
}

/* What everybody does all the time: nobody loses to anybody, though all change one row. */
static gboolean
sign_in_again (PosternTxn *txn, gpointer data, GError **error)
{
  Race *race = data;
  g_autoptr (PosternSession) session = storage_kit_new_session (race->name);

  g_atomic_int_inc (&race->others);
  return postern_user_store_touch_sign_in (txn, race->name, NOW, error) && postern_session_store_insert (txn, session, error)
         && (!postern_store_is_one (race->store) || count_one (txn, race, error));
}

static gpointer
write_each_thread (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_ROUNDS; i++)
    if (postern_store_write_each (race->store, sign_in_again, race, &error))
      g_atomic_int_inc (&race->winners);
  g_assert_no_error (error);
  return NULL;
}

static gboolean
check_sessions (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) list = postern_session_store_list (txn, data, FALSE, NULL, 1000, error);

  g_assert_cmpuint (list->len, ==, N_THREADS * N_ROUNDS);
  return TRUE;
}

static gboolean
insert_ready (PosternTxn *txn, gpointer user, GError **error)
{
  return postern_user_store_insert (txn, user, error);
}

static void
test_write_each (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  Race race = { store, POSTERN_KEEP_LASTING, NULL, ada->id };
  GThread *threads[N_THREADS];

  storage_kit_write (store, POSTERN_KEEP_LASTING, insert_ready, ada);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("each", write_each_thread, &race);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (race.winners, ==, N_THREADS * N_ROUNDS);
  g_assert_cmpint (race.others, ==, N_THREADS * N_ROUNDS); /* none ran twice */
  storage_kit_read (store, POSTERN_KEEP_LASTING, check_sessions, ada->id);
  if (postern_store_is_one (store))
    storage_kit_read (store, POSTERN_KEEP_SHORT, read_count, ada->id);
}

/* --- rollback --------------------------------------------------------------------------------------------------- */

static gboolean
insert_then_fail (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = storage_kit_new_user (data, NULL, NULL);

  if (!postern_user_store_insert (txn, user, error))
    return FALSE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "changed my mind");
  return FALSE;
}

static gboolean
insert_user (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = storage_kit_new_user (data, NULL, NULL);

  return postern_user_store_insert (txn, user, error);
}

typedef struct {
  PosternStore *store;
  guint number;
} Mixed;

static gpointer
mixed_thread (gpointer data)
{
  Mixed *mixed = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *name = g_strdup_printf ("u%u-%u", mixed->number, i);
      g_autoptr (GError) error = NULL;
      gboolean good = (i + mixed->number) % 2 == 0;
      gboolean done = postern_store_write (mixed->store, POSTERN_KEEP_LASTING, good ? insert_user : insert_then_fail, name, &error);

      g_assert_cmpint (done, ==, good);
      if (!good)
        g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
    }
  return NULL;
}

static gboolean
check_mixed (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint n = 0; n < N_THREADS; n++)
    for (guint i = 0; i < N_ROUNDS; i++)
      {
        g_autofree char *name = g_strdup_printf ("u%u-%u", n, i);
        g_autoptr (PosternUser) user = postern_user_store_find (txn, name, NULL);

        g_assert_cmpint (user != NULL, ==, (i + n) % 2 == 0);
      }
  return TRUE;
}

/* One that fails takes its own changes with it, and never its neighbours' in the same commit. */
static void
test_rollback_is_ones_own (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  Mixed mixed[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      mixed[i] = (Mixed){ store, i };
      threads[i] = g_thread_new ("mixed", mixed_thread, &mixed[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  storage_kit_read (store, POSTERN_KEEP_LASTING, check_mixed, NULL);
}

static gboolean
read_then_write (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = storage_kit_new_user ("x", NULL, NULL);

  return postern_user_store_insert (txn, user, error);
}

static void
test_read_cannot_write (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, read_then_write, NULL, &error));
  g_assert_nonnull (error);
}

/* --- a write within a write ------------------------------------------------------------------------------------- */

static gboolean
write_again (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_store_write (data, POSTERN_KEEP_SHORT, read_then_write, NULL, error);
}

static void
test_write_in_write (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (PosternStore) store = storage_kit_open ();

      postern_store_write (store, POSTERN_KEEP_LASTING, write_again, store, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*within a write function*");
}

/* --- generation --------------------------------------------------------------------------------------------------- */

static void
test_generation (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (PosternStore) here = storage_kit_open_at (location, "default", NULL);
  g_autoptr (PosternStore) there = storage_kit_open_at (location, "default", NULL);
  guint64 first, second;

  g_usleep (60000);
  first = postern_store_get_generation (here);
  g_assert_cmpuint (postern_store_get_generation (here), ==, first);
  storage_kit_write (here, POSTERN_KEEP_SHORT, count_one, &(Race){ .name = (char *) "k" });
  g_assert_cmpuint (postern_store_get_generation (here), ==, first);
  storage_kit_write (here, POSTERN_KEEP_LASTING, insert_user, (gpointer) "a");
  second = postern_store_get_generation (here);
  g_assert_cmpuint (second, !=, first);
  storage_kit_write (there, POSTERN_KEEP_LASTING, insert_user, (gpointer) "b"); /* as another process would */
  g_usleep (60000);
  g_assert_cmpuint (postern_store_get_generation (here), !=, second);
}

/* --- schema ------------------------------------------------------------------------------------------------------- */

/* A neighbour that is newer added something and took away what nobody needs who knows migration 1; then one comes that must be known. */
static gboolean
pretend_newer (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_txn_run (txn, "INSERT INTO migrations (number, name, applied_at) VALUES (900, '900-later.sql', 0), (901, '901-needs-001-less.sql', 0)", NULL, 0, error);
}

static gboolean
pretend_too_new (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_txn_run (txn, "INSERT INTO migrations (number, name, applied_at) VALUES (902, '902-needs-900-less.sql', 0)", NULL, 0, error);
}

static void
test_newer_schema (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (PosternStore) store = storage_kit_open_at (location, "default", NULL);
  g_autoptr (GError) error = NULL;

  storage_kit_write (store, POSTERN_KEEP_LASTING, pretend_newer, NULL);
  g_clear_object (&store);
  store = storage_kit_open_at (location, "default", &error);
  g_assert_no_error (error);
  storage_kit_write (store, POSTERN_KEEP_LASTING, pretend_too_new, NULL);
  g_clear_object (&store);
  g_assert_null (storage_kit_open_at (location, "default", &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "902-needs-900-less.sql"));
}

static void
test_tenant_names (void)
{
  static const char *const bad[] = { "", "..", "a/b", "A", "-a", "a.b", "a b" };
  g_autofree char *location = storage_kit_new_location ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_fails (storage_kit_open_at (location, bad[i], &failure), POSTERN_ERROR_CONFIG);
}

/* --- kill -9 ------------------------------------------------------------------------------------------------------ */

static GMutex print_lock;

static gpointer
child_thread (gpointer store)
{
  for (;;)
    {
      g_autofree char *name = postern_id_new ("u");

      if (!postern_store_write (store, POSTERN_KEEP_LASTING, insert_user, name, NULL))
        continue;
      g_mutex_lock (&print_lock); /* whole lines, and only after the answer */
      fputs (name, stdout);
      fputc ('\n', stdout);
      fflush (stdout);
      g_mutex_unlock (&print_lock);
    }
  return NULL;
}

int
storage_together_child (const char *location)
{
  PosternStore *store = storage_kit_open_at (location, "default", NULL);

  for (guint i = 1; i < N_THREADS; i++)
    g_thread_unref (g_thread_new ("child", child_thread, store));
  child_thread (store);
  return 0;
}

static GSubprocess *
start_child (const char *location)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, storage_kit_program (), "--module",
                                         storage_kit_module (), "--child", location, NULL);

  g_assert_no_error (error);
  return child;
}

static gboolean
check_named (PosternTxn *txn, gpointer data, GError **error)
{
  GPtrArray *names = data;

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (PosternUser) user = postern_user_store_find (txn, names->pdata[i], error);

      if (user == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Whatever was answered before the kill is there after it. */
static void
test_survives_kill (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PosternStore) store = NULL;
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (GSubprocess) child = start_child (location);
      g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
      char *line;
      guint limit = names->len + 500;

      while (names->len < limit && (line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
        g_ptr_array_add (names, line);
      g_subprocess_send_signal (child, SIGKILL);
      while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
        if (strlen (line) == 28) /* the last line may be cut */
          g_ptr_array_add (names, line);
        else
          g_free (line);
      g_subprocess_wait (child, NULL, NULL);
    }
  store = storage_kit_open_at (location, "default", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (names->len, >=, 1500);
  g_test_message ("%u answered writes, all there", names->len);
  storage_kit_read (store, POSTERN_KEEP_LASTING, check_named, names);
}

void
storage_together_add_tests (void)
{
  g_test_add_func ("/storage/together/single-use", test_single_use);
  g_test_add_func ("/storage/together/one-lease-holder", test_one_lease_holder);
  g_test_add_func ("/storage/together/counts-all", test_counts_all);
  g_test_add_func ("/storage/together/write-each", test_write_each);
  g_test_add_func ("/storage/together/rollback-is-ones-own", test_rollback_is_ones_own);
  g_test_add_func ("/storage/together/read-cannot-write", test_read_cannot_write);
  g_test_add_func ("/storage/together/write-in-write", test_write_in_write);
  g_test_add_func ("/storage/generation", test_generation);
  g_test_add_func ("/storage/newer-schema", test_newer_schema);
  g_test_add_func ("/storage/tenant-names", test_tenant_names);
  g_test_add_func ("/storage/survives-kill", test_survives_kill);
}
