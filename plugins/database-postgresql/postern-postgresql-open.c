/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-open.h"

#include <stdlib.h>
#include <string.h>

#include "postern-error.h"
#include "postern-postgresql-error.h"

/*
 * What each session has. The operator's own `options` stand between, so that the times can be set otherwise and the rest cannot. Every
 * statement is small and goes by an index: plans are made once (and without a just-in-time compiler), and no table is read whole while
 * it is small, because a serializable transaction that did would be in everybody's way.
 */
#define OPTIONS_BEFORE "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s "
#define OPTIONS_BEHIND                                                                                                \
  " -c search_path=postern,postern_short -c row_security=on -c standard_conforming_strings=on -c plan_cache_mode=force_generic_plan " \
  "-c enable_seqscan=off -c jit=off -c client_min_messages=error"

#define CONNECT_S 5  /* of an address, where the URL says nothing; libpq takes less than two for two */
#define ADDRESSES 2  /* that a name has, mostly: one of each family */
#define MAX_LATE 20  /* tries at one URL that nobody waits for any more */

static const struct {
  const char *name, *value;
} defaults[] = {
  { "connect_timeout", G_STRINGIFY (CONNECT_S) }, { "keepalives_idle", "10" },     { "keepalives_interval", "3" },
  { "keepalives_count", "3" },                    { "tcp_user_timeout", "15000" }, { "fallback_application_name", "postern" },
};

/* --- what is asked of libpq ---------------------------------------------------------------------------------------- */

/* (nullable): libpq would name the URL in its error */
static PQconninfoOption *
read_url (const char *url, GError **error)
{
  PQconninfoOption *options = NULL;
  char *problem = NULL;

  if (g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://"))
    options = PQconninfoParse (url, &problem);
  PQfreemem (problem);
  if (options == NULL)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the location of a PostgreSQL database is a URL like postgresql://postern@db.example.com/postern?sslmode=verify-full");
  return options;
}

gboolean
postern_postgresql_open_check (const char *url, GError **error)
{
  PQconninfoOption *options = read_url (url, error);

  PQconninfoFree (options);
  return options != NULL;
}

/* Who asks and the thread that tries hold it; whoever lets go last clears it away. */
typedef struct {
  char *url;
  char *names[80], *values[80];
  guint n;
  gint64 wait_us; /* for the answer */
  GMutex lock;    /* guards what follows */
  GCond ended;
  gboolean done, late; /* it has ended; nobody waits for it any more */
  PGconn *handle;
} Attempt;

static GMutex late_lock;
static GHashTable *late; /* url → how many; those with none are not in it */

/* @more: 1, 0 or -1. Returns: how many there are at @url then */
static guint
count_late (const char *url, int more)
{
  guint n;

  g_mutex_lock (&late_lock);
  if (late == NULL)
    late = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  n = (guint) ((int) GPOINTER_TO_UINT (g_hash_table_lookup (late, url)) + more);
  if (n > 0)
    g_hash_table_insert (late, g_strdup (url), GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (late, url);
  g_mutex_unlock (&late_lock);
  return n;
}

static void
clear_attempt (gpointer data)
{
  Attempt *self = data;

  for (guint i = 0; i < self->n; i++)
    {
      explicit_bzero (self->values[i], strlen (self->values[i])); /* it may be the password */
      g_free (self->values[i]);
      g_free (self->names[i]);
    }
  g_free (self->url);
  PQfinish (self->handle);
  g_cond_clear (&self->ended);
  g_mutex_clear (&self->lock);
}

static void
add (Attempt *self, const char *name, const char *value)
{
  g_assert (self->n < G_N_ELEMENTS (self->names) - 1);
  self->names[self->n] = g_strdup (name);
  self->values[self->n++] = g_strdup (value);
}

static guint
count_hosts (const char *value)
{
  guint n = 1;

  for (; *value != '\0'; value++)
    n += *value == ',';
  return n;
}

/* The later of two values holds: ours, then the URL's, then what must be so. No time at all is no time that libpq ends by itself. */
static void
add_url (Attempt *self, const PQconninfoOption *options)
{
  g_autofree char *all = NULL;
  guint hosts = 1, seconds = CONNECT_S;

  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    add (self, defaults[i].name, defaults[i].value);
  for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
    {
      gboolean time = strcmp (option->keyword, "connect_timeout") == 0;

      if (option->val == NULL || (time && atoi (option->val) <= 0))
        continue;
      if (time)
        seconds = (guint) MAX (2, atoi (option->val));
      else if (strcmp (option->keyword, "host") == 0 || strcmp (option->keyword, "hostaddr") == 0)
        hosts = MAX (hosts, count_hosts (option->val));
      if (strcmp (option->keyword, "options") == 0)
        all = g_strconcat (OPTIONS_BEFORE, option->val, OPTIONS_BEHIND, NULL);
      else
        add (self, option->keyword, option->val);
    }
  add (self, "options", all ? all : OPTIONS_BEFORE OPTIONS_BEHIND);
  add (self, "client_encoding", "UTF8");
  self->wait_us = (gint64) hosts * ADDRESSES * seconds * G_USEC_PER_SEC;
}

static void
add_address (Attempt *self, PGconn *other)
{
  const char *host = PQhost (other), *address = PQhostaddr (other);

  add (self, "host", host ? host : "");
  add (self, "hostaddr", address ? address : "");
  add (self, "port", PQport (other));
  add (self, "target_session_attrs", "any");
}

/* --- trying ---------------------------------------------------------------------------------------------------------- */

/* libpq would write it to standard error; what matters comes as an error. */
static void
pass_over (void *data, const PGresult *notice)
{
}

static gpointer
try_to_connect (gpointer data)
{
  Attempt *self = data;
  PGconn *handle = PQconnectdbParams ((const char *const *) self->names, (const char *const *) self->values, 0);

  PQsetNoticeReceiver (handle, pass_over, NULL);
  g_mutex_lock (&self->lock);
  self->handle = handle;
  self->done = TRUE;
  if (self->late)
    count_late (self->url, -1);
  g_cond_signal (&self->ended);
  g_mutex_unlock (&self->lock);
  g_atomic_rc_box_release_full (self, clear_attempt);
  return NULL;
}

/* (transfer full) (nullable): the handle, whatever became of it; NULL: nothing did in time */
static PGconn *
wait_for_attempt (Attempt *self, gint64 deadline)
{
  PGconn *handle;

  g_mutex_lock (&self->lock);
  while (!self->done && !self->late)
    self->late = !g_cond_wait_until (&self->ended, &self->lock, deadline);
  self->late = self->late && !self->done;
  if (self->late)
    count_late (self->url, 1);
  handle = g_steal_pointer (&self->handle);
  g_mutex_unlock (&self->lock);
  return handle;
}

static gboolean
start (Attempt *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  GThread *thread;

  if (count_late (self->url, 0) >= MAX_LATE)
    {
      postern_postgresql_error_set_lost ("no connection is tried: many are, and neither the server nor who resolves its name answers", error);
      return FALSE;
    }
  thread = g_thread_try_new ("connect", try_to_connect, g_atomic_rc_box_acquire (self), &problem);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return TRUE;
    }
  g_atomic_rc_box_release_full (self, clear_attempt);
  postern_postgresql_error_set_lost (problem->message, error);
  return FALSE;
}

/* @self: (transfer full) */
static PGconn *
run (Attempt *self, gint64 deadline, GError **error)
{
  gboolean started = start (self, error);
  PGconn *handle = started ? wait_for_attempt (self, deadline) : NULL;

  g_atomic_rc_box_release_full (self, clear_attempt);
  if (handle != NULL && PQstatus (handle) == CONNECTION_OK)
    return handle;
  if (handle != NULL)
    postern_postgresql_error_set (handle, NULL, error);
  else if (started)
    postern_postgresql_error_set_lost ("no connection in time: neither the server nor who resolves its name answers", error);
  PQfinish (handle);
  return NULL;
}

/* (transfer full) (nullable) */
static Attempt *
prepare (const char *url, GError **error)
{
  PQconninfoOption *options = read_url (url, error);
  Attempt *self;

  if (options == NULL)
    return NULL;
  self = g_atomic_rc_box_new0 (Attempt);
  self->url = g_strdup (url);
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended);
  add_url (self, options);
  PQconninfoFree (options);
  return self;
}

PGconn *
postern_postgresql_open_plain (const char *url, GError **error)
{
  Attempt *attempt = prepare (url, error);

  return attempt != NULL ? run (attempt, g_get_monotonic_time () + attempt->wait_us, error) : NULL;
}

PGconn *
postern_postgresql_open_by (const char *url, PGconn *other, gint64 deadline, GError **error)
{
  Attempt *attempt = prepare (url, error);
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, MAX (0, deadline - g_get_monotonic_time ()) / G_USEC_PER_SEC + 2);

  if (attempt == NULL)
    return NULL;
  add (attempt, "connect_timeout", seconds); /* libpq gives up a little later, so that it is the deadline that says who is silent */
  if (other != NULL)
    add_address (attempt, other);
  return run (attempt, deadline, error);
}
