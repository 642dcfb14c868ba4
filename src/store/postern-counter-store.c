/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

#define ADDED                                                                                                         \
  "count = CASE WHEN counters.resets_at <= ?4 THEN ?2 ELSE counters.count + ?2 END, "                                 \
  "resets_at = CASE WHEN counters.resets_at <= ?4 THEN ?4 + ?3 ELSE counters.resets_at END"

static gboolean
read_count (PosternTxn *txn, const char *key, gint64 *count, gint64 *resets_at, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  PosternValue values[] = { POSTERN_TEXT (key) };

  if (!postern_txn_query (txn, &cursor, "SELECT count, resets_at FROM counters WHERE key = ?1", values, G_N_ELEMENTS (values), error)
      || !postern_txn_next (&cursor, error))
    return FALSE;
  if (count != NULL)
    *count = postern_txn_get_int64 (&cursor, 0);
  if (resets_at != NULL)
    *resets_at = postern_txn_get_int64 (&cursor, 1);
  return TRUE;
}

/*
 * Two guesses at once are two: each way of writing is one statement, and holds the row until the transaction ends, so that
 * what is read then is what this one made of it. Most keys are there already, and to change a row costs sqlite a third of what
 * an INSERT that finds it there does.
 */
gboolean
postern_counter_store_add (PosternTxn *txn, const char *key, gint64 amount, gint64 window, gint64 now, gint64 *count,
                           gint64 *resets_at, GError **error)
{
  static const char change[] = "UPDATE counters SET " ADDED " WHERE key = ?1";
  static const char begin[] = "INSERT INTO counters (key, count, resets_at) VALUES (?1, ?2, ?4 + ?3) "
                              "ON CONFLICT (key) DO UPDATE SET " ADDED;
  PosternValue values[] = { POSTERN_TEXT (key), POSTERN_INT (amount), POSTERN_INT (window), POSTERN_INT (now) };
  gint64 changed = postern_txn_execute (txn, change, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    changed = postern_txn_execute (txn, begin, values, G_N_ELEMENTS (values), error);
  return changed > 0 && read_count (txn, key, count, resets_at, error);
}

gint64
postern_counter_store_get (PosternTxn *txn, const char *key, gint64 now, gint64 *resets_at, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (key), POSTERN_INT (now) };

  if (!postern_txn_query (txn, &cursor, "SELECT count, resets_at FROM counters WHERE key = ?1 AND resets_at > ?2", values,
                          G_N_ELEMENTS (values), error))
    return -1;
  if (resets_at != NULL)
    *resets_at = 0;
  if (!postern_txn_next (&cursor, &failure))
    {
      if (failure == NULL)
        return 0;
      g_propagate_error (error, g_steal_pointer (&failure));
      return -1;
    }
  if (resets_at != NULL)
    *resets_at = postern_txn_get_int64 (&cursor, 1);
  return postern_txn_get_int64 (&cursor, 0);
}

gboolean
postern_counter_store_clear (PosternTxn *txn, const char *key, gint64 resets_at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (key), POSTERN_INT (resets_at) };

  return postern_txn_run (txn, "DELETE FROM counters WHERE key = ?1 AND resets_at = ?2", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_counter_store_forget (PosternTxn *txn, const char *key, GError **error)
{
  g_autofree char *first = g_strconcat (key, ":", NULL), *behind = g_strconcat (key, ";", NULL); /* the character behind a colon */
  PosternValue values[] = { POSTERN_TEXT (key), POSTERN_TEXT (first), POSTERN_TEXT (behind) };

  return postern_txn_run (txn, "DELETE FROM counters WHERE key = ?1 OR (key >= ?2 AND key < ?3)", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_counter_store_give_back (PosternTxn *txn, const char *key, gint64 resets_at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (key), POSTERN_INT (resets_at) };

  return postern_txn_run (txn, "UPDATE counters SET count = count - 1 WHERE key = ?1 AND resets_at = ?2 AND count > 0", values,
                          G_N_ELEMENTS (values), error);
}
