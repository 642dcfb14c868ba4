/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-sqlite-checkpointer.h"
#include "postern-sqlite-connection.h"

G_BEGIN_DECLS

/**
 * PosternSqliteWriter: the one connection that writes a file, and a queue of functions for it. There is no thread of its own: the caller who
 * finds nobody at work leads. He runs what is queued, each under a savepoint of its own, commits once (one wait for the disk for all) and
 * wakes their callers. What gathers meanwhile is led by the first one who waits there. So a function runs on the thread of any caller.
 */
typedef struct _PosternSqliteWriter PosternSqliteWriter;

PosternSqliteWriter *postern_sqlite_writer_new (const char *file, PosternKeep keep, GError **error);
/** postern_sqlite_writer_free: waits for what has been queued; nothing may be queued any more. */
void postern_sqlite_writer_free (PosternSqliteWriter *self);
/** postern_sqlite_writer_run: blocks until the commit. Never from within another write function: that is refused, loudly. */
gboolean postern_sqlite_writer_run (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, GError **error);
/** postern_sqlite_writer_get_generation: counts commits here; other processes' are seen within 50 ms. */
guint64 postern_sqlite_writer_get_generation (PosternSqliteWriter *self);

G_END_DECLS
