/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"
#include "postern-user-data-fixture.h"
#include "postern-user-data.h"

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
    { "tenant create", 2, "SLUG is missing" },
    { "tenant create acme --help", 0, "--domain DOMAIN" },
    { "user list --help", 0, "--tenant SLUG" },
    { "tenant list --tenant acme", 1, "leave --tenant out" },
    { "user list --tenant ../acme", 1, "needs a slug" },
    { "config show --tenant acme", 2, "asks none" },
    { "connector types --tenant acme", 2, "asks none" },
    { "db move acme --to /nowhere --tenant acme", 2, "asks none" },
    { "db move acme", 1, "where to" },
    { "db move default --to-region eu", 1, "the default tenant" },
    { "db move acme --to /nowhere --to-region eu", 1, "where to" },
    { "audit verify nothing --url https://id.example", 2, "asks none" },
    { "tenant delete acme", 1, "--yes" },
    { "tenant delete acme --yes", 3, "" },
    { "user list --tenant acme", 3, "" },
    { "connector create x y --tenant acme", 1, "--stored" },
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

/* What another system calls somebody must not move the administrator's cursor. */
static void
test_terminal (void)
{
  g_autoptr (GVariant) made = postern_json ("user create --username mallory --external-id \"a\033[2Jb\"");

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
  g_assert_cmpint (postern ("user list --limit abc"), ==, 1);
  g_assert_cmpint (postern ("user list --limit 0"), ==, 1);
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

/* Who reads much is told to come again later, and does; what changes something is not sent twice. */
static void
test_busy (void)
{
  busy = 1;
  g_assert_cmpint (postern ("user list"), ==, 0);
  g_assert_cmpint (busy, ==, 0);
  busy = 1;
  g_assert_cmpint (postern ("user create --username busy"), ==, 1);
  g_assert_cmpint (busy, ==, 0);
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

/* In however many parts it comes, it is one document. */
static void
test_user_data (void)
{
  g_autoptr (GVariant) user = postern_json ("user create --username much --password 'long enough'"), data = NULL, events = NULL, credentials = NULL;
  UserDataFixture much = { postern_json_get_string (user, "id"), POSTERN_USER_DATA_ENTRIES + 100 };

  fixture_write (store, user_data_fixture_act, &much);
  data = postern_json ("user data much");
  events = postern_json_get (data, "activity");
  credentials = postern_json_get (data, "credentials");
  g_assert_cmpuint (g_variant_n_children (events), ==, much.n);
  g_assert_cmpuint (g_variant_n_children (credentials), ==, 1);
  g_assert_null (postern_json_get (data, "next"));
  g_assert_cmpint (postern ("user data nobody"), ==, 3);
  g_assert_cmpint (postern ("user data"), ==, 2);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli/usage", test_usage },
    { "/cli/users", test_users },
    { "/cli/terminal", test_terminal },
    { "/cli/many-pages", test_many_pages },
    { "/cli/user-data", test_user_data },
    { "/cli/api", test_api },
    { "/cli/applications", test_applications },
    { "/cli/the-rest", test_the_rest },
    { "/cli/busy", test_busy },
    { "/cli/no-server", test_no_server },
    { NULL, NULL },
  };

  return cli_run (argc, argv, tests);
}
