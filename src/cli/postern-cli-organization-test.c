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

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/cli-organization/usage", test_usage },
    { "/cli-organization/way", test_way },
    { "/cli-organization/domains", test_domains },
    { NULL, NULL },
  };

  domain_resolver_install ();
  return cli_run (argc, argv, tests);
}
