/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_demo_words_dup_part: part @index (0 header, 1 claims) of a JWT, decoded and laid out for reading; nothing is verified. (transfer full) (nullable) */
char *postern_demo_words_dup_part (const char *token, guint index);
/** postern_demo_words_dup_json: @text laid out for reading. (transfer full) (nullable) */
char *postern_demo_words_dup_json (const char *text, gssize length);

G_END_DECLS
