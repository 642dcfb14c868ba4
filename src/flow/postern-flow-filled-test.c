/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-fixture.h"

/* The page `identifier` sent with a password beside the name, as a password manager fills it in. (How guesses are counted there: postern-flow-guess-test.c.) */

#define ADA "ada@example.org"

/* The first page of a sign-in, sent with @email and @password in one form. */
static void
fill (Browser *browser, const char *email, const char *password)
{
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=%s&password=%s", email, password);

  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, body);
}

static gboolean
get_parked (PosternTxn *txn, gpointer data, GError **error)
{
  gpointer *pair = data;

  pair[1] = postern_flow_store_get (txn, pair[0], error);
  return pair[1] != NULL;
}

/* What is parked holds nothing that was typed into a password field. */
static void
assert_nothing_kept (Browser *browser, const char *password)
{
  gpointer pair[] = { browser->flow + strlen ("/sign-in/"), NULL };
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_SHORT, get_parked, pair, NULL));
  bytes = pair[1];
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, >, 100);
  for (gsize i = 0; i + strlen (password) <= size; i++)
    g_assert_false (memcmp (data + i, password, strlen (password)) == 0);
}

static void
test_right (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");

  browser_sign_up (browser, ADA);
  fill (browser, "ADA@example.org", PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1");
  assert_answer (browser, "fresh=1");
  browser_get (browser, browser->flow); /* reload, or back: the flow is over */
  assert_page (browser, "stale");
}

/* Wrong and unknown: the page, the words and the count that a password alone gets. */
static void
test_wrong (void)
{
  static const char *const people[] = { ADA, "nobody@example.org" };
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_autofree char *usual = NULL;

  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_sign_in (browser, ADA, "wrong-as-usual");
  usual = g_strdup (browser_model (browser, "error_message"));
  g_assert_nonnull (usual);
  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    fill (browser, people[i], "quite-wrong");
    assert_page (browser, "password");
    g_assert_cmpstr (browser_model (browser, "error_message"), ==, usual);
    g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
    g_assert_cmpstr (browser_model (browser, "identifier"), ==, people[i]);
    g_assert_null (browser_model (browser, "password"));
    assert_nothing_kept (browser, "quite-wrong");
    browser_get (browser, browser->flow);
    g_assert_cmpstr (browser_model (browser, "error_message"), ==, usual);
  }
  browser_submit (browser, "action=other-identifier");
  browser_submit (browser, "action=continue&identifier=" ADA "&password=" PASSWORD);
  assert_answer (browser, "fresh=1");
}

/* An empty field is none: the password is asked for, without a reproach. */
static void
test_empty (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.3");

  fill (browser, ADA, "");
  assert_page (browser, "password");
  g_assert_null (browser_model (browser, "error_message"));
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "fresh=1");
}

/* Where the address's domain has a provider, no password is looked at: the fixture's provider holds that none reaches it. */
static void
test_domain (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");

  for (guint i = 0; i < 2; i++) { /* the second time the provider is known */
    browser_begin (browser, application_flow (APP_FIRST, 0));
    browser_post (browser, browser->flow, "action=continue&identifier=grace@corp.example&password=quite-secret");
    assert_nothing_kept (browser, "quite-secret");
  }
  g_assert_true (g_str_has_prefix (browser_page (browser), "https://provider.example/authorize?state="));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_post (browser, browser->flow, "action=connector:corp&identifier=" ADA "&password=" PASSWORD); /* nor where a button is pressed */
  g_assert_true (g_str_has_prefix (browser_page (browser), "https://provider.example/authorize?state="));
}

/* "Create an account" stands in the same form: whoever presses it chooses a password on its page. */
static void
test_sign_up (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=sign-up&identifier=new@example.org&password=quite-secret-passphrase");
  assert_page (browser, "sign-up");
  g_assert_null (browser_model (browser, "error_message"));
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "new@example.org");
  assert_nothing_kept (browser, "quite-secret-passphrase");
  fill (browser, "new@example.org", "quite-secret-passphrase"); /* there is no such account */
  assert_page (browser, "password");
  g_assert_nonnull (browser_model (browser, "error_message"));
}

/* The first page, sent from a window where it still stands: it begins again from there, for whom it names. */
static void
test_stale_page (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  g_autofree char *first = NULL;
  g_autofree char *consent = NULL;

  browser_sign_up (browser, "bob@example.org");
  browser_begin_anew (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_CONSENT));
  first = g_strdup_printf ("%s?at=identifier", browser->flow);
  consent = g_strdup_printf ("%s?at=consent", browser->flow);
  browser_post (browser, first, "action=continue&identifier=" ADA "&password=" PASSWORD);
  browser_follow (browser);
  assert_page (browser, "consent");
  browser_post (browser, first, "action=continue&identifier=bob@example.org&password=wrong");
  browser_follow (browser);
  assert_page (browser, "password");
  browser_post (browser, consent, "action=allow"); /* nobody is known any more */
  browser_follow (browser);
  assert_page (browser, "password");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_page (browser, "consent");
  browser_submit (browser, "action=allow");
  assert_answer (browser, "fresh=1");
  browser_post (browser, first, "action=continue&identifier=" ADA "&password=" PASSWORD);
  assert_page (browser, "stale");
}

static void
test_odd (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autofree char *huge = g_strnfill (1024 * 1024, 'a');
  gint64 begin;

  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_post (browser, browser->flow, "action=continue&identifier=" ADA "&password=x&password=" PASSWORD);
  assert_page (browser, "error");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 400);
  browser_get (browser, browser->flow);
  assert_page (browser, "identifier");
  browser_post (browser, browser->flow, "action=continue&password=" PASSWORD); /* nobody's */
  browser_follow (browser);
  assert_page (browser, "identifier");
  assert_nothing_kept (browser, PASSWORD);
  begin = g_get_monotonic_time ();
  fill (browser, ADA, huge);
  assert_page (browser, "password");
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/filled/right", test_right },
    { "/filled/wrong", test_wrong },
    { "/filled/empty", test_empty },
    { "/filled/domain", test_domain },
    { "/filled/sign-up", test_sign_up },
    { "/filled/stale-page", test_stale_page },
    { "/filled/odd", test_odd },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
