/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-events.h"
#include "postern-flow-organization-log-words.h"
#include "postern-flow-organization-page-fixture.h"

/* The log of an organization, as its administrators read it. */

/* Whatever may be done to an organization has a phrase, and is of a kind that can be chosen. */
static void
test_words (void)
{
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++) {
    g_autofree char *kind = g_strndup (events[i].name, strcspn (events[i].name, "."));
    gboolean own = strstr (events[i].when, "is the target") && strstr (events[i].when, "organization");

    if (!own && !postern_flow_organization_log_words_is_kind (kind))
      continue;
    g_test_message ("%s", events[i].name);
    g_assert_nonnull (postern_flow_organization_log_words_find (events[i].name));
    g_assert_true (postern_flow_organization_log_words_is_kind (kind));
  }
  g_assert_null (postern_flow_organization_log_words_find ("token.issued"));
}

/* What is shown as it is kept is the same JSON, whatever stands in it. */
static void
test_raw (void)
{
  static const char text[] = "{\"a\":\"{\\\"[,}\\\\\",\"b\":{\"c\":[1,{\"d\":[]}],\"e\":{}}}";
  g_autoptr (GVariant) entry = postern_json_parse_object (text, -1, 0, NULL), again = NULL;
  g_autofree char *raw = postern_flow_organization_log_words_dup_raw (entry), *printed = NULL;

  g_assert_nonnull (strstr (raw, "\n    \"c\":["));
  again = postern_json_parse_object (raw, -1, 0, NULL);
  printed = postern_json_print (again);
  g_assert_cmpstr (printed, ==, text);
}

static void
look (Browser *browser, const char *query)
{
  g_autofree char *path = page_path (&acme, "log", NULL), *whole = g_strconcat (path, query, NULL);

  browser_get (browser, whole);
}

/* What was done to one's own organization, and to no other; by whom, in words. */
static void
test_log (void)
{
  g_autoptr (Browser) theirs = browser_enter ("192.0.2.41", globex.administrator), browser = browser_enter ("192.0.2.42", acme.administrator);
  g_autofree char *group = NULL, *enter = g_strconcat ("action=enter&user=", acme.member, NULL), *mine = g_strdup_printf ("\"actor\":\"%s\"", acme.administrator);
  g_autofree char *whom = g_strdup_printf ("\"about\":\"%s · Logged\"", acme.member);

  page_post (theirs, &globex, "domains", NULL, "action=add&domain=theirs.example");
  page_post (browser, &acme, "groups", NULL, "action=make&name=Logged");
  group = page_dup_part (browser);
  page_post (browser, &acme, "groups", group, enter);
  page_get (browser, &acme, "log", NULL);
  g_assert_true (page_has (browser, "\"event_words\":\"Group made\""));
  g_assert_true (page_has (browser, mine));
  g_assert_true (page_has (browser, whom));
  g_assert_true (page_has (browser, "\"yourself\":true"));
  g_assert_false (page_has (browser, globex.administrator_id));
  g_assert_false (page_has (browser, globex.org.id));
}

/* Where @name was made stands in the page; NULL: nowhere */
static const char *
find_made (const char *text, const char *name)
{
  g_autofree char *words = g_strdup_printf ("\"about\":\"%s\"", name);

  return strstr (text, words);
}

/* What was done last is what is read first; what is done while somebody reads on moves nothing from one page to the next. */
static void
test_newest_first (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.44", acme.administrator);
  g_autofree char *first = NULL, *second = NULL, *again = NULL, *next = NULL;

  page_post (browser, &acme, "groups", NULL, "action=make&name=Oldest");
  for (guint i = 0; i < 60; i++) {
    g_autofree char *form = g_strdup_printf ("action=make&name=Made%02u", i);

    page_post (browser, &acme, "groups", NULL, form);
  }
  look (browser, "?kind=group");
  first = page_text (browser);
  next = g_strdup (strstr (browser_model (browser, "next_url"), "?after="));
  g_assert_true (find_made (first, "Made59") && find_made (first, "Made59") < find_made (first, "Made58"));
  g_assert_true (find_made (first, "Made10") && find_made (first, "Made09") == NULL);
  page_post (browser, &acme, "groups", NULL, "action=make&name=Meanwhile");
  look (browser, next);
  second = page_text (browser);
  g_assert_true (find_made (second, "Made09") && find_made (second, "Made09") < find_made (second, "Oldest"));
  g_assert_true (find_made (second, "Made10") == NULL && find_made (second, "Meanwhile") == NULL);
  look (browser, "?kind=group");
  again = page_text (browser);
  g_assert_true (find_made (again, "Meanwhile") && find_made (again, "Meanwhile") < find_made (again, "Made59"));
}

/* Part of it; what is not understood chooses nothing. */
static void
test_chosen (void)
{
  static const char *const odd[] = { "?from=x&after=1", "?kind=%25&to=9999-99-99", "?kind=token", "?from=2026-02-31&to=x&kind=role%27--" };
  g_autoptr (Browser) browser = browser_enter ("192.0.2.43", acme.administrator);
  g_autofree char *by_member = g_strconcat ("?person=", acme.member, NULL), *by_me = g_strconcat ("?person=", acme.administrator, NULL);
  g_autofree char *by_foreigner = g_strconcat ("?person=", globex.administrator, NULL);

  page_post (browser, &acme, "groups", NULL, "action=make&name=Chosen");
  look (browser, "?kind=group");
  g_assert_true (page_has (browser, "group.created"));
  g_assert_false (page_has (browser, "\"event\":\"data.read\""));
  look (browser, "?kind=domain");
  g_assert_false (page_has (browser, "group.created"));
  look (browser, by_me);
  g_assert_true (page_has (browser, "group.created"));
  look (browser, by_member);
  g_assert_false (page_has (browser, "group.created"));
  look (browser, by_foreigner); /* nobody is told whether there is such a person */
  assert_refused (browser, "organization-log");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "person");
  look (browser, "?from=2999-01-01");
  g_assert_false (page_has (browser, "group.created"));
  look (browser, "?from=1970-01-01&to=1980-01-01");
  g_assert_false (page_has (browser, "group.created"));
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    look (browser, odd[i]);
    g_assert_cmpuint (postern_response_get_status (browser->last), <, 500);
  }
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/organization-log/words", test_words },
    { "/flow/organization-log/raw", test_raw },
    { "/flow/organization-log/whole", test_log },
    { "/flow/organization-log/chosen", test_chosen },
    { "/flow/organization-log/newest-first", test_newest_first },
    { NULL },
  };

  return customers_run (argc, argv, tests);
}
