/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-json.h"

G_BEGIN_DECLS

/** postern_flow_organization_log_words_find: what people read for @event in the log of an organization: a phrase. Returns: (nullable): NULL: it is in none */
const char *postern_flow_organization_log_words_find (const char *event);
/** postern_flow_organization_log_words_list_kinds: what can be chosen among: [{`value`,`title` (phrase),`selected`}], the first of which is all. (transfer floating) */
GVariant *postern_flow_organization_log_words_list_kinds (const char *chosen);
/** postern_flow_organization_log_words_is_kind: whether @kind is one of them. */
gboolean postern_flow_organization_log_words_is_kind (const char *kind);
/**
 * postern_flow_organization_log_words_dup_about: to whom or what it was done.
 * @entry: of the log, as the API has it, with `names`
 * Returns: (transfer full): "" where nothing is known
 */
char *postern_flow_organization_log_words_dup_about (GVariant *entry);
/** postern_flow_organization_log_words_dup_raw: @entry as JSON, a member a line. (transfer full) */
char *postern_flow_organization_log_words_dup_raw (GVariant *entry);

G_END_DECLS
