/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternPasswordGate: bounds what hashing takes at once: memory, cores and the number of those who wait. More hashes than
 * cores finish no sooner; they only take more memory and hold more threads.
 */
typedef struct _PosternPasswordGate PosternPasswordGate;

/** postern_password_gate_new: @limit: KiB in all; @cores: hashes at once; @queue: how many may wait */
PosternPasswordGate *postern_password_gate_new (guint64 limit, guint cores, guint queue);
void postern_password_gate_free (PosternPasswordGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPasswordGate, postern_password_gate_free)

guint64 postern_password_gate_get_limit (PosternPasswordGate *self);
/**
 * postern_password_gate_enter: waits for room for @memory KiB.
 * Returns: FALSE with POSTERN_ERROR_TOO_MANY_REQUESTS at once when too many wait already, or when @cancellable fires
 */
gboolean postern_password_gate_enter (PosternPasswordGate *self, guint64 memory, GCancellable *cancellable, GError **error);
void postern_password_gate_leave (PosternPasswordGate *self, guint64 memory);

G_END_DECLS
