/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/** PosternFeedBatch: the next entries of the audit log for somebody who is taken forward in it: a webhook, a sink. Zeroed before; cleared by postern_feed_batch_clear(). */
typedef struct {
  gint64 cut;         /* the number of the first entry that is still there */
  gint64 end;         /* … and behind the last one that was read */
  GPtrArray *entries; /* (element-type PosternAudit) */
  GArray *numbers;    /* gint64, of each of them */
  gboolean is_last;   /* there are no further ones */
} PosternFeedBatch;

/** postern_feed_batch_read: up to @most entries from the number @from on, or from the cut on, where that is later. May be called again: a transaction may run twice. */
gboolean postern_feed_batch_read (PosternFeedBatch *self, PosternTxn *txn, gint64 from, guint most, GError **error);
void postern_feed_batch_clear (PosternFeedBatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFeedBatch, postern_feed_batch_clear)

G_END_DECLS
