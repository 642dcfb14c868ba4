/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-purge.h"

#include "postern-txn.h"

#define HOUR 3600
#define DAY (24 * HOUR)

/*
 * What goes, and how long it is kept beyond its end: codes so that a late replay is still told apart, ended sessions and
 * revoked grants so that their last access tokens are still refused, flows so that their page can name the way back.
 */
typedef struct {
  PosternKeep keep;
  gint64 grace;     /* seconds */
  const char *end;  /* the last key of ?2 rows behind ?1; NULL when there are none */
  const char *find; /* whether any row behind ?1 and not behind ?2 ended before ?3 */
  const char *drop; /* … and away with them */
} Rule;

/* @key: the first column of the key that the rows are kept by */
#define RULE(table, key, due)                                                                                         \
  "SELECT MAX (" key ") FROM (SELECT " key " FROM " table " WHERE " key " > ?1 ORDER BY " key " LIMIT ?2)",           \
      "SELECT 1 FROM " table " WHERE " key " > ?1 AND " key " <= ?2 AND (" due ") LIMIT 1",                           \
      "DELETE FROM " table " WHERE " key " > ?1 AND " key " <= ?2 AND (" due ")"

static const Rule rules[] = {
  { POSTERN_KEEP_LASTING, HOUR, RULE ("codes", "hash", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("refresh_tokens", "hash", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("grants", "id", "(expires_at > 0 AND expires_at < ?3) OR (revoked_at > 0 AND revoked_at < ?3)") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("sessions", "id", "expires_at < ?3 OR (ended_at > 0 AND ended_at < ?3)") },
  { POSTERN_KEEP_LASTING, HOUR, RULE ("revoked_tokens", "jti", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("tickets", "hash", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, 400 * DAY, RULE ("devices", "user_id", "used_at < ?3") },
  { POSTERN_KEEP_SHORT, DAY, RULE ("flows", "id", "expires_at < ?3") },
  { POSTERN_KEEP_SHORT, 0, RULE ("counters", "key", "resets_at < ?3") },
};

struct _PosternPurge {
  PosternStore *store;
  PosternKeep keep;
  guint rule;
  char *after; /* where the walk stands in the rule's table */
};

/* One step; a transaction may run twice, so that what it finds is only put here. */
typedef struct {
  PosternPurge *purge;
  gint64 now;
  guint rows;
  char *upto; /* (nullable): the table has no more rows */
  gint64 found, deleted;
} Step;

/* Returns: TRUE when it is the first one again */
static gboolean
go_to_next_table (PosternPurge *self)
{
  guint before = self->rule;

  do
    self->rule = (self->rule + 1) % G_N_ELEMENTS (rules);
  while (rules[self->rule].keep != self->keep);
  return self->rule <= before;
}

PosternPurge *
postern_purge_new (PosternStore *store, PosternKeep keep)
{
  PosternPurge *self = g_new0 (PosternPurge, 1);

  self->store = g_object_ref (store);
  self->keep = keep;
  self->rule = G_N_ELEMENTS (rules) - 1;
  self->after = g_strdup ("");
  go_to_next_table (self);
  return self;
}

void
postern_purge_free (PosternPurge *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->store);
  g_free (self->after);
  g_free (self);
}

static gboolean
find_end (PosternTxn *txn, Step *step, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  PosternValue values[] = { POSTERN_TEXT (step->purge->after), POSTERN_INT (step->rows) };

  g_clear_pointer (&step->upto, g_free);
  if (!postern_txn_query (txn, &cursor, rules[step->purge->rule].end, values, G_N_ELEMENTS (values), error)
      || !postern_txn_next (&cursor, error))
    return FALSE;
  step->upto = g_strdup (postern_txn_get_text (&cursor, 0));
  return TRUE;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Step *step = user_data;
  const Rule *rule = &rules[step->purge->rule];

  step->found = 0;
  if (!find_end (txn, step, error))
    return FALSE;
  if (step->upto == NULL)
    return TRUE;
  PosternValue values[] = { POSTERN_TEXT (step->purge->after), POSTERN_TEXT (step->upto), POSTERN_INT (step->now - rule->grace) };
  return postern_txn_read_int64 (txn, &step->found, 0, rule->find, values, G_N_ELEMENTS (values), error);
}

static gboolean
drop (PosternTxn *txn, gpointer user_data, GError **error)
{
  Step *step = user_data;
  const Rule *rule = &rules[step->purge->rule];
  PosternValue values[] = { POSTERN_TEXT (step->purge->after), POSTERN_TEXT (step->upto), POSTERN_INT (step->now - rule->grace) };

  step->deleted = postern_txn_execute (txn, rule->drop, values, G_N_ELEMENTS (values), error);
  return step->deleted >= 0;
}

gboolean
postern_purge_step (PosternPurge *self, gint64 now, guint rows, gint64 *deleted, gboolean *round, GError **error)
{
  Step step = { self, now, rows, NULL, 0, 0 };

  *round = FALSE;
  *deleted = 0;
  if (!postern_store_read (self->store, self->keep, look, &step, error)
      || (step.found != 0 && !postern_store_write (self->store, self->keep, drop, &step, error)))
    {
      g_free (step.upto);
      return FALSE;
    }
  *deleted = step.deleted;
  if (step.upto == NULL)
    *round = go_to_next_table (self);
  g_free (self->after);
  self->after = step.upto ? step.upto : g_strdup ("");
  return TRUE;
}
