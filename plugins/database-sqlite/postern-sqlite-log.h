/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * postern_sqlite_log_get_vfs: the name of an sqlite3 VFS that writes the log's part of a commit with one call. sqlite3 writes each
 * frame in two, head and page: six frames took twelve calls, and the processor 104 µs instead of 57, the fdatasync included. Until
 * postern_sqlite_log_hold() it writes as sqlite3 does. Any thread. (transfer none) (nullable): then take sqlite3's own
 */
const char *postern_sqlite_log_get_vfs (void);
/**
 * postern_sqlite_log_hold: from now on one call a commit, if @handle was opened with that VFS, is in WAL mode, has `synchronous = FULL` and
 * `cache_spill = OFF`, which must stay so, and sqlite3 need not fill up sectors. Outside of a transaction. FALSE: it goes on as sqlite3 does
 */
gboolean postern_sqlite_log_hold (sqlite3 *handle);

G_END_DECLS
