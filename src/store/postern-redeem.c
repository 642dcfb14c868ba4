/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-redeem.h"

#include "postern-error.h"

static void
explain (PosternTxn *txn, const char *what, const char *look, const char *hash, char **grant_id, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (hash) };

  if (!postern_txn_query (txn, &cursor, look, values, G_N_ELEMENTS (values), error))
    return;
  if (!postern_txn_next (&cursor, &failure))
    {
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else
        g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", what);
      return;
    }
  if (postern_txn_get_int64 (&cursor, 0) == 0)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "the %s has expired", what);
      return;
    }
  if (grant_id != NULL)
    *grant_id = g_strdup (postern_txn_get_text (&cursor, 1));
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the %s was used before", what);
}

gpointer
postern_redeem (PosternTxn *txn, const PosternRecordType *type, const char *mark, const char *look, const char *hash,
                gint64 now, char **grant_id, GError **error)
{
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (hash), POSTERN_INT (now) };
  gpointer record = postern_record_read (txn, type, mark, values, G_N_ELEMENTS (values), &failure);

  if (record != NULL)
    return record;
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    explain (txn, type->what, look, hash, grant_id, error);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}
