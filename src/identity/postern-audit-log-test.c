/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identity-fixture.h"

#include "postern-audit-cut.h"
#include "postern-audit-entry.h"
#include "postern-audit-export.h"
#include "postern-audit-keeper.h"
#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-audit-proof.h"
#include "postern-audit-statement.h"
#include "postern-audit-verify.h"
#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

#define NOW 1700000000
#define ISSUER "https://id.example.org"

static PosternStore *store;
static PosternTenant *tenant;
static PosternJwkSet *keys;
static GVariant *keys_json;

/* --- writing -------------------------------------------------------------------------------------------------------- */

static gboolean
append (PosternTxn *txn, gpointer entry, GError **error)
{
  return postern_audit_store_append (txn, entry, error);
}

static char *
write_entry (const char *event)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new (event, "usr_ada", NULL);

  entry->request_id = g_strdup ("req_1");
  entry->data = postern_json_parse ("{\"z\":1,\"a\":\"ü\\t\",\"before\":{\"x\":1.5}}", -1, 0, NULL);
  fixture_write (store, append, entry);
  return g_strdup (entry->id);
}

static guint
sequence (PosternAuditReach reach)
{
  g_autoptr (GError) error = NULL;
  guint n;

  postern_audit_log_sequence (store, reach, NOW, &n, &error);
  g_assert_no_error (error);
  return n;
}

static PosternAuditHead *
sign (gint64 now)
{
  g_autoptr (GError) error = NULL;
  PosternAuditHead *head;

  head = postern_audit_log_sign (tenant, now, &error);
  g_assert_no_error (error);
  return head;
}

static gboolean
list_keys (PosternTxn *txn, gpointer set, GError **error)
{
  return (*(GVariant **) set = postern_audit_key_list (txn, error)) != NULL;
}

static void
set_up (void)
{
  g_autoptr (GError) error = NULL;

  store = fixture_open ();
  tenant = postern_tenant_new ("default", ISSUER, store, &error);
  g_assert_no_error (error);
  g_object_unref (postern_audit_key_dup (store, &error));
  g_assert_no_error (error);
  postern_store_read (store, POSTERN_KEEP_LASTING, list_keys, &keys_json, &error);
  g_assert_no_error (error);
  keys = postern_jwk_set_new_from_variant (keys_json, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (keys), ==, 1);
}

static void
tear_down (void)
{
  g_clear_object (&keys);
  g_clear_pointer (&keys_json, g_variant_unref);
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

/* --- an export ------------------------------------------------------------------------------------------------------ */

typedef struct {
  gint64 from, to;
  GPtrArray *lines;
} Export;

static gboolean
export (PosternTxn *txn, gpointer user_data, GError **error)
{
  Export *self = user_data;

  g_clear_pointer (&self->lines, g_ptr_array_unref);
  self->lines = postern_audit_export_begin (txn, tenant, keys_json, &self->from, error);
  for (gint64 at = self->from, next; self->lines != NULL && at < self->to; at = next) {
    g_autoptr (GPtrArray) more = postern_audit_export_list (txn, at, self->to, &next, error);

    g_assert_nonnull (more);
    g_ptr_array_extend_and_steal (self->lines, g_steal_pointer (&more));
  }
  return self->lines != NULL;
}

static GPtrArray *
export_lines (gint64 from, gint64 to)
{
  Export self = { from, to, NULL };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_LASTING, export, &self, &error);
  g_assert_no_error (error);
  return self.lines;
}

static PosternAuditVerify *
verify (GPtrArray *lines, PosternJwkSet *trusted, const char *head)
{
  PosternAuditVerify *self = postern_audit_verify_new (trusted, head);

  for (guint i = 0; i < lines->len; i++)
    postern_audit_verify_line (self, lines->pdata[i], strlen (lines->pdata[i]));
  return self;
}

/* Whether @lines are found good, or the first finding has @words in it. */
static void
assert_finding (GPtrArray *lines, const char *head, const char *words)
{
  g_autoptr (PosternAuditVerify) self = verify (lines, keys, head);
  const PosternAuditVerdict *verdict = postern_audit_verify_end (self);
  const char *first = verdict->findings->len > 0 ? verdict->findings->pdata[0] : NULL;

  g_test_message ("%s", first ? first : "good");
  g_assert_cmpint (verdict->n_findings > 0, ==, words != NULL);
  if (words != NULL && strstr (first, words) == NULL)
    g_error ("“%s” is not in “%s”", words, first);
}

/* Ten entries, heads of 4, 7 and 10; the lines: the first one, four entries, a head, three, a head, three, a head. */
#define LINE_OF(seq) (1 + (seq) + ((seq) >= 4) + ((seq) >= 7))

static char *ids[10];
static gint64 times[10]; /* when they were made: from entry 8 on a second later than those before */
static gboolean cut_is_tested;
static char *old_head;

static GPtrArray *
make_log (void)
{
  for (guint i = 0; i < 10; i++) {
    if (i == 8 && cut_is_tested)
      g_usleep (2 * G_USEC_PER_SEC);
    times[i] = g_get_real_time () / G_USEC_PER_SEC;
    ids[i] = write_entry ("sign-in.succeeded");
    g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_NEAR), ==, 1);
    if (i == 3 || i == 6 || i == 9) {
      g_autoptr (PosternAuditHead) head = sign (NOW + i);

      g_assert_cmpint (head->tree_size, ==, i + 1);
      if (i == 6)
        old_head = g_strdup (head->statement);
    }
  }
  return export_lines (0, 10);
}

static void
clear_log (GPtrArray *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_clear_pointer (&ids[i], g_free);
  g_clear_pointer (&old_head, g_free);
  g_ptr_array_unref (lines);
}

static GPtrArray *
copy_lines (GPtrArray *lines)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < lines->len; i++)
    g_ptr_array_add (copy, g_strdup (lines->pdata[i]));
  return copy;
}

/* --- tests ---------------------------------------------------------------------------------------------------------- */

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
  entry->request_id = g_strdup ("req_1");
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
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("session.ended", NULL, NULL);
  g_autofree char *digits = g_strdup (entry->id + 4);
  guint64 milliseconds = (guint64) (g_get_real_time () / 1000 - seconds * 1000);

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

static void
replace (GPtrArray *lines, guint at, const char *from, const char *to)
{
  g_autoptr (GString) text = g_string_new (lines->pdata[at]);

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  g_free (lines->pdata[at]);
  lines->pdata[at] = g_string_free (g_steal_pointer (&text), FALSE);
}

static void
swap (GPtrArray *lines, guint one, guint other)
{
  gpointer line = lines->pdata[one];

  lines->pdata[one] = lines->pdata[other];
  lines->pdata[other] = line;
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

typedef struct {
  const char *id;
  gint64 first, size;
  GVariant *proof;
} Proof;

static gboolean
prove (PosternTxn *txn, gpointer user_data, GError **error)
{
  Proof *self = user_data;

  g_clear_pointer (&self->proof, g_variant_unref);
  self->proof = self->id ? postern_audit_proof_make (txn, self->id, error) : postern_audit_proof_make_consistency (txn, self->first, self->size, error);
  return self->proof != NULL;
}

/* (transfer full): as whoever gets it reads it */
static GVariant *
send (GVariant *proof, const char *from, const char *to)
{
  g_autofree char *text = postern_json_print (proof);
  g_autoptr (GString) changed = g_string_new (text);

  if (from != NULL)
    g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  return postern_json_parse_object (changed->str, -1, 0, NULL);
}

static void
assert_proof (GVariant *proof, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = postern_audit_proof_check (proof, keys, &error);

  if (words == NULL) {
    g_assert_null (said);
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  } else {
    g_assert_no_error (error);
    g_assert_nonnull (strstr (said, words));
  }
}

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

/* --- cutting -------------------------------------------------------------------------------------------------------- */

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
  g_test_add_func ("/audit-log/verify", test_verify);
  g_test_add_func ("/audit-log/part", test_part);
  g_test_add_func ("/audit-log/each-entry", test_each_entry);
  g_test_add_func ("/audit-log/cut-short", test_cut_short);
  g_test_add_func ("/audit-log/heads", test_heads);
  g_test_add_func ("/audit-log/proof", test_proof);
  g_test_add_func ("/audit-log/consistency", test_consistency);
  g_test_add_func ("/audit-log/no-proof", test_no_proof);
  g_test_add_func ("/audit-log/cut", test_cut);
  g_test_add_func ("/audit-log/keeper", test_keeper);
  return g_test_run ();
}
