/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-sqlite-connection.h"

G_BEGIN_DECLS

/**
 * PosternSqliteRedo: what an open transaction has done, as statements and their values, in a file beside the database. A batch is written there
 * before its callers hear of it. If the process ends before it commits, whoever opens the database next does it again. So a crash loses nothing;
 * the file is never synced, so a power cut may take it.
 *
 * A transaction has a number, PRAGMA user_version, that it writes itself. What is in the file counts only as the transaction after
 * the last one committed, so that nothing is done twice. After a commit the file is left as it is, and written over: to empty it
 * and have it grow again costs more than the notes.
 *
 * One user at a time: who holds the claim on the database (postern-sqlite-presence.c), or opens it.
 */
typedef struct _PosternSqliteRedo PosternSqliteRedo;

PosternSqliteRedo *postern_sqlite_redo_open (const char *file, GError **error);
void postern_sqlite_redo_close (PosternSqliteRedo *self);
/** postern_sqlite_redo_replay: does again what another process had answered and not committed; what cannot be done is told in the log. Outside of a
 * transaction. */
gboolean postern_sqlite_redo_replay (PosternSqliteRedo *self, PosternSqliteConnection *connection, GError **error);

/** postern_sqlite_redo_begin: in a transaction that has just begun */
gboolean postern_sqlite_redo_begin (PosternSqliteRedo *self, PosternSqliteConnection *connection, GError **error);
/** postern_sqlite_redo_get_notes: Returns: (transfer none): where the transaction's functions note what they do; a function that
 * fails is cut off again */
GByteArray *postern_sqlite_redo_get_notes (PosternSqliteRedo *self);
/** postern_sqlite_redo_write: FALSE: what was noted is not safe, or it is much: commit before anybody hears of it */
gboolean postern_sqlite_redo_write (PosternSqliteRedo *self);
/** postern_sqlite_redo_discard: after a transaction that could not be committed, and in the end. FALSE with errno: it is still there, which matters
 * only if the transaction was not committed: see postern_sqlite_redo_outdate() */
gboolean postern_sqlite_redo_discard (PosternSqliteRedo *self);
/** postern_sqlite_redo_outdate: in another transaction: once that is committed, what may have stayed in the file is too old */
gboolean postern_sqlite_redo_outdate (PosternSqliteConnection *connection, GError **error);

/** postern_sqlite_redo_note: of one statement that has changed something */
void postern_sqlite_redo_note (GByteArray *notes, const char *sql, const PosternValue *values, guint n_values);

G_END_DECLS
