/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/**
 * PosternPostgresqlBackend: who serves a connection at the server. The process is told apart from a later one of its number by when it started, and
 * the server from others by when that did. Microseconds since 1970, by the server's clock.
 */
typedef struct {
  gint64 server_started, started, pid;
} PosternPostgresqlBackend;

/**
 * PosternPostgresqlSeen: what another connection to the same server tells of the one that waits. WORKING: the server is at it. DONE: it is not: it has answered, was
 * never asked, or has ended. AWAY: nobody answers there, in five seconds. UNKNOWN: none of these can be said.
 */
typedef enum { POSTERN_POSTGRESQL_SEEN_UNKNOWN, POSTERN_POSTGRESQL_SEEN_WORKING, POSTERN_POSTGRESQL_SEEN_DONE, POSTERN_POSTGRESQL_SEEN_AWAY } PosternPostgresqlSeen;

/**
 * PosternPostgresqlWatch: looks, for all who wait at one URL, whether it is worth their while. Of those who ask at once one looks, and all take what he saw. Thread-safe.
 */
typedef struct _PosternPostgresqlWatch PosternPostgresqlWatch;

PosternPostgresqlWatch *postern_postgresql_watch_new (const char *url);
void postern_postgresql_watch_free (PosternPostgresqlWatch *self);
/** postern_postgresql_watch_see: @waiting, which @backend serves, has been silent for longer than a second. Takes five seconds at most, and as long again where somebody else looks already. */
PosternPostgresqlSeen postern_postgresql_watch_see (PosternPostgresqlWatch *self, PGconn *waiting, const PosternPostgresqlBackend *backend);
/**
 * postern_postgresql_watch_end: nobody waits at @waiting any more: the transaction that is open there, if there is, ends now, and holds nobody up until the server
 * finds that it idles. Does nothing where that cannot be.
 */
void postern_postgresql_watch_end (PosternPostgresqlWatch *self, PGconn *waiting, const PosternPostgresqlBackend *backend);

G_END_DECLS
