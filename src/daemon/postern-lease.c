/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-lease.h"

#include "postern-stores.h"

#include <unistd.h>

/* The test, which includes this file, sets shorter ones. */
#ifndef LEASE_MS
# define LEASE_MS 12000
# define RENEW_MS 4000 /* two may fail */
# define LOOK_MS 1000
#endif

/* A lease as it was read or written last, and since when it has been so, by our own clock. */
typedef struct {
  char *holder; /* (nullable): nobody */
  gint64 expires_at;
  gint64 since; /* monotonic */
} Seen;

struct _PosternLease {
  PosternStore *store;
  char *name, *holder;
  Seen seen;
  gint64 held_until; /* monotonic; atomic */
  gboolean fails;    /* the last look at it: that is said once */
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean stopping;
};

typedef struct {
  PosternLease *self;
  char *holder; /* (nullable) */
  gint64 expires_at;
  gboolean taken;
} Turn;

/* --- looking ---------------------------------------------------------------------------------------------------------- */

static void
note_seen (PosternLease *self, const char *holder, gint64 expires_at, gint64 now)
{
  if (self->seen.since != 0 && g_strcmp0 (self->seen.holder, holder) == 0 && self->seen.expires_at == expires_at)
    return;
  g_free (self->seen.holder);
  self->seen = (Seen) { g_strdup (holder), expires_at, now };
}

/* One that nobody has, that is ours (whether it was renewed may not have been told), or that nobody renews. */
static gboolean
may_take (const PosternLease *self, gint64 now)
{
  return self->seen.holder == NULL || g_str_equal (self->seen.holder, self->holder) || now - self->seen.since >= LEASE_MS * G_TIME_SPAN_MILLISECOND;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;

  g_clear_pointer (&turn->holder, g_free); /* a transaction may run twice */
  return postern_lease_store_get (txn, turn->self->name, &turn->holder, &turn->expires_at, error);
}

/* --- taking ----------------------------------------------------------------------------------------------------------- */

static gboolean
write_lease (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;
  PosternLease *self = turn->self;

  return postern_lease_store_take_from (txn, self->name, self->holder, turn->expires_at, self->seen.holder, self->seen.expires_at, &turn->taken, error);
}

/* It is another one each time, wherever the clock stands: that it changes is what tells others that we live. */
static gboolean
take (PosternLease *self, gint64 now, GError **error)
{
  gint64 until = g_get_real_time () / G_USEC_PER_SEC + LEASE_MS / 1000;
  Turn turn = { .self = self, .expires_at = MAX (until, self->seen.expires_at + 1) };

  if (!postern_store_write (self->store, POSTERN_KEEP_SHORT, write_lease, &turn, error))
    return FALSE;
  if (turn.taken)
    note_seen (self, self->holder, turn.expires_at, now);
  __atomic_store_n (&self->held_until, turn.taken ? now + LEASE_MS * G_TIME_SPAN_MILLISECOND : 0, __ATOMIC_RELEASE);
  return TRUE;
}

/* @now: monotonic, from before anything was read or written: whoever sees what we write sees it later, and waits for longer than we go on */
static gboolean
tend (PosternLease *self, gint64 now, GError **error)
{
  Turn turn = { .self = self };
  gboolean known = TRUE;

  if (!postern_lease_is_held (self)) {
    known = postern_store_read (self->store, POSTERN_KEEP_SHORT, look, &turn, error);
    if (known)
      note_seen (self, turn.holder, turn.expires_at, now);
    g_free (turn.holder);
  }
  return known && (!may_take (self, now) || take (self, now, error));
}

static gpointer
thread_main (gpointer user_data)
{
  PosternLease *self = user_data;

  g_mutex_lock (&self->mutex);
  while (!self->stopping) {
    g_autoptr (GError) error = NULL;
    gint64 now = g_get_monotonic_time ();

    g_mutex_unlock (&self->mutex);
    if (!tend (self, now, &error) && !self->fails)
      g_warning ("whose the periodic work is cannot be told: %s", error->message);
    self->fails = error != NULL;
    now += (error == NULL && postern_lease_is_held (self) ? RENEW_MS : LOOK_MS) * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock (&self->mutex);
    while (!self->stopping && g_cond_wait_until (&self->cond, &self->mutex, now))
      ;
  }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

static PosternLease *
new_lease (PosternStore *store, const char *name)
{
  PosternLease *self = g_new0 (PosternLease, 1);

  self->store = g_object_ref (store);
  self->name = g_strdup (name);
  self->holder = g_strdup_printf ("%s:%d:%08x", g_get_host_name (), (int) getpid (), g_random_int ()); /* host and process are alike in containers */
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return self;
}

PosternLease *
postern_lease_start (PosternStore *store, const char *name)
{
  PosternLease *self = new_lease (store, name);

  self->thread = g_thread_new ("lease", thread_main, self);
  return self;
}

gboolean
postern_lease_is_held (PosternLease *self)
{
  return g_get_monotonic_time () < __atomic_load_n (&self->held_until, __ATOMIC_ACQUIRE);
}

static gboolean
let_go (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternLease *self = user_data;

  return postern_lease_store_release (txn, self->name, self->holder, error);
}

static void
free_lease (PosternLease *self)
{
  g_free (self->seen.holder);
  g_free (self->name);
  g_free (self->holder);
  g_object_unref (self->store);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
postern_lease_stop (PosternLease *self)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  if (g_strcmp0 (self->seen.holder, self->holder) == 0 && !postern_store_write (self->store, POSTERN_KEEP_SHORT, let_go, self, &error))
    g_warning ("the periodic work is another's only once its lease has lapsed: %s", error->message);
  free_lease (self);
}
