/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-record.h"
#include "postern-seal.h"
#include "postern-store-private.h"
#include "postern-txn.h"

#define TABLE "claims_hooks"
#define SEALED_COLUMN "secret"
#define ON_CONFLICT                                                                                                    \
  "ON CONFLICT (owner_id) DO UPDATE SET url = excluded.url, secret = excluded.secret, timeout = excluded.timeout, "     \
  "on_failure = excluded.on_failure, updated_at = excluded.updated_at"

gboolean
postern_claims_hook_store_put (PosternTxn *txn, PosternClaimsHook *hook, const char *secret, GError **error)
{
  postern_store_note_rule_change (txn->store);
  if (secret) {
    g_free (hook->secret);
    hook->secret = postern_seal (txn->store, TABLE, SEALED_COLUMN, hook->owner_id, secret, strlen (secret), error);
  }
  return hook->secret && postern_record_write (txn, &postern_records_claims_hook, hook, POSTERN_SQL_INSERT (postern_records_claims_hook, ON_CONFLICT), error) > 0;
}

PosternClaimsHook *
postern_claims_hook_store_get (PosternTxn *txn, const char *owner_id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (owner_id) };

  return postern_record_read (txn, &postern_records_claims_hook, POSTERN_SQL_SELECT (postern_records_claims_hook, "WHERE owner_id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_claims_hook_store_list (PosternTxn *txn, GError **error)
{
  return postern_record_list (txn, &postern_records_claims_hook, POSTERN_SQL_SELECT (postern_records_claims_hook, "ORDER BY owner_id"), NULL, 0, error);
}

gboolean
postern_claims_hook_store_delete (PosternTxn *txn, const char *owner_id, gboolean *changed, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (owner_id) };
  gint64 rows = postern_txn_execute (txn, "DELETE FROM claims_hooks WHERE owner_id = ?1", values, G_N_ELEMENTS (values), error);

  postern_store_note_rule_change (txn->store);
  if (changed)
    *changed = rows > 0;
  return rows >= 0;
}

char *
postern_claims_hook_store_dup_secret (PosternTxn *txn, const PosternClaimsHook *hook, GError **error)
{
  return postern_unseal (txn->store, TABLE, SEALED_COLUMN, hook->owner_id, hook->secret, NULL, error);
}
