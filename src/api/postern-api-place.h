/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-schema.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/* Private to this room: a place in the audit log as people name it: an entry's number, or a time. */

#define POSTERN_API_PLACE_PATTERN "^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}Z)$"

/** postern_api_place_read: the member @name of @object, which has the pattern; of a time it is the first entry of then or later. @seq: untouched where it is absent */
gboolean postern_api_place_read (GVariant *object, const char *name, PosternTxn *txn, gint64 *seq, GError **error);

/** what a body says that has something handed over once more: `from` */
extern const PosternApiSchema postern_api_place_replay_schema;
/**
 * postern_api_place_read_replay: `from` of @body. Where the log does not reach back so far, it says so and does nothing: who asks would take what comes for whole.
 */
gboolean postern_api_place_read_replay (GVariant *body, PosternTxn *txn, gint64 *from, GError **error);

G_END_DECLS
