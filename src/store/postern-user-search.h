/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"
#include "postern-txn.h"

G_BEGIN_DECLS

/*
 * Private to this room: who is found by the first characters of a name, in the order of what matches, as the indices have it. By id the table might be read
 * from one end to the other before a page is full: names are often given in the order in which people come.
 */

/** postern_user_search_is_mark: whether @after is a `next` of such a list. (nullable) */
gboolean postern_user_search_is_mark (const char *after);
/**
 * postern_user_search_list: who begins with the filter's search, behind the mark @after (nullable: from the first on), if the rest of the filter lets
 * them pass. A page costs what it costs to look at some hundreds: it may end before it is full, and then @next is not NULL.
 * @next: (out) (transfer full) (nullable): the mark of the next page
 */
GPtrArray *postern_user_search_list (PosternTxn *txn, const PosternUserFilter *filter, const char *after, guint limit, char **next, GError **error);

G_END_DECLS
