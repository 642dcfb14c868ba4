/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PosternHandlers: the pool of handler threads: bounded in threads and in what waits. Threads start when first needed and stay. */
typedef struct _PosternHandlers PosternHandlers;

PosternHandlers *postern_handlers_new (guint threads, guint queue, GFunc func, gpointer user_data);
/** postern_handlers_free: lets what waits and what runs come to its end. Not from a handler thread. */
void postern_handlers_free (PosternHandlers *self);
/** postern_handlers_push: FALSE when the queue is full; @work is then still the caller's. Any thread. */
gboolean postern_handlers_push (PosternHandlers *self, gpointer work);
/** postern_handlers_get_load: how many wait, and how many run. */
void postern_handlers_get_load (PosternHandlers *self, guint *waiting, guint *running);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternHandlers, postern_handlers_free)

G_END_DECLS
