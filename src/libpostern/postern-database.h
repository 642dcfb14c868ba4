/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"

G_BEGIN_DECLS

/**
 * PosternDatabase:
 *
 * What a storage driver implements. src/store is its only caller.
 *
 * All work happens inside a function that gets a PosternTransaction: under SQLite a write runs together with others, on the
 * thread of any of their callers, and returns when the common commit is durable. A function may be run again after a
 * serialization failure, so it must have no other side effects; it uses the transaction at hand and begins no other.
 */
#define POSTERN_TYPE_DATABASE (postern_database_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternDatabase, postern_database, POSTERN, DATABASE, PosternInstance)

typedef struct _PosternTransaction PosternTransaction; /* the driver's own */
typedef struct _PosternRows PosternRows;               /* the driver's own */

/**
 * PosternKeep:
 * @POSTERN_KEEP_LASTING: on disk before the answer
 * @POSTERN_KEEP_SHORT: may lose its last moment in a power cut
 *
 * LASTING is on disk before the answer; SHORT may lose its last moment in a power cut. Functions on SHORT take turns: single
 * rows, not lists; their SQL gives the same when it is run again.
 */
typedef enum { POSTERN_KEEP_LASTING, POSTERN_KEEP_SHORT } PosternKeep;

/**
 * PosternValueType:
 * @POSTERN_VALUE_NULL: nothing
 * @POSTERN_VALUE_INT64: a number
 * @POSTERN_VALUE_TEXT: UTF-8, NUL-terminated
 * @POSTERN_VALUE_BLOB: bytes
 *
 * A bound parameter's type.
 */
typedef enum { POSTERN_VALUE_NULL, POSTERN_VALUE_INT64, POSTERN_VALUE_TEXT, POSTERN_VALUE_BLOB } PosternValueType;

/**
 * PosternValue:
 *
 * One bound parameter; borrows its memory.
 */
typedef struct {
  PosternValueType type;
  gint64 number;    /* the integer, or the blob's length in bytes */
  const void *data; /* text (UTF-8, NUL-terminated) or blob */
} PosternValue;

#define POSTERN_NULL() ((PosternValue){ POSTERN_VALUE_NULL, 0, NULL })
#define POSTERN_INT(n) ((PosternValue){ POSTERN_VALUE_INT64, (n), NULL })
#define POSTERN_TEXT(s) postern_value_text (s)
#define POSTERN_BLOB(p, n) ((PosternValue){ POSTERN_VALUE_BLOB, (gint64) (n), (p) })

static inline PosternValue
postern_value_text (const char *text)
{
  return (PosternValue){ text ? POSTERN_VALUE_TEXT : POSTERN_VALUE_NULL, 0, text };
}

/**
 * PosternTransactionFunc:
 *
 * FALSE with @error rolls this function's changes back (and only these).
 */
typedef gboolean (*PosternTransactionFunc) (PosternTransaction *transaction, gpointer user_data, GError **error);

struct _PosternDatabaseClass {
  PosternInstanceClass parent_class;

  /** open: makes the place for @tenant if it is missing. @location is a folder (SQLite) or a connection URL. */
  gboolean (*open) (PosternDatabase *self, const char *location, const char *tenant, GError **error);
  /** close: waits for writes under way. */
  void (*close) (PosternDatabase *self);
  gboolean (*read) (PosternDatabase *self, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error);
  gboolean (*write) (PosternDatabase *self, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error);
  /**
   * generation: a number that changes whenever this process changed LASTING data, or another one what caches keep: applications, settings,
   * keys, instances (a driver may tell of more). It is seen within 100 ms; while that cannot be had each call gives another number. Cheap: no I/O.
   */
  guint64 (*generation) (PosternDatabase *self);
  /** execute: portable SQL with `?1`, `?2` parameters. Returns: rows changed; -1 with @error (POSTERN_ERROR_CONFLICT for a broken unique rule). */
  gint64 (*execute) (PosternDatabase *self, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);
  /** query: Returns: (transfer full) (nullable): a cursor before the first row */
  PosternRows *(*query) (PosternDatabase *self, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);
  /** rows_next: TRUE on a row; FALSE at the end, or with @error set */
  gboolean (*rows_next) (PosternDatabase *self, PosternRows *rows, GError **error);
  gint64 (*rows_get_int64) (PosternDatabase *self, PosternRows *rows, guint column);
  const char *(*rows_get_text) (PosternDatabase *self, PosternRows *rows, guint column); /* (nullable), until the next row */
  const guint8 *(*rows_get_blob) (PosternDatabase *self, PosternRows *rows, guint column, gsize *length);
  gboolean (*rows_is_null) (PosternDatabase *self, PosternRows *rows, guint column);
  void (*rows_free) (PosternDatabase *self, PosternRows *rows);
  /** dialect: "sqlite" or "postgresql"; chooses the migration files. */
  const char *dialect;
  /**
   * migrate: (nullable): as write, for what changes the schema; NULL: it is one. Where tenants share a schema @func runs once for all of
   * them, and not at all when that was done: TRUE says that the schema is this release's. It finds an empty table `migrations` (number, the
   * key, name, applied_at) where there was none.
   */
  gboolean (*migrate) (PosternDatabase *self, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error);

  /**
   * write_each: (nullable): as write of LASTING data, for a function of which each statement decides by itself, whatever it read before;
   * NULL: as write. Many such may change the same row at once, and none of them is run again for it. It can change SHORT data, too.
   */
  gboolean (*write_each) (PosternDatabase *self, PosternTransactionFunc func, gpointer user_data, GError **error);

  /**
   * erase: (nullable): all that is kept of @tenant at @location goes, for ever. On an instance that is not open; nobody in this process has the tenant
   * open. What is not there is no error.
   */
  gboolean (*erase) (PosternDatabase *self, const char *location, const char *tenant, GError **error);

  /**
   * insert_many: (nullable): as execute, of one `INSERT … VALUES (?1, …)` and no other parameters, once for each of @n_rows rows, for who looks at no result; @values holds
   * @n_values of the first row, then those of the next. It may be done with what comes next, at the latest with the commit, so that a database that is elsewhere is asked less often: an
   * error may come from there. After one some rows may be there and some not, and the caller's function gives up. NULL: row by row, at once.
   */
  gboolean (*insert_many) (PosternDatabase *self, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error);

  gpointer padding[8];
};

G_END_DECLS
