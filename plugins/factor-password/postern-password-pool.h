/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternPasswordPool: the threads that hash, and what bounds them: memory, cores and the number of those who wait. More hashes
 * than cores finish no sooner; they only take more memory and hold more threads.
 *
 * Its threads are SCHED_BATCH and nicer than the rest by POSTERN_PASSWORD_POOL_NICE. Whoever has a request to read or to answer so
 * takes the core from a hash as soon as he wakes, and a hash that wakes takes it from nobody. Nicer by ten, not by nineteen and not
 * SCHED_IDLE: beside threads that never sleep a hash still gets a tenth of a core, so that a busy server signs people in.
 */
typedef struct _PosternPasswordPool PosternPasswordPool;

#define POSTERN_PASSWORD_POOL_NICE 10

/** PosternPasswordWork: what a thread of the pool runs; it does not fail, but says in @data what came of it. */
typedef void (*PosternPasswordWork) (gpointer data);

/**
 * postern_password_pool_new: @limit: KiB in all; @cores: hashes at once; @queue: how many may wait; @arena: KiB of memory that each thread
 * keeps from one hash to the next (see postern-password-memory.h). Threads start when there is work for them.
 */
PosternPasswordPool *postern_password_pool_new (guint64 limit, guint cores, guint queue, guint32 arena);
/** postern_password_pool_free: nobody may be in postern_password_pool_run() any more. */
void postern_password_pool_free (PosternPasswordPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPasswordPool, postern_password_pool_free)

guint64 postern_password_pool_get_limit (PosternPasswordPool *self);
/**
 * postern_password_pool_run: has @work done with @data on a thread of the pool, and waits for it; of any thread. @memory: KiB that it takes.
 * Returns: FALSE, and @work has not begun: POSTERN_ERROR_TOO_MANY_REQUESTS at once when too many wait already, or when @cancellable
 *          fires before its turn came
 */
gboolean postern_password_pool_run (PosternPasswordPool *self, guint64 memory, PosternPasswordWork work, gpointer data, GCancellable *cancellable, GError **error);

G_END_DECLS
