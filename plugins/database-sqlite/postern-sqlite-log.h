/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_sqlite_log_get_vfs: the name of an sqlite3 VFS that writes the log's part of a commit with one call. sqlite3 writes each
 * frame in two, head and page: six frames took twelve calls, and the processor 104 µs instead of 57, the fdatasync included. Only for
 * a connection with `synchronous = FULL` and `cache_spill = OFF`. Any thread. (transfer none) (nullable): then take sqlite3's own
 */
const char *postern_sqlite_log_get_vfs (void);

G_END_DECLS
