/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-pool.h"

#include "postern-error.h"

#define LOOK_INTERVAL_US G_USEC_PER_SEC
#define CONNECT_INTERVAL_US (G_USEC_PER_SEC / 4) /* how often a server that is away is asked */
#define MAX_TRYING 4
#define HANGS_US (G_USEC_PER_SEC / 10) /* tries that take longer hang */

static GMutex pools_lock;
static GHashTable *pools; /* url → PosternPostgresqlPool; NULL when there are none */

/* --- which pools there are ---------------------------------------------------------------------------------------- */

static PosternPostgresqlPool *
pool_new (const char *url)
{
  PosternPostgresqlPool *self = g_new0 (PosternPostgresqlPool, 1);

  self->url = g_strdup (url);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->migrating);
  g_cond_init (&self->freed);
  self->watch = postern_postgresql_watch_new (url);
  self->generations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

static void
pool_free (PosternPostgresqlPool *self)
{
  postern_postgresql_listener_free (self->listener);
  while (self->n_idle > 0)
    postern_postgresql_connection_close (self->idle[--self->n_idle]);
  postern_postgresql_watch_free (self->watch);
  g_hash_table_unref (self->generations);
  g_cond_clear (&self->freed);
  g_mutex_clear (&self->migrating);
  g_mutex_clear (&self->lock);
  g_free (self->failure);
  g_free (self->url);
  g_free (self);
}

PosternPostgresqlPool *
postern_postgresql_pool_enter (const char *url)
{
  PosternPostgresqlPool *self;

  g_mutex_lock (&pools_lock);
  if (pools == NULL)
    pools = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (pools, url);
  if (self == NULL)
    {
      self = pool_new (url);
      g_hash_table_insert (pools, self->url, self);
    }
  self->n_users++;
  g_mutex_unlock (&pools_lock);
  return self;
}

void
postern_postgresql_pool_leave (PosternPostgresqlPool *self)
{
  gboolean last;

  g_mutex_lock (&pools_lock);
  last = --self->n_users == 0;
  if (last)
    g_hash_table_remove (pools, self->url);
  if (g_hash_table_size (pools) == 0)
    g_clear_pointer (&pools, g_hash_table_unref);
  g_mutex_unlock (&pools_lock);
  if (last)
    pool_free (self);
}

/* --- taking one, and giving it back --------------------------------------------------------------------------------- */

/*
 * Under the lock. Nobody tries so soon after a failure; and where tries hang, because nothing is heard of the server, a few of them are enough to notice that
 * it is back. All others are told at once.
 */
static gboolean
refuses (PosternPostgresqlPool *self)
{
  gint64 now = g_get_monotonic_time ();

  return self->failure != NULL && (now < self->not_before || (self->n_trying >= MAX_TRYING && now - self->trying_since > HANGS_US));
}

/* Under the lock. TRUE: there is an idle one, or room for one more, or no use in waiting for it. */
static gboolean
wait_for_room (PosternPostgresqlPool *self, gint64 deadline)
{
  while (self->n_idle == 0 && self->n_open == POSTERN_POSTGRESQL_POOL_MAX && !refuses (self))
    if (!g_cond_wait_until (&self->freed, &self->lock, deadline))
      return self->n_idle > 0 || self->n_open < POSTERN_POSTGRESQL_POOL_MAX;
  return TRUE;
}

/* Under the lock. */
static PosternPostgresqlConnection *
take_idle (PosternPostgresqlPool *self)
{
  self->n_working++;
  return self->idle[--self->n_idle];
}

/* Under the lock. */
static gboolean
begin_try (PosternPostgresqlPool *self, GError **error)
{
  if (refuses (self))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STORE, self->failure);
      return FALSE;
    }
  if (self->n_trying++ == 0)
    self->trying_since = g_get_monotonic_time ();
  self->n_open++;
  return TRUE;
}

/* Under the lock. */
static void
note_failure (PosternPostgresqlPool *self, const char *text)
{
  g_free (self->failure);
  self->failure = g_strdup (text);
  self->not_before = g_get_monotonic_time () + CONNECT_INTERVAL_US;
}

static void
end_try (PosternPostgresqlPool *self, guint epoch, const GError *problem)
{
  g_mutex_lock (&self->lock);
  self->n_trying--;
  if (problem == NULL)
    {
      self->n_working += epoch == self->epoch;
      g_clear_pointer (&self->failure, g_free);
    }
  else
    {
      note_failure (self, problem->message);
      self->n_open--;
      g_cond_broadcast (&self->freed); /* the last one to be waited for may be gone */
    }
  g_mutex_unlock (&self->lock);
}

/* Its place has been counted. */
static PosternPostgresqlConnection *
open_one (PosternPostgresqlPool *self, guint epoch, GError **error)
{
  GError *problem = NULL;
  PosternPostgresqlConnection *connection = postern_postgresql_connection_open (self->url, self->watch, &problem);

  end_try (self, epoch, problem);
  if (connection != NULL)
    connection->epoch = epoch;
  else
    g_propagate_error (error, problem);
  return connection;
}

/*
 * The server gives no more (it may have a limit of its own, and other processes): one of ours that is given back does as well. When the server is
 * away, those at work find out, and nobody waits for them any longer. @tried: one who was refused with others, who may still be let in
 */
static PosternPostgresqlConnection *
wait_for_another (PosternPostgresqlPool *self, guint epoch, gboolean tried, gint64 deadline)
{
  PosternPostgresqlConnection *connection = NULL;

  g_mutex_lock (&self->lock);
  while (self->n_idle == 0 && (self->n_working > 0 || (tried && self->n_trying > 0)) && self->epoch == epoch)
    if (!g_cond_wait_until (&self->freed, &self->lock, deadline))
      break;
  if (self->n_idle > 0)
    connection = take_idle (self);
  g_mutex_unlock (&self->lock);
  return connection;
}

PosternPostgresqlConnection *
postern_postgresql_pool_take (PosternPostgresqlPool *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + POSTERN_POSTGRESQL_POOL_WAIT_US;
  PosternPostgresqlConnection *connection = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean room, open = FALSE;
  guint epoch;

  g_mutex_lock (&self->lock);
  room = wait_for_room (self, deadline);
  epoch = self->epoch;
  if (room && self->n_idle > 0)
    connection = take_idle (self);
  else if (room)
    open = begin_try (self, &problem);
  g_mutex_unlock (&self->lock);
  if (open)
    connection = open_one (self, epoch, &problem);
  if (connection == NULL && room)
    connection = wait_for_another (self, epoch, open, deadline);
  if (connection == NULL && room)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (connection == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "PostgreSQL: all %d connections are at work", POSTERN_POSTGRESQL_POOL_MAX);
  return connection;
}

/* Under the lock. Those that idle go at once; who is at work with one finds out himself. */
static void
distrust_older (PosternPostgresqlPool *self)
{
  self->epoch++;
  self->n_working = 0;
  while (self->n_idle > 0)
    {
      postern_postgresql_connection_close (self->idle[--self->n_idle]);
      self->n_open--;
    }
}

/* Under the lock. @connection, of those that are trusted, is lost. Where the server is away, too, nobody has to find that out again before he is told. */
static void
note_lost (PosternPostgresqlPool *self, const PosternPostgresqlConnection *connection)
{
  g_autoptr (GError) problem = NULL;

  distrust_older (self);
  if (connection->away)
    {
      postern_postgresql_error_set_lost (connection->given_up, &problem);
      note_failure (self, problem->message);
    }
  g_cond_broadcast (&self->freed);
}

void
postern_postgresql_pool_give_back (PosternPostgresqlPool *self, PosternPostgresqlConnection *connection)
{
  gboolean lost = postern_postgresql_connection_is_lost (connection), trusted;

  g_mutex_lock (&self->lock);
  trusted = connection->epoch == self->epoch;
  self->n_working -= trusted;
  if (lost && trusted)
    note_lost (self, connection);
  if (!lost && trusted)
    self->idle[self->n_idle++] = g_steal_pointer (&connection);
  else
    self->n_open--;
  g_cond_signal (&self->freed);
  g_mutex_unlock (&self->lock);
  postern_postgresql_connection_close (connection);
}

void
postern_postgresql_pool_look_elsewhere (PosternPostgresqlPool *self, PosternPostgresqlConnection *connection)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (connection->epoch == self->epoch && now - self->looked_at >= LOOK_INTERVAL_US)
    {
      self->looked_at = now;
      distrust_older (self);
    }
  g_mutex_unlock (&self->lock);
}

guint64 *
postern_postgresql_pool_get_generation (PosternPostgresqlPool *self, const char *tenant)
{
  guint64 *generation;

  g_mutex_lock (&self->lock);
  generation = g_hash_table_lookup (self->generations, tenant);
  if (generation == NULL)
    {
      generation = g_new0 (guint64, 1);
      g_hash_table_insert (self->generations, g_strdup (tenant), generation);
    }
  g_mutex_unlock (&self->lock);
  return generation;
}

/* --- what others change --------------------------------------------------------------------------------------------- */

static void
move (gpointer tenant, gpointer generation, gpointer user_data)
{
  __atomic_add_fetch ((guint64 *) generation, 1, __ATOMIC_ACQ_REL);
}

static void
heard (const char *tenant, gpointer user_data)
{
  PosternPostgresqlPool *self = user_data;
  guint64 *generation;

  g_mutex_lock (&self->lock);
  generation = tenant ? g_hash_table_lookup (self->generations, tenant) : NULL;
  if (generation != NULL)
    move (NULL, generation, NULL);
  else if (tenant == NULL)
    g_hash_table_foreach (self->generations, move, NULL);
  g_mutex_unlock (&self->lock);
}

gboolean
postern_postgresql_pool_listen (PosternPostgresqlPool *self, GError **error)
{
  PosternPostgresqlListener *listener = postern_postgresql_listener_new (self->url, heard, self, error);

  __atomic_store_n (&self->listener, listener, __ATOMIC_RELEASE);
  return listener != NULL;
}

gboolean
postern_postgresql_pool_is_deaf (PosternPostgresqlPool *self)
{
  PosternPostgresqlListener *listener = __atomic_load_n (&self->listener, __ATOMIC_ACQUIRE);

  return listener == NULL || postern_postgresql_listener_is_deaf (listener);
}
