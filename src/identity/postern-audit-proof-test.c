/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

#include "postern-audit-nodes.h"

static void
test_proof (void)
{
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (guint seq = 0; seq < 10; seq++) {
    Proof self = { .id = ids[seq] };
    g_autofree char *words = g_strdup_printf ("%s (sign-in.succeeded) is entry %u of the log of %d entries", ids[seq], seq, seq < 4 ? 4 : seq < 7 ? 7 : 10);
    g_autoptr (GVariant) good = NULL, altered = NULL, other = NULL;
    g_autofree char *number = g_strdup_printf ("\"seq\":%u", seq);

    g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &self, NULL));
    good = send (self.proof, NULL, NULL);
    altered = send (self.proof, "usr_ada", "usr_eve");
    other = send (self.proof, number, "\"seq\":11");
    assert_proof (good, words);
    assert_proof (altered, NULL);
    assert_proof (other, NULL);
    g_variant_unref (self.proof);
  }
  clear_log (lines);
  tear_down ();
}

static void
test_consistency (void)
{
  static const gint64 sizes[] = { 4, 7, 10 };
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (guint i = 0; i < 3; i++)
    for (guint j = i; j < 3; j++) {
      Proof self = { .first = sizes[i], .size = sizes[j] };
      g_autoptr (GVariant) good = NULL;

      g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &self, NULL));
      good = send (self.proof, NULL, NULL);
      assert_proof (good, "begins with the one of");
      if (j > i) {
        g_autofree char *first = g_strdup (postern_json_get_string (self.proof, "first"));
        g_autoptr (GVariant) wrong = send (self.proof, first, postern_json_get_string (self.proof, "head"));

        assert_proof (wrong, NULL);
      }
      g_variant_unref (self.proof);
    }
  clear_log (lines);
  tear_down ();
}

/* No head, no entry, no such sizes. */
static void
test_no_proof (void)
{
  static const struct {
    const char *id;
    gint64 first, size;
    PosternError code;
  } cases[] = {
    { "aud_00000000000000000000000000", 0, 0, POSTERN_ERROR_NOT_FOUND },
    { "nonsense", 0, 0, POSTERN_ERROR_NOT_FOUND },
    { NULL, 0, 4, POSTERN_ERROR_INVALID_REQUEST },
    { NULL, 7, 4, POSTERN_ERROR_INVALID_REQUEST },
    { NULL, 4, 6, POSTERN_ERROR_CONFLICT },
    { NULL, 4, 11, POSTERN_ERROR_CONFLICT },
  };
  g_autofree char *unsigned_id = NULL;
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Proof self = { cases[i].id, cases[i].first, cases[i].size, NULL };
    g_autoptr (GError) error = NULL;

    g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &self, &error));
    g_assert_error (error, POSTERN_ERROR, (gint) cases[i].code);
  }
  unsigned_id = write_entry ("user.changed");
  for (guint i = 0; i < 2; i++) { /* without a number, then with one that nothing is signed of */
    Proof self = { .id = unsigned_id };
    g_autoptr (GError) error = NULL;

    g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &self, &error));
    g_assert_error (error, POSTERN_ERROR, (gint) (i == 0 ? POSTERN_ERROR_NOT_FOUND : POSTERN_ERROR_CONFLICT));
    sequence (POSTERN_AUDIT_REACH_NEAR);
  }
  clear_log (lines);
  tear_down ();
}

/* --- inner nodes that are kept ---------------------------------------------------------------------------------------- */

#define MANY (66000 + 300)

/* Leaves of no entries: the tree is what is looked at. @tree: (inout) */
static gboolean
grow_by (PosternTxn *txn, gpointer tree, GError **error)
{
  PosternMerkleTree *grown = tree;
  g_autoptr (PosternAuditTree) row = postern_audit_tree_new ();
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_audit_link_unref);
  PosternMerkleHash zero = { 0 };
  gint64 size = grown->size;

  for (guint i = 0; i < 6630; i++) {
    PosternAuditLink *link = postern_audit_link_new ();
    PosternMerkleHash leaf;

    link->seq = link->audit_key = grown->size;
    postern_merkle_hash_leaf (&grown->size, sizeof grown->size, &leaf);
    link->leaf = postern_merkle_hash_print (&leaf);
    link->chain = postern_merkle_hash_print (&zero);
    postern_merkle_tree_append (grown, &leaf);
    g_ptr_array_add (links, link);
  }
  row->name = g_strdup ("log");
  row->size = grown->size;
  row->nodes = postern_merkle_tree_print (grown);
  row->chain = postern_merkle_hash_print (&zero);
  row->last_key = grown->size;
  return postern_audit_chain_store_grow (txn, row, size, links, error);
}

/* (transfer full): the path that proves entry @index among MANY, printed */
typedef struct {
  gint64 index;
  GString *text;
} Path;

static gboolean
fill (PosternTxn *txn, gpointer user_data, GError **error)
{
  Path *self = user_data;
  PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
  PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX];
  guint n = postern_merkle_get_path (self->index, MANY, ranges);

  g_string_truncate (self->text, 0);
  if (!postern_audit_log_fill_path (txn, self->index, ranges, n, path, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    g_autofree char *hash = postern_merkle_hash_print (&path[i]);

    g_string_append_printf (self->text, "%s ", hash);
  }
  return TRUE;
}

static gboolean
drop_leaves_below (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 deleted;

  return postern_audit_chain_store_drop (txn, 65536, 70000, &deleted, error);
}

static gboolean
drop_top (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_audit_chain_store_drop_nodes (txn, 16, 1, error);
}

static gboolean
drop_some (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_audit_chain_store_drop_nodes (txn, 8, 100, error);
}

/* Each proof is the same with none of the nodes, with all, and with some of them; and with them the leaves below are not looked at. */
static void
test_nodes (void)
{
  static const gint64 indices[] = { 0, 1, 255, 256, 4711, 65535, 65536, 65999, MANY - 1 };
  PosternMerkleTree tree = { 0 };
  GString *before[G_N_ELEMENTS (indices)];
  Path last = { MANY - 1, g_string_new (NULL) };
  guint n, all = 0;

  set_up ();
  for (guint i = 0; i < MANY / 6630; i++)
    fixture_write (store, grow_by, &tree);
  for (guint round = 0; round < 4; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (indices); i++) {
      Path path = { indices[i], g_string_new (NULL) };

      g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fill, &path, NULL));
      if (round == 0)
        before[i] = path.text;
      else
        g_assert_cmpstr (path.text->str, ==, before[i]->str);
      if (round > 0)
        g_string_free (path.text, TRUE);
    }
    if (round == 0)
      do {
        g_assert_true (postern_audit_nodes_make (store, 100, &n, NULL));
        all += n;
      } while (n > 0);
    else if (round < 3)
      fixture_write (store, round == 1 ? drop_top : drop_some, NULL);
  }
  g_assert_cmpuint (all, ==, (MANY >> 8) + 1);
  g_assert_true (postern_audit_nodes_make (store, 100, &n, NULL)); /* the one at the top again, of what is left below it */
  g_assert_cmpuint (n, ==, 1);
  fixture_write (store, drop_leaves_below, NULL);
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, fill, &last, NULL));
  g_assert_cmpstr (last.text->str, ==, before[G_N_ELEMENTS (indices) - 1]->str);
  for (guint i = 0; i < G_N_ELEMENTS (indices); i++)
    g_string_free (before[i], TRUE);
  g_string_free (last.text, TRUE);
  tear_down ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-proof/proof", test_proof);
  g_test_add_func ("/audit-proof/consistency", test_consistency);
  g_test_add_func ("/audit-proof/no-proof", test_no_proof);
  g_test_add_func ("/audit-proof/nodes", test_nodes);
  return g_test_run ();
}
