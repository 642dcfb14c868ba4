/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-sqlite-checkpointer.h"
#include "postern-sqlite-connection.h"

G_BEGIN_DECLS

/**
 * PosternSqliteWriter: the one connection that writes a file. What a queue (postern-sqlite-queue.c) has gathered it runs as one batch, each
 * function under a savepoint of its own.
 *
 * A lasting file: the batch is committed before its callers go on, with one wait for the disk for all.
 *
 * A short-lived file, while no other process has it open: the transaction stays open across batches and is committed 50 ms after its first
 * change, so that pages are written once and not each time; reads go through the same connection meanwhile, and wait for nothing
 * but each other. What it has done is noted in a file before anybody hears of it (postern-sqlite-redo.c), so that a crash loses nothing. With a second process there (postern-sqlite-presence.c) each batch is committed at once: nobody ever misses what was answered.
 * A commit that fails loses those 50 ms; then batches are committed at once until one succeeds, so that callers hear the truth.
 */
typedef struct _PosternSqliteWriter PosternSqliteWriter;

PosternSqliteWriter *postern_sqlite_writer_new (const char *file, PosternKeep keep, GError **error);
/** postern_sqlite_writer_free: commits, and waits for what has been queued; nothing may be queued any more. */
void postern_sqlite_writer_free (PosternSqliteWriter *self);
/** postern_sqlite_writer_run: blocks until it is kept as the file promises. Never from within another write function: that is refused, loudly. */
gboolean postern_sqlite_writer_run (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, GError **error);
/** postern_sqlite_writer_read: FALSE: nothing is uncommitted, so it is left to the pool. Runs on the thread of any caller, and holds up
 * everyone else of this file: single rows only. */
gboolean postern_sqlite_writer_read (PosternSqliteWriter *self, PosternTransactionFunc func, gpointer user_data, gboolean *succeeded, GError **error);
/** postern_sqlite_writer_get_generation: counts commits here; other processes' are seen within 50 ms. */
guint64 postern_sqlite_writer_get_generation (PosternSqliteWriter *self);

G_END_DECLS
