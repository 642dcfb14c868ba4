/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-listener.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define AGAIN_MS 250
#define PING_MS 5000 /* a connection that died without a word is found out by asking */

struct _PosternPostgresqlListener {
  char *url;
  PosternPostgresqlHeardFunc heard;
  gpointer user_data;
  PGconn *handle; /* (nullable) */
  gboolean deaf;  /* atomic */
  int stop;       /* readable: the thread has to end */
  GThread *thread;
};

static gboolean
ask (PosternPostgresqlListener *self, const char *sql)
{
  PGresult *result = PQexec (self->handle, sql);
  gboolean done = PQresultStatus (result) == PGRES_COMMAND_OK || PQresultStatus (result) == PGRES_TUPLES_OK;

  PQclear (result);
  return done;
}

/*
 * What was changed before is not told: all look again. A standby lets nobody listen, and is read from all the same: it is asked again a moment later, and
 * perhaps it is the primary then. Returns: FALSE with @error: there is no server
 */
static gboolean
begin (PosternPostgresqlListener *self, GError **error)
{
  self->handle = postern_postgresql_connection_open_plain (self->url, error);
  if (self->handle == NULL)
    return FALSE;
  if (ask (self, "LISTEN postern"))
    {
      self->heard (NULL, self->user_data);
      __atomic_store_n (&self->deaf, FALSE, __ATOMIC_RELEASE);
    }
  else
    g_clear_pointer (&self->handle, PQfinish);
  return TRUE;
}

static void
hear (PosternPostgresqlListener *self)
{
  PGnotify *notice;

  while ((notice = PQnotifies (self->handle)) != NULL)
    {
      self->heard (*notice->extra != '\0' ? notice->extra : NULL, self->user_data);
      PQfreemem (notice);
    }
}

/* Returns: FALSE when the thread has to end */
static gboolean
sleep_until_woken (PosternPostgresqlListener *self, int timeout, gboolean *readable)
{
  struct pollfd polled[] = { { self->stop, POLLIN, 0 }, { self->handle ? PQsocket (self->handle) : -1, POLLIN, 0 } };
  int n;

  while ((n = poll (polled, G_N_ELEMENTS (polled), timeout)) < 0 && errno == EINTR)
    ;
  *readable = n > 0 && polled[1].revents != 0;
  return polled[0].revents == 0;
}

static void
lose (PosternPostgresqlListener *self)
{
  __atomic_store_n (&self->deaf, TRUE, __ATOMIC_RELEASE);
  g_clear_pointer (&self->handle, PQfinish);
}

static gpointer
listen_on (gpointer data)
{
  PosternPostgresqlListener *self = data;
  gboolean readable;

  while (sleep_until_woken (self, self->handle ? PING_MS : AGAIN_MS, &readable))
    {
      if (self->handle == NULL)
        {
          begin (self, NULL);
          continue;
        }
      if (readable ? !PQconsumeInput (self->handle) : !ask (self, "SELECT 1"))
        lose (self);
      else
        hear (self);
    }
  return NULL;
}

PosternPostgresqlListener *
postern_postgresql_listener_new (const char *url, PosternPostgresqlHeardFunc heard, gpointer user_data, GError **error)
{
  PosternPostgresqlListener *self = g_new0 (PosternPostgresqlListener, 1);

  self->url = g_strdup (url);
  self->heard = heard;
  self->user_data = user_data;
  self->deaf = TRUE;
  self->stop = eventfd (0, EFD_CLOEXEC);
  g_assert (self->stop >= 0);
  if (!begin (self, error))
    {
      postern_postgresql_listener_free (self);
      return NULL;
    }
  self->thread = g_thread_new ("postgresql", listen_on, self);
  return self;
}

void
postern_postgresql_listener_free (PosternPostgresqlListener *self)
{
  if (self == NULL)
    return;
  eventfd_write (self->stop, 1);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  close (self->stop);
  g_clear_pointer (&self->handle, PQfinish);
  g_free (self->url);
  g_free (self);
}

gboolean
postern_postgresql_listener_is_deaf (PosternPostgresqlListener *self)
{
  return __atomic_load_n (&self->deaf, __ATOMIC_ACQUIRE);
}
