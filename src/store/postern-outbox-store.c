/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-error.h"
#include "postern-record.h"
#include "postern-seal.h"
#include "postern-store-private.h"

#define TABLE "outbox"
#define SEALED_COLUMN "model"

gboolean
postern_outbox_store_insert (PosternTxn *txn, PosternOutboxEntry *entry, GError **error)
{
  g_autofree char *sealed = postern_seal (txn->store, TABLE, SEALED_COLUMN, entry->id, entry->model, strlen (entry->model), error);
  char *plain = entry->model;
  gboolean done;

  if (sealed == NULL)
    return FALSE;
  entry->key = postern_id_get_key (entry->id);
  entry->model = sealed;
  done = postern_record_write (txn, &postern_records_outbox_entry, entry, POSTERN_SQL_INSERT (postern_records_outbox_entry, ""), error) > 0;
  entry->model = plain;
  postern_store_note_message (txn->store);
  return done;
}

gboolean
postern_outbox_store_drop (PosternTxn *txn, const PosternOutboxEntry *entry, GError **error)
{
  PosternValue values[] = { POSTERN_INT (entry->key), POSTERN_TEXT (entry->id) };

  return postern_txn_run (txn, "DELETE FROM outbox WHERE key = ?1 AND id = ?2", values, G_N_ELEMENTS (values), error);
}

/* One statement: of two workers that see the same entry, one gets it. */
GPtrArray *
postern_outbox_store_take (PosternTxn *txn, const char *channel, guint limit, gint64 now, gint64 until, GError **error)
{
  static const char mark[] = "due_at = ?2, attempts = attempts + 1, updated_at = ?1 WHERE key IN (SELECT key FROM outbox "
                             "WHERE due_at > 0 AND due_at <= ?1 AND state = 'waiting' AND expires_at > ?1 AND channel = ?3 ORDER BY due_at, key LIMIT ?4)";
  PosternValue values[] = { POSTERN_INT (now), POSTERN_INT (until), POSTERN_TEXT (channel), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_outbox_entry, POSTERN_SQL_RETURNING (postern_records_outbox_entry, mark), values,
                              G_N_ELEMENTS (values), error);
}

char *
postern_outbox_store_dup_model (PosternStore *store, const PosternOutboxEntry *entry, GError **error)
{
  gsize length;

  if (entry->model != NULL)
    return postern_unseal (store, TABLE, SEALED_COLUMN, entry->id, entry->model, &length, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "what the message said is not kept any more");
  return NULL;
}

/* That it was sent is written in any case: it is true whoever has it now. */
gboolean
postern_outbox_store_settle (PosternTxn *txn, const PosternOutboxEntry *entry, gint64 taken_until, GError **error)
{
  static const char sql[] = "UPDATE outbox SET state = ?3, messenger = ?4, result = ?5, updated_at = ?6, due_at = ?7, purge_at = ?8, "
                            "recipient = ?9, model = ?10 WHERE key = ?1 AND id = ?2 AND due_at > 0 AND (due_at = ?11 OR ?3 = 'sent')";
  PosternValue values[] = { POSTERN_INT (entry->key),        POSTERN_TEXT (entry->id),       POSTERN_TEXT (entry->state),
                            POSTERN_TEXT (entry->messenger), POSTERN_TEXT (entry->result),   POSTERN_INT (entry->updated_at),
                            POSTERN_INT (entry->due_at),     POSTERN_INT (entry->purge_at),  POSTERN_TEXT (entry->recipient),
                            POSTERN_TEXT (entry->model),     POSTERN_INT (taken_until) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

/* Those that somebody has just now are left to him. */
GPtrArray *
postern_outbox_store_list_lapsed (PosternTxn *txn, guint limit, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_INT (now), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_outbox_entry,
                              POSTERN_SQL_SELECT (postern_records_outbox_entry, "WHERE due_at > 0 AND due_at <= ?1 AND expires_at <= ?1 LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}

gboolean
postern_outbox_store_get_due (PosternTxn *txn, gint64 *due_at, GError **error)
{
  return postern_txn_read_int64 (txn, due_at, G_MAXINT64, "SELECT due_at FROM outbox WHERE due_at > 0 ORDER BY due_at LIMIT 1", NULL, 0, error);
}

PosternOutboxEntry *
postern_outbox_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_outbox_entry, POSTERN_SQL_SELECT (postern_records_outbox_entry, "WHERE key = ?1 AND id = ?2"),
                              values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_outbox_store_list (PosternTxn *txn, const char *before, guint limit, GError **error)
{
  PosternValue values[] = { before ? POSTERN_KEY (before) : POSTERN_INT (G_MAXINT64), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_outbox_entry,
                              POSTERN_SQL_SELECT (postern_records_outbox_entry, "WHERE key < ?1 ORDER BY key DESC LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_outbox_store_retry (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  static const char sql[] = "UPDATE outbox SET state = 'waiting', due_at = ?3, purge_at = 0, updated_at = ?3 "
                            "WHERE key = ?1 AND id = ?2 AND state IN ('waiting', 'failed') AND expires_at > ?3 AND model IS NOT NULL";
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id), POSTERN_INT (now) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "the message was sent or has lapsed, or there is none with this id; let the person ask for a new one");
  postern_store_note_message (txn->store);
  return changed > 0;
}
