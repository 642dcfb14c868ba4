/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-postgresql-pool.h"

G_BEGIN_DECLS

/**
 * PosternPostgresqlWork: one transaction that is wanted, of one tenant. Lasting changes are serializable, so that the store's rules hold
 * whoever else is at work. Those of EACH, and short ones, are not: each of their statements decides by itself, and many of them meet at one row.
 * PATIENT: as EACH, and a statement takes as long as it takes.
 */
typedef enum { POSTERN_POSTGRESQL_WORK_READ, POSTERN_POSTGRESQL_WORK_LASTING, POSTERN_POSTGRESQL_WORK_EACH, POSTERN_POSTGRESQL_WORK_SHORT, POSTERN_POSTGRESQL_WORK_PATIENT } PosternPostgresqlWorkKind;

typedef struct {
  PosternPostgresqlPool *pool;
  PosternPostgresqlWorkKind kind;
  const char *tenant;
} PosternPostgresqlWork;

/** PosternTransaction: lives on the stack of postern_postgresql_work_run(). */
struct _PosternTransaction {
  PosternPostgresqlConnection *connection;
  const PosternPostgresqlWork *work;
  gboolean begun;   /* with its first statement: who asks nothing costs nothing */
  gboolean answered; /* by the server, whatever it said */
  gboolean reading; /* a read function runs within another one */
  gboolean saves;   /* a savepoint stands before each change */
  gboolean broken, went_on; /* a statement failed that none was before; and another one was asked for behind it */
  PosternPostgresqlFault fault; /* the worst so far */
};

/** PosternRows: the whole answer of one query. */
struct _PosternRows {
  PGresult *result;
  int row;
  guint8 *blob; /* (nullable): of the row at hand */
};

/**
 * postern_postgresql_work_run: runs @func on the caller's thread in a transaction of its own, and again as long as it loses to others
 * (for some seconds), or when the connection was lost before the commit. A read within @func reads in the same transaction; nothing else may begin there.
 */
gboolean postern_postgresql_work_run (const PosternPostgresqlWork *self, PosternTransactionFunc func, gpointer user_data, GError **error);

gint64 postern_postgresql_work_execute (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);
/** postern_postgresql_work_insert_many: as PosternDatabaseClass.insert_many */
gboolean postern_postgresql_work_insert_many (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error);
PosternRows *postern_postgresql_work_query (PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error);

G_END_DECLS
