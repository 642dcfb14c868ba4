/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-txn.h"

#define HOUR 3600
#define DAY (24 * HOUR)

/* What goes, and how long it is kept beyond its end: codes so that a late replay is still told apart, ended sessions and
 * revoked grants so that their last access tokens are still refused, flows so that their page can name the way back. */
typedef struct {
  PosternKeep keep;
  gint64 grace; /* seconds */
  const char *sql; /* ?1: the latest end that goes, ?2: how many rows */
} Rule;

#define RULE(table, key, when) "DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table " WHERE " when " LIMIT ?2)"

static const Rule rules[] = {
  { POSTERN_KEEP_LASTING, HOUR, RULE ("codes", "hash", "expires_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("refresh_tokens", "hash", "expires_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("grants", "id", "expires_at > 0 AND expires_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("grants", "id", "revoked_at > 0 AND revoked_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("sessions", "id", "expires_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("sessions", "id", "ended_at > 0 AND ended_at < ?1") },
  { POSTERN_KEEP_LASTING, HOUR, RULE ("revoked_tokens", "jti", "expires_at < ?1") },
  { POSTERN_KEEP_LASTING, DAY, RULE ("tickets", "hash", "expires_at < ?1") },
  { POSTERN_KEEP_LASTING, 400 * DAY, "DELETE FROM devices WHERE (device_hash, user_id) IN (SELECT device_hash, user_id FROM devices WHERE used_at < ?1 LIMIT ?2)" },
  { POSTERN_KEEP_SHORT, DAY, RULE ("flows", "id", "expires_at < ?1") },
  { POSTERN_KEEP_SHORT, 0, RULE ("counters", "key", "resets_at < ?1") },
};

gboolean
postern_purge_store_run (PosternTxn *txn, PosternKeep keep, gint64 now, guint limit, gint64 *deleted, GError **error)
{
  gint64 left = limit;

  for (guint i = 0; i < G_N_ELEMENTS (rules) && left > 0; i++)
    {
      PosternValue values[] = { POSTERN_INT (now - rules[i].grace), POSTERN_INT (left) };
      gint64 changed;

      if (rules[i].keep != keep)
        continue;
      changed = postern_txn_execute (txn, rules[i].sql, values, G_N_ELEMENTS (values), error);
      if (changed < 0)
        return FALSE;
      left -= changed;
    }
  if (deleted != NULL)
    *deleted = (gint64) limit - left;
  return TRUE;
}
