/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-listener.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "postern-postgresql-open.h"

/*
 * A connection may die without a word: a firewall forgets it, a proxy holds it and sends nothing on. Nothing is heard then, and nothing would say so. So
 * the server is asked now and then, and what it answers counts from when it was asked: later than TRUST_US after that nobody trusts what he keeps, whatever
 * this thread waits for.
 */
#define AGAIN_US (G_USEC_PER_SEC / 4) /* between tries to connect */
#define PROBE_US (G_USEC_PER_SEC / 2) /* between an answer and the next question */
#define TRUST_US (2 * G_USEC_PER_SEC) /* so late another process's change is seen when a connection died; an answer may take as long */
#define READ_ONLY "25006"             /* SQLSTATE */

struct _PosternPostgresqlListener {
  char *url;
  PosternPostgresqlHeardFunc heard;
  gpointer user_data;
  PGconn *handle;  /* (nullable) */
  gint64 heard_at; /* atomic; monotonic µs: all that was told before is known; 0: it hears nothing */
  gint64 due;      /* monotonic µs: the next question, or try to connect */
  int stop;        /* readable: the thread has to end */
  GThread *thread; /* (nullable) */
};

typedef enum { TIME_OUT, READABLE, STOPPED } Woken;

static Woken
wait_for_socket (PosternPostgresqlListener *self, int timeout_ms)
{
  struct pollfd polled[] = { { self->stop, POLLIN, 0 }, { self->handle ? PQsocket (self->handle) : -1, POLLIN, 0 } };

  while (poll (polled, G_N_ELEMENTS (polled), timeout_ms) < 0 && errno == EINTR)
    ;
  if (polled[0].revents != 0)
    return STOPPED;
  return polled[1].revents != 0 ? READABLE : TIME_OUT;
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

/* FALSE: it did not come in time, or the connection is lost, or the thread has to end */
static gboolean
wait_for_answer (PosternPostgresqlListener *self, gint64 deadline)
{
  while (PQisBusy (self->handle))
    {
      gint64 left = deadline - g_get_monotonic_time ();

      if (left <= 0 || wait_for_socket (self, (int) (left / 1000) + 1) == STOPPED || !PQconsumeInput (self->handle))
        return FALSE;
      hear (self); /* it may be long until the answer */
    }
  return TRUE;
}

/* A standby lets nobody listen, and says so for as long as it is one; whatever else is refused somebody has to mend. */
static gboolean
is_done (PosternPostgresqlListener *self, const PGresult *result)
{
  const char *state = result ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;

  if (state != NULL && !g_str_equal (state, READ_ONLY))
    postern_postgresql_error_set (self->handle, result, NULL);
  return result == NULL || PQresultStatus (result) == PGRES_COMMAND_OK || PQresultStatus (result) == PGRES_TUPLES_OK;
}

/* @asked_at: (out): what was committed before is told before the answer. @done: (out): the server did it. Returns: FALSE: no answer in time */
static gboolean
ask (PosternPostgresqlListener *self, const char *sql, gint64 *asked_at, gboolean *done)
{
  PGresult *result;

  *asked_at = g_get_monotonic_time ();
  *done = TRUE;
  if (!PQsendQuery (self->handle, sql))
    return FALSE;
  do
    {
      if (!wait_for_answer (self, *asked_at + TRUST_US))
        return FALSE;
      result = PQgetResult (self->handle);
      *done = is_done (self, result) && *done;
      PQclear (result);
    }
  while (result != NULL);
  hear (self);
  return PQstatus (self->handle) == CONNECTION_OK;
}

static void
note_heard (PosternPostgresqlListener *self, gint64 at)
{
  __atomic_store_n (&self->heard_at, at, __ATOMIC_RELEASE);
  self->due = g_get_monotonic_time () + (at != 0 ? PROBE_US : AGAIN_US);
}

static void
lose (PosternPostgresqlListener *self)
{
  note_heard (self, 0);
  g_clear_pointer (&self->handle, PQfinish);
}

/*
 * What was changed before is not told: all look again. A standby lets nobody listen, and is read from all the same: it is asked again a moment later, and
 * perhaps it is the primary then. Returns: FALSE with @error: there is no server
 */
static gboolean
begin (PosternPostgresqlListener *self, GError **error)
{
  gboolean listens, answered;
  gint64 asked_at;

  self->handle = postern_postgresql_open_plain (self->url, error);
  if (self->handle != NULL && ask (self, "LISTEN postern", &asked_at, &listens) && listens)
    {
      self->heard (NULL, self->user_data);
      note_heard (self, asked_at);
      return TRUE;
    }
  answered = self->handle != NULL;
  lose (self);
  return answered;
}

static void
probe (PosternPostgresqlListener *self)
{
  gboolean done;
  gint64 asked_at;

  if (ask (self, "SELECT 1", &asked_at, &done) && done)
    note_heard (self, asked_at);
  else
    lose (self);
}

static int
get_pause_ms (PosternPostgresqlListener *self)
{
  gint64 left = self->due - g_get_monotonic_time ();

  return left > 0 ? (int) (left / 1000) + 1 : 0;
}

static gpointer
listen_on (gpointer data)
{
  PosternPostgresqlListener *self = data;
  Woken woken;

  while ((woken = wait_for_socket (self, get_pause_ms (self))) != STOPPED)
    {
      if (woken == READABLE && PQconsumeInput (self->handle))
        hear (self);
      else if (woken == READABLE)
        lose (self);
      if (g_get_monotonic_time () < self->due)
        continue; /* also while much is told: that says nothing of what is not */
      if (self->handle != NULL)
        probe (self);
      else
        begin (self, NULL);
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
  gint64 heard_at = __atomic_load_n (&self->heard_at, __ATOMIC_ACQUIRE);

  return heard_at == 0 || g_get_monotonic_time () - heard_at > TRUST_US;
}
