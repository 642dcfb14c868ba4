/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternPlural: the rule of a catalogue's `Plural-Forms` line, `nplurals=N; plural=EXPRESSION;`, the expression in C's grammar
 * over n: ?: || && == != < > <= >= + - * / % ! ( ) and numbers. Compiled for a stack of bounded depth; it cannot fail later.
 */
typedef struct _PosternPlural PosternPlural;

/** postern_plural_new: @line is the header's value. (transfer full) (nullable): NULL when it is not such a line */
PosternPlural *postern_plural_new (const char *line);
void postern_plural_free (PosternPlural *self);
/** postern_plural_choose: the index of the form for @n, always below the number of forms. */
guint postern_plural_choose (PosternPlural *self, gulong n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPlural, postern_plural_free)

G_END_DECLS
