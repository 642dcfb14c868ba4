/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-redeem.h"

#include "postern-error.h"

static void
explain (PosternTxn *txn, const PosternRedeem *self, const PosternValue *values, guint n_values, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, self->look, values, n_values, error))
    return;
  if (!postern_txn_next (&cursor, &failure))
    {
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else
        g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", self->what);
    }
  else if (postern_txn_get_int64 (&cursor, 0) == 0)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "the %s is over", self->what);
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the %s was used before", self->what);
}

gboolean
postern_redeem (PosternTxn *txn, const PosternRedeem *self, const PosternValue *values, guint n_values, GError **error)
{
  gint64 changed = postern_txn_execute (txn, self->mark, values, n_values, error);

  if (changed == 0)
    explain (txn, self, values, n_values - 1, error);
  return changed > 0;
}
