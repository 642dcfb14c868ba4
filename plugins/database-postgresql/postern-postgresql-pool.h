/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-postgresql-listener.h"

G_BEGIN_DECLS

#define POSTERN_POSTGRESQL_POOL_MAX 20
#define POSTERN_POSTGRESQL_POOL_WAIT_US (5 * G_USEC_PER_SEC)

/**
 * PosternPostgresqlPool: the connections of this process to one URL, shared by all tenants there. They are made when they are needed and
 * kept; who finds all at work waits for one, and not for ever. Thread-safe.
 */
typedef struct {
  char *url;
  guint n_users; /* databases that are open; under the lock of all pools */
  GMutex lock;   /* guards what follows */
  GCond freed;
  PosternPostgresqlConnection *idle[POSTERN_POSTGRESQL_POOL_MAX];
  guint n_idle, n_open;
  guint n_trying;          /* of those that are open: nobody has reached the server with them yet */
  guint n_working;         /* likewise: somebody is at work with one, and may give it back; not those that are not trusted */
  gint64 trying_since;     /* monotonic: so long somebody tries without a pause */
  guint epoch;             /* moved when one was found lost: those that were made before are not trusted any more */
  gint64 looked_at;        /* monotonic: when another server was looked for that can be written */
  gint64 not_before;       /* monotonic: nobody tries to connect until then, and all get @failure */
  char *failure;           /* (nullable): of the last try */
  PosternPostgresqlWatch *watch;
  GHashTable *generations; /* tenant → guint64 *, which live as long as the pool */
  gboolean migrated[2];    /* by PosternKeep; under @migrating */
  GMutex migrating;
  PosternPostgresqlListener *listener; /* (nullable) before the schema is there; atomic */
} PosternPostgresqlPool;

/** postern_postgresql_pool_enter: the one of @url; nothing is connected yet. postern_postgresql_pool_leave() it. */
PosternPostgresqlPool *postern_postgresql_pool_enter (const char *url);
/** postern_postgresql_pool_leave: whoever leaves last closes all connections. */
void postern_postgresql_pool_leave (PosternPostgresqlPool *self);

/** postern_postgresql_pool_take: (transfer full) (nullable): give it back with postern_postgresql_pool_give_back() */
PosternPostgresqlConnection *postern_postgresql_pool_take (PosternPostgresqlPool *self, GError **error);
void postern_postgresql_pool_give_back (PosternPostgresqlPool *self, PosternPostgresqlConnection *connection);
/** postern_postgresql_pool_look_elsewhere: @connection's server cannot be written: who connects next may find the primary. Not each time. */
void postern_postgresql_pool_look_elsewhere (PosternPostgresqlPool *self, PosternPostgresqlConnection *connection);
/** postern_postgresql_pool_get_generation: where the number of @tenant's changes is counted; atomic */
guint64 *postern_postgresql_pool_get_generation (PosternPostgresqlPool *self, const char *tenant);
/** postern_postgresql_pool_listen: from now on changes by other processes move generations, too. Once. */
gboolean postern_postgresql_pool_listen (PosternPostgresqlPool *self, GError **error);
/** postern_postgresql_pool_is_deaf: TRUE: what other processes change is not told to us now. */
gboolean postern_postgresql_pool_is_deaf (PosternPostgresqlPool *self);

G_END_DECLS
