/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <sys/resource.h>

#include "bench-store.h"

/*
 * store-bench --module FILE [--users N] [--threads N] [--location FOLDER]
 * Prints: how long N users take to insert, what a look-up costs with them in the file, how many durable single-row writes a second
 * many threads reach, and what one alone waits for its commit, and what a whole
 * sign-in's writes cost. Beside each: processor time and context switches, which depend less on the machine's other work.
 */
static char *module_file, *location;
static int n_users = 100000, n_threads = 64, seconds = 3;

static PosternStore *store;
static char **ids; /* of the users */
static int stop;   /* atomic */

static PosternUser *
new_user (guint number)
{
  PosternUser *user = postern_user_new ();

  user->id = g_strdup (ids[number]);
  user->username = g_strdup_printf ("user%06u", number);
  user->email = g_strdup_printf ("user%06u@example.org", number);
  user->created_at = user->updated_at = g_get_real_time () / G_USEC_PER_SEC;
  return user;
}

static gboolean
add_thousand (PosternTxn *txn, gpointer data, GError **error)
{
  guint from = GPOINTER_TO_UINT (data);

  for (guint i = from; i < from + 1000; i++)
    {
      g_autoptr (PosternUser) user = new_user (i);

      if (!postern_user_store_insert (txn, user, error))
        return FALSE;
    }
  return TRUE;
}

static void
fill (void)
{
  gint64 began = g_get_monotonic_time ();

  ids = g_new0 (char *, n_users + 1);
  for (int i = 0; i < n_users; i++)
    ids[i] = postern_id_new ("usr");
  for (int i = 0; i < n_users; i += 1000)
    {
      g_autoptr (GError) error = NULL;

      bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_thousand, GUINT_TO_POINTER (i), &error), error);
    }
  g_print ("insert %d users                    %8.2f s\n", n_users, (double) (g_get_monotonic_time () - began) / 1e6);
}

/* --- durable writes --------------------------------------------------------------------------------------------------- */

static gboolean
add_row (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_revoked_store_insert (txn, data, 1, error);
}

static gpointer
write_until_stopped (gpointer data)
{
  gsize n = 0;

  for (; !g_atomic_int_get (&stop); n++)
    {
      g_autofree char *key = postern_id_new ("jti");
      g_autoptr (GError) error = NULL;

      bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_row, key, &error), error);
    }
  return GSIZE_TO_POINTER (n);
}

typedef struct {
  gint64 wall, processor; /* µs */
  glong switches;
} Spent;

static Spent
spent (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (Spent){ g_get_monotonic_time (), (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
                  usage.ru_nvcsw + usage.ru_nivcsw };
}

/* Runs @func, which counts its turns, on many threads for a while. */
static void
together (const char *what, int threads, GThreadFunc func, gpointer data)
{
  g_autofree GThread **handles = g_new0 (GThread *, threads);
  Spent before = spent (), after;
  double n = 0;

  g_atomic_int_set (&stop, 0);
  for (int i = 0; i < threads; i++)
    handles[i] = g_thread_new ("together", func, data);
  g_usleep ((gulong) seconds * G_USEC_PER_SEC);
  g_atomic_int_set (&stop, 1);
  for (int i = 0; i < threads; i++)
    n += (double) GPOINTER_TO_SIZE (g_thread_join (handles[i]));
  after = spent ();
  g_print ("%-26s %3d threads %7.0f a second, %6.2f ms, %6.1f µs of a core, %5.2f switches\n", what, threads, n * 1e6 / (double) (after.wall - before.wall),
           (double) (after.wall - before.wall) * threads / 1000 / n, (double) (after.processor - before.processor) / n, (double) (after.switches - before.switches) / n);
}

/* What a worker waits for before it can answer. */
static void
reopen (void)
{
  gint64 began;

  g_clear_object (&store);
  began = g_get_monotonic_time ();
  store = bench_store_open (module_file, location);
  g_print ("open what is there already            %8.2f ms\n", (double) (g_get_monotonic_time () - began) / 1000);
}

/* --- the writes of a sign-in: session, device, sign-in time, grant with its code, audit; then the code is redeemed ---------- */

typedef struct {
  const char *application;
  char *grant, *code;
} SignIn;

static gboolean
sign_in (PosternTxn *txn, gpointer data, GError **error)
{
  SignIn *self = data;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, ids[g_random_int_range (0, n_users)], error);
  g_autoptr (PosternSession) session = postern_session_new ();
  g_autoptr (PosternGrant) grant = postern_grant_new ();
  g_autoptr (PosternAudit) audit = postern_audit_new ();

  if (user == NULL)
    return FALSE;
  session->id = postern_id_new ("ses");
  session->secret_hash = postern_secret_new ();
  session->user_id = g_strdup (user->id);
  session->created_at = now;
  session->expires_at = session->idle_expires_at = now + 3600;
  grant->id = g_strdup (self->grant);
  grant->user_id = g_strdup (user->id);
  grant->application_id = g_strdup (self->application);
  grant->session_id = g_strdup (session->id);
  grant->code_hash = g_strdup (self->code);
  grant->code_expires_at = now + 60;
  audit->id = postern_id_new ("aud");
  audit->at = g_get_real_time ();
  audit->event = g_strdup ("sign-in.succeeded");
  audit->request_id = postern_id_new ("req");
  return postern_session_store_insert (txn, session, error) && postern_device_store_put (txn, session->secret_hash, user->id, now, error)
         && postern_user_store_touch_sign_in (txn, user->id, now, error) && postern_grant_store_insert (txn, grant, error)
         && postern_audit_store_append (txn, audit, error);
}

static gboolean
redeem (PosternTxn *txn, gpointer data, GError **error)
{
  SignIn *self = data;

  return postern_grant_store_redeem_code (txn, self->grant, self->code, g_get_real_time () / G_USEC_PER_SEC, error);
}

static gboolean
add_application (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();

  application->id = g_strdup (data);
  application->name = g_strdup ("bench");
  application->kind = g_strdup ("web");
  return postern_application_store_insert (txn, application, error);
}

static gpointer
sign_in_until_stopped (gpointer application)
{
  gsize n = 0;

  for (; !g_atomic_int_get (&stop); n++)
    {
      g_autofree char *grant = postern_id_new ("gnt");
      g_autofree char *code = postern_secret_new ();
      SignIn self = { application, grant, code };
      g_autoptr (GError) error = NULL;

      bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, sign_in, &self, &error), error);
      bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, redeem, &self, &error), error);
    }
  return GSIZE_TO_POINTER (n);
}

static void
sign_in_together (void)
{
  g_autofree char *application = postern_id_new ("app");

  bench_store_must (postern_store_write (store, POSTERN_KEEP_LASTING, add_application, application, NULL), NULL);
  together ("durable sign-ins, 6 writes", n_threads, sign_in_until_stopped, application);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module_file, "The driver's module", "FILE" },
    { "location", 0, 0, G_OPTION_ARG_FILENAME, &location, "Where to keep the files (default: a temporary folder)", "FOLDER" },
    { "users", 0, 0, G_OPTION_ARG_INT, &n_users, "How many users, in thousands rounded up", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "How many write at once", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- how fast storage is");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || module_file == NULL)
    {
      g_printerr ("store-bench: %s\n", error ? error->message : "--module FILE is missing");
      return 2;
    }
  n_users = (n_users + 999) / 1000 * 1000;
  location = location ? location : g_dir_make_tmp ("postern-bench-XXXXXX", NULL);
  store = bench_store_open (module_file, location);
  fill ();
  together ("durable single-row writes", 1, write_until_stopped, NULL);
  together ("durable single-row writes", 8, write_until_stopped, NULL);
  together ("durable single-row writes", n_threads, write_until_stopped, NULL);
  sign_in_together ();
  reopen ();
  g_clear_object (&store);
  g_strfreev (ids);
  return 0;
}
