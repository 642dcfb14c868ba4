/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

/* The bytes that are hashed, for ever. */
static void
test_canonical (void)
{
  g_autoptr (PosternAudit) entry = postern_audit_new ();
  g_autofree char *text = NULL, *bare = NULL, *leaf_text = NULL;
  PosternMerkleHash leaf;

  entry->id = g_strdup ("aud_1");
  entry->at = 1700000000123456;
  entry->event = g_strdup ("user.changed");
  bare = postern_audit_entry_print (entry);
  g_assert_cmpstr (bare, ==, "{\"at\":1700000000123456,\"data\":{},\"event\":\"user.changed\",\"id\":\"aud_1\"}");
  entry->actor = g_strdup ("usr_1");
  entry->target = g_strdup ("usr_2");
  entry->request_id = g_strdup (EVENT_FIXTURE_REQUEST);
  entry->remote_address = g_strdup ("192.0.2.1");
  entry->data = postern_json_parse ("{\"b\":[1,2.50,\"\\u00fc\"],\"a\":null}", -1, 0, NULL);
  text = postern_audit_entry_print (entry);
  g_assert_cmpstr (text, ==,
                   "{\"actor\":\"usr_1\",\"at\":1700000000123456,\"data\":{\"a\":null,\"b\":[1,2.5,\"ü\"]},\"event\":\"user.changed\",\"id\":\"aud_1\","
                   "\"remote_address\":\"192.0.2.1\",\"request_id\":\"req_1\",\"target\":\"usr_2\"}");
  postern_merkle_hash_leaf (bare, strlen (bare), &leaf);
  leaf_text = postern_merkle_hash_print (&leaf);
  g_assert_cmpstr (leaf_text, ==, "Uo6ZEZGUIljA8f-WuoA2Ub2BPLBtGfmoqtNkQuLcSiM");
}

static void
test_sequence (void)
{
  g_autoptr (PosternAuditHead) empty = NULL, head = NULL, again = NULL;

  set_up ();
  g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_ALL), ==, 0);
  empty = sign (NOW);
  g_assert_cmpint (empty->tree_size, ==, 0);
  for (guint i = 0; i < 600; i++)
    g_free (write_entry ("session.used"));
  g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_NEAR), ==, 600);
  g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_FAR), ==, 0);
  head = sign (NOW + 1);
  again = sign (NOW + 2); /* nothing was added: the same one */
  g_assert_cmpint (head->tree_size, ==, 600);
  g_assert_cmpstr (head->statement, ==, again->statement);
  {
    g_autoptr (GPtrArray) lines = export_lines (0, 600);

    g_assert_cmpuint (lines->len, ==, 1 + 600 + 1); /* the empty log's head is before all that is exported */
    assert_finding (lines, empty->statement, NULL);
    assert_finding (lines, head->statement, NULL);
  }
  tear_down ();
}

/* @id: of the time of @seconds before now */
static void
write_late (gint64 seconds)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("session.ended", POSTERN_AUDIT_SERVER, NULL);
  g_autofree char *digits = g_strdup (entry->id + 4);
  guint64 milliseconds = (guint64) (g_get_real_time () / 1000 - seconds * 1000);

  entry->request_id = g_strdup (EVENT_FIXTURE_REQUEST);
  for (int i = 9; i >= 0; i--, milliseconds >>= 5)
    entry->id[4 + i] = "0123456789abcdefghjkmnpqrstvwxyz"[milliseconds & 31];
  fixture_write (store, append, entry);
}

/* What is committed late is found, the later the more seldom it is looked for; and whoever is not the only one is told so. */
static void
test_late (void)
{
  static const struct {
    gint64 seconds;
    PosternAuditReach misses, finds;
  } cases[] = {
    { 3, POSTERN_AUDIT_REACH_NEAR, POSTERN_AUDIT_REACH_NEAR },
    { 60, POSTERN_AUDIT_REACH_NEAR, POSTERN_AUDIT_REACH_FAR },
    { 3600, POSTERN_AUDIT_REACH_FAR, POSTERN_AUDIT_REACH_ALL },
  };

  set_up ();
  g_free (write_entry ("user.created"));
  g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_NEAR), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    write_late (cases[i].seconds);
    g_assert_true (cases[i].misses == cases[i].finds || sequence (cases[i].misses) == 0);
    g_assert_cmpuint (sequence (cases[i].finds), ==, 1);
  }
  tear_down ();
}

/* Numbers, signs, cuts when it is told to, and writes nothing where nothing was written. */
static void
test_keeper (void)
{
  g_autoptr (PosternAuditKeeper) keeper = NULL;
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;
  guint64 generation;

  set_up ();
  g_free (write_entry ("user.created"));
  keeper = postern_audit_keeper_new (tenant);
  g_assert_true (postern_audit_keeper_turn (keeper, NOW, &error));
  head = sign (NOW);
  g_assert_cmpint (head->tree_size, ==, 1);
  g_assert_true (postern_audit_keeper_turn (keeper, NOW + 1, &error));
  generation = postern_store_get_generation (store);
  for (guint i = 2; i < 120; i++)
    g_assert_true (postern_audit_keeper_turn (keeper, NOW + i, &error));
  g_assert_cmpuint (postern_store_get_generation (store), ==, generation);
  tear_down ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-log/canonical", test_canonical);
  g_test_add_func ("/audit-log/sequence", test_sequence);
  g_test_add_func ("/audit-log/late", test_late);
  g_test_add_func ("/audit-log/keeper", test_keeper);
  return g_test_run ();
}
