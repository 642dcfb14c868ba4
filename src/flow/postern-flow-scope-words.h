/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-resource-book.h"

G_BEGIN_DECLS

/**
 * postern_flow_scope_words_dup_title: what a person reads for @scope: an English phrase of po/; its description at the first of @resources
 * (nullable) that has it; or its own name. @book: (nullable): the managed resources. (transfer full)
 */
char *postern_flow_scope_words_dup_title (PosternResourceBook *book, const char *const *resources, const char *scope);
/**
 * postern_flow_scope_words_to_variant: av of {name, title, text} for the page `consent`: a scope once for each of @resources (nullable) at which it gives
 * something, as of postern_flow_scope_words_dup_allowed(); `openid` says nothing and is left out; floating.
 */
GVariant *postern_flow_scope_words_to_variant (PosternResourceBook *book, const char *const *resources, const char *const *scopes);
/**
 * postern_flow_scope_words_dup_allowed: what somebody allows who allows @scopes (nullable) at @resources (nullable), as it is remembered: what is
 * about the person by its name, and what is at a resource as `indicator#scope`, for each one that has it or that nobody manages here. An indicator has
 * no fragment (RFC 8707 section 2), and a scope of no resource with a `#` in it begins with another, so that none can pass for another one. @book: (nullable) where there are no resources.
 * Returns: (transfer full)
 */
GStrv postern_flow_scope_words_dup_allowed (PosternResourceBook *book, const char *const *resources, const char *const *scopes);

G_END_DECLS
