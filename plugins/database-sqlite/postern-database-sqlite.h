/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"

G_BEGIN_DECLS

/**
 * PosternDatabaseSqlite: the storage driver for one machine.
 *
 * A tenant is a folder, LOCATION/TENANT, with two files in WAL mode. `lasting.db` (synchronous=FULL) has reached the disk
 * when a write returns. `short.db` (synchronous=NORMAL) cannot break in a power cut, but may lose its last moment.
 * Each file has one writer, which commits what has gathered as one (postern-sqlite-writer.c), a pool of reading
 * connections (postern-sqlite-pool.c), and a thread that moves the log into the file beside the work
 * (postern-sqlite-checkpointer.c).
 */
#define POSTERN_TYPE_DATABASE_SQLITE (postern_database_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (PosternDatabaseSqlite, postern_database_sqlite, POSTERN, DATABASE_SQLITE, PosternDatabase)

G_END_DECLS
