/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

/* The program itself against the API itself; only the server between them is one of a few lines. */
static PosternApi *api;
static PosternStore *store;
static char *folder, *program, *config_file;
static GMainContext *context;
static GMainLoop *loop;
static char *out, *err;

static void
serve (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *unused, gpointer data)
{
  g_autofree char *body = g_strndup (soup_server_message_get_request_body (message)->data, (gsize) soup_server_message_get_request_body (message)->length);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, soup_server_message_get_method (message), path, query, body);
  GBytes *bytes = postern_response_get_body (response);

  soup_server_message_set_status (message, postern_response_get_status (response), NULL);
  if (bytes != NULL)
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static gpointer
server_thread (gpointer path)
{
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_main_context_push_thread_default (context);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, serve, NULL, NULL);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL) && g_socket_listen (socket, NULL));
  g_assert_true (soup_server_listen_socket (server, socket, 0, NULL));
  g_main_loop_run (loop);
  soup_server_disconnect (server);
  g_clear_object (&server);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Runs @whole; output in out and err. Returns: the exit code */
static int
run (const char *whole)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_clear_pointer (&out, g_free);
  g_clear_pointer (&err, g_free);
  g_spawn_command_line_sync (whole, &out, &err, &status, &error);
  g_assert_no_error (error);
  g_test_message ("%s\n%s%s", whole, out, err);
  return WEXITSTATUS (status);
}

/* `postern @line --config FILE`, with nothing on standard input */
static int
postern (const char *line)
{
  g_autofree char *whole = g_strdup_printf ("%s %s --config %s", program, line, config_file);

  return run (whole);
}

/* And with @word there, in which \\n begins another line */
static int
postern_told (const char *word, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("sh -c 'printf \"%s\\n\" | %s %s --config %s'", word, program, line, config_file);

  return run (whole);
}

static GVariant *
postern_json (const char *line)
{
  g_autofree char *whole = g_strconcat (line, " -o json", NULL);
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  g_assert_cmpint (postern (whole), ==, 0);
  answer = postern_json_parse_object (out, -1, 0, &error);
  g_assert_no_error (error);
  return answer;
}

static void
test_usage (void)
{
  static const struct {
    const char *line;
    int code;
    const char *words; /* on standard error, or on output when the code is 0 */
  } cases[] = {
    { "", 2, "" },
    { "--help", 0, "postern setup" },
    { "--version", 0, "postern " },
    { "frobnicate", 2, "there is no command" },
    { "user", 2, "needs a verb" },
    { "user frobnicate", 2, "cannot" },
    { "user --help", 0, "unlink" },
    { "user create --help", 0, "--email ADDRESS" },
    { "user create --frobnicate", 2, "there is no option" },
    { "user create --email", 2, "--email" },
    { "user create --email a@b --email c@d", 2, "stands twice" },
    { "user create --email-verified=yes", 2, "takes no value" },
    { "user show", 2, "USER is missing" },
    { "user show a b", 2, "too much" },
    { "user list -o xml", 2, "table or json" },
    { "user list --limit", 2, "--limit" },
    { "app create --jwks {", 2, "--jwks" },
    { "app create --default-max-age soon", 2, "needs a number" },
    { "doctor --help", 0, "Usage: postern doctor" },
    { "setup --help", 0, "Usage: postern setup" },
    { "token decode nonsense", 1, "no JWT" },
    { "config show no.such", 3, "there is no setting" },
    { "config show server.listen --origin", 0, "ORIGIN" },
    { "config check", 0, "good" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (postern (cases[i].line), ==, cases[i].code);
      g_assert_nonnull (strstr (cases[i].code == 0 ? out : err, cases[i].words));
      if (cases[i].code != 0 && *cases[i].line != '\0')
        g_assert_cmpstr (out, ==, "");
    }
}

static void
test_users (void)
{
  g_autoptr (GVariant) made = postern_json ("user create --email ada@example.com --email-verified --name 'Ada Lovelace' --password 'long enough' --profile '{\"locale\":\"de\"}'");
  g_autofree char *update = g_strdup_printf ("user update %s --username ada --no-administrator", postern_json_get_string (made, "id"));
  g_autoptr (GVariant) profile = postern_json_get (made, "profile");
  g_autoptr (GVariant) list = NULL, items = NULL;

  g_assert_true (postern_json_get_boolean (made, "email_verified", FALSE));
  g_assert_cmpstr (postern_json_get_string (profile, "locale"), ==, "de");
  g_assert_cmpstr (postern_json_get_string (profile, "name"), ==, "Ada Lovelace");
  g_assert_cmpint (postern ("user create --email ada@example.com"), ==, 1);
  g_assert_cmpint (postern ("user create --email x@example.com --password short"), ==, 1);
  g_assert_nonnull (strstr (err, "too short"));
  g_assert_cmpint (postern (update), ==, 0);
  g_assert_cmpint (postern ("user show ada"), ==, 0);
  g_assert_nonnull (strstr (out, "ada@example.com"));
  g_assert_cmpint (postern ("user show nobody"), ==, 3);
  list = postern_json ("user list --search ada");
  items = postern_json_get (list, "items");
  g_assert_cmpuint (g_variant_n_children (items), ==, 1);
  g_assert_cmpint (postern ("user list"), ==, 0);
  g_assert_nonnull (strstr (out, "USERNAME"));
  g_assert_cmpint (postern ("session list --user ada"), ==, 0);
  g_assert_cmpint (postern ("token list --user ada"), ==, 0);
  g_assert_cmpint (postern ("user delete ada"), ==, 0);
  g_assert_cmpint (postern ("user delete ada"), ==, 3);
}

/* What a stranger called themselves must not move the administrator's cursor. */
/* --- people from elsewhere ------------------------------------------------------------------------------------------ */

static char *
write_table (const char *text)
{
  char *path = g_build_filename (folder, "people.csv", NULL);

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
count (PosternTxn *txn, gpointer number, GError **error)
{
  *(gint64 *) number = postern_user_store_count (txn, error);
  return TRUE;
}

static gint64
count_users (void)
{
  gint64 number = 0;

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, count, &number, NULL));
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

static void
test_terminal (void)
{
  g_autoptr (GVariant) made = postern_json ("user create --username mallory --name \"a\033[2Jb\"");

  g_assert_cmpint (postern ("user show mallory"), ==, 0);
  g_assert_null (strchr (out, '\033'));
  g_assert_nonnull (strstr (out, "\\u001b"));
}

static void
test_many_pages (void)
{
  g_autoptr (GVariant) few = NULL, items = NULL;

  for (guint i = 0; i < 510; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"username\":\"many%03u\"}", i);
      g_autoptr (PosternResponse) response = api_fixture_dispatch (api, "POST", "/api/v1/users", NULL, body);

      g_assert_cmpuint (postern_response_get_status (response), ==, 201);
    }
  g_assert_cmpint (postern ("user list --search many"), ==, 0);
  g_assert_nonnull (strstr (out, "many000"));
  g_assert_nonnull (strstr (out, "many509"));
  few = postern_json ("user list --search many --limit 3");
  items = postern_json_get (few, "items");
  g_assert_cmpuint (g_variant_n_children (items), ==, 3);
}

/* What has no verb; and a token is not carried over the open network. */
static void
test_api (void)
{
  g_assert_cmpint (postern ("api POST /users --body '{\"username\":\"byhand\"}'"), ==, 0);
  g_assert_nonnull (strstr (out, "\"username\":\"byhand\""));
  g_assert_cmpint (postern ("api GET /users?search=byhand&limit=1"), ==, 0);
  g_assert_nonnull (strstr (out, "\"next\""));
  g_assert_cmpint (postern ("api DELETE /users/byhand"), ==, 0);
  g_assert_cmpint (postern ("api GET /users/byhand"), ==, 3);
  g_assert_cmpint (postern ("api GET users"), ==, 1);
  g_assert_cmpint (postern ("api STEAL /users"), ==, 1);
  g_assert_cmpint (postern ("api POST /users --body nonsense"), ==, 1);
  g_assert_cmpint (postern ("user list --url http://id.example --token-file /dev/null"), ==, 1);
  g_assert_nonnull (strstr (err, "https"));
  g_assert_cmpint (postern ("user list --url https://id.example"), ==, 1);
  g_assert_cmpint (postern ("user list --url http://localhost:1 --token-file /dev/null"), ==, 4);
}

static void
test_applications (void)
{
  g_autoptr (GVariant) made = postern_json ("app create --name Shop --kind web --redirect-uri https://shop.example/cb --redirect-uri https://shop.example/2 "
                                            "--backchannel-logout-uri https://shop.example/out --first-party --id-token-alg ES256 --scope 'openid email'");
  g_autofree char *id = g_strdup (postern_json_get_string (made, "client_id"));
  g_autofree char *show = g_strdup_printf ("app show %s", id), *update = g_strdup_printf ("app update %s --disable --third-party", id);
  g_autofree char *secret = g_strdup_printf ("app add-secret %s", id), *delete = g_strdup_printf ("app delete %s", id);
  g_autoptr (GVariant) metadata = postern_json_get (made, "metadata");
  g_auto (GStrv) uris = postern_json_dup_strv (metadata, "redirect_uris", FALSE);

  g_assert_nonnull (postern_json_get_string (made, "client_secret"));
  g_assert_cmpuint (g_strv_length (uris), ==, 2);
  g_assert_cmpstr (postern_json_get_string (metadata, "id_token_signed_response_alg"), ==, "ES256");
  g_assert_cmpint (postern ("app create --name X --kind web --redirect-uri nonsense"), ==, 1);
  g_assert_nonnull (strstr (err, "redirect_uris"));
  g_assert_cmpint (postern (show), ==, 0);
  g_assert_null (strstr (out, "client_secret "));
  g_assert_cmpint (postern (update), ==, 0);
  g_assert_cmpint (postern (secret), ==, 0);
  g_assert_nonnull (strstr (out, "shown only now"));
  g_assert_cmpint (postern ("app list"), ==, 0);
  g_assert_cmpint (postern (delete), ==, 0);
}

static void
test_the_rest (void)
{
  g_autoptr (GVariant) link = postern_json ("setup");

  g_assert_true (g_str_has_prefix (postern_json_get_string (link, "url"), "https://id.example/setup/"));
  g_assert_cmpint (postern ("key rotate --alg ES256"), ==, 0);
  g_assert_cmpint (postern ("key list"), ==, 0);
  g_assert_nonnull (strstr (out, "current"));
  g_assert_cmpint (postern ("config set-policy sign_up_enabled=false"), ==, 0);
  g_assert_cmpint (postern ("config policy"), ==, 0);
  g_assert_nonnull (strstr (out, "sign_up_enabled"));
  g_assert_cmpint (postern ("config set-policy no_such=1"), !=, 0);
  g_assert_cmpint (postern ("config set-policy profile=strict"), ==, 0);
  g_assert_cmpint (postern ("config set-policy second_factor=off"), !=, 0);
  g_assert_cmpint (postern ("config set-policy profile=null"), ==, 0);
  g_assert_cmpint (postern ("connector list"), ==, 0);
  g_assert_nonnull (strstr (out, "problem: /plugins/broken.plugin"));
  g_assert_cmpint (postern ("connector show nothing"), ==, 3);
  g_assert_cmpint (postern ("connector create corp --stored --type corp issuer=https://corp.example client-secret=swordfish"), ==, 0);
  g_assert_null (strstr (out, "swordfish"));
  g_assert_cmpint (postern ("connector create corp --stored --type corp"), ==, 1);
  g_assert_cmpint (postern ("connector update corp issuer=nonsense"), ==, 1);
  g_assert_nonnull (strstr (err, "settings.issuer"));
  g_assert_cmpint (postern ("connector disable corp"), ==, 0);
  g_assert_nonnull (strstr (out, "off"));
  g_assert_cmpint (postern ("connector enable corp"), ==, 0);
  g_assert_nonnull (strstr (out, "starting"));
  g_assert_cmpint (postern ("connector delete corp"), ==, 0);
  g_assert_cmpint (postern ("connector delete corp"), ==, 3);
  g_assert_cmpint (postern_told ("swordfish", "connector create corp --stored --type corp issuer=https://corp.example client-secret=-"), ==, 0);
  g_assert_nonnull (strstr (out, "client-secret"));
  g_assert_cmpint (postern ("connector update corp client-secret=-"), ==, 1);
  g_assert_nonnull (strstr (err, "standard input"));
  g_assert_cmpint (postern_told ("one\\ntwo", "connector update corp note=- client-secret=-"), ==, 1);
  g_assert_nonnull (strstr (err, "was read already"));
  g_assert_cmpint (postern_told ("one\\ntwo", "connector update corp note=- -o json"), ==, 0);
  g_assert_nonnull (strstr (out, "one\\ntwo")); /* all its lines */
  g_assert_cmpint (postern ("connector update corp issuer=https://evil.example"), ==, 1);
  g_assert_nonnull (strstr (err, "settings.client-secret: it must be given again"));
  g_assert_cmpint (postern ("connector create ../corp --stored --type corp"), ==, 1);
  g_assert_nonnull (strstr (err, "cannot be an instance"));
  g_assert_cmpint (postern ("connector delete corp"), ==, 0);
  g_assert_cmpint (postern ("audit list"), ==, 0);
  g_assert_nonnull (strstr (out, "key.rotated"));
  g_assert_cmpint (postern ("doctor"), ==, 1); /* there is no administrator, and a broken plugin */
  g_assert_nonnull (strstr (out, "postern setup"));
  g_assert_cmpint (postern ("token decode eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.AA"), ==, 0);
  g_assert_nonnull (strstr (out, "ada"));
  g_assert_cmpint (postern ("token verify eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.AA"), ==, 1);
}

static void
check_stamped (const char *kind)
{
  g_autofree char *new = g_strdup_printf ("connector new new%s --kind %s --directory %s", kind, kind, folder), *name = g_strdup_printf ("new%s", kind);
  g_autofree char *file = g_strdup_printf ("postern-new%s-%s.c", kind, kind), *stamped = g_build_filename (folder, name, file, NULL);
  g_autofree char *rules = g_build_filename (folder, name, "debian", "rules", NULL), *readme = g_build_filename (folder, name, "README.md", NULL);
  g_autofree char *text = NULL, *words = NULL, *type = g_strdup_printf ("PosternNew%s", kind);

  g_assert_cmpint (postern (new), ==, 0);
  g_assert_true (g_file_get_contents (stamped, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, type));
  g_assert_null (strstr (text, "demo"));
  g_assert_true (g_file_test (rules, G_FILE_TEST_IS_EXECUTABLE));
  g_assert_true (g_file_get_contents (readme, &words, NULL, NULL));
  g_assert_true (g_str_has_prefix (words, "# new") && strstr (words, "## What it does") && !strstr (words, "@"));
  g_assert_cmpint (postern (new), ==, 1); /* exists */
}

/* The end of `out` and a file of it, which goes at the end. (transfer full) */
static char *
keep_out (const char *name)
{
  char *file = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (file, out, -1, NULL));
  return file;
}

/* From an entry to its proof, which is checked without a server, as is the whole log. */
static void
test_audit (void)
{
  g_autoptr (GVariant) list = postern_json ("audit list --limit 1"), items = postern_json_get (list, "items");
  g_autoptr (GVariant) box = g_variant_get_child_value (items, 0), entry = g_variant_get_variant (box), head = NULL;
  g_autofree char *prove = g_strdup_printf ("audit prove %s", postern_json_get_string (entry, "id"));
  g_autofree char *log_file = NULL, *keys_file = NULL, *proof_file = NULL, *head_file = NULL, *bad_file = NULL;
  g_autofree char *check = NULL, *verify = NULL, *verify_bad = NULL, *unkeyed = NULL, *consistency = NULL, *part = NULL;
  g_autoptr (GString) bad = NULL;

  head = postern_json ("audit head");
  g_clear_pointer (&out, g_free);
  out = g_strdup (postern_json_get_string (head, "statement"));
  head_file = keep_out ("head");
  g_assert_cmpint (postern ("audit keys"), ==, 0);
  keys_file = keep_out ("keys.json");
  g_assert_cmpint (postern (prove), ==, 0);
  proof_file = keep_out ("proof.json");
  check = g_strdup_printf ("audit check-proof %s --key %s", proof_file, keys_file);
  g_assert_cmpint (postern (check), ==, 0);
  g_assert_nonnull (strstr (out, "is entry 0 of the log of"));
  unkeyed = g_strdup_printf ("audit check-proof %s", proof_file);
  g_assert_cmpint (postern (unkeyed), ==, 1);

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

static void
test_stamp (void)
{
  static const char *const kinds[] = { "connector", "messenger", "factor", "sink" };
  g_autofree char *social = g_strdup_printf ("connector new acme --kind social --directory %s", folder), *acme = g_build_filename (folder, "acme", "postern-acme-connector.c", NULL);
  g_autofree char *control = g_build_filename (folder, "newconnector", "debian", "control", NULL), *text = NULL;

  g_setenv ("DEBFULLNAME", "Demo Ademola", TRUE); /* has the example's name in it */
  g_setenv ("DEBEMAIL", "ada@demo.example", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    check_stamped (kinds[i]);
  g_assert_cmpint (postern (social), ==, 0);
  g_assert_true (g_file_test (acme, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (control, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Maintainer: Demo Ademola <ada@demo.example>\n"));
  g_assert_cmpint (postern ("connector new ../evil --directory ."), ==, 1);
  g_assert_cmpint (postern ("connector new good --directory . --kind spaceship"), ==, 1);
  g_assert_nonnull (strstr (err, "social, messenger, factor or sink"));
}

/* A file that would not load is never written. */
static void
test_instances (void)
{
  g_autofree char *path = g_build_filename (folder, "connectors.d", "corp.conf", NULL), *check = g_strconcat ("connector check ", path, NULL);

  g_autofree char *place = g_path_get_dirname (path), *plugins = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "plugins", NULL);
  GStatBuf info;

  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
  g_setenv ("POSTERN_PLUGIN_PATH", plugins, TRUE);
  g_assert_cmpint (postern ("connector types"), ==, 0);
  g_assert_nonnull (strstr (out, "sqlite"));
  g_assert_cmpint (postern ("connector create corp --type nonsense"), ==, 78);
  g_assert_cmpint (postern ("connector create corp"), ==, 1);
  g_assert_cmpint (postern ("connector create corp --type sqlite no-such=1"), ==, 78);
  g_assert_cmpint (postern ("connector create corp --type sqlite =1"), ==, 1);
  g_assert_cmpint (postern ("connector create corp --type sqlite no]such=1"), ==, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (postern ("connector create corp --type sqlite"), ==, 0);
  g_assert_cmpint (postern (check), ==, 0);
  g_assert_cmpint (postern ("connector create corp --type sqlite"), ==, 1);
  g_assert_true (g_stat (path, &info) == 0 && (info.st_mode & 0777) == 0600);
  /* a folder that is shared with the server by its group */
  g_assert_cmpint (g_chmod (place, 0750), ==, 0);
  g_assert_cmpint (postern ("connector create corp --type sqlite --replace"), ==, 0);
  g_assert_true (g_stat (path, &info) == 0 && (info.st_mode & 0777) == 0640);
  g_assert_cmpint (postern ("connector delete corp"), ==, 0);
  g_assert_cmpint (postern ("connector delete corp"), ==, 3);
  g_assert_cmpint (postern_told ("swordfish", "connector create corp --stored --type corp issuer=https://corp.example client-secret=-"), ==, 0);
  g_assert_nonnull (strstr (out, "client-secret"));
  g_assert_cmpint (postern ("connector update corp client-secret=-"), ==, 1);
  g_assert_nonnull (strstr (err, "standard input"));
  g_assert_cmpint (postern ("connector delete corp"), ==, 0);
}

/* @text in a file of @mode; then `connector check` on it, as it is on the two streams */
static void
check_conf (const char *text, int mode, int code, const char *words)
{
  g_autofree char *path = g_build_filename (g_getenv ("POSTERN_CONNECTOR_PATH"), "vetted.conf", NULL), *line = g_strconcat ("connector check ", path, NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL));
  g_assert_cmpint (g_chmod (path, (mode_t) mode), ==, 0);
  g_assert_cmpint (postern (line), ==, code);
  if (!strstr (out, words) && !strstr (err, words))
    g_error ("no “%s” in\n%s%s", words, out, err);
  g_assert_null (strstr (err, "hush"));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* Every fault of a file at once, each with its line, its key and what to do; a value that may be secret is never said. */
static void
test_check (void)
{
  static const char all[] = "[Instance]\nType=vetted\nOrder=first\nisuer=x\nclient-sekret=hush\ncount=many\nSecret=hush\nmode=loud\nzzzzzzzzzz=1\n";
  static const char good[] = "[Instance]\nType=vetted\nissuer=https://provider.example/\nclient-secret-file=";
  g_autofree char *plugins = g_build_filename (folder, "vetted-plugins", NULL), *place = g_build_filename (folder, "vetted.d", NULL);
  g_autofree char *plugin = g_build_filename (plugins, "vetted.plugin", NULL), *module = g_build_filename (plugins, "vetted.so", NULL);
  g_autofree char *secret = g_build_filename (folder, "vetted.secret", NULL), *whole = g_strconcat (good, secret, "\n", NULL), *earlier = g_build_filename (folder, "earlier.d", NULL);
  g_autofree char *hidden = g_build_filename (earlier, "vetted.conf", NULL), *both = g_strconcat (earlier, ":", place, NULL), *line = g_strconcat ("connector check ", hidden, NULL);

  g_assert_true (g_mkdir (plugins, 0755) == 0 && g_mkdir (place, 0755) == 0 && g_mkdir (earlier, 0755) == 0);
  g_assert_true (g_file_set_contents (plugin, "[Plugin]\nId=vetted\nKind=connector\nApi=1\nModule=vetted.so\n[Setting issuer]\nType=url\nRequired=true\n"
                                              "[Setting client-secret]\nSecret=true\nRequired=true\n[Setting count]\nType=integer\n"
                                              "[Setting mode]\nType=choice\nChoices=quiet;normal\n", -1, NULL) &&
                 g_file_set_contents (module, "", -1, NULL) && g_file_set_contents_full (secret, "hush\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
  g_setenv ("POSTERN_PLUGIN_PATH", plugins, TRUE);
  check_conf (whole, 0600, 0, "The file is good.");
  check_conf (all, 0600, 78, "vetted.conf:3: Order: it is not a whole number");
  check_conf (all, 0600, 78, "vetted.conf:4: isuer: there is no such setting; write issuer");
  check_conf (all, 0600, 78, "vetted.conf:5: client-sekret: there is no such setting; write client-secret");
  check_conf (all, 0600, 78, "vetted.conf:6: count: count has a bad value: it is not a whole number");
  check_conf (all, 0600, 78, "vetted.conf:8: mode: mode has a bad value: it is none of the choices; write one of: quiet, normal");
  check_conf (all, 0600, 78, "vetted.conf:9: zzzzzzzzzz: there is no such setting; remove it");
  check_conf (all, 0600, 78, "issuer: issuer is required; set it");
  check_conf (all, 0600, 78, "client-secret: client-secret is required; set it, or name a file in -file");
  check_conf ("[Instance]\nType=vetted\nissuer=https://p.example/\nclient-secret=hush\n", 0600, 0, ":4: advice: client-secret: a secret stands in clear; move it");
  check_conf ("[Instance]\nType=vetted\nissuer=https://p.example/\nclient-secret=hush\n", 0644, 78, ":4: client-secret: it is a secret and everybody can read the file; run: chmod o-r");
  check_conf (whole, 0666, 78, "others can write it (mode 0666), so it is not trusted; run: chmod go-w");
  check_conf ("[Instance]\nType=veted\n", 0600, 78, ":2: Type: there is no plugin “veted”");
  check_conf ("[Instance]\nType=vetted\nno sign\n", 0600, 78, "vetted.conf:3: this line cannot be read");
  check_conf ("", 0600, 0, "it is empty and hides nothing");
  g_setenv ("POSTERN_CONNECTOR_PATH", both, TRUE);
  g_assert_true (g_file_set_contents_full (hidden, whole, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern (line), ==, 0);
  g_free (g_steal_pointer (&hidden));
  hidden = g_build_filename (place, "vetted.conf", NULL);
  g_assert_true (g_file_set_contents_full (hidden, "", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern (line), ==, 78);
  g_assert_nonnull (strstr (err, "it has no effect, because"));
  g_free (g_steal_pointer (&line));
  line = g_strconcat ("connector check ", hidden, NULL);
  g_assert_cmpint (postern (line), ==, 0);
  g_assert_nonnull (strstr (out, "advice: it is empty, so it hides"));
  g_setenv ("POSTERN_CONNECTOR_PATH", place, TRUE);
}

static void
test_no_server (void)
{
  g_autofree char *old = g_steal_pointer (&config_file), *text = NULL, *bad = g_build_filename (folder, "bad.conf", NULL);

  config_file = g_build_filename (folder, "elsewhere.conf", NULL);
  text = g_strdup_printf ("[server]\ndata-dir=%s/elsewhere\n", folder);
  g_assert_true (g_file_set_contents_full (config_file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern ("user list"), ==, 4);
  g_assert_nonnull (strstr (err, "posternd"));
  g_assert_cmpint (postern ("doctor"), ==, 4);
  g_free (config_file);
  config_file = g_steal_pointer (&bad);
  g_assert_true (g_file_set_contents_full (config_file, "[server]\nno-such=1\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (postern ("user list"), ==, 78);
  g_assert_nonnull (strstr (err, "bad.conf:2"));
  g_free (config_file);
  config_file = g_steal_pointer (&old);
}

int
main (int argc, char **argv)
{
  g_autofree char *text = NULL, *socket_path = NULL;
  PosternTenant *tenant;
  GThread *thread;
  int result;

  g_test_init (&argc, &argv, NULL);
  program = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "src", "cli", "postern", NULL);
  folder = g_dir_make_tmp ("postern-cli-XXXXXX", NULL);
  config_file = g_build_filename (folder, "postern.conf", NULL);
  socket_path = g_build_filename (folder, "admin.sock", NULL);
  text = g_strdup_printf ("[server]\ndata-dir=%s\n", folder);
  g_assert_true (g_file_set_contents_full (config_file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, NULL);
  api = api_fixture_new (tenant);
  context = g_main_context_new ();
  loop = g_main_loop_new (context, FALSE);
  thread = g_thread_new ("server", server_thread, socket_path);
  for (guint i = 0; i < 500 && !g_file_test (socket_path, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);

  g_test_add_func ("/cli/usage", test_usage);
  g_test_add_func ("/cli/users", test_users);
  g_test_add_func ("/cli/import", test_import);
  g_test_add_func ("/cli/terminal", test_terminal);
  g_test_add_func ("/cli/many-pages", test_many_pages);
  g_test_add_func ("/cli/api", test_api);
  g_test_add_func ("/cli/applications", test_applications);
  g_test_add_func ("/cli/the-rest", test_the_rest);
  g_test_add_func ("/cli/audit", test_audit);
  g_test_add_func ("/cli/stamp", test_stamp);
  g_test_add_func ("/cli/instances", test_instances);
  g_test_add_func ("/cli/check", test_check);
  g_test_add_func ("/cli/no-server", test_no_server);
  result = g_test_run ();

  g_main_loop_quit (loop);
  g_thread_join (thread);
  g_main_loop_unref (loop);
  g_main_context_unref (context);
  api_fixture_free (api);
  g_object_unref (tenant);
  fixture_close (store, TRUE);
  fixture_remove (folder);
  g_free (folder);
  g_free (program);
  g_free (config_file);
  g_free (out);
  g_free (err);
  return result;
}
