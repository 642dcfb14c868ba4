/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-proof/proof", test_proof);
  g_test_add_func ("/audit-proof/consistency", test_consistency);
  g_test_add_func ("/audit-proof/no-proof", test_no_proof);
  return g_test_run ();
}
