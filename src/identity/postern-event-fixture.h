/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

/* For tests: which events were written while one ran. tests/unit/run gathers them of all, and misses those that nobody made happen. */

#define EVENT_FIXTURE_REQUEST "req_1" /* the request of an entry that a test writes itself, which is no proof that anything else does */

static inline gboolean
event_fixture_read (PosternTxn *txn, gpointer data, GError **error)
{
  GString *names = data;
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, 10000, error);

  g_string_truncate (names, 0);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      PosternAudit *entry = entries->pdata[i];

      if (g_strcmp0 (entry->request_id, EVENT_FIXTURE_REQUEST) != 0)
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
