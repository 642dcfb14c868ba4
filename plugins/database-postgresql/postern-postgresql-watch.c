/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-watch.h"

#include "postern-postgresql-open.h"
#include "postern-postgresql-wait.h"

#define LOOK_US (5 * G_USEC_PER_SEC) /* as long as a new connection has, too */
#define FRESH_US G_USEC_PER_SEC /* so long others take what one saw; who asks has waited longer, so what he sent was there when it was looked */

/* A process that is at work and waits for its client is not: it has something to say, and nobody takes it. */
#define WORKING "(state IN ('active', 'fastpath function call') AND wait_event_type IS DISTINCT FROM 'Client')"
#define STARTED "(extract (epoch FROM backend_start) * 1000000)::bigint"

/* Of what other roles' processes do nothing is told. */
static const char look_at_all[] =
  "SELECT (extract (epoch FROM pg_postmaster_start_time ()) * 1000000)::bigint, pid, " STARTED ", "
  "CASE WHEN " WORKING " THEN 'working' WHEN state = 'active' OR state LIKE 'idle%' THEN 'done' ELSE '' END "
  "FROM pg_stat_activity WHERE usename = session_user";
#define END "SELECT pg_terminate_backend (pid) FROM pg_stat_activity WHERE pid = %" G_GINT64_FORMAT " AND " STARTED " = %" G_GINT64_FORMAT " AND NOT " WORKING

struct _PosternPostgresqlWatch {
  char *url;
  GMutex lock; /* guards what follows; held while one looks */
  gint64 server_started;     /* which server was looked at */
  gint64 began_at, ended_at; /* monotonic */
  gboolean away;
  PGresult *seen; /* (nullable): what look_at_all gave */
};

PosternPostgresqlWatch *
postern_postgresql_watch_new (const char *url)
{
  PosternPostgresqlWatch *self = g_new0 (PosternPostgresqlWatch, 1);

  self->url = g_strdup (url);
  g_mutex_init (&self->lock);
  return self;
}

void
postern_postgresql_watch_free (PosternPostgresqlWatch *self)
{
  PQclear (self->seen);
  g_mutex_clear (&self->lock);
  g_free (self->url);
  g_free (self);
}

/* (transfer full) (nullable): the rows, if there are any by @deadline */
static PGresult *
ask (PosternPostgresqlWatch *self, PGconn *waiting, const char *sql, gint64 deadline)
{
  PGconn *handle = postern_postgresql_open_by (self->url, waiting, deadline, NULL);
  PGresult *result = NULL;
  gint64 heard_at = 0;

  if (handle == NULL)
    return NULL;
  if (PQsetnonblocking (handle, 1) == 0 && PQsendQuery (handle, sql) && postern_postgresql_wait (handle, deadline, &heard_at))
    result = PQgetResult (handle);
  if (PQresultStatus (result) != PGRES_TUPLES_OK)
    g_clear_pointer (&result, PQclear);
  PQfinish (handle);
  return result;
}

/* Under the lock. An old look at a server that answered says nothing; that it did not is true until the look's end. */
static gboolean
is_fresh (PosternPostgresqlWatch *self, const PosternPostgresqlBackend *backend)
{
  return self->ended_at != 0 && self->server_started == backend->server_started
         && g_get_monotonic_time () - (self->away ? self->ended_at : self->began_at) < FRESH_US;
}

/* Under the lock. */
static void
look (PosternPostgresqlWatch *self, PGconn *waiting, const PosternPostgresqlBackend *backend)
{
  self->server_started = backend->server_started;
  self->began_at = g_get_monotonic_time ();
  PQclear (self->seen);
  self->seen = ask (self, waiting, look_at_all, self->began_at + LOOK_US);
  self->ended_at = g_get_monotonic_time ();
  self->away = self->seen == NULL && self->ended_at - self->began_at >= LOOK_US;
}

static gint64
get_number (const PGresult *result, int row, int column)
{
  return g_ascii_strtoll (PQgetvalue (result, row, column), NULL, 10);
}

/* Under the lock. One who looks is seen himself, so that there is a row. */
static PosternPostgresqlSeen
judge (const PGresult *seen, const PosternPostgresqlBackend *backend)
{
  if (seen == NULL || PQntuples (seen) == 0 || get_number (seen, 0, 0) != backend->server_started)
    return POSTERN_POSTGRESQL_SEEN_UNKNOWN;
  for (int i = 0; i < PQntuples (seen); i++)
    {
      const char *state = PQgetvalue (seen, i, 3);

      if (get_number (seen, i, 1) == backend->pid && get_number (seen, i, 2) == backend->started)
        return *state == 'w' ? POSTERN_POSTGRESQL_SEEN_WORKING : *state == 'd' ? POSTERN_POSTGRESQL_SEEN_DONE : POSTERN_POSTGRESQL_SEEN_UNKNOWN;
    }
  return POSTERN_POSTGRESQL_SEEN_DONE;
}

PosternPostgresqlSeen
postern_postgresql_watch_see (PosternPostgresqlWatch *self, PGconn *waiting, const PosternPostgresqlBackend *backend)
{
  PosternPostgresqlSeen seen;

  g_mutex_lock (&self->lock);
  if (!is_fresh (self, backend))
    look (self, waiting, backend);
  seen = self->away ? POSTERN_POSTGRESQL_SEEN_AWAY : judge (self->seen, backend);
  g_mutex_unlock (&self->lock);
  return seen;
}

void
postern_postgresql_watch_end (PosternPostgresqlWatch *self, PGconn *waiting, const PosternPostgresqlBackend *backend)
{
  g_autofree char *sql = g_strdup_printf (END, backend->pid, backend->started);

  PQclear (ask (self, waiting, sql, g_get_monotonic_time () + LOOK_US));
}
