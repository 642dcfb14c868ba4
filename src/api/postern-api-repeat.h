/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/*
 * Private to this room: a POST that is sent again because nobody knows whether it arrived. With a field Idempotency-Key its answer is kept for a
 * day, in the transaction of what it did, sealed; the same request with the same key by the same caller gets it again, and nothing is done.
 * What was refused did nothing, so it is not kept: it is tried again.
 */

#define POSTERN_API_REPEAT_LIFETIME (24 * 3600) /* seconds */

/** postern_api_repeat_read: call->key_hash and call->request_hash, where there is a key and the row may have one. FALSE with INVALID_REQUEST */
gboolean postern_api_repeat_read (PosternApiCall *call, GError **error);
/** postern_api_repeat_look: whether it was done before: then call->status and call->repeated are its answer. FALSE with KEY_REUSED, or what the store says */
gboolean postern_api_repeat_look (PosternApiCall *call, PosternTxn *txn, GError **error);
/** postern_api_repeat_keep: call->result, behind the work */
gboolean postern_api_repeat_keep (PosternApiCall *call, PosternTxn *txn, GError **error);

G_END_DECLS
