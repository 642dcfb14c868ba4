/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log-fixture.h"

#include "postern-audit-line.h"

/* The log against people who know how it is made, and some of whom have a key of it. */

static PosternJwk *
dup_key (void)
{
  g_autoptr (GError) error = NULL;
  PosternJwk *key = postern_audit_key_dup (store, &error);

  g_assert_no_error (error);
  return key;
}

static PosternJwkSet *
dup_all_keys (void)
{
  g_autoptr (GVariant) all = NULL;

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, list_keys, &all, NULL));
  return postern_jwk_set_new_from_variant (all, NULL);
}

static const PosternAuditVerdict *
read_all (PosternAuditVerify *self, const char *words)
{
  const PosternAuditVerdict *verdict = postern_audit_verify_end (self);
  const char *first = verdict->findings->len > 0 ? verdict->findings->pdata[0] : "good";

  if (words == NULL ? verdict->n_findings > 0 : strstr (first, words) == NULL)
    g_error ("“%s” is not “%s”", first, words ? words : "good");
  return verdict;
}

/* --- parts ----------------------------------------------------------------------------------------------------------- */

/* (transfer full): the part of @line, address or what is personal, as it stands there: `,"name":{…}`; "" where it has none */
static char *
dup_part (const char *line, const char *name)
{
  PosternAuditLine read;
  const PosternAuditText *part = g_str_equal (name, "address") ? &read.address : &read.personal;

  g_assert_true (postern_audit_line_read (&read, line, strlen (line)));
  return part->at ? g_strdup_printf (",\"%s\":%.*s", name, (int) part->length, part->at) : g_strdup ("");
}

/* (transfer full): @line with @part in place of its own */
static char *
put_part (const char *line, const char *name, const char *part)
{
  g_autofree char *own = dup_part (line, name), *from = g_strconcat (own, *own ? "" : ",\"entry\":", NULL), *to = g_strconcat (part, *own ? "" : ",\"entry\":", NULL);
  g_autoptr (GString) text = g_string_new (line);

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_with_part (GPtrArray *lines, guint at, const char *name, const char *part, const char *words)
{
  g_autoptr (GPtrArray) copy = copy_lines (lines);

  g_free (copy->pdata[at]);
  copy->pdata[at] = put_part (lines->pdata[at], name, part);
  assert_finding (copy, NULL, words);
}

/* Two entries of the same person that say the same: what is beside one is not what is beside the other; nor is it with another salt, or where there was none. */
static void
test_parts (void)
{
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autofree char *address = NULL, *personal = NULL, *salted = NULL, *unsalted = NULL;

  set_up ();
  g_free (write_entry ("user.changed"));
  g_free (write_entry ("user.changed"));
  g_free (write_entry ("sign-in.succeeded"));
  lines = sign_and_export (3, &head);
  address = dup_part (lines->pdata[1], "address");
  personal = dup_part (lines->pdata[1], "personal");
  assert_finding (lines, NULL, NULL);
  assert_with_part (lines, 2, "address", address, "the address of entry 1");
  assert_with_part (lines, 2, "personal", personal, "the personal part of entry 1");
  assert_with_part (lines, 3, "personal", personal, "the personal part of entry 2");
  salted = g_strdup (",\"address\":{\"remote_address\":\"192.0.2.7\",\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\"}");
  unsalted = g_strdup (",\"address\":{\"remote_address\":\"192.0.2.7\"}");
  assert_with_part (lines, 1, "address", salted, "the address of entry 0");
  assert_with_part (lines, 1, "address", unsalted, "the address of entry 0");
  assert_with_part (lines, 1, "address", ",\"address\":{}", "the address of entry 0");
  tear_down ();
}

/* --- keys ------------------------------------------------------------------------------------------------------------ */

/* (transfer full): as @key says of the tree of @tree, whoever has it */
static char *
sign_tree (const PosternMerkleTree *tree, const PosternMerkleHash *chain, PosternJwk *key, gboolean is_cut)
{
  PosternAuditStatement statement = { .tree_size = tree->size, .timestamp = (gint64) (NOW + 1000) * 1000, .chain = *chain, .issuer = (char *) ISSUER, .is_cut = is_cut };
  g_autoptr (GError) error = NULL;
  char *jws;

  if (is_cut)
    statement.tree = *tree;
  postern_merkle_tree_get_root (tree, &statement.root);
  jws = postern_audit_statement_sign (&statement, key, &error);
  g_assert_no_error (error);
  return jws;
}

/* The tree of the entries of @lines up to, without, @size, and what its chain is then. */
static void
grow (GPtrArray *lines, gint64 size, PosternMerkleTree *tree, PosternMerkleHash *chain)
{
  *tree = (PosternMerkleTree){ 0 };
  *chain = (PosternMerkleHash){ 0 };
  for (guint i = 1; i < lines->len && tree->size < size; i++) {
    const char *entry = strstr (lines->pdata[i], ",\"entry\":");
    PosternMerkleHash leaf;

    if (entry == NULL)
      continue;
    entry += strlen (",\"entry\":");
    postern_merkle_hash_leaf (entry, strlen (entry) - 1, &leaf);
    postern_merkle_hash_pair (chain, &leaf, chain);
    postern_merkle_tree_append (tree, &leaf);
  }
  g_assert_cmpint (tree->size, ==, size);
}

static char *
sign_lines (GPtrArray *lines, gint64 size, PosternJwk *key, gboolean is_cut)
{
  PosternMerkleTree tree;
  PosternMerkleHash chain;

  grow (lines, size, &tree, &chain);
  return sign_tree (&tree, &chain, key, is_cut);
}

static void
put_statement (GPtrArray *lines, guint at, const char *name, const char *statement)
{
  g_free (lines->pdata[at]);
  lines->pdata[at] = g_strdup_printf ("{\"%s\":\"%s\"}", name, statement);
}

/* (transfer full): @key without its name: what it signs does not say which one it is */
static PosternJwk *
dup_unnamed (PosternJwk *key)
{
  g_autoptr (GVariant) model = postern_jwk_to_variant (key, TRUE);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (model);
  g_autoptr (GVariant) unnamed = NULL;

  g_variant_dict_remove (&dict, "kid");
  unnamed = g_variant_ref_sink (g_variant_dict_end (&dict));
  return postern_jwk_new_from_variant (unnamed, TRUE, NULL);
}

/* A key is rotated because somebody may have it: what it signed before counts, and of what it signs behind the entry that says so nothing does. */
static void
test_withdrawn_key (void)
{
  g_autoptr (PosternJwk) old_key = NULL, unnamed = NULL;
  g_autoptr (PosternJwkSet) all = NULL;
  g_autoptr (PosternAuditHead) old = NULL, young = NULL;
  g_autoptr (GPtrArray) lines = NULL, more = NULL;
  g_autofree char *forged = NULL, *nameless = NULL;

  set_up ();
  old_key = dup_key ();
  unnamed = dup_unnamed (old_key);
  g_free (write_entry ("sign-in.succeeded"));
  more = sign_and_export (1, &old);
  fixture_write (store, rotate_key, NULL);
  g_free (write_entry ("sign-in.succeeded"));
  lines = sign_and_export (3, &young);
  all = dup_all_keys ();
  forged = sign_lines (lines, 3, old_key, FALSE);
  nameless = sign_lines (lines, 3, unnamed, FALSE);
  {
    g_autoptr (PosternAuditVerify) good = verify (lines, all, old->statement), given = verify (lines, all, forged), unsaid = verify (lines, keys, nameless);

    read_all (good, NULL);
    read_all (given, "the head that was given, of 3 entries is signed by a key that entry 1 withdrew");
    read_all (unsaid, "the head that was given is not signed by a key that counts");
  }
  put_statement (lines, lines->len - 1, "head", forged);
  {
    g_autoptr (PosternAuditVerify) self = verify (lines, all, NULL);

    read_all (self, "the head of 3 entries is signed by a key that entry 1 withdrew");
  }
  tear_down ();
}

/* --- two logs -------------------------------------------------------------------------------------------------------- */

/* Returns: (transfer full): the head of the log of @lines whose last entry, number 9, is another one since: hashed anew, and signed by who has the key. */
static char *
fork_last (GPtrArray *lines, PosternJwk *key)
{
  const char *line = lines->pdata[LINE_OF (9)];
  g_autofree char *old_leaf = g_strndup (strstr (line, "\"leaf\":\"") + strlen ("\"leaf\":\""), POSTERN_MERKLE_TEXT);
  g_autofree char *old_chain = g_strndup (strstr (line, "\"chain\":\"") + strlen ("\"chain\":\""), POSTERN_MERKLE_TEXT), *leaf_text = NULL, *chain_text = NULL;
  const char *entry = strstr (line, ",\"entry\":") + strlen (",\"entry\":");
  PosternMerkleTree tree;
  PosternMerkleHash chain, leaf;
  char *statement = sign_lines (lines, 10, key, FALSE);

  postern_merkle_hash_leaf (entry, strlen (entry) - 1, &leaf);
  leaf_text = postern_merkle_hash_print (&leaf);
  grow (lines, 10, &tree, &chain);
  chain_text = postern_merkle_hash_print (&chain);
  replace (lines, LINE_OF (9), old_leaf, leaf_text);
  replace (lines, LINE_OF (9), old_chain, chain_text);
  put_statement (lines, LINE_OF (9) + 1, "head", statement);
  return statement;
}

/* Who has the key shows another log to each of two auditors. Each is of one piece; a head that one of them kept says that they are not one log. */
static void
test_fork (void)
{
  g_autoptr (PosternJwk) key = NULL;
  g_autoptr (GPtrArray) other = NULL, shorter = NULL;
  g_autofree char *ours = NULL, *theirs = NULL;
  GPtrArray *lines;

  set_up ();
  key = dup_key ();
  lines = make_log ();
  other = copy_lines (lines);
  replace (other, LINE_OF (9), "sign-in.succeeded", "sign-in.failed");
  theirs = fork_last (other, key);
  ours = sign_lines (lines, 10, key, FALSE);
  assert_finding (lines, ours, NULL);
  assert_finding (other, theirs, NULL);
  assert_finding (other, old_head, NULL); /* up to there they are one */
  assert_finding (lines, theirs, "the first 10 entries are not those of the head that was given");
  assert_finding (other, ours, "the first 10 entries are not those of the head that was given");
  shorter = copy_lines (lines); /* the end of it taken off, up to a head: nothing in the file says so, and what was kept does */
  g_ptr_array_set_size (shorter, LINE_OF (6) + 2);
  assert_finding (shorter, old_head, NULL);
  assert_finding (shorter, ours, "it was cut short, or the log was rolled back");
  clear_log (lines);
  tear_down ();
}

/* --- cuts ------------------------------------------------------------------------------------------------------------ */

static void
assert_cut (GPtrArray *lines, const char *name, const char *statement, const char *words)
{
  g_autoptr (GPtrArray) copy = copy_lines (lines);
  g_autoptr (PosternAuditVerify) self = NULL;

  g_ptr_array_remove_range (copy, 1, 7 + 1); /* seven entries, and the head of the first four */
  put_statement (copy, 1, "cut", statement);
  self = verify (copy, keys, NULL);
  g_assert_false (read_all (self, words)->tells_of_cut);
}

/* Whoever wants to be rid of entries says that they were too old. That takes the key; and then no entry tells of it. */
static void
test_forged_cut (void)
{
  g_autoptr (PosternJwk) key = NULL, other = postern_jwk_generate (POSTERN_JOSE_ALG_EDDSA, 0, NULL);
  g_autofree char *foreign = NULL, *true_one = NULL, *wrong = NULL;
  PosternMerkleTree tree;
  PosternMerkleHash chain;
  GPtrArray *lines;

  set_up ();
  key = dup_key ();
  lines = make_log ();
  foreign = sign_lines (lines, 7, other, TRUE);
  true_one = sign_lines (lines, 7, key, TRUE);
  grow (lines, 6, &tree, &chain);
  postern_merkle_tree_append (&tree, &chain); /* a tree of seven that is not the log's */
  wrong = sign_tree (&tree, &chain, key, TRUE);
  assert_cut (lines, "cut", foreign, "the cut is not signed by a key that counts");
  assert_cut (lines, "cut", old_head, "the cut is not signed by a key that counts: what is signed there is no audit-cut");
  assert_cut (lines, "cut", wrong, "entry 7");
  assert_cut (lines, "cut", true_one, NULL);
  clear_log (lines);
  tear_down ();
}

/* --- files of people who mean harm ----------------------------------------------------------------------------------- */

#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ENTRY(seq) "{\"seq\":" seq ",\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":{}}"
#define START(size) "{\"start\":{\"chain\":\"" ZERO "\",\"nodes\":\"" ZERO "\",\"tree_size\":" size "}}"

static void
test_hostile_lines (void)
{
  static const char *const hostile[] = {
    ENTRY ("9007199254740993"), ENTRY ("999999999999999999"), ENTRY ("1000000000000000000"), ENTRY ("9223372036854775807"), ENTRY ("18446744073709551616"), ENTRY ("-1"),
    ENTRY ("00"), ENTRY ("0.0"), ENTRY ("0e0"), ENTRY (" 0"), ENTRY (""), ENTRY ("0,\"seq\":0"),
    START ("9007199254740993"), START ("4611686018427387904"), START ("9223372036854775808"), START ("1e30"), START ("-1"), START ("0"), START ("1.5"), START ("\"1\""),
    "{\"start\":[]}", "{\"start\":{}}", "{\"cut\":{}}", "{\"cut\":\"\"}", "{\"head\":\"..\"}", "{\"head\":null}", "{}", "[]", "null", "", " ", "{\"seq\":0", "{\"seq\":0}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":}", "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"address\":{\"}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"address\":{]]}},\"entry\":null}", "{\"seq\":0,\"leaf\":\"" ZERO "=\",\"chain\":\"" ZERO "\",\"entry\":{}}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":{\"event\":\"audit.key-rotated\",\"data\":[]}}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":{\"data\":{\"before\":{\"kid\":7}},\"event\":\"audit.key-rotated\"}}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":{\"event\":\"audit.cut\",\"data\":{\"tree_size\":{}}}}",
    "{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":{\"event\":\"user.deleted\",\"target\":\"\xff\xfe\"}}", "{\"head\":\"\xc3\x28\"}", "\xff\xfe\x00\x01",
  };
  g_autoptr (GString) deep = g_string_new ("{\"start\":"), wide = g_string_new ("{\"seq\":0,\"leaf\":\"" ZERO "\",\"chain\":\"" ZERO "\",\"entry\":");

  for (guint i = 0; i < 200000; i++) {
    g_string_append (deep, "{\"start\":");
    g_string_append (wide, "[{");
  }
  for (guint i = 0; i < G_N_ELEMENTS (hostile) + 2; i++) {
    const char *line = i < G_N_ELEMENTS (hostile) ? hostile[i] : i == G_N_ELEMENTS (hostile) ? deep->str : wide->str;
    g_autoptr (PosternAuditVerify) behind = postern_audit_verify_new (NULL, "a.b.c"), alone = postern_audit_verify_new (NULL, NULL);

    postern_audit_verify_line (behind, "{\"audit_log\":1,\"iss\":\"x\",\"keys\":{\"keys\":[]}}", strlen ("{\"audit_log\":1,\"iss\":\"x\",\"keys\":{\"keys\":[]}}"));
    for (guint n = 0; n < 3; n++)
      postern_audit_verify_line (behind, line, strlen (line));
    postern_audit_verify_line (alone, line, strlen (line));
    g_assert_cmpuint (postern_audit_verify_end (behind)->n_findings, >, 1);
    g_assert_cmpuint (postern_audit_verify_end (alone)->n_findings, >, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit-attack/parts", test_parts);
  g_test_add_func ("/audit-attack/withdrawn-key", test_withdrawn_key);
  g_test_add_func ("/audit-attack/fork", test_fork);
  g_test_add_func ("/audit-attack/forged-cut", test_forged_cut);
  g_test_add_func ("/audit-attack/hostile-lines", test_hostile_lines);
  return g_test_run ();
}
