/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternWebhooksQueue: the threads that send webhooks, as many as there are for all tenants of a worker. Each piece of work is short; what has more to send
 * comes again behind what waits. Whose turn it is:
 *  - the owner's with the fewest under way, and of these the one's who had a turn the longest ago: however much one tenant has to send, another one
 *    gets the next thread;
 *  - of an owner's, the one that has waited longest;
 *  - but a quarter of the threads is for what is known to be quick: what answers late or not at all, or has never answered, cannot take all.
 *
 * Thread-safe.
 */
typedef struct _PosternWebhooksQueue PosternWebhooksQueue;

/**
 * PosternWebhooksQueueFunc: sends, for a second or the time of one answer.
 * @quick: (inout): whether it is known to answer quickly
 * Returns: whether there is more to send
 */
typedef gboolean (*PosternWebhooksQueueFunc) (gpointer owner, const char *id, gboolean *quick);

/** postern_webhooks_queue_new: @threads: at most; they are made when they are needed */
PosternWebhooksQueue *postern_webhooks_queue_new (guint threads);
/** postern_webhooks_queue_free: when all owners are dropped. */
void postern_webhooks_queue_free (PosternWebhooksQueue *self);
/** postern_webhooks_queue_add: @id: copied; not in it yet. @func: one for all of an owner */
void postern_webhooks_queue_add (PosternWebhooksQueue *self, gpointer owner, const char *id, gboolean quick, PosternWebhooksQueueFunc func);
/** postern_webhooks_queue_drop: what of @owner waits is forgotten; waits for what is under way. Nothing is added any more meanwhile. */
void postern_webhooks_queue_drop (PosternWebhooksQueue *self, gpointer owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternWebhooksQueue, postern_webhooks_queue_free)

G_END_DECLS
