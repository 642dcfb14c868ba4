/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page-fixture.h"

/* Two administrators have the same page open: who saves second undoes nothing of the first. */

static Browser *
open_page (const char *address, const char *section, const char *part)
{
  Browser *browser = browser_enter (address, acme.administrator);

  page_get (browser, &acme, section, part);
  return browser;
}

static void
send (Browser *browser, const char *section, const char *part, const char *body)
{
  g_autofree char *whole = page_add_state (browser, body);

  page_post (browser, &acme, section, part, whole);
}

#define RULES "action=save&factor-password=1&factor-passkey=1"

/* The second one is told; what they left as it was is taken over, what they typed stays, and saving once more saves it. */
static void
test_rules (void)
{
  g_autoptr (Browser) first = open_page ("192.0.2.21", "sign-in", NULL), second = open_page ("192.0.2.22", "sign-in", NULL);
  g_autofree char *state = g_strdup (browser_model (second, "state"));

  send (first, "sign-in", NULL, RULES "&second_factor=optional&email_domains=acme.example");
  assert_done (first, "organization-sign-in");
  send (second, "sign-in", NULL, RULES "&factor-email-code=1&factor-sms-code=1&second_factor=&email_domains=acme.example%0D%0Amine.example&join_by_domain=1");
  assert_refused (second, "organization-sign-in");
  g_assert_true (page_has (second, "\"meanwhile\":[{"));
  g_assert_true (page_has (second, "\"now_value\":\"acme.example\""));
  g_assert_cmpstr (browser_model (second, "email_domains"), ==, "acme.example\r\nmine.example");
  g_assert_true (page_has (second, "\"join_by_domain\":true"));
  g_assert_false (page_is_ticked (second, "factor-sms-code")); /* as the first one wants it */
  g_assert_true (page_has (second, "\"title\":\"Asked of who has set one up\",\"selected\":true"));
  g_assert_cmpstr (browser_model (second, "state"), !=, state);
  send (second, "sign-in", NULL, RULES "&second_factor=optional&email_domains=acme.example%0D%0Amine.example&join_by_domain=1");
  assert_done (second, "organization-sign-in");
  page_get (first, &acme, "sign-in", NULL);
  g_assert_cmpstr (browser_model (first, "email_domains"), ==, "acme.example\nmine.example");
  g_assert_false (page_has (first, "\"meanwhile\":[{"));
}

/* A form that was refused for what was typed relies on what it showed first, not on what has become of it. */
static void
test_twice (void)
{
  g_autoptr (Browser) first = open_page ("192.0.2.23", "look", NULL), second = open_page ("192.0.2.24", "look", NULL);

  send (first, "look", NULL, "action=save&name=First&page_color=&text=&css=");
  assert_done (first, "organization-look");
  /* Whether it is the colour or the tag that is refused first: the other one follows. */
  send (second, "look", NULL, "action=save&name=&page_color=red&text=&css=");
  assert_refused (second, "organization-look");
  if (!page_has (second, "\"meanwhile\":[{")) {
    send (second, "look", NULL, "action=save&name=&page_color=%23ffffff&text=&css=");
    assert_refused (second, "organization-look");
  }
  g_assert_true (page_has (second, "\"now_value\":\"First\""));
  page_get (first, &acme, "look", NULL);
  g_assert_true (page_has (first, "\"value\":\"First\""));
  page_save (first, &acme, "look", NULL, "action=save&name=&text=&css=");
}

/* What says nothing of what it showed, or anything, saves nothing. */
static void
test_without (void)
{
  static const char *const states[] = { "", "&state=", "&state=*", "&state=0123456789abcdef0123456789abcdef", "&state=%22%0d%0aX-Y:+1", "&state=a&state=b" };
  g_autoptr (Browser) browser = open_page ("192.0.2.25", "look", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autofree char *body = g_strconcat ("action=save&name=Blind&text=&css=", states[i], NULL);

    page_post (browser, &acme, "look", NULL, body);
    assert_refused (browser, "organization-look");
  }
  page_get (browser, &acme, "look", NULL);
  g_assert_false (page_has (browser, "Blind"));
}

static void
test_group (void)
{
  g_autoptr (Browser) first = open_page ("192.0.2.26", "groups", NULL), second = NULL;
  g_autofree char *id = NULL;

  page_post (first, &acme, "groups", NULL, "action=make&name=Taken");
  page_post (first, &acme, "groups", NULL, "action=make&name=Sales");
  id = page_dup_part (first);
  second = open_page ("192.0.2.27", "groups", id);
  send (first, "groups", id, "action=save&name=+");
  assert_refused (first, "organization-group");
  g_assert_cmpstr (browser_model (first, "error_field"), ==, "name");
  send (first, "groups", id, "action=save&name=Taken");
  assert_refused (first, "organization-group");
  send (first, "groups", id, "action=save&name=Sellers&description=+Who+sells+");
  assert_done (first, "organization-group");
  g_assert_cmpstr (browser_model (first, "group_name"), ==, "Sellers");
  g_assert_cmpstr (browser_model (first, "description_value"), ==, "Who sells");
  send (second, "groups", id, "action=save&name=Trade");
  assert_refused (second, "organization-group");
  g_assert_cmpstr (browser_model (second, "name_value"), ==, "Trade");
  g_assert_cmpstr (browser_model (second, "group_name"), ==, "Sellers");
  g_assert_cmpstr (browser_model (second, "description_value"), ==, "Who sells");
  send (second, "groups", id, "action=save&name=Trade");
  assert_done (second, "organization-group");
  g_assert_cmpstr (browser_model (second, "group_name"), ==, "Trade");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/organization-form/rules", test_rules },
    { "/flow/organization-form/twice", test_twice },
    { "/flow/organization-form/without", test_without },
    { "/flow/organization-form/group", test_group },
    { NULL },
  };

  return customers_run (argc, argv, tests);
}
