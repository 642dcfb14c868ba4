/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

/* Flows, counters, tickets, imports, settings, leases; and a statement that cannot be run. */

static gboolean
flows (PosternTxn *txn, gpointer data, GError **error)
{
  static const guint8 raw[] = { 0, 1, 0xff, 0, 'x' };
  g_autoptr (GBytes) first = g_bytes_new_static (raw, sizeof raw);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) got = NULL, got_empty = NULL;
  g_autofree char *id = postern_id_new ("flw");
  g_autofree char *twin = g_strdup (id); /* kept by the same number, and yet another one */

  twin[strlen (twin) - 1] = twin[strlen (twin) - 1] == '0' ? '1' : '0';
  g_assert_cmpint (postern_id_get_key (twin), ==, postern_id_get_key (id));
  g_assert_true (postern_flow_store_insert (txn, id, "browser", first, NOW - 5, error));
  got = postern_flow_store_get (txn, id, error); /* expired ones too */
  g_assert_true (g_bytes_equal (got, first));
  assert_fails (postern_flow_store_insert (txn, id, "another", empty, NOW, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_flow_store_replace (txn, id, first, empty, NOW, error));
  assert_fails (postern_flow_store_replace (txn, id, first, first, NOW, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_flow_store_replace (txn, "flw_2", first, empty, NOW, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_flow_store_get (txn, twin, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_flow_store_replace (txn, twin, empty, first, NOW, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_flow_store_insert (txn, twin, "browser", first, NOW, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_flow_store_delete (txn, twin, error));
  got_empty = postern_flow_store_get (txn, id, error);
  g_assert_cmpuint (g_bytes_get_size (got_empty), ==, 0);
  g_assert_true (postern_flow_store_delete (txn, id, error));
  g_assert_true (postern_flow_store_delete (txn, id, error));
  assert_fails (postern_flow_store_get (txn, id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
counters (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 count, resets_at;

  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW, &resets_at, error), ==, 0);
  g_assert_true (postern_counter_store_add (txn, "k", 1, 60, NOW, &count, &resets_at, error));
  g_assert_cmpint (count, ==, 1);
  g_assert_cmpint (resets_at, ==, NOW + 60);
  g_assert_true (postern_counter_store_add (txn, "k", 2, 60, NOW + 59, &count, &resets_at, error));
  g_assert_cmpint (count, ==, 3);
  g_assert_cmpint (resets_at, ==, NOW + 60);
  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW + 59, NULL, error), ==, 3);
  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW + 60, NULL, error), ==, 0);
  g_assert_true (postern_counter_store_add (txn, "k", 1, 60, NOW + 60, &count, &resets_at, error));
  g_assert_cmpint (count, ==, 1);
  g_assert_cmpint (resets_at, ==, NOW + 120);
  g_assert_true (postern_counter_store_clear (txn, "k", NOW + 60, error)); /* of the window before: nothing */
  g_assert_true (postern_counter_store_give_back (txn, "k", NOW + 60, error));
  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW + 60, NULL, error), ==, 1);
  g_assert_true (postern_counter_store_give_back (txn, "k", NOW + 120, error));
  g_assert_true (postern_counter_store_give_back (txn, "k", NOW + 120, error)); /* never below none */
  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW + 60, NULL, error), ==, 0);
  g_assert_true (postern_counter_store_add (txn, "k", 1, 60, NOW + 60, &count, &resets_at, error));
  g_assert_true (postern_counter_store_clear (txn, "k", NOW + 120, error));
  g_assert_cmpint (postern_counter_store_get (txn, "k", NOW + 60, NULL, error), ==, 0);
  return TRUE;
}

static gboolean
tickets (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternTicket) ticket = postern_ticket_new ();
  g_autoptr (PosternTicket) seen = NULL, redeemed = NULL;

  ticket->hash = g_strdup ("t");
  ticket->kind = g_strdup ("setup");
  ticket->expires_at = NOW + 60;
  g_assert_true (postern_ticket_store_insert (txn, ticket, error));
  seen = postern_ticket_store_get (txn, "t", error);
  g_assert_cmpstr (seen->kind, ==, "setup");
  assert_fails (postern_ticket_store_get (txn, "u", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_ticket_store_redeem (txn, "t", "invitation", NOW, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_ticket_store_redeem (txn, "u", "setup", NOW, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_ticket_store_redeem (txn, "t", "setup", NOW + 60, &failure), POSTERN_ERROR_STALE);
  redeemed = postern_ticket_store_redeem (txn, "t", "setup", NOW, error);
  g_assert_cmpint (redeemed->used_at, ==, NOW);
  assert_fails (postern_ticket_store_redeem (txn, "t", "setup", NOW, &failure), POSTERN_ERROR_STALE);
  return TRUE;
}

static gboolean
imports (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternImport) import = postern_import_new (), again = postern_import_new ();
  g_autoptr (PosternImport) seen = NULL, found = NULL;
  g_autoptr (GPtrArray) all = NULL;

  import->id = g_strdup ("imp_1");
  again->id = g_strdup ("imp_2");
  import->digest = g_strdup ("d");
  import->format = g_strdup ("csv");
  g_assert_true (postern_import_store_insert (txn, import, error));
  import->position = 10;
  import->created = 7;
  import->refused = 3;
  g_assert_true (postern_import_store_advance (txn, import, 0, error));
  assert_fails (postern_import_store_advance (txn, import, 0, &failure), POSTERN_ERROR_STALE);
  seen = postern_import_store_find (txn, "d", "csv", error);
  g_assert_true (seen->position == 10 && seen->created == 7 && seen->refused == 3);
  assert_fails (postern_import_store_find (txn, "d", "okta", &failure), POSTERN_ERROR_NOT_FOUND);
  import->finished_at = NOW;
  g_assert_true (postern_import_store_advance (txn, import, 10, error));
  assert_fails (postern_import_store_advance (txn, import, 10, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_import_store_find (txn, "d", "csv", &failure), POSTERN_ERROR_NOT_FOUND);
  found = postern_import_store_get (txn, "imp_1", error);
  g_assert_cmpint (found->finished_at, ==, NOW);
  again->digest = g_strdup ("d");
  again->format = g_strdup ("csv");
  g_assert_true (postern_import_store_insert (txn, again, error));
  all = postern_import_store_list (txn, "imp_1", 5, error);
  g_assert_cmpuint (all->len, ==, 1);
  return TRUE;
}

static gboolean
settings (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) value = postern_json_parse ("{\"a\":[1,true,null,\"x\"]}", -1, 0, NULL);
  g_autoptr (GVariant) got = NULL;

  g_assert_null (postern_setting_store_get (txn, "policy", error));
  g_assert_no_error (*error);
  g_assert_true (postern_setting_store_put (txn, "policy", value, NOW, error)
                 && postern_setting_store_put (txn, "policy", value, NOW, error));
  got = postern_setting_store_get (txn, "policy", error);
  g_assert_true (g_variant_equal (got, value));
  return TRUE;
}

static gboolean
leases (PosternTxn *txn, gpointer data, GError **error)
{
  gboolean held;

  g_assert_true (postern_lease_store_take (txn, "purge", "a", 60, NOW, &held, error));
  g_assert_true (held);
  g_assert_true (postern_lease_store_take (txn, "purge", "b", 60, NOW + 59, &held, error));
  g_assert_false (held);
  g_assert_true (postern_lease_store_take (txn, "purge", "a", 60, NOW + 59, &held, error)); /* renewed */
  g_assert_true (held);
  g_assert_true (postern_lease_store_take (txn, "purge", "b", 60, NOW + 118, &held, error));
  g_assert_false (held);
  g_assert_true (postern_lease_store_take (txn, "purge", "b", 60, NOW + 119, &held, error));
  g_assert_true (held);
  g_assert_true (postern_lease_store_take (txn, "keys", "a", 60, NOW, &held, error));
  g_assert_true (held);
  return TRUE;
}

static gboolean
take_from (PosternTxn *txn, const char *holder, gint64 expires_at, const char *from, gint64 from_expires_at, GError **error)
{
  gboolean taken;

  g_assert_true (postern_lease_store_take_from (txn, "work", holder, expires_at, from, from_expires_at, &taken, error));
  return taken;
}

/* Who takes one says from whom, as it was read; who was overtaken since then has not got it. */
static gboolean
leases_renewed (PosternTxn *txn, gpointer data, GError **error)
{
  g_autofree char *nobody = NULL, *holder = NULL;
  gint64 expires_at;

  g_assert_true (postern_lease_store_get (txn, "work", &nobody, &expires_at, error));
  g_assert_true (nobody == NULL && expires_at == 0);
  g_assert_true (take_from (txn, "a", NOW, NULL, 0, error));
  g_assert_false (take_from (txn, "b", NOW + 9, NULL, 0, error));
  g_assert_true (take_from (txn, "a", NOW + 1, "a", NOW, error));
  g_assert_false (take_from (txn, "b", NOW + 9, "a", NOW, error));
  g_assert_false (take_from (txn, "b", NOW + 9, "c", NOW + 1, error));
  g_assert_true (take_from (txn, "b", NOW + 9, "a", NOW + 1, error));
  g_assert_false (take_from (txn, "a", NOW + 2, "a", NOW + 1, error));
  g_assert_true (postern_lease_store_release (txn, "work", "a", error));
  g_assert_true (postern_lease_store_get (txn, "work", &holder, &expires_at, error));
  g_assert_cmpstr (holder, ==, "b");
  g_assert_cmpint (expires_at, ==, NOW + 9);
  g_assert_true (postern_lease_store_release (txn, "work", "b", error));
  g_assert_true (take_from (txn, "a", NOW, NULL, 0, error));
  return TRUE;
}

/* --- a statement that cannot be run ------------------------------------------------------------------------------- */

static gboolean
swallow (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 number;

  if (!postern_setting_store_put (txn, "beside", g_variant_new_string ("it"), NOW, error))
    return FALSE;
  g_assert_false (postern_txn_read_int64 (txn, &number, 0, "SELECT number FROM nowhere", NULL, 0, NULL));
  if (data != NULL) /* a plain no, as if somebody had looked */
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "unknown");
  return data == NULL;
}

static gboolean
check_nothing_beside (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) beside = postern_setting_store_get (txn, "beside", error);

  g_assert_null (beside);
  return TRUE;
}

/* Whoever swallows its error, or makes another of it, does not decide what becomes of the whole. */
static void
test_no_answer (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  for (guint i = 0; i < 2; i++)
    assert_fails (postern_store_write (store, POSTERN_KEEP_LASTING, swallow, GUINT_TO_POINTER (i), &failure), POSTERN_ERROR_FAILED);
  storage_kit_read (store, POSTERN_KEEP_LASTING, check_nothing_beside, NULL);
}

void
storage_rest_add_tests (void)
{
  g_test_add_data_func ("/storage/flows", flows, storage_kit_run_short);
  g_test_add_data_func ("/storage/counters", counters, storage_kit_run_short);
  g_test_add_data_func ("/storage/tickets", tickets, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/imports", imports, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/settings", settings, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/leases", leases, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/leases-renewed", leases_renewed, storage_kit_run_short);
  g_test_add_func ("/storage/no-answer", test_no_answer);
}
