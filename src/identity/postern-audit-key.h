/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * The key that signs what is said of the audit log: Ed25519, of that use alone, so that nothing a token signs could be taken for
 * it. It is not changed by the calendar, and one that was changed is never thrown away: who keeps a head for ten years must find its key.
 */
#define POSTERN_AUDIT_KEY_ALG POSTERN_JOSE_ALG_EDDSA

/** postern_audit_key_dup: made on first use; reads and writes the store. (transfer full) (nullable) */
PosternJwk *postern_audit_key_dup (PosternStore *store, GError **error);
/**
 * postern_audit_key_rotate: within @txn, has another key sign from now on. @before, @after: (out) (nullable) (transfer full): the kid of
 * the one that signed, if any did, and of the new one. CONFLICT when somebody else does it at the same time
 */
gboolean postern_audit_key_rotate (PosternTxn *txn, PosternStore *store, gint64 now, char **before, char **after, GError **error);
/** postern_audit_key_list: the public parts of all that ever signed. Returns: (transfer full) (nullable): a JWK set, a{sv} */
GVariant *postern_audit_key_list (PosternTxn *txn, GError **error);

G_END_DECLS
