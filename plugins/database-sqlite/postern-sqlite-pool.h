/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-sqlite-connection.h"

G_BEGIN_DECLS

/**
 * PosternSqlitePool: reading connections of one file, last in first out, so that few stay warm. A connection costs a file
 * handle and up to 1 MiB of pages; as many as ran at once are open, and those above POSTERN_SQLITE_POOL_KEEP are closed when they come back.
 */
#define POSTERN_SQLITE_POOL_KEEP 16

typedef struct {
  char *file;
  PosternKeep keep;
  GMutex lock;
  PosternSqliteConnection *idle[POSTERN_SQLITE_POOL_KEEP];
  guint n_idle;
} PosternSqlitePool;

void postern_sqlite_pool_init (PosternSqlitePool *self, const char *file, PosternKeep keep);
void postern_sqlite_pool_clear (PosternSqlitePool *self);
/** postern_sqlite_pool_run: @func sees one moment of the file, whatever is written meanwhile. Runs on the calling thread. */
gboolean postern_sqlite_pool_run (PosternSqlitePool *self, PosternTransactionFunc func, gpointer user_data, GError **error);

G_END_DECLS
