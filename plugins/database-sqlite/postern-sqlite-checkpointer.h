/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-sqlite-connection.h"

G_BEGIN_DECLS

/**
 * PosternSqliteCheckpointer: moves the write-ahead log into the file, on a thread and connection of its own, so that no
 * sign-in waits for it. Under an endless load it never gets everything; past a hard size the writer moves the rest between
 * two batches, which lets the log begin anew.
 */
typedef struct _PosternSqliteCheckpointer PosternSqliteCheckpointer;

/** postern_sqlite_checkpointer_new: also hooks into @writer to learn the log's size. */
PosternSqliteCheckpointer *postern_sqlite_checkpointer_new (const char *file, PosternKeep keep, PosternSqliteConnection *writer);
void postern_sqlite_checkpointer_free (PosternSqliteCheckpointer *self);
/** postern_sqlite_checkpointer_note: the writer, after each batch. */
void postern_sqlite_checkpointer_note (PosternSqliteCheckpointer *self, PosternSqliteConnection *writer);

G_END_DECLS
