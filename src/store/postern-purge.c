/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-purge.h"

#include "postern-stores.h"
#include "postern-txn.h"

#define HOUR 3600
#define DAY (24 * HOUR)

/*
 * What goes, and how long it is kept beyond its end: ended sessions and grants so that a late replay of their secrets is still
 * told apart and their last access tokens are still refused, flows so that their page can name the way back.
 */
typedef struct {
  PosternKeep keep;
  gint64 grace;      /* seconds */
  gboolean numbered; /* the key is a number and holds the row's time (postern_id_get_key) */
  const char *end;   /* the last key of ?2 rows behind ?1, and numbered: before ?3; NULL when there are none */
  const char *find;  /* whether any row behind ?1 and not behind ?2 ended before ?3 */
  const char *drop;  /* … and away with them, or with what of them is over */
} Rule;

#define END(table, key, bound) "SELECT MAX (" key ") FROM (SELECT " key " FROM " table " WHERE " key " > ?1" bound " ORDER BY " key " LIMIT ?2) AS page"
#define FIND(table, key, due) "SELECT 1 FROM " table " WHERE " key " > ?1 AND " key " <= ?2 AND (" due ") LIMIT 1"
#define DROP(table, key, due) "DELETE FROM " table " WHERE " key " > ?1 AND " key " <= ?2 AND (" due ")"

#define CLEAR(table, key, due, what) "UPDATE " table " SET " what " WHERE " key " > ?1 AND " key " <= ?2 AND (" due ")"

/* @key: the first column of the key that the rows are kept by */
#define RULE(table, key, due) FALSE, END (table, key, ""), FIND (table, key, due), DROP (table, key, due)
#define NUMBERED(table, due) TRUE, END (table, "key", " AND key < ?3"), FIND (table, "key", due), DROP (table, "key", due)

#define RULE_TO_CLEAR(table, key, due, what) FALSE, END (table, key, ""), FIND (table, key, due), CLEAR (table, key, due, what)

/* A secret that signed beside the one in its place, and does not any more. */
#define OLD_SECRET_IS_OVER "old_secret IS NOT NULL AND old_secret_until < ?3"

/* Refresh tokens go with their grant. One whose code nobody came for gave nothing; one whose application is gone gives nothing. */
#define GRANT_IS_OVER                                                                                                 \
  "(expires_at > 0 AND expires_at < ?3) OR (revoked_at > 0 AND revoked_at < ?3) "                                     \
  "OR (code_used_at = 0 AND code_expires_at > 0 AND code_expires_at < ?3) "                                           \
  "OR application_id NOT IN (SELECT id FROM applications)"

static const Rule rules[] = {
  { POSTERN_KEEP_LASTING, DAY, NUMBERED ("grants", GRANT_IS_OVER) },
  { POSTERN_KEEP_LASTING, DAY, NUMBERED ("sessions", "expires_at < ?3 OR (ended_at > 0 AND ended_at < ?3)") },
  { POSTERN_KEEP_LASTING, HOUR, NUMBERED ("access_tokens", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, HOUR, RULE ("revoked_tokens", "jti", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, 0, RULE ("idempotency_keys", "hash", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, HOUR, RULE ("codes", "owner", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, 90 * DAY, RULE ("invitations", "id", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("tickets", "hash", "expires_at < ?3") },
  { POSTERN_KEEP_LASTING, 0, NUMBERED ("outbox", "purge_at > 0 AND purge_at < ?3") },
  { POSTERN_KEEP_LASTING, POSTERN_DEVICE_LIFETIME, RULE ("devices", "user_id", "used_at < ?3") },
  { POSTERN_KEEP_LASTING, 0, RULE_TO_CLEAR ("webhooks", "id", OLD_SECRET_IS_OVER, "old_secret = NULL, old_secret_until = 0") },
  { POSTERN_KEEP_SHORT, DAY, NUMBERED ("flows", "expires_at < ?3") },
  { POSTERN_KEEP_SHORT, 0, RULE ("counters", "key", "resets_at < ?3") },
};

struct _PosternPurge {
  PosternStore *store;
  PosternKeep keep;
  guint rule;
  char *after; /* the key where the walk stands in the rule's table; "" before the first */
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

static PosternValue
key_of (const Rule *rule, const char *text)
{
  return !rule->numbered ? POSTERN_TEXT (text) : *text ? POSTERN_INT (g_ascii_strtoll (text, NULL, 10)) : POSTERN_INT (-1);
}

/* What is younger than the grace cannot have ended before it: the walk turns back there. */
static gboolean
find_end (PosternTxn *txn, Step *step, GError **error)
{
  const Rule *rule = &rules[step->purge->rule];
  g_auto (PosternCursor) cursor = { 0 };
  PosternValue values[] = { key_of (rule, step->purge->after), POSTERN_INT (step->rows),
                            POSTERN_INT (postern_id_get_first_key (step->now - rule->grace)) };

  g_clear_pointer (&step->upto, g_free);
  if (!postern_txn_query (txn, &cursor, rule->end, values, rule->numbered ? 3 : 2, error) || !postern_txn_next (&cursor, error))
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
  PosternValue values[] = { key_of (rule, step->purge->after), key_of (rule, step->upto), POSTERN_INT (step->now - rule->grace) };
  return postern_txn_read_int64 (txn, &step->found, 0, rule->find, values, G_N_ELEMENTS (values), error);
}

static gboolean
drop (PosternTxn *txn, gpointer user_data, GError **error)
{
  Step *step = user_data;
  const Rule *rule = &rules[step->purge->rule];
  PosternValue values[] = { key_of (rule, step->purge->after), key_of (rule, step->upto), POSTERN_INT (step->now - rule->grace) };

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
