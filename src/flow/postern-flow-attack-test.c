/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* Each test is an attack, written as whoever tries it would. */

static void
test_foreign_flow (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.1");
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");

  browser_sign_up (victim, "ada@example.org");
  browser_begin (victim, application_flow (APP_THIRD, 0));
  assert_page (victim, "consent");
  browser_get (thief, victim->flow);
  assert_page (thief, "stale");
  g_assert_null (browser_model (thief, "application_name")); /* nothing about the flow is told */
  browser_post (thief, victim->flow, "action=allow");
  assert_page (thief, "stale");
  browser_begin (thief, application_flow (APP_FIRST, 0)); /* with a flow cookie of its own, too */
  browser_post (thief, victim->flow, "action=allow");
  assert_page (thief, "stale");
  browser_submit (victim, "action=allow");
  assert_answer (victim, "fresh=0");
}

static void
test_unknown_flows (void)
{
  static const char *const paths[] = {
    "/sign-in/flw_00000000000000000000000000", "/sign-in/x", "/sign-in/flw_", "/sign-in/usr_00000000000000000000000000", "/sign-in/..",
  };
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    browser_get (browser, paths[i]);
    assert_page (browser, "stale");
    browser_post (browser, paths[i], "action=continue&identifier=a");
    assert_page (browser, "stale");
  }
}

static void
test_expired_and_done (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=ada@example.org");
  flow_expire (browser->flow + strlen ("/sign-in/"));
  browser_post (browser, browser->flow, "action=continue&password=" PASSWORD);
  assert_page (browser, "stale");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 410);
  g_assert_cmpstr (browser_model (browser, "back_url"), ==, "https://app.example");
  g_assert_cmpstr (browser_model (browser, "application_name"), ==, "Ours");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "ada@example.org", PASSWORD);
  assert_answer (browser, "fresh=1");
  browser_post (browser, browser->flow, "action=continue&password=" PASSWORD); /* the same form again */
  assert_page (browser, "stale");
  g_assert_cmpstr (browser_model (browser, "back_url"), ==, "https://app.example");
}

/* A form of a page before, sent late or twice: it begins again from there or shows where the flow is, and answers nothing. */
static void
test_late_forms (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autofree char *url = NULL;
  g_autofree char *consent = NULL;

  browser_begin (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_CONSENT));
  url = g_strdup_printf ("%s?at=identifier", browser->flow);
  browser_post (browser, url, "action=continue&identifier=ada@example.org");
  browser_post (browser, url, "action=continue&identifier=ada@example.org");
  browser_follow (browser);
  assert_page (browser, "password");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_page (browser, "consent");
  consent = g_strdup_printf ("%s?at=consent", browser->flow);

  browser_post (browser, url, "action=continue&identifier=somebody@example.org"); /* back, another name */
  browser_follow (browser);
  assert_page (browser, "password");
  browser_post (browser, consent, "action=allow"); /* the consent of who was there before */
  browser_follow (browser);
  assert_page (browser, "password");
}

static void
start_at_provider (Browser *browser, char **state)
{
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=connector:away");
  *state = g_strdup (strchr (postern_response_get_header (browser->last, "Location"), '=') + 1);
}

static void
call_back (Browser *browser, const char *instance, const char *code, const char *state)
{
  g_autofree char *url = g_strdup_printf ("/callback/%s?code=%s&state=%s", instance, code, state);

  browser_get (browser, url);
}

static void
test_callbacks (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.1");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *state = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *wrong = NULL;

  start_at_provider (victim, &state);
  start_at_provider (attacker, &theirs);

  call_back (victim, "away", "mallory", theirs); /* to sign the victim in as the attacker */
  assert_page (victim, "stale");
  call_back (attacker, "away", "victim", state); /* with a code that was caught */
  assert_page (attacker, "stale");
  call_back (victim, "away", "x", "nothing");
  assert_page (victim, "stale");
  call_back (victim, "test", "x", state); /* mix-up: another instance's answer */
  assert_page (victim, victim->flow);
  wrong = g_strdup (state);
  wrong[strlen (wrong) - 1] = wrong[strlen (wrong) - 1] == 'A' ? 'E' : 'A';
  call_back (victim, "away", "x", wrong);
  assert_page (victim, victim->flow);

  call_back (victim, "away", "dora", state);
  assert_answer (victim, "amr=fed");
  call_back (victim, "away", "mallory", state); /* replayed */
  assert_page (victim, "stale");
}

/* One state, one use: an error uses it up as well. */
static void
test_callback_once (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autofree char *state = NULL;

  start_at_provider (browser, &state);
  call_back (browser, "away", "down", state);
  browser_follow (browser);
  assert_page (browser, "identifier");
  call_back (browser, "away", "mallory", state);
  browser_follow (browser);
  assert_page (browser, "identifier");
}

static void
test_posted_callback (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autoptr (Browser) bare = browser_new ("192.0.2.1");
  g_autofree char *state = NULL;
  g_autofree char *body = NULL;
  g_autofree char *again = NULL;
  const char *link;

  start_at_provider (browser, &state);
  body = g_strdup_printf ("code=emil&state=%s", state);
  again = g_strdup_printf ("%s&postern_again=1", body);
  browser_post (bare, "/callback/away", body); /* across sites: the browser kept the cookie to itself */
  assert_page (bare, "form-post");
  g_assert_cmpstr (browser_model (bare, "url"), ==, ISSUER "/callback/away");
  browser_post (bare, "/callback/away", again);
  assert_page (bare, "stale");
  browser_post (browser, "/callback/away", again);
  assert_page (browser, "form-post"); /* a redirect would be held against the form-action of whoever posted */
  link = browser_model (browser, "link");
  g_assert_nonnull (strstr (link, "amr=fed"));
  g_assert_true (g_str_has_suffix (postern_response_get_header (browser->last, "Refresh"), link));
}

static void
test_odd_forms (void)
{
  static const char *const bodies[] = {
    "", "action=", "action=nothing", "action=continue", "identifier=a&identifier=b&action=continue", "action=allow", "action=account:ses_x",
    "action=connector:", "action=connector:nobody", "action=connector:password", "action=connector:test", "action=continue&identifier=%00",
    "action=continue&identifier=%ff%fe", "action=continue&password=" PASSWORD, "action=cancel",
  };
  g_autoptr (Browser) browser = browser_new ("192.0.2.31");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_test_message ("%s", bodies[i]);
    browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
    browser_post (browser, browser->flow, bodies[i]);
    browser_follow (browser);
    g_assert_nonnull (postern_response_get_template (browser->last));
    g_assert_false (g_str_equal (browser_page (browser), "password"));
  }
}

static char *
token_answer (PosternEntrance entrance, const char *user_id, const char *session_id)
{
  g_autoptr (PosternFlow) flow = postern_flow_new (entrance, "test");
  g_autoptr (PosternResponse) response = NULL;

  flow->application_id = g_strdup (APP_FIRST);
  flow->user_id = g_strdup (user_id);
  flow->session_id = g_strdup (session_id);
  response = postern_flow_engine_run (house_engine, flow, NULL, NULL);
  return g_strdup (postern_response_get_header (response, "Location"));
}

static void
assert_token (PosternEntrance entrance, const char *user_id, const char *session_id, const char *part)
{
  g_autofree char *answer = token_answer (entrance, user_id, session_id);

  if (strstr (answer, part) == NULL)
    g_error ("expected %s in %s", part, answer);
}

/* Whoever was signed out or switched off gets no more tokens, by whatever entrance. */
static void
test_tokens_after_the_end (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.40");
  g_auto (GStrv) parts = NULL;
  g_autofree char *user_id = NULL;
  g_autofree char *session_id = NULL;

  browser_sign_up (browser, "tom@example.org");
  parts = g_strsplit_set (strchr (browser_page (browser), '?') + 1, "=&", -1);
  user_id = g_strdup (parts[1]);
  session_id = g_strdup (parts[3]);
  assert_token (POSTERN_ENTRANCE_CODE, user_id, session_id, "user=usr_");
  assert_token (POSTERN_ENTRANCE_REFRESH, user_id, session_id, "user=usr_");
  assert_token (POSTERN_ENTRANCE_REFRESH, user_id, NULL, "user=usr_"); /* offline */
  assert_token (POSTERN_ENTRANCE_REFRESH, "usr_nobody", session_id, "error=invalid_grant");

  g_assert_true (postern_flow_engine_end_session (house_engine, house_tenant, session_id, NULL, NULL));
  assert_token (POSTERN_ENTRANCE_CODE, user_id, session_id, "error=invalid_grant");
  assert_token (POSTERN_ENTRANCE_REFRESH, user_id, session_id, "error=invalid_grant");
  assert_token (POSTERN_ENTRANCE_REFRESH, user_id, NULL, "user=usr_");

  fixture_write (house_store, user_switch_off, (gpointer) "tom@example.org");
  assert_token (POSTERN_ENTRANCE_REFRESH, user_id, NULL, "error=invalid_grant");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "tom@example.org", PASSWORD);
  assert_answer (browser, "error=access_denied");
}

static void
test_back_channel (void)
{
  assert_token (POSTERN_ENTRANCE_BACK_CHANNEL, NULL, NULL, "user=&");
  g_assert_true (house_protocol->without_txn);
}

static void
with_vote (const char *signal, gint verdict, Browser *browser)
{
  gulong id = g_signal_connect (house_hub, signal, G_CALLBACK (hub_vote), GINT_TO_POINTER (verdict));

  browser_begin (browser, application_flow (APP_FIRST, 0));
  g_signal_handler_disconnect (house_hub, id);
}

static void
test_votes (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.41");

  browser_sign_up (browser, "vera@example.org");
  with_vote ("decide::sign-in", POSTERN_VERDICT_DENY, browser);
  assert_answer (browser, "error=access_denied");
  with_vote ("decide::token", POSTERN_VERDICT_DENY, browser);
  assert_answer (browser, "error=access_denied");
  with_vote ("decide::token", 77, browser); /* a vote that is none */
  assert_answer (browser, "error=access_denied");
  with_vote ("decide::token", POSTERN_VERDICT_STEP_UP, browser);
  assert_answer (browser, "error=interaction_required");
  with_vote ("decide::sign-in", POSTERN_VERDICT_STEP_UP, browser);
  browser_confirm (browser, "vera@example.org", PASSWORD);
  assert_answer (browser, "fresh=1");
  with_vote ("decide::sign-in", POSTERN_VERDICT_ALLOW, browser);
  assert_answer (browser, "fresh=0");
}

/* The attack: a connector, whose provider is somebody else's, answers with one of our users as if it were a factor. */
static void
test_connector_names (void)
{
  g_autofree char *id = user_make_with_password ("named@example.org", TRUE), *named = g_strconcat ("user ", id, NULL);
  const char *const codes[] = { named, "user usr_nobody" };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (Browser) browser = browser_new ("192.0.2.46");

    browser_begin (browser, application_flow (APP_FIRST, 0));
    browser_press_provider (browser, codes[i]);
    g_assert_null (strstr (browser_page (browser), "user="));
    assert_signed_out (browser);
  }
}

static gboolean
application_switch (PosternTxn *txn, gpointer id, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, id, error);

  application->enabled = !application->enabled;
  return postern_application_store_update (txn, application, error);
}

/* Switched off while somebody types: they are not handed over any more. */
static void
test_application_off (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.47");
  g_autofree char *id = user_make_with_password ("off@example.org", TRUE);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=off@example.org");
  assert_page (browser, "password");
  fixture_write (house_store, application_switch, (gpointer) APP_FIRST);
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "error=unauthorized_client");
  fixture_write (house_store, application_switch, (gpointer) APP_FIRST);
  assert_signed_out (browser);
}

static void
test_essential_acr (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.42");
  PosternFlow *flow = application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE);

  browser_sign_up (browser, "nora@example.org");
  g_object_unref (flow);
  flow = application_flow (APP_FIRST, 0);
  flow->requested_claims = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'id_token': <{'acr': <{'essential': <true>, 'values': <[<'2'>]>}>}>}"));
  browser_begin (browser, flow);
  assert_answer (browser, "error=unmet_authentication_requirements");
  flow = application_flow (APP_FIRST, 0);
  flow->requested_claims = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'id_token': <{'acr': <{'essential': <true>, 'value': <'1'>}>}>}"));
  browser_begin (browser, flow);
  assert_answer (browser, "acr=1");
}

/* Cookies that a person made up: nobody is signed in by them, and nothing falls over. */
static void
test_made_up_cookies (void)
{
  static const char *const values[] = { "", ".", "....................", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  static const char *const names[] = { "session", "flow", "device", "method" };

  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
      g_autoptr (Browser) browser = browser_new ("192.0.2.43");

      g_hash_table_insert (browser->cookies, g_strdup (names[n]), g_strdup (values[i]));
      browser_begin (browser, application_flow (APP_FIRST, 0));
      assert_page (browser, "identifier");
    }
}

static void
with_session_cookie (const char *value, gboolean lets_in)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.47");

  g_hash_table_insert (browser->cookies, g_strdup ("session"), g_strdup (value));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  if (lets_in)
    assert_answer (browser, "fresh=0");
  else
    assert_page (browser, "identifier");
}

/* A session cookie names its session, so that whoever knows the name (each application does, as sid) may try a secret with it. */
static void
test_session_names (void)
{
  g_autoptr (Browser) one = browser_new ("192.0.2.48");
  g_autoptr (Browser) two = browser_new ("192.0.2.49");
  const guint digits = 26;
  const char *first, *second;

  browser_sign_up (one, "nina@example.org");
  browser_sign_up (two, "noah@example.org");
  first = g_hash_table_lookup (one->cookies, "session");
  second = g_hash_table_lookup (two->cookies, "session");
  g_autofree char *name_of_first = g_strndup (first, digits);
  g_autofree char *name_of_second = g_strndup (second, digits);
  g_autofree char *upper = g_ascii_strup (first, -1);
  g_autofree char *shorter = g_strndup (first, strlen (first) - 1);
  char *made_up[] = {
    g_strconcat (name_of_first, second + digits, NULL), g_strconcat (name_of_second, first + digits, NULL), g_strconcat (first, "A", NULL),
    g_strconcat (name_of_first, "AAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL), g_strconcat (name_of_first, first, NULL),
    g_strconcat ("00000000000000000000000000", first + digits, NULL), g_strconcat ("zzzzzzzzzzzzzzzzzzzzzzzzzz", first + digits, NULL),
    g_strconcat ("ses_", first, NULL), g_strconcat (first + digits, name_of_first, NULL), g_strconcat (" ", first + 1, NULL),
  };
  const char *parts[] = { name_of_first, first + digits, first + 1, upper, shorter };

  for (guint i = 0; i < G_N_ELEMENTS (made_up); i++) {
    with_session_cookie (made_up[i], FALSE);
    g_free (made_up[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    with_session_cookie (parts[i], FALSE);
  with_session_cookie (first, TRUE);

  /* Signing in again changes the secret and not the name: the one before is worth nothing. */
  g_autofree char *before = g_strdup (first);

  browser_begin (one, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_confirm (one, "nina@example.org", PASSWORD);
  first = g_hash_table_lookup (one->cookies, "session");
  g_assert_cmpmem (first, digits, before, digits);
  with_session_cookie (before, FALSE);
  with_session_cookie (first, TRUE);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/attack/foreign-flow", test_foreign_flow },
    { "/attack/unknown-flows", test_unknown_flows },
    { "/attack/expired-and-done", test_expired_and_done },
    { "/attack/late-forms", test_late_forms },
    { "/attack/callbacks", test_callbacks },
    { "/attack/callback-once", test_callback_once },
    { "/attack/posted-callback", test_posted_callback },
    { "/attack/odd-forms", test_odd_forms },
    { "/attack/tokens-after-the-end", test_tokens_after_the_end },
    { "/attack/back-channel", test_back_channel },
    { "/attack/votes", test_votes },
    { "/attack/connector-names", test_connector_names },
    { "/attack/application-off", test_application_off },
    { "/attack/essential-acr", test_essential_acr },
    { "/attack/made-up-cookies", test_made_up_cookies },
    { "/attack/session-names", test_session_names },
    { NULL },
  };

  return house_run (argc, argv, &(House){ FALSE }, tests);
}
