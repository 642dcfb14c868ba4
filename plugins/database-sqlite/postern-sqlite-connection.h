/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * PosternSqliteConnection: one sqlite3 handle and its prepared statements, used by one thread at a time. Statements are kept by
 * their text for the connection's life: the store has about a hundred of them.
 */
typedef struct {
  sqlite3 *handle;
  GHashTable *statements; /* (element-type utf8 PosternRows) */
  sqlite3_stmt *begin, *begin_write, *commit, *rollback, *savepoint, *release, *rollback_to, *data_version;
} PosternSqliteConnection;

/** PosternTransaction: lives on the stack of whoever runs the function. */
struct _PosternTransaction {
  PosternSqliteConnection *connection;
  gboolean read_only;
  GByteArray *notes; /* (nullable): where changes are noted, to be done again after a crash (postern-sqlite-redo.c) */
};

/** PosternRows: a prepared statement that can be a cursor. */
struct _PosternRows {
  PosternSqliteConnection *connection;
  sqlite3_stmt *statement;
  gboolean busy;   /* someone reads it */
  gboolean single; /* made because the kept one was busy; freed after use */
  gboolean ready;  /* the first row has been stepped to already */
};

typedef enum { POSTERN_SQLITE_READ, POSTERN_SQLITE_WRITE } PosternSqliteUse;

PosternSqliteConnection *postern_sqlite_connection_open (const char *file, PosternKeep keep, PosternSqliteUse use, GError **error);
void postern_sqlite_connection_close (PosternSqliteConnection *self);

/** postern_sqlite_connection_step: runs one of the fixed statements (begin, commit, …) */
gboolean postern_sqlite_connection_step (PosternSqliteConnection *self, sqlite3_stmt *statement, GError **error);
/** postern_sqlite_connection_get_data_version: changes when another connection, also of another process, has committed */
gint64 postern_sqlite_connection_get_data_version (PosternSqliteConnection *self);
gboolean postern_sqlite_connection_in_transaction (PosternSqliteConnection *self);

gint64 postern_sqlite_connection_execute (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);
PosternRows *postern_sqlite_connection_query (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);
gboolean postern_sqlite_connection_next (PosternRows *rows, GError **error);
void postern_sqlite_connection_free_rows (PosternRows *rows);

/** postern_sqlite_connection_set_error: what sqlite3 says, as one of our errors. Always FALSE. */
gboolean postern_sqlite_connection_set_error (PosternSqliteConnection *self, int code, GError **error);

G_END_DECLS
