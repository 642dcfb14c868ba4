/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

static gint64
cut (gint64 before)
{
  g_autoptr (GError) error = NULL;
  gint64 size;

  postern_audit_cut_make (tenant, before, NOW + 100, &size, &error);
  g_assert_no_error (error);
  return size;
}

/* As postern_audit_cut_make() does it when entry @seq is the first that is too young; and what tells of it is signed, too. */
static void
write_cut_at (guint seq)
{
  g_autoptr (PosternAuditHead) head = NULL;

  g_assert_cmpint (cut (times[seq]), ==, 7);
  g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_NEAR), ==, 1);
  head = sign (NOW + 101);
  g_assert_cmpint (head->tree_size, ==, 11);
}

static gint64
sweep (guint rows)
{
  g_autoptr (GError) error = NULL;
  gint64 deleted;

  postern_audit_cut_sweep (store, rows, &deleted, &error);
  g_assert_no_error (error);
  return deleted;
}

/* What is exported behind a cut: the first line, the cut, what was left of ten entries, the entry that tells of it, and its head. */
static void
assert_cut (gint64 size)
{
  g_autoptr (GPtrArray) lines = export_lines (0, 11), part = export_lines (9, 11);
  g_autoptr (PosternAuditVerify) self = verify (lines, keys, NULL);
  const PosternAuditVerdict *verdict = postern_audit_verify_end (self);

  g_assert_cmpuint (verdict->n_findings, ==, 0);
  g_assert_cmpint (verdict->cut, ==, size);
  g_assert_cmpint (verdict->from, ==, size);
  g_assert_cmpint (verdict->to, ==, 11);
  g_assert_cmpint (verdict->proven, ==, 11);
  assert_finding (part, NULL, NULL);
  g_free (g_ptr_array_steal_index (lines, 1)); /* without the cut it begins in the middle */
  assert_finding (lines, NULL, "are missing");
}

/* It is cut at a head alone, whatever is old enough; what is left is proven as before, also between its own heads. */
static void
test_cut (void)
{
  Proof late = { 0 }, gone = { 0 }, between = { .first = 7, .size = 10 };
  g_autoptr (GVariant) proof = NULL, consistency = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  g_assert_cmpint (cut (1000), ==, 0); /* nothing is so old */
  g_assert_cmpint (sweep (500), ==, 0);
  g_assert_cmpint (cut (g_get_real_time () / G_USEC_PER_SEC + 100), ==, 10);
  clear_log (lines);
  tear_down ();

  set_up ();
  cut_is_tested = TRUE;
  lines = make_log ();
  g_ptr_array_unref (lines);
  write_cut_at (8); /* entry 8 is not old enough: the head before it is of 7 entries */
  g_assert_cmpint (sweep (3), ==, 3);
  assert_cut (7);
  g_assert_cmpint (sweep (500), ==, 4);
  g_assert_cmpint (sweep (500), ==, 0);
  assert_cut (7);
  lines = export_lines (8, 11);
  late.id = ids[8];
  gone.id = ids[2];
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &late, NULL));
  proof = send (late.proof, NULL, NULL);
  assert_proof (proof, "is entry 8 of the log of 10 entries");
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &between, NULL));
  consistency = send (between.proof, NULL, NULL);
  assert_proof (consistency, "begins with the one of 7 entries");
  g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, prove, &gone, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  g_clear_pointer (&late.proof, g_variant_unref);
  g_clear_pointer (&between.proof, g_variant_unref);
  clear_log (lines);
  tear_down ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-cut/cut", test_cut);
  return g_test_run ();
}
