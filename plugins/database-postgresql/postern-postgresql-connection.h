/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"
#include "postern-postgresql-error.h"
#include "postern-postgresql-watch.h"

G_BEGIN_DECLS

#define POSTERN_POSTGRESQL_MAX_VALUES 32 /* of a row */
#define POSTERN_POSTGRESQL_MAX_ROWS 32   /* of a statement */
#define POSTERN_POSTGRESQL_MAX_ASKED 32

/**
 * PosternPostgresqlConnection: one connection in pipeline mode and what is prepared on it, used by one thread at a time. Several statements
 * are asked at once and answered in one round trip; a statement is prepared the first time it is asked, and kept for the connection's life.
 */
typedef struct {
  PGconn *handle;             /* non-blocking: all waits have an end */
  PosternPostgresqlWatch *watch;
  PosternPostgresqlBackend backend; /* 0 until it is known */
  gint64 statement_us;        /* after which the server ends a statement; 0: never */
  gboolean patient;           /* not those of the transaction at hand */
  const char *given_up;       /* (nullable): why no answer is waited for any more */
  gboolean away;              /* the server is, as far as could be seen then */
  GHashTable *statements; /* by text and the types of its values */
  guint epoch;            /* of the pool, when it was made */
  gboolean unread;        /* the last answer was not waited for */
  guint n_asked;
  guint wanted;           /* which of them the caller wants the result of */
  struct _PosternPostgresqlStatement *preparing[POSTERN_POSTGRESQL_MAX_ASKED]; /* (nullable) each: whose preparation was asked in this place */
} PosternPostgresqlConnection;

/** The statements that each connection has from its beginning. */
typedef enum {
  POSTERN_POSTGRESQL_FIXED_BEGIN_LASTING,
  POSTERN_POSTGRESQL_FIXED_BEGIN_EACH,
  POSTERN_POSTGRESQL_FIXED_BEGIN_READ,
  POSTERN_POSTGRESQL_FIXED_TENANT,
  POSTERN_POSTGRESQL_FIXED_HURRY,
  POSTERN_POSTGRESQL_FIXED_PATIENCE,
  POSTERN_POSTGRESQL_FIXED_SAVE,
  POSTERN_POSTGRESQL_FIXED_RELEASE,
  POSTERN_POSTGRESQL_FIXED_BACK,
  POSTERN_POSTGRESQL_FIXED_COMMIT,
  POSTERN_POSTGRESQL_FIXED_ROLLBACK
} PosternPostgresqlFixed;

/** postern_postgresql_connection_open: @watch: must outlive it */
PosternPostgresqlConnection *postern_postgresql_connection_open (const char *url, PosternPostgresqlWatch *watch, GError **error);
void postern_postgresql_connection_close (PosternPostgresqlConnection *self);

/** postern_postgresql_connection_ask_fixed: @text: (nullable): the one value that TENANT has */
void postern_postgresql_connection_ask_fixed (PosternPostgresqlConnection *self, PosternPostgresqlFixed fixed, const char *text);
/**
 * postern_postgresql_connection_ask: @sql, portable; its result is the one that postern_postgresql_connection_answer() gives.
 * @n_rows: 1; more only for what postern_postgresql_text_repeat_row() takes, with @n_values of each row in @values
 */
void postern_postgresql_connection_ask (PosternPostgresqlConnection *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows);
/**
 * postern_postgresql_connection_answer: sends what was asked and waits for all of it. Where nothing comes for two seconds the server is looked at by another way
 * (postern-postgresql-watch.h): the wait goes on while the server is at work, and otherwise the connection is given up and lost.
 * Returns: (transfer full) (nullable): the wanted result; NULL with @fault and @error, after which all that was asked behind it has not been done
 */
PGresult *postern_postgresql_connection_answer (PosternPostgresqlConnection *self, PosternPostgresqlFault *fault, GError **error);
/** postern_postgresql_connection_leave: sends what was asked and waits for nothing: whoever uses the connection next does. */
void postern_postgresql_connection_leave (PosternPostgresqlConnection *self);
gboolean postern_postgresql_connection_is_lost (PosternPostgresqlConnection *self);

G_END_DECLS
