/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-feed-batch.h"

#include "postern-audit-log.h"

/* Numbers have no gap behind the cut; entries are paired with them by their keys all the same. */
static void
number_entries (PosternFeedBatch *self, GPtrArray *links)
{
  guint at = 0;

  g_array_set_size (self->numbers, 0);
  for (guint i = 0; i < links->len && at < self->entries->len; i++) {
    const PosternAuditLink *link = links->pdata[i];

    if (((PosternAudit *) self->entries->pdata[at])->key != link->audit_key)
      continue;
    g_array_append_val (self->numbers, link->seq);
    at++;
  }
  g_ptr_array_set_size (self->entries, (int) at);
}

gboolean
postern_feed_batch_read (PosternFeedBatch *self, PosternTxn *txn, gint64 from, guint most, GError **error)
{
  g_autoptr (GPtrArray) links = NULL;

  postern_feed_batch_clear (self);
  if (!postern_audit_log_get_cut (txn, &self->cut, NULL, error))
    return FALSE;
  from = MAX (from, self->cut);
  links = postern_audit_chain_store_list (txn, from, most, error);
  self->entries = links ? postern_audit_chain_store_list_entries (txn, from, most, error) : NULL;
  if (self->entries == NULL)
    return FALSE;
  self->numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  number_entries (self, links);
  self->end = links->len > 0 ? ((PosternAuditLink *) links->pdata[links->len - 1])->seq + 1 : from;
  self->is_last = links->len < most;
  return TRUE;
}

void
postern_feed_batch_clear (PosternFeedBatch *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->numbers, g_array_unref);
}
