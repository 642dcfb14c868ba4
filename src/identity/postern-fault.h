/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_fault: FALSE, with INVALID_REQUEST "@member: why": what every check of something that is to be kept answers. */
gboolean postern_fault (GError **error, const char *member, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** postern_fault_check_text: a name, or what else people are shown, of @least to @most characters; see postern-shown-private.h. @text: (nullable) */
gboolean postern_fault_check_text (const char *member, const char *text, gint64 least, gint64 most, GError **error);
/** postern_fault_check_phrase: the same of a sentence, in which a piece of another direction may be isolated, as translators do: each isolate ends within it. @text: (nullable) */
gboolean postern_fault_check_phrase (const char *member, const char *text, gint64 least, gint64 most, GError **error);

G_END_DECLS
