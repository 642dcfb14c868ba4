/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/* Private to this room: entity tags and conditional requests (RFC 9110 section 13). A tag is made of what is shown, so it is strong. */

/** postern_api_condition_find_shown: (nullable): the row that shows what @row changes; NULL where nothing does, or it changes nothing */
const PosternApiRow *postern_api_condition_find_shown (const PosternApiRow *row);
/** postern_api_condition_read: the fields are of printable ASCII. FALSE with INVALID_REQUEST */
gboolean postern_api_condition_read (PosternApiCall *call, GError **error);
/** postern_api_condition_look: reads what is there into call->before (NULL: nothing), within the transaction that changes it. */
gboolean postern_api_condition_look (PosternApiCall *call, PosternTxn *txn, GError **error);
/** postern_api_condition_check: If-Match and If-None-Match of a change against call->before. FALSE with PRECONDITION_FAILED */
gboolean postern_api_condition_check (PosternApiCall *call, GError **error);
/** postern_api_condition_answer: (transfer full) (nullable): 304 where the reader has it already; else NULL, and ETag belongs on the answer: @tag */
PosternResponse *postern_api_condition_answer (PosternApiCall *call, char **tag);

G_END_DECLS
