/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-feed-queue.h"
#include "postern-lease.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

#define POSTERN_SINKS_BATCH 100     /* entries that one is given at once */
#define POSTERN_SINKS_DEADLINE 30   /* seconds that it may take for them */
#define POSTERN_SINKS_PAUSE_MAX 300 /* seconds between two tries, at most (postern_webhook_choose_pause()); and so on for ever, for nobody else keeps a log for it */

/**
 * PosternSinks: takes those of a tenant's sinks that want the audit log forward in it (PosternSinkClass.deliver), by the threads that send webhooks. As
 * for these there is no second record of what is to be sent: a sink is a place in the log (PosternSinkPlace). For whoever does the periodic
 * work and has given the entries their numbers; when two do it at once, a sink is given entries twice, and nothing else.
 */
typedef struct _PosternSinks PosternSinks;

/**
 * postern_sinks_new: @sinks: (element-type PosternSink): all that there are. @lease: (nullable): nothing is begun while it is another's; it outlives this, as @queue does.
 */
PosternSinks *postern_sinks_new (PosternTenant *tenant, GPtrArray *sinks, PosternLease *lease, PosternFeedQueue *queue);
/** postern_sinks_free: cancels what is under way, and waits for it: it comes again. */
void postern_sinks_free (PosternSinks *self);
/** postern_sinks_let_go: @sink is given nothing any more, and what it is at is cut off: it comes again where the sink is switched on again. Any thread */
void postern_sinks_let_go (PosternSinks *self, gpointer sink);
/** postern_sinks_turn: about once a second, from one thread: starts what is due, and waits for nothing. @now: seconds since 1970 */
gboolean postern_sinks_turn (PosternSinks *self, gint64 now, GError **error);
/** postern_sinks_get_due: @due_at: (inout): not later than when the first of @sinks that has not taken all is tried */
gboolean postern_sinks_get_due (PosternTxn *txn, GPtrArray *sinks, gint64 *due_at, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternSinks, postern_sinks_free)

G_END_DECLS
