/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static char *
write_table (const char *text)
{
  char *path = g_build_filename (folder, "people", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static char *
make_people (void)
{
  g_autoptr (GString) text = g_string_new ("email,name,password_hash\n");

  for (guint i = 1; i <= 1203; i++)
    g_string_append_printf (text, "import%u@example.org,Person %u,%s\n", i == 1100 ? 5 : i, i, i == 7 ? "$unknown$x" : "$test$correct horse");
  g_string_insert (text, (gssize) strlen ("email,name,password_hash\n"), "import0@example.org\n"); /* a field too few */
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
count_in (PosternTxn *txn, gpointer number, GError **error)
{
  *(gint64 *) number = postern_user_store_count (txn, error);
  return TRUE;
}

static gint64
count_users (void)
{
  gint64 number = 0;

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, count_in, &number, NULL));
  return number;
}

static void
assert_report (const char *path, const char *words, guint n_lines)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, n_lines + 1);
  g_assert_nonnull (strstr (text, words));
  g_unlink (path);
}

/* Looked at, cut off after a batch, gone on with, and begun again when it is done. */
static void
test_import (void)
{
  g_autofree char *text = make_people (), *path = write_table (text), *report = g_build_filename (folder, "report", NULL);
  g_autofree char *line = g_strdup_printf ("user import %s --format csv --report %s", path, report), *dry = g_strconcat (line, " --dry-run", NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *begin = g_strdup_printf ("{\"digest\":\"%s\",\"format\":\"csv\"}", digest);
  g_autoptr (PosternResponse) begun = NULL, batch = NULL;
  g_autoptr (GVariant) import = NULL;
  g_autofree char *batch_path = NULL;
  gint64 before = count_users ();

  g_assert_cmpint (postern (dry), ==, 1);
  g_assert_nonnull (strstr (out, "1201"));
  assert_report (report, "import5@example.org stands in the file before", 3);
  g_assert_cmpint (count_users (), ==, before);

  begun = api_fixture_dispatch (api, "POST", "/api/v1/imports", NULL, begin);
  import = postern_json_parse_object (g_bytes_get_data (postern_response_get_body (begun), NULL), (gssize) g_bytes_get_size (postern_response_get_body (begun)), 0, NULL);
  batch_path = g_strdup_printf ("/api/v1/imports/%s/users", postern_json_get_string (import, "id"));
  batch = api_fixture_dispatch (api, "POST", batch_path, NULL, "{\"position\":0,\"skipped\":1,\"users\":[{\"email\":\"import1@example.org\"},{\"email\":\"import2@example.org\"}]}");
  g_assert_cmpuint (postern_response_get_status (batch), ==, 200);

  g_assert_cmpint (postern (line), ==, 1);
  g_assert_nonnull (strstr (err, "3 records were taken over before"));
  assert_report (report, "is of no kind that can be verified here", 2);
  g_assert_cmpint (count_users (), ==, before + 1201);

  g_assert_cmpint (postern (line), ==, 1); /* it was done: everybody is there already */
  assert_report (report, "another user already signs in", 1204);
  g_assert_cmpint (count_users (), ==, before + 1201);

  g_assert_cmpint (postern ("user import /nowhere --format csv"), ==, 1);
  g_assert_cmpint (postern ("user import /nowhere --format ldif"), ==, 1);
  g_assert_nonnull (strstr (err, "keycloak  Keycloak"));
  g_assert_cmpint (postern ("user import /nowhere --format csv --connector google"), ==, 1);
  g_unlink (path);
}

/* A record that no batch can hold is refused alone: what stands before and behind it is taken over. */
static void
test_hostile_records (void)
{
  g_autofree char *deep_begin = g_strnfill (13, '['), *deep_end = g_strnfill (13, ']'), *x = g_strnfill (300 * 1024, 'x'), *long_x = g_strnfill (900 * 1024, 'x');
  g_autofree char *text = g_strdup_printf ("{\"email\":\"hostile1@example.org\"}\n{\"email\":\"deep@example.org\",\"user_metadata\":{\"a\":%s%s}}\n"
                                           "{\"email\":\"large1@example.org\",\"user_metadata\":{\"a\":\"%s\"}}\n{\"email\":\"large2@example.org\",\"user_metadata\":{\"a\":\"%s\"}}\n"
                                           "{\"email\":\"larger@example.org\",\"user_metadata\":{\"a\":\"%s\"}}\n{\"email\":\"hostile2@example.org\"}\n",
                                           deep_begin, deep_end, x, x, long_x);
  g_autofree char *path = write_table (text), *report = g_build_filename (folder, "report", NULL);
  g_autofree char *line = g_strdup_printf ("user import %s --format auth0 --report %s", path, report);
  gint64 before = count_users ();

  g_assert_cmpint (postern (line), ==, 1);
  g_assert_cmpint (count_users (), ==, before + 2);
  assert_report (report, "it cannot be sent", 4);
  g_unlink (path);
}

/* A dry run says what a real one would: also of accounts elsewhere that stand in the file twice. */
static void
test_twice (void)
{
  static const char text[] = "{\"email\":\"twice1@example.org\",\"user_id\":\"auth0|1\",\"identities\":[{\"provider\":\"github\",\"user_id\":\"7\"}]}\n"
                             "{\"email\":\"twice2@example.org\",\"user_id\":\"auth0|1\"}\n"
                             "{\"email\":\"twice3@example.org\",\"identities\":[{\"provider\":\"github\",\"user_id\":\"7\"}]}\n";
  g_autofree char *path = write_table (text), *report = g_build_filename (folder, "report", NULL);
  g_autofree char *line = g_strdup_printf ("user import %s --format auth0 --connector github=github --report %s", path, report), *dry = g_strconcat (line, " --dry-run", NULL);

  g_assert_cmpint (postern (dry), ==, 1);
  assert_report (report, "github 7 stands in the file before", 2);
  g_assert_cmpint (postern (line), ==, 1);
  assert_report (report, "another user", 2);
  g_unlink (path);
}

/* --- what comes out goes in again ------------------------------------------------------------------------------------ */

static gboolean
delete_all (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) users = postern_user_store_list (txn, NULL, NULL, G_MAXINT32, NULL, error);

  for (guint i = 0; i < users->len; i++)
    if (!postern_user_store_delete (txn, ((PosternUser *) users->pdata[i])->id, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_identities (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const connectors[] = { "corp", "google" };
  g_autoptr (PosternUser) user = postern_user_store_find (txn, "export", error);

  for (guint i = 0; user != NULL && i < G_N_ELEMENTS (connectors); i++)
    {
      g_autoptr (PosternIdentity) identity = postern_identity_new ();

      identity->id = postern_id_new ("idn");
      identity->user_id = g_strdup (user->id);
      identity->connector = g_strdup (connectors[i]);
      identity->subject = g_strdup ("1");
      identity->created_at = 1;
      if (!postern_identity_store_insert (txn, identity, error))
        return FALSE;
    }
  return user != NULL;
}

/* (transfer full): what `user export` with @options wrote into @name */
static char *
export_people (const char *name, const char *options)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *line = g_strdup_printf ("user export %s %s", path, options);
  char *text = NULL;

  g_assert_cmpint (postern (line), ==, 0);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_round_trip (void)
{
  g_autofree char *full = g_build_filename (folder, "full", NULL), *again = g_build_filename (folder, "again", NULL), *plain_file = g_build_filename (folder, "plain", NULL);
  g_autofree char *import = g_strdup_printf ("user import %s --format postern", full), *first = NULL, *second = NULL, *plain = NULL;
  g_autofree char *text = make_people (), *table = write_table (text), *fill = g_strdup_printf ("user import %s --format csv --report /dev/null", table);
  gint64 n;

  postern (fill); /* more than two pages; an earlier test may have */
  g_assert_cmpint (postern ("user create --username export --phone +4915112345678 --external-id x|1 --profile '{\"z\":1,\"name\":\"Ada\",\"a\":[{\"b\":null}]}' --data '{\"k\":{}}' --password correct-horse --email-verified"), ==, 0);
  fixture_write (store, add_identities, NULL);
  n = count_users ();
  first = export_people ("full", "--password-hashes");
  g_assert_cmpint (n, >, 1000);
  g_assert_nonnull (strstr (first, "\"identities\":[{\"connector\":\"corp\",\"subject\":\"1\"},{\"connector\":\"google\",\"subject\":\"1\"}]"));
  g_assert_nonnull (strstr (first, "\"password_hash\":\"$test$correct-horse\""));
  plain = export_people ("plain", "");
  g_assert_null (strstr (plain, "$test$"));
  fixture_write (store, delete_all, NULL);
  g_assert_cmpint (postern (import), ==, 0);
  g_assert_cmpint (count_users (), ==, n);
  second = export_people ("again", "--password-hashes");
  g_assert_cmpstr (first, ==, second);
  g_unlink (full);
  g_unlink (again);
  g_unlink (plain_file);
  g_unlink (table);
}

/* A file that broke off goes on; nobody's file is written over, and no stranger reads it. */
static void
test_resume (void)
{
  g_autofree char *path = g_build_filename (folder, "part", NULL), *whole = export_people ("part", ""), *link = g_build_filename (folder, "link", NULL);
  g_autofree char *resume = g_strdup_printf ("user export %s --resume", path), *over = g_strdup_printf ("user export %s", path), *through = g_strdup_printf ("user export %s --resume", link);
  g_autofree char *refused = g_strdup_printf ("user export %s --url http://nowhere.example", link);
  static const gsize cuts[] = { 0, 10, 100000 };
  struct stat found;

  g_assert_cmpint (stat (path, &found), ==, 0);
  g_assert_cmpuint (found.st_mode & 0777, ==, 0600);
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autofree char *text = NULL;

      g_assert_cmpint (truncate (path, (off_t) cuts[i]), ==, 0);
      g_assert_cmpint (postern (resume), ==, 0);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, whole);
    }
  g_assert_cmpint (postern (over), ==, 1);
  g_assert_nonnull (strstr (err, "is there already"));
  g_assert_cmpint (postern (refused), ==, 1);
  g_assert_false (g_file_test (link, G_FILE_TEST_EXISTS)); /* what was refused leaves no file in the way */
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_assert_cmpint (postern (through), ==, 1);
  g_assert_true (g_file_set_contents (path, "years of work\n", -1, NULL));
  g_assert_cmpint (postern (resume), ==, 1);
  g_assert_nonnull (strstr (err, "is no person of an export"));
  g_unlink (link);
  g_unlink (path);
}

/* A secret of the old server need not stand on the command line. */
static void
test_signer_key (void)
{
  g_autofree char *path = write_table ("{\"users\":[{\"localId\":\"1\",\"email\":\"fire@example.org\",\"salt\":\"c2FsdHNhbHQ=\",\"passwordHash\":\"aGFzaGhhc2g=\"}]}");
  g_autofree char *report = g_build_filename (folder, "report", NULL);
  g_autofree char *line = g_strdup_printf ("user import %s --format firebase --firebase-signer-key - --firebase-salt-separator Bw== --dry-run --report %s", path, report);

  g_assert_cmpint (postern_told ("c2lnbmVya2V5", line), ==, 1);
  assert_report (report, "is of no kind that can be verified here", 1); /* the hash was whole; the test's factor knows others */
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-import/import", test_import },
    { "/cli-import/hostile-records", test_hostile_records },
    { "/cli-import/twice", test_twice },
    { "/cli-import/signer-key", test_signer_key },
    { "/cli-import/round-trip", test_round_trip },
    { "/cli-import/resume", test_resume },
    { NULL, NULL },
  };

  return cli_run (argc, argv, tests);
}
