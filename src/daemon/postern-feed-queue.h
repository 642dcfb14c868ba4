/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternFeedQueue: the threads that take webhooks and sinks forward in the audit log, as many as there are for all tenants of a worker. Each piece of work is short; what has more to send
 * comes again behind what waits. Whose turn it is:
 *  - the owner's with the fewest under way, and of these the one's who had a turn the longest ago: however much one tenant has to send, another one
 *    gets the next thread;
 *  - of an owner's, the one that has waited longest;
 *  - but a quarter of the threads is for what is known to be quick: what answers late or not at all, or has never answered, cannot take all.
 *
 * Thread-safe.
 */
typedef struct _PosternFeedQueue PosternFeedQueue;

/**
 * PosternFeedQueueFunc: sends, or hands over, for a second or the time of one answer.
 * @quick: (inout): whether it is known to answer quickly
 * Returns: whether there is more to send
 */
typedef gboolean (*PosternFeedQueueFunc) (gpointer owner, const char *id, gboolean *quick);

/** postern_feed_queue_new: @threads: at most; they are made when they are needed */
PosternFeedQueue *postern_feed_queue_new (guint threads);
/** postern_feed_queue_free: when all owners are dropped. */
void postern_feed_queue_free (PosternFeedQueue *self);
/** postern_feed_queue_add: @id: copied; not in it yet. @func: one for all of an owner */
void postern_feed_queue_add (PosternFeedQueue *self, gpointer owner, const char *id, gboolean quick, PosternFeedQueueFunc func);
/** postern_feed_queue_drop: what of @owner waits is forgotten; waits for what is under way. Nothing is added any more meanwhile. */
void postern_feed_queue_drop (PosternFeedQueue *self, gpointer owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternFeedQueue, postern_feed_queue_free)

G_END_DECLS
