/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/*
 * Where a provider keeps a value in its JSON, as an operator writes it:
 *
 *     kakao_account.profile.nickname      members within members
 *     emails[0].email                     an element of an array by number
 *     emails[primary].email               the first element whose member is true
 *     global_name|username                the first that is there
 *     https://cdn.example/{id}/{avatar}   text with values in it; nothing when one of them is missing
 *
 * A condition says whether something is so: "always", "never", or paths joined by "&" at each of which JSON true must stand;
 * "path=text" instead of a path compares the value's text; that of JSON true is "true".
 */

/** postern_oauth2_path_check: FALSE when @path is not written like this */
gboolean postern_oauth2_path_check (const char *path);
/** postern_oauth2_path_dup_text: a text that is not empty, or a whole number as text. (transfer full) (nullable) */
char *postern_oauth2_path_dup_text (GVariant *document, const char *path);
/** postern_oauth2_path_is_true: whether @condition holds in @document */
gboolean postern_oauth2_path_is_true (GVariant *document, const char *condition);

G_END_DECLS
