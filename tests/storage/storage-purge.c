/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

/* What is thrown away, and what stays. */

/* The walk leaves alone what is younger than the grace, so that its time is the clock's, some days on. */
static gint64 later;

#define LONG_AGO (later - 500 * 86400)

static gboolean
keep_answer (PosternTxn *txn, const char *hash, gint64 expires_at, GError **error)
{
  g_autoptr (PosternIdempotency) kept = postern_idempotency_new ();

  kept->hash = g_strdup (hash);
  kept->request = g_strdup ("request");
  kept->status = 201;
  kept->created_at = expires_at - 86400;
  kept->expires_at = expires_at;
  return postern_idempotency_store_insert (txn, kept, "{\"client_secret\":\"shown once\"}", error);
}

static gboolean
fill_lasting (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) app = storage_kit_new_application ("a");

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, app, error));
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (PosternSession) session = storage_kit_new_session (ada->id);
      g_autoptr (PosternGrant) grant = storage_kit_new_grant (ada->id, app->id, NULL);
      g_autoptr (PosternAccessToken) token = postern_access_token_new ();
      g_autofree char *name = g_strdup_printf ("%u", i);

      token->id = postern_id_new ("tok");
      token->hash = g_strdup (name);
      token->claims = g_strdup ("{}");
      token->expires_at = i < 3 ? LONG_AGO : later;
      session->expires_at = i % 3 == 0 ? LONG_AGO : later + 10;
      session->ended_at = i % 3 == 1 ? LONG_AGO : 0;
      grant->expires_at = i % 3 == 0 ? LONG_AGO : 0;
      grant->revoked_at = i % 3 == 1 ? LONG_AGO : 0;
      g_assert_true (postern_session_store_insert (txn, session, error) && postern_grant_store_insert (txn, grant, error)
                     && postern_access_store_insert (txn, token, error)
                     && postern_revoked_store_insert (txn, name, i < 3 ? LONG_AGO : later, error)
                     && keep_answer (txn, name, i < 3 ? LONG_AGO : later + 10, error)
                     && postern_device_store_put (txn, name, ada->id, i < 3 ? LONG_AGO : later, error));
    }
  return TRUE;
}

static gboolean
fill_short (PosternTxn *txn, gpointer data, GError **error)
{
  char **names = data;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  return postern_flow_store_insert (txn, names[0], NULL, bytes, LONG_AGO, error)
         && postern_flow_store_insert (txn, names[1], NULL, bytes, later - 10, error)
         && postern_counter_store_add (txn, "old", 1, 60, LONG_AGO, NULL, NULL, error)
         && postern_counter_store_add (txn, "new", 1, 60, later, NULL, NULL, error);
}

/* As it was kept, and not in clear; in use for another request until it is over. */
static gboolean
check_answer (PosternTxn *txn, const char *hash, GError **error)
{
  g_autoptr (GError) missing = NULL, used = NULL;
  g_autoptr (PosternIdempotency) kept = postern_idempotency_store_get (txn, hash, later, error), over = postern_idempotency_store_get (txn, hash, later + 20, &missing);
  char *answer = kept ? postern_idempotency_store_dup_answer (txn, kept, error) : NULL;

  g_assert_error (missing, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  g_assert_cmpstr (answer, ==, "{\"client_secret\":\"shown once\"}");
  g_assert_null (strstr (kept->answer, "shown once"));
  g_assert_cmpint (kept->status, ==, 201);
  postern_secret_free (answer);
  g_assert_false (keep_answer (txn, hash, later + 11, &used));
  g_assert_error (used, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  return keep_answer (txn, hash, later + 10 + 2 * 86400, error);
}

static gboolean
check_answers (PosternTxn *txn, gpointer data, GError **error)
{
  return keep_answer (txn, "0", later + 10, error) && check_answer (txn, "5", error); /* the first was thrown away */
}

static gboolean
check_kept (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = postern_user_store_find (txn, "ada", error);
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, ada->id, FALSE, NULL, 10, error);
  g_autoptr (GPtrArray) grants = postern_grant_store_list (txn, ada->id, NULL, 10, error);

  g_assert_cmpuint (sessions->len, ==, 2);
  g_assert_cmpuint (grants->len, ==, 2);
  g_assert_true (postern_revoked_store_contains (txn, "5", error));
  g_assert_false (postern_revoked_store_contains (txn, "0", error));
  g_assert_true (postern_device_store_knows (txn, "5", ada->id, later, error));
  return TRUE;
}

static gboolean
check_kept_short (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GBytes) lapsed = postern_flow_store_get (txn, ((char **) data)[1], error); /* its page still names the way back */

  g_assert_cmpint (postern_counter_store_get (txn, "new", later, NULL, error), ==, 1);
  return lapsed != NULL;
}

/* --- what stays, but not whole --- */

static gboolean
rotate_webhook (PosternTxn *txn, gint64 until, char **id, GError **error)
{
  g_autoptr (PosternWebhook) webhook = storage_kit_new_webhook ();

  *id = g_strdup (webhook->id);
  return postern_webhook_store_insert (txn, webhook, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", error)
         && postern_webhook_store_rotate (txn, webhook, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", until, error) && postern_webhook_store_update (txn, webhook, error);
}

static gboolean
fill_webhooks (PosternTxn *txn, gpointer ids, GError **error)
{
  return rotate_webhook (txn, later - 1, ids, error) && rotate_webhook (txn, later, (char **) ids + 1, error);
}

static gboolean
check_webhooks (PosternTxn *txn, gpointer ids, GError **error)
{
  g_autoptr (PosternWebhook) over = postern_webhook_store_get (txn, ((char **) ids)[0], error), still = postern_webhook_store_get (txn, ((char **) ids)[1], error);

  g_assert_null (over->old_secret);
  g_assert_cmpint (over->old_secret_until, ==, 0);
  g_assert_nonnull (over->secret);
  g_assert_nonnull (still->old_secret);
  g_assert_cmpint (still->old_secret_until, ==, later);
  return TRUE;
}

/* One round of the walk, @rows a step, and how many went. */
static gint64
walk_round (PosternPurge *purge, guint rows)
{
  gint64 total = 0;
  gboolean round = FALSE;

  while (!round)
    {
      g_autoptr (GError) error = NULL;
      gint64 deleted;

      postern_purge_step (purge, later, rows, &deleted, &round, &error);
      g_assert_no_error (error);
      total += deleted;
    }
  return total;
}

/* The secret before goes once it does not sign any more, and not with it the one that does. */
static void
test_old_secrets (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (PosternPurge) purge = postern_purge_new (store, POSTERN_KEEP_LASTING);
  char *ids[2];

  later = g_get_real_time () / G_USEC_PER_SEC + 5 * 86400;
  storage_kit_write (store, POSTERN_KEEP_LASTING, fill_webhooks, ids);
  g_assert_cmpint (walk_round (purge, 1), ==, 1);
  g_assert_cmpint (walk_round (purge, 1), ==, 0);
  storage_kit_write (store, POSTERN_KEEP_LASTING, check_webhooks, ids);
  g_free (ids[0]);
  g_free (ids[1]);
}

static void
test_purge (void)
{
  static const guint sizes[] = { 1, 2, 5, 1000 };
  g_autofree char *old = postern_id_new ("flw");
  g_autofree char *lapsed = postern_id_new ("flw");
  char *names[] = { old, lapsed };

  later = g_get_real_time () / G_USEC_PER_SEC + 5 * 86400;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (PosternStore) store = storage_kit_open ();
      g_autoptr (PosternPurge) lasting = postern_purge_new (store, POSTERN_KEEP_LASTING);
      g_autoptr (PosternPurge) short_lived = postern_purge_new (store, POSTERN_KEEP_SHORT);

      g_assert_cmpint (walk_round (lasting, sizes[i]), ==, 0); /* of nothing */
      storage_kit_write (store, POSTERN_KEEP_LASTING, fill_lasting, NULL);
      storage_kit_write (store, POSTERN_KEEP_SHORT, fill_short, names);
      g_assert_cmpint (walk_round (lasting, sizes[i]), ==, 4 + 4 + 3 + 3 + 3 + 3);
      g_assert_cmpint (walk_round (lasting, sizes[i]), ==, 0);
      g_assert_cmpint (walk_round (short_lived, sizes[i]), ==, 2);
      g_assert_cmpint (walk_round (short_lived, sizes[i]), ==, 0);
      storage_kit_read (store, POSTERN_KEEP_LASTING, check_kept, NULL);
      storage_kit_write (store, POSTERN_KEEP_LASTING, check_answers, NULL);
      storage_kit_read (store, POSTERN_KEEP_SHORT, check_kept_short, names);
    }
}

void
storage_purge_add_tests (void)
{
  g_test_add_func ("/storage/purge", test_purge);
  g_test_add_func ("/storage/purge-old-secrets", test_old_secrets);
}
