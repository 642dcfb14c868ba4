/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-error.h"
#include "postern-json.h"
#include "postern-record.h"
#include "postern-seal.h"
#include "postern-store-private.h"

#define TABLE "webhooks"
#define SECRET "secret"
#define OLD_SECRET "old_secret"
#define WAITS "enabled = 1 AND position < " POSTERN_AUDIT_END

gboolean
postern_webhook_store_insert (PosternTxn *txn, PosternWebhook *webhook, const char *secret, GError **error)
{
  g_clear_pointer (&webhook->secret, g_free);
  webhook->secret = postern_seal (txn->store, TABLE, SECRET, webhook->id, secret, strlen (secret), error);
  return webhook->secret != NULL &&
         postern_record_write (txn, &postern_records_webhook, webhook, POSTERN_SQL_INSERT (postern_records_webhook, ""), error) > 0;
}

gboolean
postern_webhook_store_update (PosternTxn *txn, PosternWebhook *webhook, GError **error)
{
  gint64 changed;

  webhook->revision++;
  changed = postern_record_write (txn, &postern_records_webhook, webhook, POSTERN_SQL_UPDATE (postern_records_webhook), error);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such webhook");
  return changed > 0;
}

gboolean
postern_webhook_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "webhook", "DELETE FROM webhooks WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}

PosternWebhook *
postern_webhook_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_webhook, POSTERN_SQL_SELECT (postern_records_webhook, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_webhook_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_webhook, POSTERN_SQL_SELECT (postern_records_webhook, "WHERE id > ?1 ORDER BY id LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gint64
postern_webhook_store_count (PosternTxn *txn, GError **error)
{
  gint64 count;

  return postern_txn_read_int64 (txn, &count, 0, "SELECT COUNT (*) FROM webhooks", NULL, 0, error) ? count : -1;
}

/* --- delivery ------------------------------------------------------------------------------------------------------- */

GPtrArray *
postern_webhook_store_list_due (PosternTxn *txn, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_INT (now) };

  return postern_record_list (txn, &postern_records_webhook, POSTERN_SQL_SELECT (postern_records_webhook, "WHERE due_at <= ?1 AND " WAITS " ORDER BY id"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_webhook_store_get_due (PosternTxn *txn, gint64 *due_at, GError **error)
{
  return postern_txn_read_int64 (txn, due_at, G_MAXINT64, "SELECT due_at FROM webhooks WHERE " WAITS " ORDER BY due_at LIMIT 1", NULL, 0, error);
}

gboolean
postern_webhook_store_count_failed (PosternTxn *txn, gint64 *n, GError **error)
{
  return postern_txn_read_int64 (txn, n, 0, "SELECT COUNT (*) FROM webhooks WHERE enabled = 0 AND disabled_reason IS NOT NULL", NULL, 0, error);
}

/* One statement decides: whoever reads first and writes then may have been overtaken. */
gboolean
postern_webhook_store_settle (PosternTxn *txn, const PosternWebhook *webhook, gint64 position, gboolean *settled, GError **error)
{
  static const char sql[] = "UPDATE webhooks SET position = ?4, delivered = ?5, missed = ?6, failures = ?7, failing_since = ?8, due_at = ?9, "
                            "attempts = ?10, enabled = ?11, disabled_reason = ?12 WHERE id = ?1 AND revision = ?2 AND position = ?3 AND enabled = 1";
  g_autofree char *attempts = webhook->attempts ? postern_json_print (webhook->attempts) : g_strdup ("[]");
  PosternValue values[] = { POSTERN_TEXT (webhook->id),       POSTERN_INT (webhook->revision), POSTERN_INT (position),         POSTERN_INT (webhook->position),
                            POSTERN_INT (webhook->delivered), POSTERN_INT (webhook->missed),   POSTERN_INT (webhook->failures), POSTERN_INT (webhook->failing_since),
                            POSTERN_INT (webhook->due_at),    POSTERN_TEXT (attempts),         POSTERN_INT (webhook->enabled),  POSTERN_TEXT (webhook->disabled_reason) };
  gint64 changed = postern_txn_execute (txn, sql, values, G_N_ELEMENTS (values), error);

  *settled = changed > 0;
  return changed >= 0;
}

/* --- secrets -------------------------------------------------------------------------------------------------------- */

gboolean
postern_webhook_store_rotate (PosternTxn *txn, PosternWebhook *webhook, const char *secret, gint64 until, GError **error)
{
  char *plain = postern_unseal (txn->store, TABLE, SECRET, webhook->id, webhook->secret, NULL, error);
  g_autofree char *old = plain ? postern_seal (txn->store, TABLE, OLD_SECRET, webhook->id, plain, strlen (plain), error) : NULL;
  g_autofree char *sealed = old ? postern_seal (txn->store, TABLE, SECRET, webhook->id, secret, strlen (secret), error) : NULL;

  postern_secret_free (plain);
  if (sealed == NULL)
    return FALSE;
  g_free (webhook->secret);
  g_free (webhook->old_secret);
  webhook->secret = g_steal_pointer (&sealed);
  webhook->old_secret = g_steal_pointer (&old);
  webhook->old_secret_until = until;
  return TRUE;
}

gboolean
postern_webhook_store_open_secrets (PosternStore *store, const PosternWebhook *webhook, gint64 now, PosternWebhookSecrets secrets, GError **error)
{
  gboolean both = webhook->old_secret != NULL && webhook->old_secret_until > now;

  memset (secrets, 0, sizeof (PosternWebhookSecrets));
  secrets[0] = postern_unseal (store, TABLE, SECRET, webhook->id, webhook->secret, NULL, error);
  if (secrets[0] == NULL || !both)
    return secrets[0] != NULL;
  secrets[1] = postern_unseal (store, TABLE, OLD_SECRET, webhook->id, webhook->old_secret, NULL, error);
  if (secrets[1] == NULL)
    postern_webhook_store_close_secrets (secrets);
  return secrets[0] != NULL;
}

void
postern_webhook_store_close_secrets (PosternWebhookSecrets secrets)
{
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&secrets[i], postern_secret_free);
}
