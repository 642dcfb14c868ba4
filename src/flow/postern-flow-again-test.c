/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

#include "postern-factor-passkey.h"

/* Step-up (RFC 9470): who is signed in shows it once more or shows more, and does not sign in again. */

#define YOUNG 60 /* seconds; sessions_age() makes a session older */

static PosternFlow *
flow_of_age (gint64 max_age, guint prompts)
{
  PosternFlow *flow = application_flow (APP_FIRST, prompts);

  flow->max_age = max_age;
  return flow;
}

static PosternFlow *
flow_of_acr (const char *acr_values, gint64 max_age)
{
  PosternFlow *flow = flow_of_age (max_age, 0);

  flow->acr_values = g_strsplit (acr_values, " ", -1);
  return flow;
}

static const char *
cookie_of (Browser *browser)
{
  return g_hash_table_lookup (browser->cookies, "session");
}

/** Whether somebody is signed in with @cookie alone. */
static gboolean
serves (const char *cookie)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.99");

  g_hash_table_insert (browser->cookies, g_strdup ("session"), g_strdup (cookie));
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  return strstr (browser_page (browser), "error=") == NULL;
}

static gboolean
read_session (PosternTxn *txn, gpointer data, GError **error)
{
  gpointer *pair = data;

  pair[1] = postern_session_store_get (txn, pair[0], error);
  return pair[1] != NULL;
}

static PosternSession *
session_of (const char *id)
{
  gpointer pair[2] = { (gpointer) id, NULL };
  g_autoptr (GError) error = NULL;

  postern_store_read (house_store, POSTERN_KEEP_LASTING, read_session, pair, &error);
  g_assert_no_error (error);
  return pair[1];
}

/* Besides who is in the browser already. */
static void
enter_too (Browser *browser, const char *email)
{
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, email, PASSWORD);
  assert_answer (browser, "fresh=1");
}

/* --- too old ---------------------------------------------------------------------------------------------------------------- */

static void
test_too_old (void)
{
  g_autofree char *id = user_make_with_password ("ann@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "ann@again.example");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *cookie = NULL;
  g_autoptr (PosternSession) old = NULL;
  g_autoptr (PosternSession) risen = NULL;

  before = browser_dup_part (browser, "session=");
  browser_begin (browser, flow_of_age (YOUNG, 0));
  assert_answer (browser, "fresh=0");
  fixture_write (house_store, sessions_age, id);
  cookie = g_strdup (cookie_of (browser));
  old = session_of (before);
  browser_begin (browser, flow_of_age (YOUNG, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=login_required");
  browser_begin (browser, flow_of_age (YOUNG, 0));
  browser_confirm (browser, "ann@again.example", "quite wrong");
  browser_confirm (browser, "ann@again.example", PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1");
  assert_answer (browser, "fresh=1");

  /* The same session has risen: what names it in the browser is new, and the old name is worth nothing. */
  after = browser_dup_part (browser, "session=");
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpstr (cookie_of (browser), !=, cookie);
  g_assert_false (serves (cookie));
  g_assert_true (serves (cookie_of (browser)));
  risen = session_of (after);
  g_assert_cmpint (risen->auth_time, >=, old->auth_time + 301);
  browser_begin (browser, flow_of_age (YOUNG, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "fresh=0");
}

/* Zero is always too old, and prompt=login as good as that: even in the second of the sign-in. */
static void
test_at_once (void)
{
  g_autofree char *id = user_make_with_password ("bea@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.2", "bea@again.example");

  browser_begin (browser, flow_of_age (0, 0));
  browser_confirm (browser, "bea@again.example", PASSWORD);
  assert_answer (browser, "fresh=1");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_confirm (browser, "bea@again.example", PASSWORD);
  assert_answer (browser, "fresh=1");
  browser_begin (browser, flow_of_age (0, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=login_required");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE)); /* somebody else, by its name */
  assert_page (browser, "sign-up");
}

/* An offer, not a cage. */
static void
test_not_you (void)
{
  g_autofree char *id = user_make_with_password ("cat@again.example", TRUE);
  g_autofree char *other = user_make_with_password ("dan@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", "cat@again.example");
  g_autofree char *who = NULL;

  browser_begin (browser, flow_of_age (0, 0));
  assert_page (browser, "password");
  browser_submit (browser, "action=other-identifier");
  browser_sign_in (browser, "dan@again.example", PASSWORD);
  assert_answer (browser, "fresh=1");
  who = browser_dup_part (browser, "user=");
  g_assert_cmpstr (who, ==, other);
}

/* --- more than one factor ----------------------------------------------------------------------------------------------------- */

/* Only what is missing is asked for. */
static void
test_second_only (void)
{
  g_auto (Person) eve = person_make ("eve@again.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.4", eve.email);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *cookie = NULL;

  before = browser_dup_part (browser, "session=");
  browser_begin (browser, flow_of_acr ("2", -1)); /* a wish that cannot be met is none */
  assert_answer (browser, "acr=1");
  fixture_write (house_store, put_seed, &eve);
  cookie = g_strdup (cookie_of (browser));
  browser_begin (browser, flow_of_acr ("2", YOUNG));
  assert_page (browser, "totp");
  enter_code_of (browser, &eve, -1, NULL);
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
  after = browser_dup_part (browser, "session=");
  g_assert_cmpstr (after, ==, before);
  g_assert_false (serves (cookie));
  browser_begin (browser, flow_of_acr ("2", YOUNG));
  assert_answer (browser, "fresh=0");
}

/* What is old is no factor of now: both are shown, and nothing is said that was not. */
static void
test_both_old (void)
{
  g_auto (Person) fay = person_make ("fay@again.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.5", fay.email);

  enter_code_of (browser, &fay, -1, "&remember=1");
  assert_answer (browser, "acr=2");
  fixture_write (house_store, sessions_age, fay.id);
  browser_begin (browser, flow_of_acr ("2", YOUNG));
  browser_confirm (browser, fay.email, PASSWORD);
  assert_page (browser, "totp"); /* though this browser is remembered */
  enter_code_of (browser, &fay, 0, NULL);
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
  browser_begin (browser, flow_of_age (0, 0));
  browser_confirm (browser, fay.email, PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1");
}

/* --- several people in one browser ----------------------------------------------------------------------------------------------- */

static void
choose_account (Browser *browser, const char *user_id)
{
  g_autoptr (GVariant) accounts = postern_json_get (postern_response_get_model (browser->last), "accounts");

  assert_page (browser, "choose-account");
  for (gsize i = 0; i < g_variant_n_children (accounts); i++) {
    g_autoptr (GVariant) account = NULL;
    g_autoptr (PosternSession) session = NULL;
    g_autofree char *body = NULL;

    g_variant_get_child (accounts, i, "v", &account);
    session = session_of (postern_json_get_string (account, "session"));
    body = g_strdup_printf ("action=account:%s", session->id);
    if (g_str_equal (session->user_id, user_id)) {
      browser_submit (browser, body);
      return;
    }
  }
  g_assert_not_reached ();
}

static void
test_several (void)
{
  g_autofree char *gil = user_make_with_password ("gil@again.example", TRUE);
  g_autofree char *hal = user_make_with_password ("hal@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.6", "gil@again.example");
  g_autofree char *who = NULL;
  g_auto (GStrv) cookies = NULL;
  PosternFlow *flow;

  enter_too (browser, "hal@again.example");
  fixture_write (house_store, sessions_age, gil);
  browser_begin (browser, flow_of_age (YOUNG, 0)); /* hers is old, and his serves */
  who = browser_dup_part (browser, "user=");
  g_assert_cmpstr (who, ==, hal);
  fixture_write (house_store, sessions_age, hal);
  browser_begin (browser, flow_of_age (YOUNG, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=login_required");
  cookies = g_strsplit (cookie_of (browser), ".", -1);
  browser_begin (browser, flow_of_age (YOUNG, 0));
  choose_account (browser, gil);
  browser_confirm (browser, "gil@again.example", PASSWORD);
  g_free (who);
  who = browser_dup_part (browser, "user=");
  g_assert_cmpstr (who, ==, gil);
  g_assert_true (serves (cookies[0])); /* nothing of him has changed */
  g_assert_false (serves (cookies[1]));

  fixture_write (house_store, sessions_age, gil);
  flow = flow_of_age (YOUNG, 0);
  flow->login_hint = g_strdup ("HAL@again.example");
  browser_begin (browser, flow);
  browser_confirm (browser, "hal@again.example", PASSWORD);
  assert_answer (browser, "fresh=1");
}

/* An id_token_hint says who is meant: of those who are here that one, and nobody else's name is shown. */
static void
test_hinted (void)
{
  g_autofree char *ivy = user_make_with_password ("ivy@again.example", TRUE);
  g_autofree char *jan = user_make_with_password ("jan@again.example", TRUE);
  g_autofree char *away = user_make_with_password ("kim@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.7", "ivy@again.example");
  PosternFlow *flow = flow_of_age (0, 0);

  enter_too (browser, "jan@again.example");
  flow->hinted_user_id = g_strdup (ivy);
  browser_begin (browser, flow);
  browser_confirm (browser, "ivy@again.example", PASSWORD);
  assert_answer (browser, "fresh=1");

  flow = application_flow (APP_FIRST, 0);
  flow->hinted_user_id = g_strdup (away);
  browser_begin (browser, flow);
  assert_page (browser, "identifier");
  g_assert_null (browser_model (browser, "identifier"));
  browser_sign_in (browser, "jan@again.example", PASSWORD);
  assert_answer (browser, "error=login_required");
  flow = application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE);
  flow->hinted_user_id = g_strdup (away);
  browser_begin (browser, flow);
  assert_answer (browser, "error=login_required");
}

/* --- by what ------------------------------------------------------------------------------------------------------------------------ */

static void
test_by_code (void)
{
  g_autofree char *id = user_make_with_password ("lou@again.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");

  browser_ask_code (browser, "lou@again.example");
  browser_enter_newest (browser, "lou@again.example");
  assert_answer (browser, "amr=otp");
  browser_begin (browser, flow_of_age (0, 0));
  assert_page (browser, "code"); /* what the session began with, though there is a password */
  browser_enter_newest (browser, "lou@again.example");
  assert_answer (browser, "amr=otp&acr=1");
  policy_set ("{\"email_code_enabled\":false}");
  browser_begin (browser, flow_of_age (0, 0)); /* that is no way in any more */
  browser_confirm (browser, "lou@again.example", PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1");
  policy_set (RULE ("optional"));
}

static void
test_by_provider (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *who = NULL;
  g_autofree char *other = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "max max@again.example verified");
  before = browser_dup_part (browser, "session=");
  who = browser_dup_part (browser, "user=");
  browser_begin (browser, flow_of_age (0, 0));
  assert_page (browser, "connector"); /* nobody is sent away unasked */
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "max@again.example");
  browser_return_to_provider (browser, "max max@again.example verified");
  assert_answer (browser, "amr=fed&acr=1");
  after = browser_dup_part (browser, "session=");
  g_assert_cmpstr (after, ==, before);
  browser_begin (browser, flow_of_age (0, 0));
  browser_return_to_provider (browser, "moritz moritz@again.example verified"); /* the provider knows better who sits there */
  other = browser_dup_part (browser, "user=");
  g_assert_cmpstr (other, !=, who);
}

/* The provider learns what the application wants of it; and who was let through there unasked reads what to do. */
static void
test_asked_of_provider (void)
{
  static const struct {
    gint64 max_age;
    guint prompts;
    gint64 asked;
  } rows[] = { { -1, 0, -1 }, { 300, 0, 300 }, { 0, 0, 0 }, { -1, POSTERN_FLOW_PROMPT_LOGIN, 0 }, { 300, POSTERN_FLOW_PROMPT_LOGIN, 0 } };
  g_autoptr (Browser) browser = browser_new ("192.0.2.19");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Browser) fresh = browser_new ("192.0.2.19");

    browser_begin (fresh, flow_of_age (rows[i].max_age, rows[i].prompts));
    browser_press_provider (fresh, "pit pit@again.example verified");
    assert_answer (fresh, "amr=fed&acr=1");
    g_assert_cmpint (house_max_age, ==, rows[i].asked);
  }
  browser_begin (browser, flow_of_age (0, 0));
  browser_press_provider (browser, "unasked");
  assert_page (browser, "identifier");
  g_assert_nonnull (strstr (browser_model (browser, "error_message"), "let you in without asking"));
  g_assert_cmpstr (browser_model (browser, "connector_name"), ==, "Away");
  browser_press_provider (browser, "pit pit@again.example verified");
  assert_answer (browser, "amr=fed&acr=1");
}

static gboolean
put_passkey (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (data);
  credential->kind = g_strdup (POSTERN_PASSKEY_KIND);
  credential->value = g_strdup ("AAAA");
  credential->data = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'key': <'AAAA'>}"));
  return postern_credential_store_put (txn, credential, error);
}

static gboolean
drop_password (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, data, "password", error);

  return credential && postern_credential_store_delete (txn, credential->id, error);
}

/* The page names the person's own passkeys; what does not verify is asked for again, and the other ways stand beside it. */
static void
test_by_passkey (void)
{
  g_autofree char *id = user_make_with_password ("ned@again.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.10", "ned@again.example");

  fixture_write (house_store, put_passkey, id);
  fixture_write (house_store, drop_password, id);
  policy_set (RULE ("off"));
  browser_begin (browser, flow_of_age (0, 0));
  assert_page (browser, "passkey");
  g_assert_cmpstr (browser_model (browser, "passkey_ids"), ==, "AAAA");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "ned@again.example");
  browser_submit (browser, "action=continue&credential=AAAA&client_data=AAAA&auth_data=AAAA&signature=AAAA&user_handle=");
  assert_page (browser, "passkey");
  g_assert_nonnull (browser_model (browser, "error_message"));
  browser_submit (browser, "action=continue&credential=BBBB");
  assert_page (browser, "passkey");
  browser_submit (browser, "action=factor:code");
  browser_enter_newest (browser, "ned@again.example");
  assert_answer (browser, "amr=otp");
  policy_set (RULE ("optional"));
}

static void
adopt_passkey (void)
{
  house_adopt (POSTERN_TYPE_FACTOR_PASSKEY, "passkey", "Passkey", g_variant_new_parsed ("@a{ss} {}"));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/again/too-old", test_too_old },
    { "/again/at-once", test_at_once },
    { "/again/not-you", test_not_you },
    { "/again/second-only", test_second_only },
    { "/again/both-old", test_both_old },
    { "/again/several", test_several },
    { "/again/hinted", test_hinted },
    { "/again/by-code", test_by_code },
    { "/again/by-provider", test_by_provider },
    { "/again/asked-of-provider", test_asked_of_provider },
    { "/again/by-passkey", test_by_passkey },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = RULE ("optional"), .prepare = adopt_passkey }, tests);
}
