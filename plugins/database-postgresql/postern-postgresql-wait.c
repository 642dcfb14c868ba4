/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-wait.h"

#include <errno.h>
#include <poll.h>

/* Returns: FALSE: nothing happened by @deadline */
static gboolean
poll_socket (PGconn *handle, gint64 deadline, short *happened)
{
  struct pollfd polled = { PQsocket (handle), POLLIN, 0 };
  gint64 left;
  int n;

  if (PQflush (handle) > 0)
    polled.events |= POLLOUT;
  do
    {
      left = deadline - g_get_monotonic_time ();
      n = poll (&polled, 1, left > 0 ? (int) MIN (left / 1000 + 1, G_MAXINT) : 0);
    }
  while (n < 0 && errno == EINTR);
  *happened = polled.revents;
  return n != 0;
}

gboolean
postern_postgresql_wait (PGconn *handle, gint64 deadline, gint64 *heard_at)
{
  short happened;

  while (PQisBusy (handle))
    {
      if (!poll_socket (handle, deadline, &happened))
        return FALSE;
      if (!PQconsumeInput (handle))
        return TRUE;
      if (happened & ~POLLOUT)
        *heard_at = g_get_monotonic_time ();
      /* A record of TLS may hold more than there was room for, and then the socket says nothing of the rest. */
      if ((PQsslInUse (handle) || PQgssEncInUse (handle)) && PQisBusy (handle) && !PQconsumeInput (handle))
        return TRUE;
    }
  return TRUE;
}
