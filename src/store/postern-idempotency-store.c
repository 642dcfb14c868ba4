/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-error.h"
#include "postern-record.h"
#include "postern-seal.h"

#define TABLE "idempotency_keys"
#define COLUMN "answer"

/* One that is over, and not thrown away yet, gives way. */
#define ON_CONFLICT                                                                                                    \
  "ON CONFLICT (hash) DO UPDATE SET request = excluded.request, status = excluded.status, answer = excluded.answer, "  \
  "created_at = excluded.created_at, expires_at = excluded.expires_at WHERE idempotency_keys.expires_at <= excluded.created_at"

gboolean
postern_idempotency_store_insert (PosternTxn *txn, PosternIdempotency *kept, const char *answer, GError **error)
{
  gint64 written;

  g_clear_pointer (&kept->answer, g_free);
  if (answer != NULL && (kept->answer = postern_seal (txn->store, TABLE, COLUMN, kept->hash, answer, strlen (answer), error)) == NULL)
    return FALSE;
  written = postern_record_write (txn, &postern_records_idempotency, kept, POSTERN_SQL_INSERT (postern_records_idempotency, ON_CONFLICT), error);
  if (written == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the key was used meanwhile");
  return written > 0;
}

PosternIdempotency *
postern_idempotency_store_get (PosternTxn *txn, const char *hash, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (hash), POSTERN_INT (now) };

  return postern_record_read (txn, &postern_records_idempotency, POSTERN_SQL_SELECT (postern_records_idempotency, "WHERE hash = ?1 AND expires_at > ?2"), values,
                              G_N_ELEMENTS (values), error);
}

char *
postern_idempotency_store_dup_answer (PosternTxn *txn, const PosternIdempotency *kept, GError **error)
{
  return kept->answer ? postern_unseal (txn->store, TABLE, COLUMN, kept->hash, kept->answer, NULL, error) : g_strdup ("");
}
