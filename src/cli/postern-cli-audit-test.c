/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"
#include "postern-user-data-fixture.h"

#include "postern-audit-cut.h"
#include "postern-audit-export.h"

/* A file of `out`, which goes at the end. (transfer full) */
static char *
keep_out (const char *name)
{
  char *file = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (file, out, -1, NULL));
  return file;
}

/* The last ones are what is asked for most; whichever way, page by page all of them. */
static void
test_newest_first (void)
{
  g_autoptr (GVariant) made = postern_json ("organization create --name Newest"), last = NULL, items = NULL, box = NULL, entry = NULL, down = NULL, up = NULL, all = NULL, same = NULL;

  last = postern_json ("audit list --event organization.created --newest-first --limit 1");
  items = postern_json_get (last, "items");
  g_assert_cmpuint (g_variant_n_children (items), ==, 1);
  box = g_variant_get_child_value (items, 0);
  entry = g_variant_get_variant (box);
  g_assert_cmpstr (postern_json_get_string (entry, "target"), ==, postern_json_get_string (made, "id"));
  fixture_write (store, user_data_fixture_act, &(UserDataFixture){ "usr_none", 60 }); /* more than a page */
  down = postern_json ("audit list --event sign-in.failed --newest-first");
  up = postern_json ("audit list --event sign-in.failed");
  all = postern_json_get (down, "items");
  same = postern_json_get (up, "items");
  g_assert_cmpuint (g_variant_n_children (all), ==, 60);
  g_assert_cmpuint (g_variant_n_children (same), ==, 60);
}

/* From an entry to its proof, which is checked without a server, as is the whole log. */
static void
test_audit (void)
{
  g_autoptr (GVariant) made = postern_json ("user create --username ada"), list = postern_json ("audit list --limit 1"), items = postern_json_get (list, "items");
  g_autoptr (GVariant) box = g_variant_get_child_value (items, 0), entry = g_variant_get_variant (box), head = NULL;
  g_autofree char *prove = g_strdup_printf ("audit prove %s", postern_json_get_string (entry, "id"));
  g_autofree char *log_file = NULL, *keys_file = NULL, *proof_file = NULL, *head_file = NULL, *bad_file = NULL;
  g_autofree char *check = NULL, *verify = NULL, *verify_bad = NULL, *unkeyed = NULL, *no_keys = NULL, *consistency = NULL, *part = NULL;
  g_autoptr (GString) bad = NULL;

  g_assert_cmpint (postern ("audit keys"), ==, 0); /* before anything was signed */
  keys_file = keep_out ("keys.json");
  head = postern_json ("audit head");
  g_clear_pointer (&out, g_free);
  out = g_strdup (postern_json_get_string (head, "statement"));
  head_file = keep_out ("head");
  g_assert_cmpint (postern (prove), ==, 0);
  proof_file = keep_out ("proof.json");
  check = g_strdup_printf ("audit check-proof %s --key %s", proof_file, keys_file);
  g_assert_cmpint (postern (check), ==, 0);
  g_assert_nonnull (strstr (out, "is entry 0 of the log of"));
  unkeyed = g_strdup_printf ("audit check-proof %s", proof_file);
  g_assert_cmpint (postern (unkeyed), ==, 1);
  no_keys = g_strdup_printf ("audit check-proof %s --key %s", proof_file, head_file);
  g_assert_cmpint (postern (no_keys), ==, 1);
  g_assert_nonnull (strstr (err, head_file)); /* of two files it names the one that is wrong */

  g_assert_cmpint (postern ("audit export"), ==, 0);
  log_file = keep_out ("log.jsonl");
  bad = g_string_new (out);
  verify = g_strdup_printf ("audit verify %s --key %s --head %s", log_file, keys_file, head_file);
  g_assert_cmpint (postern (verify), ==, 0);
  g_assert_nonnull (strstr (out, "good: entries 0 to "));
  g_string_replace (bad, "\"actor\":\"local", "\"actor\":\"other", 1);
  g_free (g_steal_pointer (&out));
  out = g_strdup (bad->str);
  bad_file = keep_out ("bad.jsonl");
  verify_bad = g_strdup_printf ("audit verify %s", bad_file);
  g_assert_cmpint (postern (verify_bad), ==, 1);
  g_assert_nonnull (strstr (out, "was altered"));

  consistency = g_strdup_printf ("audit consistency %u %u", 1u, (guint) postern_json_get_int64 (head, "tree_size", 0));
  g_assert_cmpint (postern (consistency), ==, 1); /* nothing of one entry was signed */
  g_assert_cmpint (postern ("audit export --from 1 --to 2000-01-01T00:00:00Z"), ==, 0);
  part = keep_out ("part.jsonl");
  g_assert_cmpint (postern ("audit export --from yesterday"), ==, 1);
  g_assert_cmpint (postern ("audit prove aud_none"), ==, 3);
  g_assert_cmpint (postern ("audit heads"), ==, 0);
  g_assert_cmpint (postern ("audit verify /nowhere"), ==, 3);
}

/* Who changes much of a person at once, again and again, does not make the log one that cannot be exported or verified. */
static void
test_large_entries (void)
{
  g_autofree char *id = make ("/users", "{\"username\":\"wordy\"}", "id"), *path = g_strconcat ("/users/", id, NULL), *words = g_strnfill (32700, 'x');
  g_autofree char *verify = NULL, *log_file = NULL;

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"%s\":{\"%s\":\"%s\"}}", i < 2 ? "data" : "profile", i % 2 ? "a" : "b", words);

      g_variant_unref (call ("PATCH", path, NULL, body, 200));
    }
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"data\":{\"c\":%u},\"profile\":{\"c\":%u}}", i, i);

      g_variant_unref (call ("PATCH", path, NULL, body, 200));
    }
  g_assert_cmpint (postern ("audit export"), ==, 0);
  g_assert_cmpuint (strlen (out), >, POSTERN_AUDIT_EXPORT_BYTES);
  log_file = keep_out ("large.jsonl");
  verify = g_strdup_printf ("audit verify %s", log_file);
  g_assert_cmpint (postern (verify), ==, 0);
}

/* --- a program of somebody else's -------------------------------------------------------------------------------------- */

/* What tests/clients/audit-log.py, which knows the guide alone, says of @words and the keys. Returns: its exit code */
static int
check_by_guide (const char *what, const char *file, const char *keys, const char *head)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tests", "clients", "audit-log.py", NULL);
  g_autofree char *whole = g_strdup_printf ("python3 -B %s %s %s %s %s", script, what, file, keys, head);

  return run (whole);
}

/* (transfer full): the file of what `postern @line` prints */
static char *
keep_output (const char *line, const char *name)
{
  g_assert_cmpint (postern (line), ==, 0);
  return keep_out (name);
}

/* (transfer full): the file of a head of the log as it stands; @size: (out): of how many entries */
static char *
keep_head (const char *name, gint64 *size)
{
  g_autoptr (GVariant) head = postern_json ("audit head");

  g_free (g_steal_pointer (&out));
  out = g_strdup (postern_json_get_string (head, "statement"));
  *size = postern_json_get_int64 (head, "tree_size", 0);
  return keep_out (name);
}

/* All that an entry may have: names out of the order of their bytes, numbers of every form, what is personal, and what is forgotten since. */
static void
fill_log (void)
{
  g_autofree char *gone = make ("/users", "{\"username\":\"gone\",\"email\":\"gone@example.org\"}", "id"), *path = g_strconcat ("/users/", gone, NULL);
  g_autofree char *kept = make ("/users", "{\"username\":\"kept\",\"email\":\"kept@example.org\"}", "id"), *kept_path = g_strconcat ("/users/", kept, NULL);

  g_variant_unref (call ("PATCH", kept_path, NULL,
                         "{\"data\":{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"z\":[1.5,-0.25,1e21,1e-7,123456789012,0.1,0.000001,1e300],\"q\":\"\\u0007\\\"\\\\/\\u007f\\u2028\"}}", 200));
  call ("DELETE", path, NULL, NULL, 204);
}

static void
assert_by_guide (const char *keys, const char *head)
{
  g_autofree char *log_file = keep_output ("audit export", "guide.jsonl"), *bad_file = NULL, *verify = g_strdup_printf ("audit verify %s --key %s --head %s", log_file, keys, head);
  g_autofree char *text = g_strdup (out);
  g_autoptr (GString) bad = g_string_new (text);

  g_assert_cmpint (check_by_guide ("log", log_file, keys, head), ==, 0);
  g_assert_true (g_str_has_prefix (out, "good: "));
  g_assert_cmpint (postern (verify), ==, 0);
  g_string_replace (bad, "kept@example.org", "else@example.org", 1);
  g_free (g_steal_pointer (&out));
  out = g_strdup (bad->str);
  bad_file = keep_out ("guide-bad.jsonl");
  g_assert_cmpint (check_by_guide ("log", bad_file, keys, head), ==, g_str_equal (bad->str, text) ? 0 : 1);
}

/* The guide says enough for somebody to write their own: it finds an export, proofs of both kinds, another key and a cut as good as ours does. */
static void
test_by_guide (void)
{
  g_autofree char *first = NULL, *second = NULL, *keys = NULL, *entry = NULL, *between = NULL, *proof = NULL, *consistency = NULL, *last = NULL;
  g_autoptr (GVariant) list = NULL, items = NULL, box = NULL, made = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size, later, cut;

  first = keep_head ("first", &size);
  fill_log ();
  second = keep_head ("second", &later);
  keys = keep_output ("audit keys", "keys.json");
  assert_by_guide (keys, second);
  list = postern_json ("audit list --event user.changed --limit 1");
  items = postern_json_get (list, "items");
  box = g_variant_get_child_value (items, 0);
  made = g_variant_get_variant (box);
  entry = g_strdup_printf ("audit prove %s", postern_json_get_string (made, "id"));
  proof = keep_output (entry, "guide-proof.json");
  g_assert_cmpint (check_by_guide ("proof", proof, keys, ""), ==, 0);
  between = g_strdup_printf ("audit consistency %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, size, later);
  consistency = keep_output (between, "guide-consistency.json");
  g_assert_cmpint (check_by_guide ("proof", consistency, keys, ""), ==, 0);
  g_clear_pointer (&keys, g_free);
  keys = keep_output ("audit rotate-key", "keys.json");
  assert_by_guide (keys, second);
  g_assert_true (postern_audit_cut_make (tenant, G_MAXINT32, g_get_real_time () / G_USEC_PER_SEC, &cut, &error));
  g_assert_cmpint (cut, >=, later);
  last = keep_head ("last", &later);
  assert_by_guide (keys, last);
}

/* A file of somebody who means harm: to a terminal, and to a machine's memory. */
static void
test_hostile_log (void)
{
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  g_autofree char *long_line = g_strnfill (4 * 1024 * 1024, 'x'), *path = NULL, *verify = NULL, *folder_itself = g_strdup_printf ("audit verify %s", folder);

  g_free (g_steal_pointer (&out));
  out = g_strdup_printf ("{\"audit_log\":1,\"iss\":\"\\u001b[2J\",\"keys\":{\"keys\":[]}}\n{\"seq\":0,\"leaf\":\"" HASH "\",\"chain\":\"" HASH "\",\"entry\":{\"id\":\"\\u001b]0;\"}}\n%s\n", long_line);
  path = keep_out ("hostile.jsonl");
  verify = g_strdup_printf ("audit verify %s", path);
  g_assert_cmpint (postern (verify), ==, 1);
  g_assert_null (strchr (out, '\033'));
  g_assert_nonnull (strstr (out, "\\u001b]0;"));
  g_assert_nonnull (strstr (out, "line 3: it is too long"));
  g_assert_cmpint (postern (folder_itself), ==, 1); /* what cannot be read is no short log */
  g_assert_nonnull (strstr (err, "cannot be read"));
}

/* The log is cut while somebody exports it: they are told, for what they have goes on with nothing that is left. */
static void
test_cut_meanwhile (void)
{
  g_autofree char *id = make ("/users", "{\"username\":\"early\"}", "id"), *query = NULL, *log_file = NULL, *verify = NULL;
  g_autoptr (GVariant) head = NULL, first = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC, size;

  head = call ("POST", "/audit/heads", NULL, NULL, 200);
  first = call ("GET", "/audit/export", NULL, NULL, 200);
  query = g_strdup_printf ("next=%d&to=%d", (int) postern_json_get_int64 (first, "next", -1), (int) postern_json_get_int64 (first, "to", 0));
  g_variant_unref (call ("GET", "/audit/export", query, NULL, 200));
  g_assert_true (postern_audit_cut_make (tenant, now + 3600, now, &size, &error));
  g_assert_cmpint (size, >, postern_json_get_int64 (first, "next", -1));
  refused = call ("GET", "/audit/export", query, NULL, 409);
  g_assert_cmpint (postern ("audit export"), ==, 0);
  log_file = keep_out ("cut.jsonl");
  verify = g_strdup_printf ("audit verify %s", log_file);
  g_assert_cmpint (postern (verify), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-audit/audit", test_audit },
    { "/cli-audit/large-entries", test_large_entries },
    { "/cli-audit/by-guide", test_by_guide },
    { "/cli-audit/hostile-log", test_hostile_log },
    { "/cli-audit/cut-meanwhile", test_cut_meanwhile },
    { "/cli-audit/newest-first", test_newest_first },
    { NULL, NULL },
  };

  return cli_run (argc, argv, tests);
}
