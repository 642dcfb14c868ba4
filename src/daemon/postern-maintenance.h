/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-runtime.h"
#include "postern-feed-queue.h"

G_BEGIN_DECLS

/**
 * PosternMaintenance: the worker's thread for periodic work: the schedule of the signing keys, and throwing away what has
 * expired, accounts whose owners want them gone, and whether domains are still proved. Of all workers on all nodes the one that holds the lease in the database does it.
 */
typedef struct _PosternMaintenance PosternMaintenance;

/** postern_maintenance_start: the first two are referenced. @queue: the threads that take webhooks and sinks forward; it outlives this */
PosternMaintenance *postern_maintenance_start (PosternRuntime *runtime, PosternTenant *tenant, PosternFeedQueue *queue);
/** postern_maintenance_let_go: as postern_sinks_let_go(). */
void postern_maintenance_let_go (PosternMaintenance *self, gpointer sink);
/** postern_maintenance_stop: waits for the piece of work under way, then frees. */
void postern_maintenance_stop (PosternMaintenance *self);

G_END_DECLS
