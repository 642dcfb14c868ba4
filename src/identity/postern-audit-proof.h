/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Proofs about the audit log, as JSON that whoever gets one can check without the server: that an entry is in the log (`entry`,
 * `seq`, `path`, `head`), and that a later log begins with an earlier one (`first`, `path`, `head`). Heads are JWS.
 */

/** postern_audit_proof_make: that the entry @id is in the log of the first head signed since. CONFLICT when none was. (transfer full) (nullable) */
GVariant *postern_audit_proof_make (PosternTxn *txn, const char *id, GError **error);
/** postern_audit_proof_make_consistency: between the heads of @first and @size entries. (transfer full) (nullable) */
GVariant *postern_audit_proof_make_consistency (PosternTxn *txn, gint64 first, gint64 size, GError **error);
/** postern_audit_proof_check: @proof of either kind. Returns: (transfer full) (nullable): what is proven, in words; NULL when nothing is */
char *postern_audit_proof_check (GVariant *proof, PosternJwkSet *keys, GError **error);

G_END_DECLS
