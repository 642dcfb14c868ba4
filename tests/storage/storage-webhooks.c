/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* Webhooks: what is kept of them, and who moves them on. */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

static gboolean
life (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternWebhook) one = storage_kit_new_webhook (), two = storage_kit_new_webhook (), got = NULL;
  g_autoptr (GPtrArray) first = NULL, rest = NULL;

  g_assert_true (postern_webhook_store_insert (txn, one, SECRET, error) && postern_webhook_store_insert (txn, two, SECRET, error));
  g_assert_cmpint (postern_webhook_store_count (txn, error), ==, 2);
  first = postern_webhook_store_list (txn, NULL, 1, error);
  rest = postern_webhook_store_list (txn, one->id, 10, error);
  g_assert_true (first->len == 1 && rest->len == 1);
  g_assert_cmpstr (((PosternWebhook *) rest->pdata[0])->id, ==, two->id);
  g_free (one->url);
  one->url = g_strdup ("https://other.example/");
  g_assert_true (postern_webhook_store_update (txn, one, error));
  got = postern_webhook_store_get (txn, one->id, error);
  g_assert_cmpstr (got->url, ==, "https://other.example/");
  g_assert_cmpint (got->revision, ==, 1);
  g_assert_null (got->description);
  g_assert_true (postern_webhook_store_delete (txn, two->id, error));
  assert_fails (postern_webhook_store_delete (txn, two->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_webhook_store_update (txn, two, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_webhook_store_get (txn, two->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static guint
count_due (PosternTxn *txn, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) due = postern_webhook_store_list_due (txn, now, error);

  g_assert_no_error (*error);
  return due->len;
}

static gboolean
due (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternWebhook) webhook = storage_kit_new_webhook ();
  gint64 at, end;

  g_assert_true (postern_webhook_store_insert (txn, webhook, SECRET, error));
  g_assert_true (postern_audit_chain_store_get_end (txn, &end, error) && end == 0);
  g_assert_cmpuint (count_due (txn, NOW, error), ==, 0);
  g_assert_true (postern_webhook_store_get_due (txn, &at, error) && at == G_MAXINT64);
  storage_kit_grow_log (txn, 0, 3, error);
  g_assert_true (postern_audit_chain_store_get_end (txn, &end, error) && end == 3);
  g_assert_cmpuint (count_due (txn, NOW, error), ==, 1);
  webhook->due_at = NOW + 60;
  g_assert_true (postern_webhook_store_update (txn, webhook, error));
  g_assert_cmpuint (count_due (txn, NOW, error), ==, 0);
  g_assert_cmpuint (count_due (txn, NOW + 60, error), ==, 1);
  g_assert_true (postern_webhook_store_get_due (txn, &at, error) && at == NOW + 60);
  webhook->enabled = FALSE;
  g_assert_true (postern_webhook_store_update (txn, webhook, error));
  g_assert_cmpuint (count_due (txn, NOW + 60, error), ==, 0);
  return TRUE;
}

static gboolean
settle (PosternTxn *txn, const PosternWebhook *webhook, gint64 position, GError **error)
{
  gboolean settled;

  g_assert_true (postern_webhook_store_settle (txn, webhook, position, &settled, error));
  return settled;
}

/* Two that deliver, and an administrator who changes something meanwhile: who was overtaken changes nothing. */
static gboolean
overtaken (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternWebhook) webhook = storage_kit_new_webhook (), mine = NULL, yours = NULL, last = NULL;

  g_assert_true (postern_webhook_store_insert (txn, webhook, SECRET, error));
  mine = postern_webhook_store_get (txn, webhook->id, error);
  yours = postern_webhook_store_get (txn, webhook->id, error);
  mine->position = 5;
  mine->delivered = 1;
  mine->attempts = g_variant_ref_sink (g_variant_new_parsed ("[<{'status': <int64 200>}>]"));
  yours->position = 3;
  g_assert_true (settle (txn, mine, 0, error));
  g_assert_false (settle (txn, yours, 0, error));
  last = postern_webhook_store_get (txn, webhook->id, error);
  g_assert_true (last->position == 5 && last->delivered == 1 && g_variant_n_children (last->attempts) == 1);
  last->position = 0; /* sent again, from the beginning */
  g_assert_true (postern_webhook_store_update (txn, last, error));
  mine->position = 6;
  g_assert_false (settle (txn, mine, 5, error));
  last->enabled = FALSE;
  last->disabled_reason = g_strdup ("gone");
  g_assert_true (settle (txn, last, 0, error));
  last->enabled = TRUE;
  g_assert_false (settle (txn, last, 0, error));
  return TRUE;
}

static gboolean
secrets (PosternTxn *txn, gpointer store, GError **error)
{
  g_autoptr (PosternWebhook) webhook = storage_kit_new_webhook (), other = storage_kit_new_webhook ();
  PosternWebhookSecrets opened;

  g_assert_true (postern_webhook_store_insert (txn, webhook, SECRET, error) && postern_webhook_store_insert (txn, other, SECRET, error));
  g_assert_null (strstr (webhook->secret, "MfKQ"));
  g_assert_true (postern_webhook_store_open_secrets (store, webhook, NOW, opened, error));
  g_assert_true (g_str_equal (opened[0], SECRET) && opened[1] == NULL);
  postern_webhook_store_close_secrets (opened);
  g_assert_true (postern_webhook_store_rotate (txn, webhook, OTHER, NOW + 60, error));
  g_assert_true (postern_webhook_store_open_secrets (store, webhook, NOW + 59, opened, error));
  g_assert_true (g_str_equal (opened[0], OTHER) && g_str_equal (opened[1], SECRET));
  postern_webhook_store_close_secrets (opened);
  g_assert_true (postern_webhook_store_open_secrets (store, webhook, NOW + 60, opened, error));
  g_assert_true (g_str_equal (opened[0], OTHER) && opened[1] == NULL);
  postern_webhook_store_close_secrets (opened);
  g_free (webhook->secret); /* moved from another row */
  webhook->secret = g_strdup (other->secret);
  assert_fails (postern_webhook_store_open_secrets (store, webhook, NOW, opened, &failure), POSTERN_ERROR_FAILED);
  return TRUE;
}

static void
run (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_LASTING, (PosternTxnFunc) func, store);
  postern_store_close (store);
}

void
storage_webhooks_add_tests (void)
{
  g_test_add_data_func ("/storage/webhooks/life", life, run);
  g_test_add_data_func ("/storage/webhooks/due", due, run);
  g_test_add_data_func ("/storage/webhooks/overtaken", overtaken, run);
  g_test_add_data_func ("/storage/webhooks/secrets", secrets, run);
}
