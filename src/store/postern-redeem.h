/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-record.h"

G_BEGIN_DECLS

/**
 * postern_redeem: private to this room: single use of a value that is known by its hash. @mark is the one statement by which
 * the database decides; @look ("SELECT used_at, grant_id …") only explains a refusal.
 * @grant_id: (out) (optional) (transfer full): whose grant a value was that had been used before
 */
gpointer postern_redeem (PosternTxn *txn, const PosternRecordType *type, const char *mark, const char *look, const char *hash, gint64 now, char **grant_id, GError **error);

G_END_DECLS
