/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-work.h"

#include "postern-error.h"
#include "postern-postgresql-text.h"

#define AGAIN_US (5 * G_USEC_PER_SEC)  /* how long one that loses tries on */
#define LONGEST_PAUSE_US 50000
#define MAX_LOST 3
#define FEW_ROWS 4

static __thread PosternTransaction *at_work; /* (nullable): whose function this thread runs */

/* --- statements --------------------------------------------------------------------------------------------------- */

static void
ask_begin (PosternTransaction *self)
{
  static const PosternPostgresqlFixed begin[] = {
    [POSTERN_POSTGRESQL_WORK_READ] = POSTERN_POSTGRESQL_FIXED_BEGIN_READ,
    [POSTERN_POSTGRESQL_WORK_LASTING] = POSTERN_POSTGRESQL_FIXED_BEGIN_LASTING,
    [POSTERN_POSTGRESQL_WORK_EACH] = POSTERN_POSTGRESQL_FIXED_BEGIN_EACH,
    [POSTERN_POSTGRESQL_WORK_SHORT] = POSTERN_POSTGRESQL_FIXED_BEGIN_EACH,
    [POSTERN_POSTGRESQL_WORK_PATIENT] = POSTERN_POSTGRESQL_FIXED_BEGIN_EACH,
  };
  PosternPostgresqlWorkKind kind = self->work->kind;

  postern_postgresql_connection_ask_fixed (self->connection, begin[kind], NULL);
  postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_TENANT, self->work->tenant);
  if (kind == POSTERN_POSTGRESQL_WORK_SHORT)
    postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_HURRY, NULL);
  else if (kind == POSTERN_POSTGRESQL_WORK_PATIENT)
    postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_PATIENCE, NULL);
  self->begun = TRUE;
}

/*
 * That a value is taken is an answer, and a function may go on with it; PostgreSQL goes on only behind a savepoint. Nearly always nothing is taken, or the
 * function ends with that: so it is run without savepoints, which cost as much as what they save, and once more with them when it went on.
 */
static void
go_back (PosternTransaction *self)
{
  PosternPostgresqlFault fault;

  postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_BACK, NULL);
  postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_RELEASE, NULL);
  PQclear (postern_postgresql_connection_answer (self->connection, &fault, NULL));
  self->fault = MAX (self->fault, fault);
}

static gboolean
may_ask (PosternTransaction *self, PosternPostgresqlVerb verb, GError **error)
{
  if ((self->work->kind == POSTERN_POSTGRESQL_WORK_READ || self->reading) && verb != POSTERN_POSTGRESQL_VERB_SELECT)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a write within a read");
      return FALSE;
    }
  if (self->broken)
    {
      self->went_on = TRUE;
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "a statement failed before this one, and is not saved from yet");
      return FALSE;
    }
  return TRUE;
}

static PGresult *
run (PosternTransaction *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  PosternPostgresqlVerb verb = postern_postgresql_text_get_verb (sql);
  gboolean saved = verb == POSTERN_POSTGRESQL_VERB_CHANGE && self->saves;
  PosternPostgresqlFault fault;
  PGresult *result;
  guint wanted;

  if (!may_ask (self, verb, error))
    return NULL;
  if (!self->begun)
    ask_begin (self);
  if (saved)
    postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_SAVE, NULL);
  postern_postgresql_connection_ask (self->connection, sql, values, n_values, n_rows);
  wanted = self->connection->wanted;
  if (saved)
    postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_RELEASE, NULL);
  self->connection->wanted = wanted;
  result = postern_postgresql_connection_answer (self->connection, &fault, error);
  if (fault == POSTERN_POSTGRESQL_FAULT_ANSWER && saved)
    go_back (self);
  self->answered = TRUE;
  self->broken = fault == POSTERN_POSTGRESQL_FAULT_ANSWER && !saved;
  self->fault = MAX (self->fault, fault);
  return result;
}

gint64
postern_postgresql_work_execute (PosternTransaction *self, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PGresult *result = run (self, sql, values, n_values, 1, error);
  gint64 changed = -1;

  if (result != NULL && postern_postgresql_text_get_verb (sql) == POSTERN_POSTGRESQL_VERB_CHANGE)
    changed = g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
  else if (result != NULL)
    changed = 0;
  PQclear (result);
  return changed;
}

/* Each number of rows is a text of its own, which every connection prepares: there are three of them. */
static guint
get_rows_at_once (guint n_rows)
{
  return n_rows >= POSTERN_POSTGRESQL_MAX_ROWS ? POSTERN_POSTGRESQL_MAX_ROWS : n_rows >= FEW_ROWS ? FEW_ROWS : 1;
}

/*
 * What nobody looks at is sent with what comes next. Not the first statement: a connection that was lost while it idled has to show before the commit, where all may be tried again. And
 * where each statement is saved from, its error must be its own.
 */
static gboolean
insert (PosternTransaction *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  PGresult *result;

  if (self->answered && !self->saves && self->connection->n_asked < POSTERN_POSTGRESQL_MAX_ASKED / 2)
    {
      if (!may_ask (self, POSTERN_POSTGRESQL_VERB_CHANGE, error))
        return FALSE;
      postern_postgresql_connection_ask (self->connection, sql, values, n_values, n_rows);
      return TRUE;
    }
  result = run (self, sql, values, n_values, n_rows, error);
  PQclear (result);
  return result != NULL;
}

gboolean
postern_postgresql_work_insert_many (PosternTransaction *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  guint n;

  for (guint at = 0; at < n_rows; at += n)
    {
      n = get_rows_at_once (n_rows - at);
      if (!insert (self, sql, values + at * n_values, n_values, n, error))
        return FALSE;
    }
  return TRUE;
}

PosternRows *
postern_postgresql_work_query (PosternTransaction *self, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PGresult *result = run (self, sql, values, n_values, 1, error);
  PosternRows *rows;

  if (result == NULL)
    return NULL;
  rows = g_new0 (PosternRows, 1);
  rows->result = result;
  rows->row = -1;
  return rows;
}

/* --- transactions --------------------------------------------------------------------------------------------------- */

/*
 * What was read needs no commit to be true, and what is given up none either: nobody waits for the answer. But what was asked and not sent yet may
 * prepare statements, and if it fails nothing behind it is done.
 */
static void
end_unwatched (PosternTransaction *self)
{
  PosternPostgresqlFault fault;

  if (self->connection->n_asked > 0)
    PQclear (postern_postgresql_connection_answer (self->connection, &fault, NULL));
  postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_ROLLBACK, NULL);
  postern_postgresql_connection_leave (self->connection);
}

static gboolean
commit (PosternTransaction *self, GError **error)
{
  GError *problem = NULL;
  PosternPostgresqlFault fault;
  PGresult *result;
  gboolean kept;

  postern_postgresql_connection_ask_fixed (self->connection, POSTERN_POSTGRESQL_FIXED_COMMIT, NULL);
  result = postern_postgresql_connection_answer (self->connection, &fault, &problem);
  kept = result != NULL && g_str_equal (PQcmdStatus (result), "COMMIT");
  PQclear (result);
  if (fault == POSTERN_POSTGRESQL_FAULT_LOST) /* it must not be done again: perhaps it is done */
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "whether the change was kept is not known: the connection was lost while it was committed (%s)",
                   problem->message);
      g_clear_error (&problem);
      self->fault = POSTERN_POSTGRESQL_FAULT_WRONG;
      return FALSE;
    }
  self->fault = MAX (self->fault, fault);
  if (problem != NULL) /* perhaps of an insert that was sent with it: then the transaction has not ended */
    end_unwatched (self);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (!kept)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "PostgreSQL took the change back: a statement of it had failed");
  return kept;
}

/* @error may be set already, by a function that failed. */
static gboolean
end (PosternTransaction *self, gboolean done, GError **error)
{
  if (!self->begun || self->fault == POSTERN_POSTGRESQL_FAULT_LOST)
    return done;
  if (done && self->work->kind != POSTERN_POSTGRESQL_WORK_READ && self->fault <= POSTERN_POSTGRESQL_FAULT_ANSWER)
    return commit (self, error);
  end_unwatched (self);
  return done;
}

/* @saves: (inout): whether there is a savepoint before each change; TRUE afterwards, with AGAIN as @fault, when there has to be */
static gboolean
run_once (const PosternPostgresqlWork *self, PosternTransactionFunc func, gpointer user_data, gboolean *saves, PosternPostgresqlFault *fault, GError **error)
{
  PosternTransaction transaction = { postern_postgresql_pool_take (self->pool, error), self, .saves = *saves };
  gboolean done;

  *fault = POSTERN_POSTGRESQL_FAULT_NONE;
  if (transaction.connection == NULL)
    return FALSE;
  at_work = &transaction;
  done = func (&transaction, user_data, error);
  at_work = NULL;
  if (transaction.broken && (done || transaction.went_on))
    {
      *saves = TRUE;
      transaction.fault = MAX (transaction.fault, POSTERN_POSTGRESQL_FAULT_AGAIN);
    }
  done = end (&transaction, done, error);
  if (transaction.fault == POSTERN_POSTGRESQL_FAULT_READ_ONLY)
    postern_postgresql_pool_look_elsewhere (self->pool, transaction.connection);
  postern_postgresql_pool_give_back (self->pool, transaction.connection);
  *fault = transaction.fault;
  if (!done || *fault <= POSTERN_POSTGRESQL_FAULT_ANSWER)
    return done;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "a statement failed, and so did its transaction");
  return FALSE;
}

/* All who lose at once must not meet again. */
static void
pause_before_again (guint tries)
{
  gint32 most = MIN (LONGEST_PAUSE_US, 500 << MIN (tries, 7));

  g_usleep ((gulong) g_random_int_range (most / 4, most));
}

/* What reads within a transaction (a policy that is not kept yet) reads there: a second connection could be what all others wait for. */
static gboolean
run_within (const PosternPostgresqlWork *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  gboolean reading = at_work->reading, done;

  if (self->kind != POSTERN_POSTGRESQL_WORK_READ || self->pool != at_work->work->pool || !g_str_equal (self->tenant, at_work->work->tenant))
    {
      g_critical ("a transaction was begun within a write function or a read function: it could wait for itself; use the transaction at hand");
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "a transaction within a transaction");
      return FALSE;
    }
  at_work->reading = TRUE;
  done = func (at_work, user_data, error);
  at_work->reading = reading;
  return done;
}

/*
 * Whether a transaction that did not succeed is run anew, perhaps a moment later. The first time that its connection was lost it is in any case: it may
 * have taken long until that was noticed, and if there is no other connection that shows at once.
 */
static gboolean
may_run_again (PosternPostgresqlFault fault, gint64 deadline, guint *tries, guint *lost)
{
  if (fault == POSTERN_POSTGRESQL_FAULT_LOST)
    return ++*lost == 1 || (*lost < MAX_LOST && g_get_monotonic_time () <= deadline);
  if (fault != POSTERN_POSTGRESQL_FAULT_AGAIN || g_get_monotonic_time () > deadline)
    return FALSE;
  pause_before_again ((*tries)++);
  return TRUE;
}

gboolean
postern_postgresql_work_run (const PosternPostgresqlWork *self, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + AGAIN_US;
  gboolean saves = FALSE, saved, done;
  PosternPostgresqlFault fault;
  guint tries = 0, lost = 0;
  GError *problem = NULL;

  if (at_work != NULL)
    return run_within (self, func, user_data, error);
  for (;;)
    {
      saved = saves;
      done = run_once (self, func, user_data, &saves, &fault, &problem);
      if (saves == saved && !may_run_again (fault, deadline, &tries, &lost))
        break;
      g_clear_error (&problem);
    }
  if (problem != NULL)
    g_propagate_error (error, problem);
  return done;
}
