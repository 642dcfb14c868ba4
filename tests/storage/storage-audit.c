/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* The audit log: its entries, the chain of their hashes, its signed heads. */

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
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .event = "passkey.added" }), ==, 2);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .actor = "ada" }), ==, 2);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .actor = "ada", .event = "passkey.added" }), ==, 1);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .target = "x" }), ==, 1);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .target = "x", .actor = "bob" }), ==, 0);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .from = now - 100, .to = now + 100 }), ==, 3);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .from = now + 100 }), ==, 0);
  g_assert_cmpuint (count_audit (txn, (PosternAuditFilter){ .to = now - 100, .event = "passkey.added" }), ==, 0);
}

/* The last one seen is where the next page begins, whichever way the pages go, and whatever is written meanwhile. */
static void
check_newest_first (PosternTxn *txn)
{
  PosternAuditFilter filter = { .newest_first = TRUE };
  g_autoptr (GPtrArray) first = postern_audit_store_find (txn, &filter, NULL, 2, NULL), rest = NULL, by_event = NULL, none = NULL;
  g_autoptr (PosternAudit) late = postern_audit_store_new ("totp.added", POSTERN_AUDIT_SERVER, NULL);

  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) first->pdata[0])->actor, ==, "bob");
  g_assert_cmpstr (((PosternAudit *) first->pdata[1])->event, ==, "totp.added");
  g_assert_true (postern_audit_store_append (txn, late, NULL));
  rest = postern_audit_store_find (txn, &filter, ((PosternAudit *) first->pdata[1])->id, 2, NULL);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (((PosternAudit *) rest->pdata[0])->target, ==, "x");
  none = postern_audit_store_find (txn, &filter, ((PosternAudit *) rest->pdata[0])->id, 2, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  filter.event = "passkey.added";
  by_event = postern_audit_store_find (txn, &filter, late->id, 2, NULL);
  g_assert_cmpuint (by_event->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) by_event->pdata[0])->actor, ==, "bob");
}

/* An address is its actor's, the personal part its person's; the hashes of both stay. */
static void
check_forgetting (PosternTxn *txn)
{
  g_autoptr (GPtrArray) before = postern_audit_store_list (txn, NULL, 10, NULL), after = NULL;

  g_assert_true (postern_audit_store_forget (txn, "nobody", NULL));
  g_assert_true (postern_audit_store_forget (txn, "bob", NULL));
  after = postern_audit_store_list (txn, NULL, 10, NULL);
  for (guint i = 0; i < 3; i++)
    {
      const PosternAudit *was = before->pdata[i], *is = after->pdata[i];

      g_assert_true (was->personal != NULL && was->address_salt != NULL);
      g_assert_null (is->personal);
      g_assert_cmpint (is->remote_address == NULL, ==, i == 2);
      g_assert_cmpint (is->address_salt == NULL, ==, i == 2);
      g_assert_cmpstr (is->address_hash, ==, was->address_hash);
      g_assert_cmpstr (is->personal_hash, ==, was->personal_hash);
    }
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
      entry->event = g_strdup (i == 1 ? "totp.added" : "passkey.added");
      entry->actor = g_strdup (i < 2 ? "ada" : "bob");
      entry->target = g_strdup (i == 0 ? "x" : NULL);
      entry->request_id = g_strdup ("req_1");
      entry->remote_address = g_strdup ("192.0.2.1");
      entry->person = g_strdup ("bob");
      entry->personal = g_variant_ref_sink (g_variant_new_parsed ("{'after': <{'name': <'B'>}>}"));
      g_assert_true (postern_audit_store_append (txn, entry, error));
    }
  all = postern_audit_store_list (txn, NULL, 10, error);
  g_assert_cmpuint (all->len, ==, 3);
  rest = postern_audit_store_list (txn, ((PosternAudit *) all->pdata[0])->id, 10, error);
  g_assert_cmpuint (rest->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) rest->pdata[0])->event, ==, "totp.added");
  check_audit_filters (txn);
  check_forgetting (txn);
  check_newest_first (txn);
  return TRUE;
}

/* Of what a person did, what each sign-in and each token writes is left out, however much there is of it. */
static gboolean
audit_of_person (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const events[] = { "password.changed", "sign-in.succeeded", "session.used", "session.ended", "token.issued", "token.issued", "sign-in.failed" };
  g_autoptr (GPtrArray) listed = NULL, before = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      g_autoptr (PosternAudit) entry = postern_audit_store_new (events[i], "ada", "x"), other = postern_audit_store_new (events[i], i ? "bob" : NULL, "x");

      entry->request_id = g_strdup ("req_1");
      other->request_id = g_strdup ("req_1");
      g_assert_true (postern_audit_store_append (txn, entry, error) && postern_audit_store_append (txn, other, error));
    }
  listed = postern_audit_store_list_for (txn, "ada", NULL, 2, error);
  g_assert_cmpuint (listed->len, ==, 2);
  g_assert_cmpstr (((PosternAudit *) listed->pdata[0])->event, ==, "sign-in.failed");
  g_assert_cmpstr (((PosternAudit *) listed->pdata[1])->event, ==, "password.changed");
  before = postern_audit_store_list_for (txn, "ada", ((PosternAudit *) listed->pdata[0])->id, 2, error);
  g_assert_cmpuint (before->len, ==, 1);
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
count_node (gint64 number, const char *hash, gpointer sum)
{
  *(gint64 *) sum += number * 10 + (hash[0] == 'b');
  return TRUE;
}

static void
check_nodes (PosternTxn *txn)
{
  gint64 next = 1, sum = 0;

  g_assert_true (postern_audit_chain_store_get_next_node (txn, 8, &next, NULL));
  g_assert_cmpint (next, ==, 0);
  for (gint64 number = 0; number < 4; number++)
    g_assert_true (postern_audit_chain_store_add_node (txn, 8, number, number == 2 ? "b" : "a", NULL));
  g_assert_true (postern_audit_chain_store_add_node (txn, 8, 2, "other", NULL));
  g_assert_true (postern_audit_chain_store_add_node (txn, 16, 7, "b", NULL));
  g_assert_true (postern_audit_chain_store_get_next_node (txn, 8, &next, NULL));
  g_assert_cmpint (next, ==, 4);
  g_assert_true (postern_audit_chain_store_foreach_node (txn, 8, 1, 3, count_node, &sum, NULL));
  g_assert_cmpint (sum, ==, 31);
  g_assert_true (postern_audit_chain_store_drop_nodes (txn, 8, 3, NULL));
  sum = 0;
  g_assert_true (postern_audit_chain_store_foreach_node (txn, 8, 0, 9, count_node, &sum, NULL));
  g_assert_cmpint (sum, ==, 30);
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
  check_nodes (txn);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (PosternAudit) entry = postern_audit_store_new ("session.ended", POSTERN_AUDIT_SERVER, NULL);

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

void
storage_audit_add_tests (void)
{
  g_test_add_data_func ("/storage/audit", audit, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/audit-of-person", audit_of_person, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/audit-chain", audit_chain, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/audit-heads", audit_heads, storage_kit_run_lasting);
}
