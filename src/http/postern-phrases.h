/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternPhrases: one language's `.mo` file (GNU gettext's binary catalogue, either byte order, revision 0 or 1), read by
 * ourselves, because gettext serves one language a process. Immutable, thread-safe. Every offset is checked; a catalogue
 * that lies about its size is refused.
 */
typedef struct _PosternPhrases PosternPhrases;

#define POSTERN_PHRASES_ERROR (postern_phrases_error_quark ())
typedef enum { POSTERN_PHRASES_ERROR_INVALID } PosternPhrasesError;
GQuark postern_phrases_error_quark (void);

/** postern_phrases_new: keeps a reference to @catalogue. (transfer full) (nullable) */
PosternPhrases *postern_phrases_new (GBytes *catalogue, GError **error);
void postern_phrases_free (PosternPhrases *self);
/** postern_phrases_look_up: (transfer none) (nullable): NULL when there is no translation of @words. */
const char *postern_phrases_look_up (PosternPhrases *self, const char *words);
/** postern_phrases_look_up_plural: the form of @singular for @n after the catalogue's own rule. (transfer none) (nullable) */
const char *postern_phrases_look_up_plural (PosternPhrases *self, const char *singular, gulong n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPhrases, postern_phrases_free)

G_END_DECLS
