/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

/*
 * For tests: which events were written while one ran. tests/unit/run gathers them of all, and misses those that nobody made happen. What each entry
 * has beside its data is checked here: by whom and from where, but for what the server does by itself, and for strangers who did not get in.
 */

#define EVENT_FIXTURE_REQUEST "req_1" /* the request of an entry that a test writes itself, which is no proof that anything else does */

static inline void
event_fixture_check (const PosternAudit *entry)
{
  gboolean by_stranger = g_str_has_prefix (entry->event, "sign-in."); /* whom they call themselves nobody knows */

  if (g_strcmp0 (entry->actor, POSTERN_AUDIT_SERVER) == 0)
    return;
  if (entry->remote_address == NULL && entry->address_hash == NULL)
    g_error ("%s %s does not say from where", entry->event, entry->id);
  if (entry->actor == NULL && !by_stranger)
    g_error ("%s %s does not say by whom", entry->event, entry->id);
}

static inline gboolean
event_fixture_read (PosternTxn *txn, gpointer data, GError **error)
{
  GString *names = data;
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, G_MAXINT32, error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal); /* each is told once */

  g_string_truncate (names, 0);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      PosternAudit *entry = entries->pdata[i];

      if (g_strcmp0 (entry->request_id, EVENT_FIXTURE_REQUEST) == 0)
        continue;
      event_fixture_check (entry);
      if (g_hash_table_add (seen, entry->event))
        g_string_append_printf (names, " %s", entry->event);
    }
  return entries != NULL;
}

/** event_fixture_tell: to be called before @store is closed for the last time */
static inline void
event_fixture_tell (PosternStore *store)
{
  g_autoptr (GString) names = g_string_new (NULL);

  if (postern_store_read (store, POSTERN_KEEP_LASTING, event_fixture_read, names, NULL) && names->len > 0)
    g_test_message ("written:%s", names->str);
}
