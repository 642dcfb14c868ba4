/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Languages by their BCP 47 tag: what they are called by those who speak them, which way they run, and which one to take. */

/** postern_languages_get_name: (transfer none): "Deutsch" for "de"; @tag itself when it is not in the table */
const char *postern_languages_get_name (const char *tag);
gboolean postern_languages_is_right_to_left (const char *tag);
/**
 * postern_languages_choose: RFC 4647 section 3.4 (lookup) of @ranges, a list of tags in the order of preference separated by
 * blanks or commas, each perhaps with `;q=` (which then orders them; 0 refuses).
 * @have: (array zero-terminated=1)
 * Returns: (transfer none) (nullable): an element of @have
 */
const char *postern_languages_choose (const char *const *have, const char *ranges);

G_END_DECLS
