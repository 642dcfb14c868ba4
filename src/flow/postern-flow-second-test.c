/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

/* Second factors: that whoever must show one does, by whatever way they come, and that nothing but it will do. */

/* --- asking -------------------------------------------------------------------------------------------------------------- */

static void
test_asked (void)
{
  g_auto (Person) ada = person_make ("ada@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.1", ada.email);

  browser_submit (browser, "action=continue&code=000000000");
  assert_page (browser, "totp");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "code");
  enter_code_of (browser, &ada, 0, NULL);
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
}

/* One step either way, none further, and what was used is used: also a code that lies before it. */
static void
test_once (void)
{
  g_auto (Person) bob = person_make ("bob@second.example", TRUE);
  static const gint wrong[] = { -2, 2 };
  g_autoptr (Browser) first = browser_to_totp ("192.0.2.2", bob.email);
  g_autoptr (Browser) second = browser_to_totp ("192.0.2.3", bob.email);

  settle ();
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    enter_code_of (first, &bob, wrong[i], NULL);
    assert_page (first, "totp");
  }
  enter_code_of (first, &bob, 0, NULL);
  assert_answer (first, "acr=2");
  enter_code_of (second, &bob, 0, NULL);
  assert_page (second, "totp");
  enter_code_of (second, &bob, -1, NULL);
  assert_page (second, "totp");
  enter_code_of (second, &bob, 1, NULL);
  assert_answer (second, "acr=2");
}

static void
test_of_another (void)
{
  g_auto (Person) carl = person_make ("carl@second.example", TRUE);
  g_auto (Person) dora = person_make ("dora@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.4", carl.email);

  enter_code_of (browser, &dora, 0, NULL);
  assert_page (browser, "totp");
}

/* --- many at once ---------------------------------------------------------------------------------------------------------- */

#define CROWD 200

typedef struct {
  Person *person;
  char *id, *value; /* of the credential */
  gint64 at;
  gint winners;
} Crowd;

static gboolean
find_value (PosternTxn *txn, gpointer data, GError **error)
{
  Crowd *crowd = data;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, crowd->person->id, POSTERN_TOTP_KIND, error);

  if (credential == NULL)
    return FALSE;
  postern_flow_set_string (&crowd->id, credential->id);
  postern_flow_set_string (&crowd->value, credential->value);
  return TRUE;
}

static gboolean
advance (PosternTxn *txn, gpointer data, GError **error)
{
  Crowd *crowd = data;

  return postern_credential_store_advance (txn, crowd->id, crowd->value, crowd->at, error);
}

static gpointer
show_at_once (gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;

  if (postern_store_write (house_store, POSTERN_KEEP_LASTING, advance, crowd, &error))
    g_atomic_int_inc (&crowd->winners);
  else
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  return NULL;
}

/* The statement by which the database decides, by two hundred threads that have all found the code right. */
static void
test_crowd (void)
{
  g_auto (Person) eve = person_make ("eve@second.example", TRUE);
  Crowd crowd = { &eve, NULL, NULL, now (), 0 };
  GThread *threads[CROWD];

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_value, &crowd, NULL));
  for (guint i = 0; i < CROWD; i++)
    threads[i] = g_thread_new ("show", show_at_once, &crowd);
  for (guint i = 0; i < CROWD; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (crowd.winners, ==, 1);
  g_free (crowd.id);
  g_free (crowd.value);
}

typedef struct {
  Browser *browser;
  const Person *person;
} Typist;

static gpointer
type_code (gpointer data)
{
  Typist *typist = data;

  enter_code_of (typist->browser, typist->person, 0, NULL);
  return NULL;
}

/* The same through the whole flow, each in a browser of its own. */
static void
test_browsers (void)
{
  g_auto (Person) fay = person_make ("fay@second.example", TRUE);
  Typist typists[12];
  GThread *threads[G_N_ELEMENTS (typists)];
  guint in = 0;

  settle ();
  for (guint i = 0; i < G_N_ELEMENTS (typists); i++)
    typists[i] = (Typist){ browser_to_totp ("192.0.2.5", fay.email), &fay };
  for (guint i = 0; i < G_N_ELEMENTS (typists); i++)
    threads[i] = g_thread_new ("type", type_code, &typists[i]);
  for (guint i = 0; i < G_N_ELEMENTS (typists); i++) {
    g_thread_join (threads[i]);
    in += g_str_has_prefix (browser_page (typists[i].browser), "https://app.example/cb?user=");
    browser_free (typists[i].browser);
  }
  g_assert_cmpuint (in, ==, 1);
}

/* --- guessing -------------------------------------------------------------------------------------------------------------- */

static void
test_guesses (void)
{
  g_auto (Person) gus = person_make ("gus@second.example", TRUE);
  g_autoptr (Browser) own = browser_to_totp ("192.0.2.6", gus.email);
  g_autoptr (Browser) thief = NULL;

  settle ();
  enter_code_of (own, &gus, 0, NULL);
  assert_answer (own, "acr=2");
  thief = browser_to_totp ("192.0.2.66", gus.email);
  for (guint i = 0; i < 20; i++)
    browser_submit (thief, "action=continue&code=x");
  enter_code_of (thief, &gus, 1, NULL); /* right, and too late: the day's tries are used up, however long the window */
  assert_page (thief, "totp");
  g_assert_cmpint (postern_response_get_status (thief->last), ==, 429);
  browser_begin (own, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN)); /* the owner's browser has its own */
  browser_confirm (own, gus.email, PASSWORD);
  enter_code_of (own, &gus, 1, NULL);
  assert_answer (own, "acr=2");
}

/* --- codes that are sent -------------------------------------------------------------------------------------------------- */

#define SENT "{\"second_factors\":[\"email-code\",\"totp\"],\"codes_per_recipient\":1000,\"guesses_per_account\":1000}"

static void
test_email_code (void)
{
  g_auto (Person) zoe = person_make ("zoe@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.30");
  g_autoptr (Browser) other = browser_new ("192.0.2.31");
  g_autofree char *code = NULL;

  policy_set (SENT);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, zoe.email, PASSWORD);
  assert_page (browser, "code");
  g_assert_null (strstr (browser_model (browser, "identifier"), "zoe@")); /* whoever knows the password is not told it */
  code = post_get (zoe.email, "code");
  browser_begin (other, application_flow (APP_FIRST, 0));
  browser_sign_in (other, zoe.email, PASSWORD);
  browser_enter_code (other, code); /* of another sign-in, and replaced */
  assert_page (other, "code");
  browser_enter_newest (other, zoe.email);
  assert_answer (other, "amr=pwd+otp+mfa&acr=2");
  policy_set (RULE ("optional"));
}

/* Whoever reads the mail has shown just that: neither after a code, nor after a recovery, is it a second factor. */
static void
test_email_code_alone (void)
{
  g_auto (Person) ulf = person_make ("ulf@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.32");
  g_autoptr (Browser) forgetful = browser_new ("192.0.2.33");

  policy_set ("{\"second_factor\":\"required\",\"second_factors\":[\"email-code\",\"totp\"],\"codes_per_recipient\":1000}");
  browser_ask_code (browser, ulf.email);
  browser_enter_newest (browser, ulf.email);
  assert_page (browser, "second-factor");
  browser_ask_for (forgetful, APP_FIRST, ulf.email, "action=recover");
  browser_enter_newest (forgetful, ulf.email);
  browser_submit (forgetful, "action=continue&password=" NEW_PASSWORD);
  assert_page (forgetful, "second-factor");
  policy_set (RULE ("optional"));
}

/* --- skipping -------------------------------------------------------------------------------------------------------------- */

static void
test_back_button (void)
{
  static const char *const forms[] = { "action=continue&password=" PASSWORD, "action=allow", "action=continue", "action=later", "action=second:email-code",
                                       "action=second:passkey", "action=second:nothing", "action=continue&code=", "action=resend" };
  g_auto (Person) hal = person_make ("hal@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.7", hal.email);
  g_autofree char *old = g_strdup_printf ("%s?at=password", browser->flow);
  g_autofree char *consent = g_strdup_printf ("%s?at=consent", browser->flow);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    browser_submit (browser, forms[i]);
    assert_page (browser, "totp");
    browser_post (browser, old, forms[i]);
    browser_follow (browser);
    assert_page (browser, "totp");
    browser_post (browser, consent, forms[i]);
    browser_follow (browser);
    assert_page (browser, "totp");
  }
  assert_signed_out (browser); /* nothing of it is a session */
}

/* Whoever reads the mail sets a new password, and is asked for the app all the same. */
static void
test_recovery_of_password (void)
{
  g_auto (Person) ida = person_make ("ida@second.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");

  browser_ask_for (browser, APP_FIRST, ida.email, "action=recover");
  browser_enter_newest (browser, ida.email);
  assert_page (browser, "new-password");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "totp");
  enter_code_of (browser, &ida, 0, NULL);
  assert_answer (browser, "acr=2");
}

/* By a code, the only factor is a code; it is asked for the app, too. */
static void
test_first_factor_code (void)
{
  g_auto (Person) jon = person_make ("jon@second.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");

  browser_ask_code (browser, jon.email);
  browser_enter_newest (browser, jon.email);
  assert_page (browser, "totp");
  enter_code_of (browser, &jon, 0, NULL);
  assert_answer (browser, "amr=otp&acr=1"); /* two things that somebody has are one kind */
}

static void
test_connector (void)
{
  g_auto (Person) kim = { NULL };
  g_autoptr (Browser) first = browser_new ("192.0.2.10");
  g_autoptr (Browser) second = browser_new ("192.0.2.10");

  browser_begin (first, application_flow (APP_FIRST, 0));
  browser_press_provider (first, "kim");
  kim.id = browser_dup_part (first, "user=");
  fixture_write (house_store, put_seed, &kim);
  browser_begin (second, application_flow (APP_FIRST, 0));
  browser_press_provider (second, "kim");
  assert_page (second, "totp");
  enter_code_of (second, &kim, 0, NULL);
  assert_answer (second, "amr=fed+otp+mfa&acr=2");
}

/* The session ends while its page of the second factor is open: the code is right, and nobody is signed in by it alone. */
static void
test_session_ended (void)
{
  g_auto (Person) lea = person_make ("lea@second.example", FALSE);
  g_autoptr (Browser) browser = browser_with_password ("192.0.2.11", lea.email);
  g_autofree char *session = NULL;
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  session = browser_dup_part (browser, "session=");
  fixture_write (house_store, put_seed, &lea);
  flow->acr_values = g_strsplit ("2", " ", -1);
  browser_begin (browser, flow);
  assert_page (browser, "totp");
  g_assert_true (postern_flow_engine_end_session (house_engine, house_tenant, session, NULL, NULL));
  enter_code_of (browser, &lea, 0, NULL);
  assert_page (browser, "identifier");
}

/* --- what changes while a sign-in waits ------------------------------------------------------------------------------------- */

static void
take_app_away (Browser *owner, Person *person)
{
  Crowd app = { person, NULL, NULL, 0, 0 };
  g_autofree char *body = NULL;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_value, &app, NULL));
  body = g_strdup_printf ("action=remove:%s", app.id);
  browser_post (owner, "/account", body);
  assert_page (owner, "/account?notice=removed");
  g_free (app.id);
  g_free (app.value);
}

static void
set_app_up (Browser *owner, Person *person)
{
  browser_get (owner, "/account/change/add-totp");
  browser_follow (owner);
  read_seed (owner, person);
  enter_code_of (owner, person, 0, NULL);
  assert_page (owner, "recovery-codes");
}

static void
change_password (Browser *owner, Person *person)
{
  browser_get (owner, "/account/password");
  browser_follow (owner);
  browser_submit (owner, "action=continue&current_password=" PASSWORD "&password=sieben Wolken ueber dem Moor");
  assert_page (owner, "account");
}

/* A thief has shown all there is to show and waits at consent; what the owner then does throws the thief out, too. */
static void
test_changed_while_parked (void)
{
  static const struct {
    const char *email;
    gboolean with_app;
    void (*change) (Browser *owner, Person *person);
  } rows[] = { { "mia@second.example", TRUE, take_app_away }, { "nik@second.example", FALSE, set_app_up }, { "ole@second.example", TRUE, change_password } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Person) person = person_make (rows[i].email, rows[i].with_app);
    g_autoptr (Browser) owner = browser_with_password ("192.0.2.12", person.email);
    g_autoptr (Browser) thief = browser_new ("192.0.2.66");

    settle ();
    if (rows[i].with_app)
      enter_code_of (owner, &person, 0, NULL);
    browser_begin (thief, application_flow (APP_THIRD, 0));
    browser_sign_in (thief, person.email, PASSWORD);
    if (rows[i].with_app)
      enter_code_of (thief, &person, 1, NULL);
    assert_page (thief, "consent");
    rows[i].change (owner, &person);
    browser_submit (thief, "action=allow");
    assert_page (thief, "identifier");
    browser_get (thief, "/account"); /* no session came of it */
    g_assert_cmpuint (postern_response_get_status (thief->last), ==, 303);
    browser_get (owner, "/account");
    assert_page (owner, "account");
  }
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/second/asked", test_asked },
    { "/second/once", test_once },
    { "/second/of-another", test_of_another },
    { "/second/crowd", test_crowd },
    { "/second/browsers", test_browsers },
    { "/second/guesses", test_guesses },
    { "/second/email-code", test_email_code },
    { "/second/email-code-alone", test_email_code_alone },
    { "/second/back-button", test_back_button },
    { "/second/recovery-of-password", test_recovery_of_password },
    { "/second/first-factor-code", test_first_factor_code },
    { "/second/connector", test_connector },
    { "/second/session-ended", test_session_ended },
    { "/second/changed-while-parked", test_changed_while_parked },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = RULE ("optional") }, tests);
}
