/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

static void
test_verify (void)
{
  g_autoptr (PosternAuditVerify) self = NULL;
  const PosternAuditVerdict *verdict;
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  self = verify (lines, NULL, old_head);
  verdict = postern_audit_verify_end (self);
  g_assert_cmpuint (verdict->n_findings, ==, 0);
  g_assert_true (verdict->has_own_keys && verdict->has_seen_head);
  g_assert_cmpint (verdict->from, ==, 0);
  g_assert_cmpint (verdict->to, ==, 10);
  g_assert_cmpint (verdict->proven, ==, 10);
  g_assert_cmpuint (verdict->n_heads, ==, 3);
  g_assert_cmpstr (verdict->issuer, ==, ISSUER);
  assert_finding (lines, old_head, NULL);
  clear_log (lines);
  tear_down ();
}

/* A part of the log is as good as all of it. */
static void
test_part (void)
{
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (gint64 from = 0; from < 10; from++) {
    g_autoptr (GPtrArray) part = export_lines (from, 10);

    assert_finding (part, NULL, NULL);
    assert_finding (part, old_head, from <= 7 ? NULL : "behind the head that was given");
    if (from > 0) { /* its beginning is bound by what was signed, although it is not signed itself */
      char *digit = strstr (part->pdata[1], "\"nodes\":\"") + strlen ("\"nodes\":\"");

      *digit = *digit == 'A' ? 'B' : 'A';
      assert_finding (part, NULL, "is not the one of those above");
    }
  }
  clear_log (lines);
  tear_down ();
}

/* Entry @seq and all behind it, hashed anew as by somebody who knows how, but has no key. */
static void
hash_anew (GPtrArray *lines, guint seq, PosternMerkleHash chain)
{
  guint next = seq;

  for (guint i = 1; i < lines->len; i++) {
    const char *entry = strstr (lines->pdata[i], "\"entry\":");
    gint64 number = entry ? g_ascii_strtoll ((char *) lines->pdata[i] + strlen ("{\"seq\":"), NULL, 10) : -1;
    g_autofree char *text = entry ? g_strndup (entry + strlen ("\"entry\":"), strlen (entry) - strlen ("\"entry\":") - 1) : NULL;
    g_autofree char *leaf_text = NULL, *chain_text = NULL;
    PosternMerkleHash leaf;

    if (number < (gint64) seq)
      continue;
    postern_merkle_hash_leaf (text, strlen (text), &leaf);
    postern_merkle_hash_pair (&chain, &leaf, &chain);
    leaf_text = postern_merkle_hash_print (&leaf);
    chain_text = postern_merkle_hash_print (&chain);
    g_free (lines->pdata[i]);
    lines->pdata[i] = g_strdup_printf ("{\"seq\":%u,\"leaf\":\"%s\",\"chain\":\"%s\",\"entry\":%s}", next++, leaf_text, chain_text, text);
  }
}

static PosternMerkleHash
chain_of (const char *line)
{
  PosternMerkleHash hash;

  g_assert_true (postern_merkle_hash_read (strstr (line, "\"chain\":\"") + strlen ("\"chain\":\""), POSTERN_MERKLE_TEXT, &hash));
  return hash;
}

/* Each entry altered, taken out, doubled and put elsewhere, by one who hashes nothing, and by one who hashes all anew. */
static void
test_each_entry (void)
{
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (guint seq = 0; seq < 10; seq++) {
    g_autoptr (GPtrArray) altered = copy_lines (lines), taken = copy_lines (lines), doubled = copy_lines (lines), moved = copy_lines (lines);
    g_autofree char *words = g_strdup_printf ("entry %u (%s) was altered", seq, ids[seq]);
    PosternMerkleHash before = { 0 };

    if (seq > 0)
      before = chain_of (lines->pdata[LINE_OF (seq - 1)]);
    replace (altered, LINE_OF (seq), "usr_ada", "usr_eve");
    assert_finding (altered, NULL, words);
    hash_anew (altered, seq, before);
    assert_finding (altered, NULL, "is not the one of those above");

    g_ptr_array_remove_index (taken, LINE_OF (seq));
    assert_finding (taken, NULL, seq == 9 ? "a head of 10 entries stands behind entry 8" : seq == 3 || seq == 6 ? "a head of" : "are missing");
    hash_anew (taken, seq, before);
    assert_finding (taken, NULL, "a head of");

    g_ptr_array_insert (doubled, LINE_OF (seq), g_strdup (doubled->pdata[LINE_OF (seq)]));
    assert_finding (doubled, NULL, "it is there twice");
    hash_anew (doubled, seq, before);
    assert_finding (doubled, NULL, "a head of");

    if (seq == 9)
      break;
    swap (moved, LINE_OF (seq), LINE_OF (seq + 1));
    assert_finding (moved, NULL, "are missing");
    hash_anew (moved, seq, before);
    assert_finding (moved, NULL, "is not the one of those above");
  }
  clear_log (lines);
  tear_down ();
}

static void
test_cut_short (void)
{
  GPtrArray *lines;

  set_up ();
  lines = make_log ();
  for (guint length = 0; length < lines->len; length++) {
    g_autoptr (GPtrArray) part = copy_lines (lines);
    gboolean ends_signed = length == LINE_OF (3) + 2 || length == LINE_OF (6) + 2;

    g_ptr_array_set_size (part, (gint) length);
    if (length == 1) /* nothing but the first line is an empty log, which the head that was kept contradicts */
      assert_finding (part, old_head, "it was cut short");
    else
      assert_finding (part, NULL, ends_signed ? NULL : length == 0 ? "is empty" : "without a head of it");
  }
  for (gsize length = strlen (lines->pdata[LINE_OF (5)]) - 1; length > 0; length--) { /* a line that was cut is none that was altered */
    g_autoptr (GPtrArray) part = copy_lines (lines);

    g_ptr_array_set_size (part, LINE_OF (5) + 1);
    ((char *) part->pdata[LINE_OF (5)])[length] = '\0';
    assert_finding (part, NULL, "it cannot be read");
  }
  {
    g_autoptr (GPtrArray) part = copy_lines (lines);

    g_ptr_array_set_size (part, LINE_OF (3) + 2); /* to a head: only who kept a later one can tell */
    assert_finding (part, old_head, "it was cut short, or the log was rolled back");
  }
  clear_log (lines);
  tear_down ();
}

/* A head of another key, of other bytes, of another log, out of its place; lines that are none of ours. */
static void
test_heads (void)
{
  GPtrArray *lines;
  g_autoptr (PosternJwk) other = postern_jwk_generate (POSTERN_JOSE_ALG_EDDSA, 0, NULL);
  g_autofree char *forged = NULL, *line = NULL;

  set_up ();
  lines = make_log ();
  {
    g_autoptr (GPtrArray) copy = copy_lines (lines);
    char *end = (char *) copy->pdata[LINE_OF (9) + 1] + strlen (copy->pdata[LINE_OF (9) + 1]) - 10;

    *end = *end == 'A' ? 'B' : 'A';
    assert_finding (copy, NULL, "is not signed by a key that counts");
  }
  {
    g_autoptr (GPtrArray) copy = copy_lines (lines);
    PosternAuditStatement statement = { .tree_size = 10, .timestamp = 1, .issuer = (char *) ISSUER };

    forged = postern_audit_statement_sign (&statement, other, NULL);
    line = g_strdup_printf ("{\"head\":\"%s\"}", forged);
    g_ptr_array_add (copy, g_strdup (line));
    assert_finding (copy, NULL, "is not signed by a key that counts");
  }
  {
    g_autoptr (GPtrArray) copy = copy_lines (lines);

    swap (copy, LINE_OF (3) + 1, LINE_OF (6) + 1);
    assert_finding (copy, NULL, "a head of 7 entries stands behind entry 3");
  }
  {
    g_autoptr (GPtrArray) copy = copy_lines (lines);

    replace (copy, 0, ISSUER, "https://other.example.org");
    assert_finding (copy, NULL, "is of another log");
  }
  {
    g_autoptr (GPtrArray) copy = copy_lines (lines);

    g_ptr_array_insert (copy, 3, g_strdup ("{\"start\":{\"tree_size\":0,\"nodes\":\"\",\"chain\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}"));
    assert_finding (copy, NULL, "does not belong there");
  }
  clear_log (lines);
  tear_down ();
}

/* --- what is forgotten ---------------------------------------------------------------------------------------------- */

static gboolean
forget_ada (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_audit_store_forget (txn, "usr_ada", error);
}

static gboolean
delete_ada (PosternTxn *txn, gpointer data, GError **error)
{
  static const PosternAuditBy eve = { "usr_eve", EVENT_FIXTURE_REQUEST, "198.51.100.1" };
  g_autoptr (PosternAudit) entry = postern_audit_store_new_by ("user.deleted", &eve, "usr_ada");

  entry->data = postern_json_parse ("{\"before\":{}}", -1, 0, NULL);
  entry->personal = postern_json_parse ("{\"before\":{\"email\":\"ada@example.org\"}}", -1, 0, NULL); /* of who is gone nothing is written */
  entry->person = g_strdup ("usr_ada");
  return postern_audit_store_append (txn, entry, error);
}

static gboolean
says (GPtrArray *lines, const char *words)
{
  for (guint i = 0; i < lines->len; i++)
    if (strstr (lines->pdata[i], words) != NULL)
      return TRUE;
  return FALSE;
}

/* Parts that are shown are those that were written; they may be missing only because their person was deleted; then nothing of them is left. */
static void
test_forgotten (void)
{
  set_up ();
  g_free (write_entry ("user.changed"));
  g_free (write_entry ("sign-in.succeeded"));
  {
    g_autoptr (PosternAuditHead) head = NULL;
    g_autoptr (GPtrArray) lines = sign_and_export (2, &head), address = copy_lines (lines), personal = copy_lines (lines), taken = copy_lines (lines);
    g_autofree char *whole = g_strdup (taken->pdata[1]);
    const char *end = strstr (whole, ",\"address\""), *entry = strstr (whole, ",\"entry\"");

    g_assert_true (says (lines, "ada@example.org") && says (lines, "192.0.2.7"));
    assert_finding (lines, NULL, NULL);
    replace (address, 2, "192.0.2.7", "192.0.2.8");
    assert_finding (address, NULL, "the address of entry 1");
    replace (personal, 1, "ada@", "eve@");
    assert_finding (personal, NULL, "the personal part of entry 0");
    g_free (taken->pdata[1]);
    taken->pdata[1] = g_strdup_printf ("%.*s%s", (int) (end - whole), whole, entry);
    assert_finding (taken, NULL, "of usr_ada, and no entry of this file says that they were deleted");
  }
  fixture_write (store, forget_ada, NULL);
  {
    g_autoptr (PosternAuditHead) head = NULL;
    g_autoptr (GPtrArray) lines = NULL;
    g_autoptr (PosternAuditVerify) self = NULL;

    fixture_write (store, delete_ada, NULL);
    lines = sign_and_export (3, &head);
    self = verify (lines, keys, NULL);
    g_assert_false (says (lines, "ada@example.org") || says (lines, "192.0.2.7") || says (lines, "Byron"));
    g_assert_true (says (lines, "usr_ada") && says (lines, "198.51.100.1"));
    g_assert_cmpuint (postern_audit_verify_end (self)->n_findings, ==, 0);
    g_assert_cmpuint (postern_audit_verify_end (self)->n_forgotten, ==, 3);
  }
  tear_down ();
}

/* --- another key --------------------------------------------------------------------------------------------------- */

/* What the old key signed still counts, beside what the new one does; and to who has the old one alone, the new one is nobody's. */
static void
test_rotated (void)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (PosternJwkSet) both = NULL;
  g_autoptr (PosternAuditHead) old = NULL, young = NULL;
  g_autoptr (GPtrArray) lines = NULL, more = NULL;

  set_up ();
  g_free (write_entry ("sign-in.succeeded"));
  more = sign_and_export (1, &old);
  fixture_write (store, rotate_key, NULL);
  g_free (write_entry ("sign-in.succeeded"));
  lines = sign_and_export (3, &young);
  g_assert_cmpstr (old->kid, !=, young->kid);
  assert_finding (lines, NULL, "is not signed by a key that counts");
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, list_keys, &all, NULL));
  both = postern_jwk_set_new_from_variant (all, NULL);
  {
    g_autoptr (PosternAuditVerify) self = verify (lines, both, old->statement);
    const PosternAuditVerdict *verdict = postern_audit_verify_end (self);

    g_assert_cmpuint (verdict->n_findings, ==, 0);
    g_assert_cmpint (verdict->proven, ==, 3);
    g_assert_true (verdict->has_seen_head);
  }
  tear_down ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-verify/verify", test_verify);
  g_test_add_func ("/audit-verify/part", test_part);
  g_test_add_func ("/audit-verify/each-entry", test_each_entry);
  g_test_add_func ("/audit-verify/cut-short", test_cut_short);
  g_test_add_func ("/audit-verify/heads", test_heads);
  g_test_add_func ("/audit-verify/forgotten", test_forgotten);
  g_test_add_func ("/audit-verify/rotated", test_rotated);
  return g_test_run ();
}
