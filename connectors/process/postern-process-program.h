/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "postern-process-confine.h"

G_BEGIN_DECLS

/**
 * PosternProcessProgram: the running program and the questions that it has open. It is started at the first question, started again with
 * a growing pause when it has ended, and killed when it does not answer in time, or says what it may not. Thread-safe.
 */
typedef struct _PosternProcessProgram PosternProcessProgram;

/** postern_process_program_new: @confine: (transfer full); @hello: the line that it is told first, with its line feed */
PosternProcessProgram *postern_process_program_new (const char *name, PosternProcessConfine *confine, const char *hello, guint max_calls, guint seconds);
/** postern_process_program_free: kills it. Nobody may be asking. */
void postern_process_program_free (PosternProcessProgram *self);

/** postern_process_program_next_id: the number that makes a question and its answer belong together */
gint64 postern_process_program_next_id (PosternProcessProgram *self);
/**
 * postern_process_program_ask: blocks until the answer, the deadline, or @cancellable.
 * @line: (transfer full): the question @id, with its line feed
 * Returns: (transfer full) (nullable): a{sv}. NULL with UNREACHABLE (no answer in time), TEMPORARILY_UNAVAILABLE (it has ended) or
 *   TOO_MANY_REQUESTS
 */
GVariant *postern_process_program_ask (PosternProcessProgram *self, gint64 id, char *line, GCancellable *cancellable, GError **error);

G_END_DECLS
