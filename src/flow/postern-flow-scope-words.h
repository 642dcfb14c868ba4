/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_flow_scope_words_get_title: what a person reads for @scope: an English phrase of po/, or the scope's own name. (transfer none) */
const char *postern_flow_scope_words_get_title (const char *scope);
/** postern_flow_scope_words_to_variant: av of {name, title, text} for the page `consent`; `openid` says nothing and is left out; floating. */
GVariant *postern_flow_scope_words_to_variant (const char *const *scopes);

G_END_DECLS
