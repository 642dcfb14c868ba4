/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization-rules.h"

#include "postern-assurance.h"
#include "postern-error.h"
#include "postern-identifier.h"

static PosternOrganizationRules *
read_rules (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) model = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  PosternOrganizationRules *rules;

  g_assert_no_error (error);
  rules = postern_organization_rules_new (model, &error);
  g_assert_no_error (error);
  return rules;
}

static void
test_empty (void)
{
  g_autoptr (PosternOrganizationRules) rules = postern_organization_rules_new (NULL, NULL);
  g_autoptr (PosternUser) user = postern_user_new ();

  g_assert_true (postern_organization_rules_allow_connector (rules, "corp"));
  g_assert_true (postern_organization_rules_allow_factor (rules, "password"));
  g_assert_true (postern_organization_rules_allow_way (rules, (const char *const[]){ "password", NULL }, NULL));
  g_assert_true (postern_organization_rules_allow_address (rules, user));
  g_assert_cmpuint (rules->second_factor, ==, POSTERN_SECOND_OFF);
  g_assert_false (rules->join_by_domain);
  g_assert_null (rules->join_by_connectors);
}

static void
test_ways (void)
{
  g_autoptr (PosternOrganizationRules) corp = read_rules ("{'connectors': <[<'corp'>]>, 'factors': <@av []>}");
  g_autoptr (PosternOrganizationRules) ours = read_rules ("{'connectors': <@av []>, 'factors': <[<'passkey'>, <'email-code'>]>}");
  static const char *const by_connector[] = { "connector", NULL }, *const by_password[] = { "password", "totp", NULL }, *const by_code[] = { "email-code", NULL },
                   *const by_text[] = { "sms-code", NULL }, *const nothing[] = { NULL };

  g_assert_true (postern_organization_rules_allow_way (corp, by_connector, "corp"));
  g_assert_false (postern_organization_rules_allow_way (corp, by_connector, "other"));
  g_assert_false (postern_organization_rules_allow_way (corp, by_connector, NULL));
  g_assert_false (postern_organization_rules_allow_way (corp, by_password, NULL));
  g_assert_false (postern_organization_rules_allow_way (corp, by_password, "corp")); /* an older sign-in's */
  g_assert_false (postern_organization_rules_allow_way (corp, nothing, "corp"));
  g_assert_false (postern_organization_rules_allow_way (corp, NULL, NULL));
  g_assert_true (postern_organization_rules_allow_way (ours, by_code, NULL));
  g_assert_false (postern_organization_rules_allow_way (ours, by_text, NULL));
  g_assert_false (postern_organization_rules_allow_way (ours, by_password, NULL));
  g_assert_false (postern_organization_rules_allow_way (ours, by_connector, "corp"));
  g_assert_true (postern_organization_rules_allow_factor (ours, "code"));
  g_assert_true (postern_organization_rules_allow_factor (ours, "passkey"));
  g_assert_false (postern_organization_rules_allow_factor (ours, "password"));
  g_assert_false (postern_organization_rules_allow_factor (corp, "code"));
}

static void
test_addresses (void)
{
  g_autoptr (PosternOrganizationRules) rules = read_rules ("{'email_domains': <[<'Example.ORG'>, <'xn--bcher-kva.example'>]>}");
  static const struct {
    const char *email;
    gboolean verified, allowed;
  } cases[] = {
    { "ada@example.org", TRUE, TRUE },      { "ada@example.org", FALSE, FALSE }, { "ada@sub.example.org", TRUE, FALSE },
    { "ada@bücher.example", TRUE, TRUE },   { "ada@example.organic", TRUE, FALSE }, { NULL, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternUser) user = postern_user_new ();

    user->email = g_strdup (cases[i].email);
    user->email_verified = cases[i].verified;
    g_assert_true (postern_organization_rules_allow_address (rules, user) == cases[i].allowed);
  }
}

static void
test_second (void)
{
  g_autoptr (PosternOrganizationRules) rules = read_rules ("{'second_factor': <'required'>, 'second_factors': <[<'totp'>, <'passkey'>]>, 'join_by_domain': <true>, "
                                                     "'join_by_connectors': <[<'corp'>]>}");

  g_assert_cmpuint (rules->second_factor, ==, POSTERN_SECOND_REQUIRED);
  g_assert_cmpuint (rules->second_factors, ==, POSTERN_SECOND_TOTP | POSTERN_SECOND_PASSKEY);
  g_assert_true (rules->join_by_domain);
  g_assert_cmpstr (rules->join_by_connectors[0], ==, "corp");
}

static void
test_wrong (void)
{
  static const char *const models[] = {
    "{'connector': <[<'corp'>]>}",    "{'connectors': <'corp'>}",        "{'connectors': <[<1>]>}",          "{'connectors': <[<''>]>}",
    "{'factors': <[<'totp'>]>}",      "{'factors': <[<'code'>]>}",       "{'second_factor': <'sometimes'>}", "{'second_factor': <true>}",
    "{'second_factors': <@av []>}",   "{'second_factors': <[<'x'>]>}",   "{'join_by_domain': <'yes'>}",      "{'email_domains': <[<'no dots'>]>}",
    "{'email_domains': <[<'a@b.c'>, <'d.e'>]>}", "{'factors': <@av []>, 'connectors': <@av []>}",
    "{'connectors': <[<'corp'>]>, 'join_by_connectors': <[<'corp'>, <'other'>]>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++) {
    g_autoptr (GVariant) model = g_variant_parse (G_VARIANT_TYPE_VARDICT, models[i], NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_organization_rules_new (model, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
}

static void
test_domains (void)
{
  static const struct {
    const char *typed, *canonical;
  } cases[] = {
    { "Example.ORG", "example.org" }, { " example.org. ", "example.org" }, { "xn--bcher-kva.example", "bücher.example" }, { "BÜCHER.example", "bücher.example" },
    { "org", NULL },                  { "", NULL },                        { NULL, NULL },                                { "a@b.c", NULL },
    { "ex_ample.org", NULL },         { "-a.org", NULL },                  { "a..org", NULL },                            { "127.0.0.1", NULL },
    { "a b.org", NULL },              { "[::1]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *canonical = postern_identifier_canonicalize_domain (cases[i].typed);

    g_assert_cmpstr (canonical, ==, cases[i].canonical);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/organization-rules/empty", test_empty);
  g_test_add_func ("/organization-rules/ways", test_ways);
  g_test_add_func ("/organization-rules/addresses", test_addresses);
  g_test_add_func ("/organization-rules/second", test_second);
  g_test_add_func ("/organization-rules/wrong", test_wrong);
  g_test_add_func ("/organization-rules/domains", test_domains);
  return g_test_run ();
}
