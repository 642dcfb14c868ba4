/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/*
 * Private to this room: what the `postern_*_store_*` functions stand on. A PosternTxn lives on the stack of
 * postern_store_read() or postern_store_write() and is used by the thread that runs the function, and no other.
 *
 * @sql must be a string that stays as it is: drivers keep one prepared statement a text.
 */
struct _PosternTxn {
  PosternStore *store;
  PosternDatabase *database;
  PosternDatabaseClass *klass;
  PosternTransaction *transaction;
  GError *failure; /* of the first statement that could not be run; (nullable) */
};

#define POSTERN_BOOL(b) POSTERN_INT ((b) ? 1 : 0)
/** the column `key` of a table that is kept by it; -1, behind which all rows come, for NULL and what is no id */
#define POSTERN_KEY(id) POSTERN_INT (postern_id_get_key (id))

/** postern_txn_execute: Returns: rows changed; -1 with @error */
gint64 postern_txn_execute (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, GError **error);
/** postern_txn_run: as postern_txn_execute() where the number of rows does not matter. */
gboolean postern_txn_run (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, GError **error);
/** postern_txn_run_one: at least one row must change, else POSTERN_ERROR_NOT_FOUND "there is no @what". */
gboolean postern_txn_run_one (PosternTxn *self, const char *what, const char *sql, const PosternValue *values, guint n_values, GError **error);

/**
 * postern_txn_insert_many: one `INSERT … VALUES (?1, …)` for @n_rows rows; @values holds @n_values of the first one, then those of the next. A row that cannot be kept, for whatever
 * reason, fails the whole transaction, at the latest when it is committed: look first. FALSE with @error
 */
gboolean postern_txn_insert_many (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error);

/** PosternCursor: the rows of a query; the row at hand is valid until the next. */
typedef struct {
  PosternTxn *txn;
  PosternRows *rows;
} PosternCursor;

/** postern_txn_query: TRUE: @cursor stands before the first row; postern_txn_clear_cursor() it (g_auto works). */
gboolean postern_txn_query (PosternTxn *self, PosternCursor *cursor, const char *sql, const PosternValue *values, guint n_values, GError **error);
gboolean postern_txn_next (PosternCursor *cursor, GError **error); /* FALSE at the end, or with @error set */
gint64 postern_txn_get_int64 (PosternCursor *cursor, guint column);
const char *postern_txn_get_text (PosternCursor *cursor, guint column); /* (nullable) */
GBytes *postern_txn_dup_blob (PosternCursor *cursor, guint column);     /* (transfer full) */
void postern_txn_clear_cursor (PosternCursor *cursor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternCursor, postern_txn_clear_cursor)

/** postern_txn_read_int64: the one number of a one-row query; @fallback when there is no row; FALSE with @error */
gboolean postern_txn_read_int64 (PosternTxn *self, gint64 *value, gint64 fallback, const char *sql, const PosternValue *values, guint n_values, GError **error);


G_END_DECLS
