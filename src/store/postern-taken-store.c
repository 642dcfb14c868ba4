/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

#define AT_ONCE 31
#define TEXTS                                                                                                         \
  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)"

/* Each by an index of its own. */
static const struct {
  const char *sql;
  guint n_values;
} kinds[] = {
  [POSTERN_TAKEN_NAME] = { "SELECT username FROM users WHERE username IN " TEXTS " UNION ALL SELECT email FROM users WHERE email IN " TEXTS
                           " UNION ALL SELECT phone FROM users WHERE phone IN " TEXTS, AT_ONCE },
  [POSTERN_TAKEN_EXTERNAL_ID] = { "SELECT external_id FROM users WHERE external_id IN " TEXTS, AT_ONCE },
  [POSTERN_TAKEN_ID] = { "SELECT id FROM users WHERE id IN " TEXTS, AT_ONCE },
  [POSTERN_TAKEN_SUBJECT] = { "SELECT subject FROM identities WHERE connector = ?32 AND subject IN " TEXTS, AT_ONCE + 1 },
};

static gboolean
add_rows (PosternTxn *txn, PosternTakenKind kind, const PosternValue *values, GHashTable *taken, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, kinds[kind].sql, values, kinds[kind].n_values, error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure))
    g_hash_table_add (taken, g_strdup (postern_txn_get_text (&cursor, 0)));
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* What is asked has always as many values: the last one fills up. */
gboolean
postern_taken_store_find (PosternTxn *txn, PosternTakenKind kind, const char *connector, GPtrArray *texts, GHashTable *taken, GError **error)
{
  PosternValue values[AT_ONCE + 1];

  values[AT_ONCE] = POSTERN_TEXT (connector);
  for (guint at = 0; at < texts->len; at += AT_ONCE)
    {
      for (guint i = 0; i < AT_ONCE; i++)
        values[i] = POSTERN_TEXT (texts->pdata[MIN (at + i, texts->len - 1)]);
      if (!add_rows (txn, kind, values, taken, error))
        return FALSE;
    }
  return TRUE;
}
