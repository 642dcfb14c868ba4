/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-txn.h"

#include "postern-error.h"

/* That a value is taken, or that what a row refers to is not there, is an answer; with anything else there was none. Takes @problem. */
static void
hand_on (PosternTxn *self, GError *problem, GError **error)
{
  gboolean answered = g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT) || g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);

  if (!answered && self->failure == NULL)
    self->failure = g_error_copy (problem);
  g_propagate_error (error, problem);
}

gint64
postern_txn_execute (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  GError *problem = NULL;
  gint64 changed = self->klass->execute (self->database, self->transaction, sql, values, n_values, &problem);

  if (problem != NULL)
    hand_on (self, problem, error);
  return changed;
}

gboolean
postern_txn_run (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  return postern_txn_execute (self, sql, values, n_values, error) >= 0;
}

gboolean
postern_txn_run_one (PosternTxn *self, const char *what, const char *sql, const PosternValue *values, guint n_values,
                     GError **error)
{
  gint64 changed = postern_txn_execute (self, sql, values, n_values, error);

  if (changed == 0)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", what);
  return changed > 0;
}

static gboolean
insert_one_by_one (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  for (guint i = 0; i < n_rows; i++)
    if (self->klass->execute (self->database, self->transaction, sql, values + i * n_values, n_values, error) < 0)
      return FALSE;
  return TRUE;
}

/* Which of the rows are there behind an error differs by driver: nothing may go on. */
gboolean
postern_txn_insert_many (PosternTxn *self, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  GError *problem = NULL;

  if (self->klass->insert_many != NULL ? self->klass->insert_many (self->database, self->transaction, sql, values, n_values, n_rows, &problem)
                                       : insert_one_by_one (self, sql, values, n_values, n_rows, &problem))
    return TRUE;
  if (self->failure == NULL)
    self->failure = g_error_copy (problem);
  g_propagate_error (error, problem);
  return FALSE;
}

gboolean
postern_txn_query (PosternTxn *self, PosternCursor *cursor, const char *sql, const PosternValue *values, guint n_values,
                   GError **error)
{
  GError *problem = NULL;

  cursor->txn = self;
  cursor->rows = self->klass->query (self->database, self->transaction, sql, values, n_values, &problem);
  if (problem != NULL)
    hand_on (self, problem, error);
  return cursor->rows != NULL;
}

gboolean
postern_txn_next (PosternCursor *cursor, GError **error)
{
  GError *problem = NULL;
  gboolean found = cursor->txn->klass->rows_next (cursor->txn->database, cursor->rows, &problem);

  if (problem != NULL)
    hand_on (cursor->txn, problem, error);
  return found;
}

gint64
postern_txn_get_int64 (PosternCursor *cursor, guint column)
{
  return cursor->txn->klass->rows_get_int64 (cursor->txn->database, cursor->rows, column);
}

const char *
postern_txn_get_text (PosternCursor *cursor, guint column)
{
  return cursor->txn->klass->rows_get_text (cursor->txn->database, cursor->rows, column);
}

GBytes *
postern_txn_dup_blob (PosternCursor *cursor, guint column)
{
  gsize length = 0;
  const guint8 *data = cursor->txn->klass->rows_get_blob (cursor->txn->database, cursor->rows, column, &length);

  return g_bytes_new (data, length);
}

void
postern_txn_clear_cursor (PosternCursor *cursor)
{
  if (cursor->rows != NULL)
    cursor->txn->klass->rows_free (cursor->txn->database, cursor->rows);
  cursor->rows = NULL;
}

gboolean
postern_txn_read_int64 (PosternTxn *self, gint64 *value, gint64 fallback, const char *sql, const PosternValue *values,
                        guint n_values, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (self, &cursor, sql, values, n_values, error))
    return FALSE;
  *value = postern_txn_next (&cursor, &failure) ? postern_txn_get_int64 (&cursor, 0) : fallback;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}
