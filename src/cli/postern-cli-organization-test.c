/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-fixture.h"
#include "postern-domain-proof-fixture.h"

static void
test_usage (void)
{
  static const struct {
    const char *line;
    int code;
    const char *words;
  } cases[] = {
    { "organization --help", 0, "Business customers" },
    { "organization create --help", 0, "--slug SLUG" },
    { "organization show", 2, "ORGANIZATION is missing" },
    { "organization show nobody", 3, "no such organization" },
    { "organization create --name A --rules {", 2, "--rules" },
    { "organization create --slug a", 1, "name" },
    { "member add acme", 2, "USER is missing" },
    { "group add acme x", 2, "USER is missing" },
    { "domain verify acme", 2, "DOMAIN is missing" },
    { "domain --help", 0, "verify" },
    { "invitation create acme", 1, "email" },
    { "invitation send acme", 2, "INVITATION is missing" },
    { "invitation list nobody", 3, "no such organization" },
    { "invitation create --help", 0, "--days DAYS" },
    { "branding show", 2, "ORGANIZATION is missing" },
    { "branding update acme --logo /nowhere/logo.png", 2, "--logo" },
    { "branding update acme --css @/nowhere/sheet.css", 2, "--css" },
    { "branding update --help", 0, "--logo FILE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpint (postern (cases[i].line), ==, cases[i].code);
    g_assert_nonnull (strstr (cases[i].code == 0 ? out : err, cases[i].words));
  }
}

/* From the organization to a role in it, as an operator types it. */
static void
test_way (void)
{
  g_autoptr (GVariant) made = postern_json ("organization create --name 'Acme Ltd' --slug acme --rules '{\"second_factor\":\"required\"}' --data '{\"plan\":\"gold\"}'");
  g_autoptr (GVariant) group = NULL, shown = NULL, rules = NULL;
  g_autofree char *add = NULL, *members = NULL;

  g_assert_cmpint (postern ("user create --username ada"), ==, 0);
  g_assert_cmpint (postern ("member add acme ada"), ==, 0);
  g_assert_cmpint (postern ("member list acme"), ==, 0);
  g_assert_nonnull (strstr (out, "administrator"));
  group = postern_json ("group create acme --name Buyers");
  add = g_strdup_printf ("group add acme %s ada", postern_json_get_string (group, "id"));
  members = g_strdup_printf ("group members acme %s", postern_json_get_string (group, "id"));
  g_assert_cmpint (postern (add), ==, 0);
  g_assert_cmpint (postern (members), ==, 0);
  g_assert_nonnull (strstr (out, "ada"));
  g_assert_cmpint (postern ("organization list --member ada"), ==, 0);
  g_assert_nonnull (strstr (out, "Acme Ltd"));
  g_assert_cmpint (postern ("organization update acme --name Acme --disable"), ==, 0);
  shown = postern_json ("organization show acme");
  g_assert_true (postern_json_get_boolean (shown, "disabled", FALSE));
  rules = postern_json_get (shown, "sign_in_rules");
  g_assert_cmpstr (postern_json_get_string (rules, "second_factor"), ==, "required");
  g_assert_cmpint (postern ("organization update acme --enable"), ==, 0);
  g_assert_cmpint (postern ("member remove acme ada"), ==, 0);
  g_assert_cmpint (postern ("member show acme ada"), ==, 3);
  g_assert_cmpint (postern ("organization delete acme"), ==, 0);
  g_assert_cmpint (postern ("organization show acme"), ==, 3);
}

/* Which organization is meant is said to what shows one thing and to what takes one away, too. */
static void
test_role (void)
{
  g_autoptr (GVariant) organization = postern_json ("organization create --name Initech --slug initech"), role = postern_json ("role create --kind organization --name Editor"), effective = NULL, own = NULL;
  const char *id = postern_json_get_string (organization, "id"), *role_id = postern_json_get_string (role, "id");
  g_autofree char *assign = g_strdup_printf ("role assign %s --to eve --organization %s", role_id, id), *show = g_strdup_printf ("role effective eve --organization %s", id);
  g_autofree char *take = g_strdup_printf ("role take %s eve --organization %s", role_id, id), *create = g_strdup_printf ("role create --organization %s --name Own", id);
  g_autoptr (GVariant) by_slug = NULL;
  g_auto (GStrv) roles = NULL;

  g_assert_cmpint (postern ("user create --username eve"), ==, 0);
  g_assert_cmpint (postern ("member add initech eve"), ==, 0);
  g_assert_cmpint (postern (assign), ==, 0);
  effective = postern_json (show);
  roles = postern_json_dup_strv (effective, "organization_roles", FALSE);
  g_assert_cmpstr (roles[0], ==, "Editor");
  g_assert_cmpint (postern (take), ==, 0);
  g_assert_cmpint (postern (take), ==, 3);
  own = postern_json (create); /* whose own it is says of which kind it is */
  g_assert_cmpstr (postern_json_get_string (own, "kind"), ==, "organization");
  g_assert_cmpstr (postern_json_get_string (own, "organization_id"), ==, id);
  by_slug = postern_json ("role create --organization initech --name 'By slug'");
  g_assert_cmpstr (postern_json_get_string (by_slug, "organization_id"), ==, id);
  g_assert_cmpint (postern ("role create --organization nobody --name Theirs"), ==, 3);
}

static void
test_domains (void)
{
  g_autoptr (GVariant) organization = postern_json ("organization create --name Globex --slug globex"), domain = postern_json ("domain create globex --domain Globex.example");

  g_assert_cmpint (postern ("domain verify globex globex.example"), ==, 1);
  g_assert_nonnull (strstr (err, "no TXT record"));
  domain_resolver_say ("_postern-challenge.globex.example", (const char *const[]){ postern_json_get_string (domain, "record_value"), NULL });
  g_assert_cmpint (postern ("domain verify globex globex.example"), ==, 0);
  g_assert_cmpint (postern ("domain list globex"), ==, 0);
  g_assert_nonnull (strstr (out, "globex.example"));
  g_assert_cmpint (postern ("domain delete globex globex.example"), ==, 0);
}

/* From the mail to its end, as an operator types it. What is secret of it is not shown. */
static void
test_invitations (void)
{
  g_autoptr (GVariant) organization = postern_json ("organization create --name Umbrella --slug umbrella"), group = postern_json ("group create umbrella --name Guests");
  g_autofree char *create = g_strdup_printf ("invitation create umbrella --email Vera@Umbrella.example --days 2 --language de --group %s", postern_json_get_string (group, "id"));
  g_autoptr (GVariant) made = postern_json (create), shown = NULL, groups = NULL;
  const char *id = postern_json_get_string (made, "id");
  g_autofree char *show = g_strdup_printf ("invitation show umbrella %s", id), *send = g_strdup_printf ("invitation send umbrella %s --days 3", id);
  g_autofree char *delete = g_strdup_printf ("invitation delete umbrella %s", id);

  g_assert_null (strstr (out, "/invitation/"));
  groups = postern_json_get (made, "group_ids");
  g_assert_cmpuint (g_variant_n_children (groups), ==, 1);
  g_assert_cmpint (postern ("invitation list umbrella"), ==, 0);
  g_assert_nonnull (strstr (out, "vera@umbrella.example"));
  g_assert_nonnull (strstr (out, "open"));
  g_assert_cmpint (postern (send), ==, 0);
  g_assert_cmpint (postern (delete), ==, 0);
  shown = postern_json (show);
  g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "revoked");
  g_assert_cmpint (postern (send), ==, 1);
  g_assert_nonnull (strstr (err, "used or revoked"));
  g_assert_cmpint (postern ("invitation create umbrella --email nobody"), ==, 1);
  g_assert_nonnull (strstr (err, "email"));
}

static void
test_branding (void)
{
  static const guchar png[] = "\x89PNG\r\n\x1a\n....";
  g_autoptr (GVariant) organization = postern_json ("organization create --name Hooli --slug hooli"), shown = NULL, texts = NULL, rest = NULL;
  g_autofree char *logo = g_build_filename (folder, "logo.png", NULL), *sheet = g_build_filename (folder, "sheet.css", NULL);
  g_autofree char *update = g_strdup_printf ("branding update hooli --name 'Hooli Weather' --accent-color '#0b6e4f' --logo %s --css @%s --texts '{\"en\":\"Hello\"}'", logo, sheet);

  g_assert_true (g_file_set_contents (logo, (const char *) png, sizeof png - 1, NULL));
  g_assert_true (g_file_set_contents (sheet, "h1 { font-size: 30px }", -1, NULL));
  g_assert_cmpint (postern (update), ==, 0);
  shown = postern_json ("branding show hooli");
  g_assert_cmpstr (postern_json_get_string (shown, "name"), ==, "Hooli Weather");
  g_assert_cmpstr (postern_json_get_string (shown, "css"), ==, "h1{font-size:30px;}\n");
  g_assert_true (g_str_has_suffix (postern_json_get_string (shown, "logo_url"), ".png"));
  texts = postern_json_get (shown, "texts");
  g_assert_cmpstr (postern_json_get_string (texts, "en"), ==, "Hello");
  g_assert_cmpint (postern ("branding update hooli --accent-color red"), ==, 1);
  g_assert_nonnull (strstr (err, "accent_color"));
  g_assert_cmpint (postern ("branding update hooli --name '' --accent-color '' --logo '' --css '' --texts null"), ==, 0);
  rest = postern_json ("branding show hooli");
  g_assert_cmpuint (g_variant_n_children (rest), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-organization/usage", test_usage },
    { "/cli-organization/way", test_way },
    { "/cli-organization/role", test_role },
    { "/cli-organization/domains", test_domains },
    { "/cli-organization/invitations", test_invitations },
    { "/cli-organization/branding", test_branding },
    { NULL, NULL },
  };

  domain_resolver_install ();
  api_fixture_has_messenger = TRUE;
  return cli_run (argc, argv, tests);
}
