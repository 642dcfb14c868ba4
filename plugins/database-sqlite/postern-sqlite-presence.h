/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternSqlitePresence: who has a database file open, as an advisory lock on a file beside it. Everyone inside holds it shared. Who wants
 * to keep changes uncommitted claims it, which only one who is alone can, and releases it when they are committed: until then
 * nobody comes in who could miss them. A lock goes with its process, however that ends.
 *
 * Two bytes of the file are locked: INSIDE as above, and DOOR by those who wait to come in. Who finds someone at the door claims no
 * more; else a busy server would claim anew each time before the newcomer is awake.
 *
 * The locks belong to the open file (F_OFD_SETLK), not to the process: two stores of one process are two.
 */
typedef struct _PosternSqlitePresence PosternSqlitePresence;

/** postern_sqlite_presence_enter: waits, and says so in the log when it lasts, while another holds a claim. */
PosternSqlitePresence *postern_sqlite_presence_enter (const char *file, GError **error);
void postern_sqlite_presence_leave (PosternSqlitePresence *self);
/** postern_sqlite_presence_claim: never waits. FALSE: others are there, or this file system has no such locks. */
gboolean postern_sqlite_presence_claim (PosternSqlitePresence *self);
void postern_sqlite_presence_release (PosternSqlitePresence *self);

G_END_DECLS
