/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-feed-batch.h"
#include "postern-webhook.h"
#include "postern-webhooks.h"

G_BEGIN_DECLS

/* Private to postern-webhooks*.c: what is read of the log for one webhook, and what is written down of it. */

#define POSTERN_WEBHOOKS_BATCH 50 /* entries that are read at once */

/** PosternWebhooksPlace: how far a webhook was taken past entries that it does not want; @revision: 0: nowhere yet */
typedef struct {
  gint64 revision, position;
} PosternWebhooksPlace;

/** PosternWebhooksBatch: zeroed before; cleared by postern_webhooks_batch_clear(). */
typedef struct {
  PosternWebhook *webhook; /* (nullable): there is none that may be tried */
  gint64 kept;             /* its position as it is written down */
  gint64 from;             /* the first entry that it has not had */
  PosternFeedBatch log;
} PosternWebhooksBatch;

/**
 * postern_webhooks_batch_read: the entries that @id has not had. Those that were cut off before are counted as missed, which is written down,
 * and is an event itself.
 */
gboolean postern_webhooks_batch_read (PosternWebhooksBatch *self, PosternTenant *tenant, const char *id, const PosternWebhooksPlace *passed, GError **error);
void postern_webhooks_batch_clear (PosternWebhooksBatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternWebhooksBatch, postern_webhooks_batch_clear)

/** PosternWebhooksEnd: what came of writing something down: it is to be read again when somebody else has changed it, and kept in mind when nothing can be written */
typedef enum { POSTERN_WEBHOOKS_WRITTEN, POSTERN_WEBHOOKS_OVERTAKEN, POSTERN_WEBHOOKS_NOT_WRITTEN } PosternWebhooksEnd;

/**
 * postern_webhooks_batch_settle: writes down what @webhook says; that it is switched off is an event, and where @tells, owners and who made it get a mail.
 * @kept: its position as it was; moved on. @answer: (nullable): what it was switched off for.
 */
PosternWebhooksEnd postern_webhooks_batch_settle (PosternTenant *tenant, gboolean tells, PosternWebhook *webhook, gint64 *kept, const PosternWebhookAnswer *answer);

G_END_DECLS
