/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-resource-book.h"

G_BEGIN_DECLS

/**
 * postern_flow_scope_words_dup_title: what a person reads for @scope: an English phrase of po/; its description at the first of @resources
 * (nullable) that has it; or its own name. @book: (nullable): the managed resources. (transfer full)
 */
char *postern_flow_scope_words_dup_title (PosternResourceBook *book, const char *const *resources, const char *scope);
/** postern_flow_scope_words_to_variant: av of {name, title, text} for the page `consent`; `openid` says nothing and is left out; floating. */
GVariant *postern_flow_scope_words_to_variant (PosternResourceBook *book, const char *const *resources, const char *const *scopes);

G_END_DECLS
