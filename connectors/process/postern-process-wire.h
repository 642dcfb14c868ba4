/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/* The protocol's words, as README.md promises them. Each makes a line with its line feed. */
#define POSTERN_PROCESS_VERSION 1

/** postern_process_wire_hello: what the program is told first. @options: "NAME=VALUE" (nullable). (transfer full) */
char *postern_process_wire_hello (const char *instance, const char *const *options, const char *secret);
/** postern_process_wire_question: (transfer full) */
char *postern_process_wire_question (PosternStep *step, gint64 id, guint seconds);
/** postern_process_wire_answer: answers @step with what the program said; what it may not say becomes an error. */
void postern_process_wire_answer (PosternStep *step, GVariant *answer);

/** postern_process_wire_events: @texts: (element-type utf8): entries of a log, each as postern_event_print() gives it. (transfer full) */
char *postern_process_wire_events (const char *tenant, GPtrArray *texts, gint64 id, guint seconds);
/** postern_process_wire_is_taken: whether @answer says that the entries are kept; FALSE with @error where it says anything else. */
gboolean postern_process_wire_is_taken (GVariant *answer, GError **error);

G_END_DECLS
