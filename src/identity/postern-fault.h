/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_fault: FALSE, with INVALID_REQUEST "@member: why": what every check of something that is to be kept answers. */
gboolean postern_fault (GError **error, const char *member, const char *format, ...) G_GNUC_PRINTF (3, 4);
/** postern_fault_check_text: a text of @least to @most characters without control characters. @text: (nullable) */
gboolean postern_fault_check_text (const char *member, const char *text, gint64 least, gint64 most, GError **error);

G_END_DECLS
