/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

/* Flows, counters, tickets, imports, settings, audit, leases, purge; and a statement that cannot be run. */

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

static guint
count_audit (PosternTxn *txn, PosternAuditFilter filter)
{
  g_autoptr (GPtrArray) entries = postern_audit_store_find (txn, &filter, NULL, 10, NULL);

  return entries->len;
}

static void
check_audit_filters (PosternTxn *txn)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ NULL }), ==, 3);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .event = "user.created" }), ==, 2);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .actor = "ada" }), ==, 2);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .actor = "ada", .event = "user.created" }), ==, 1);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .target = "x" }), ==, 1);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .target = "x", .actor = "bob" }), ==, 0);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .from = now - 100, .to = now + 100 }), ==, 3);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .from = now + 100 }), ==, 0);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .to = now - 100, .event = "user.created" }), ==, 0);
}

static gboolean
audit (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) all = NULL, rest = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (PosternAudit) entry = postern_audit_new ();

      entry->id = postern_id_new ("aud");
      entry->at = g_get_real_time ();
      entry->event = g_strdup (i == 1 ? "user.changed" : "user.created");
      entry->actor = g_strdup (i < 2 ? "ada" : "bob");
      entry->target = g_strdup (i == 0 ? "x" : NULL);
      g_assert_true (postern_audit_store_append (txn, entry, error));
    }
  all = postern_audit_store_list (txn, NULL, 10, error);
  g_assert_cmpuint (all->len, ==, 3);
  rest = postern_audit_store_list (txn, ((PosternAudit *) all->pdata[0])->id, 10, error);
  g_assert_cmpuint (rest->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) rest->pdata[0])->event, ==, "user.changed");
  check_audit_filters (txn);
  return TRUE;
}

/* --- the audit log's order -------------------------------------------------------------------------------------------- */

static PosternAuditTree *
new_tree (gint64 size, gint64 last_key)
{
  PosternAuditTree *tree = postern_audit_tree_new ();

  tree->name = g_strdup ("log");
  tree->size = size;
  tree->nodes = g_strdup ("nodes");
  tree->chain = g_strdup ("chain");
  tree->last_key = last_key;
  tree->updated_at = NOW;
  return tree;
}

/* Numbers, from @from on, for @entries */
static GPtrArray *
new_links (GPtrArray *entries, gint64 from)
{
  GPtrArray *links = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_audit_link_unref);

  for (guint i = 0; i < entries->len; i++)
    {
      PosternAuditLink *link = postern_audit_link_new ();

      link->seq = from + i;
      link->audit_key = ((PosternAudit *) entries->pdata[i])->key;
      link->leaf = g_strdup_printf ("leaf %u", (guint) link->seq);
      link->chain = g_strdup ("chain");
      g_ptr_array_add (links, link);
    }
  return links;
}

static gboolean
count_leaf (gint64 seq, const char *leaf, gpointer user_data)
{
  gint64 *next = user_data;
  g_autofree char *expected = g_strdup_printf ("leaf %u", (guint) seq);

  g_assert_cmpstr (leaf, ==, expected);
  g_assert_cmpint (seq, ==, *next);
  return ++*next < 4;
}

static void
assert_complete (PosternTxn *txn, gint64 to, gboolean expected)
{
  gboolean complete = !expected;

  g_assert_true (postern_audit_chain_store_is_complete (txn, 0, to, &complete, NULL));
  g_assert_cmpint (complete, ==, expected);
}

static void
assert_drop (PosternTxn *txn, gint64 before, guint limit, gint64 expected)
{
  gint64 deleted = -1;

  g_assert_true (postern_audit_chain_store_drop (txn, before, limit, &deleted, NULL));
  g_assert_cmpint (deleted, ==, expected);
}

static void
assert_head_up_to (PosternTxn *txn, gint64 size, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternAuditHead) head = postern_audit_chain_store_get_head_up_to (txn, size, &error);

  g_assert_no_error (error);
  g_assert_cmpint (head ? head->tree_size : -1, ==, expected);
}

static gboolean
audit_chain (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) entries = NULL, none = NULL, links = NULL, empty = g_ptr_array_new (), listed = NULL, listed_entries = NULL;
  g_autoptr (PosternAuditTree) none_yet = postern_audit_chain_store_get_tree (txn, "log", error), tree = NULL, found = NULL;
  g_autoptr (PosternAuditLink) link = NULL;
  gint64 next = 1, seq;

  g_assert_null (none_yet);
  g_assert_no_error (error ? *error : NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (PosternAudit) entry = postern_audit_store_new ("user.created", NULL, NULL);

      g_assert_true (postern_audit_store_append (txn, entry, error));
    }
  entries = postern_audit_chain_store_list_new (txn, -1, 10, error);
  g_assert_cmpuint (entries->len, ==, 5);
  assert_complete (txn, G_MAXINT64, FALSE);
  tree = new_tree (5, ((PosternAudit *) entries->pdata[4])->key);
  links = new_links (entries, 0);
  g_assert_true (postern_audit_chain_store_grow (txn, tree, 0, links, error));
  assert_fails (postern_audit_chain_store_grow (txn, tree, 0, empty, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_audit_chain_store_grow (txn, tree, 4, empty, &failure), POSTERN_ERROR_CONFLICT);
  assert_complete (txn, G_MAXINT64, TRUE);
  none = postern_audit_chain_store_list_new (txn, -1, 10, error);
  g_assert_cmpuint (none->len, ==, 0);
  found = postern_audit_chain_store_get_tree (txn, "log", error);
  g_assert_cmpint (found->size, ==, 5);
  g_assert_cmpint (found->last_key, ==, tree->last_key);
  listed = postern_audit_chain_store_list (txn, 1, 3, error);
  g_assert_cmpuint (listed->len, ==, 3);
  g_assert_cmpint (((PosternAuditLink *) listed->pdata[0])->seq, ==, 1);
  listed_entries = postern_audit_chain_store_list_entries (txn, 3, 10, error);
  g_assert_cmpuint (listed_entries->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) listed_entries->pdata[0])->id, ==, ((PosternAudit *) entries->pdata[3])->id);
  link = postern_audit_chain_store_find (txn, ((PosternAudit *) entries->pdata[2])->id, error);
  g_assert_cmpint (link->seq, ==, 2);
  assert_fails (postern_audit_chain_store_find (txn, "aud_", &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_audit_chain_store_find_first (txn, link->audit_key, &seq, error));
  g_assert_cmpint (seq, ==, 2);
  g_assert_true (postern_audit_chain_store_find_first (txn, G_MAXINT64, &seq, error));
  g_assert_cmpint (seq, ==, 5);
  g_assert_true (postern_audit_chain_store_foreach_leaf (txn, 1, 5, count_leaf, &next, error));
  g_assert_cmpint (next, ==, 4); /* ended by the function */
  assert_drop (txn, 3, 2, 2); /* numbers 0 and 1, then 2: no more than asked for */
  assert_drop (txn, 3, 2, 1);
  assert_drop (txn, 3, 2, 0);
  assert_complete (txn, G_MAXINT64, TRUE);
  return TRUE;
}

static void
assert_head (PosternTxn *txn, gint64 size, gboolean latest, gint64 expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternAuditHead) head = postern_audit_chain_store_get_head (txn, size, latest, &error);

  g_assert_no_error (error);
  g_assert_cmpint (head ? head->tree_size : -1, ==, expected);
  if (head != NULL)
    g_assert_cmpstr (head->statement, ==, "first");
}

static gboolean
audit_heads (PosternTxn *txn, gpointer data, GError **error)
{
  static const struct {
    gint64 size;
    const char *statement;
  } rows[] = { { 0, "first" }, { 10, "first" }, { 20, "first" }, { 10, "second" } };
  g_autoptr (GPtrArray) all = NULL, behind = NULL;

  assert_head (txn, 0, FALSE, -1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PosternAuditHead) head = postern_audit_head_new ();

      head->tree_size = rows[i].size;
      head->kid = g_strdup ("kid");
      head->statement = g_strdup (rows[i].statement);
      g_assert_true (postern_audit_chain_store_add_head (txn, head, error)); /* the second one of a size is passed over */
    }
  assert_head (txn, 0, FALSE, 0);
  assert_head (txn, 1, FALSE, 10);
  assert_head (txn, 10, FALSE, 10);
  assert_head (txn, 11, FALSE, 20);
  assert_head (txn, 21, FALSE, -1);
  assert_head (txn, 0, TRUE, 20);
  assert_head_up_to (txn, -1, -1);
  assert_head_up_to (txn, 19, 10);
  assert_head_up_to (txn, 20, 20);
  all = postern_audit_chain_store_list_heads (txn, -1, 10, error);
  g_assert_cmpuint (all->len, ==, 3);
  behind = postern_audit_chain_store_list_heads (txn, 0, 1, error);
  g_assert_cmpuint (behind->len, ==, 1);
  g_assert_cmpint (((PosternAuditHead *) behind->pdata[0])->tree_size, ==, 10);
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

/* --- purge ---------------------------------------------------------------------------------------------------------- */

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

static void
run_lasting (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_LASTING, (PosternTxnFunc) func, NULL);
}

static void
run_short (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_SHORT, (PosternTxnFunc) func, NULL);
}

void
storage_rest_add_tests (void)
{
  g_test_add_data_func ("/storage/flows", flows, run_short);
  g_test_add_data_func ("/storage/counters", counters, run_short);
  g_test_add_data_func ("/storage/tickets", tickets, run_lasting);
  g_test_add_data_func ("/storage/imports", imports, run_lasting);
  g_test_add_data_func ("/storage/settings", settings, run_lasting);
  g_test_add_data_func ("/storage/audit", audit, run_lasting);
  g_test_add_data_func ("/storage/audit-chain", audit_chain, run_lasting);
  g_test_add_data_func ("/storage/audit-heads", audit_heads, run_lasting);
  g_test_add_data_func ("/storage/leases", leases, run_lasting);
  g_test_add_func ("/storage/purge", test_purge);
  g_test_add_func ("/storage/no-answer", test_no_answer);
}
