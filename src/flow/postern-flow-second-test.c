/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

#include "postern-factor-reset.h"

/* Second factors: that whoever must show one does, by whatever way they come, and that nothing but it will do. */

/* --- asking -------------------------------------------------------------------------------------------------------------- */

static void
test_asked (void)
{
  Person ada = person_make ("ada@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.1", ada.email);

  browser_submit (browser, "action=continue&code=000000000");
  assert_page (browser, "totp");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "code");
  enter_code_of (browser, &ada, 0, NULL);
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
  g_free (ada.id);
}

/* One step either way, none further, and what was used is used: also a code that lies before it. */
static void
test_once (void)
{
  Person bob = person_make ("bob@second.example", TRUE);
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
  g_free (bob.id);
}

static void
test_of_another (void)
{
  Person carl = person_make ("carl@second.example", TRUE), dora = person_make ("dora@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.4", carl.email);

  enter_code_of (browser, &dora, 0, NULL);
  assert_page (browser, "totp");
  g_free (carl.id);
  g_free (dora.id);
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
  Person eve = person_make ("eve@second.example", TRUE);
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
  g_free (eve.id);
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
  Person fay = person_make ("fay@second.example", TRUE);
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
  g_free (fay.id);
}

/* --- guessing -------------------------------------------------------------------------------------------------------------- */

static void
test_guesses (void)
{
  Person gus = person_make ("gus@second.example", TRUE);
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
  browser_sign_in (own, gus.email, PASSWORD);
  enter_code_of (own, &gus, 1, NULL);
  assert_answer (own, "acr=2");
  g_free (gus.id);
}

/* --- codes that are sent -------------------------------------------------------------------------------------------------- */

#define SENT "{\"second_factors\":[\"email-code\",\"totp\"],\"codes_per_recipient\":1000,\"guesses_per_account\":1000}"

static void
test_email_code (void)
{
  Person zoe = person_make ("zoe@second.example", FALSE);
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
  g_free (zoe.id);
}

/* Whoever reads the mail has shown just that: neither after a code, nor after a recovery, is it a second factor. */
static void
test_email_code_alone (void)
{
  Person ulf = person_make ("ulf@second.example", FALSE);
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
  g_free (ulf.id);
}

/* --- skipping -------------------------------------------------------------------------------------------------------------- */

static void
test_back_button (void)
{
  static const char *const forms[] = { "action=continue&password=" PASSWORD, "action=allow", "action=continue", "action=later", "action=second:email-code",
                                       "action=second:passkey", "action=second:nothing", "action=continue&code=", "action=resend" };
  Person hal = person_make ("hal@second.example", TRUE);
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
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE)); /* nothing of it is a session */
  assert_answer (browser, "error=login_required");
  g_free (hal.id);
}

/* Whoever reads the mail sets a new password, and is asked for the app all the same. */
static void
test_recovery_of_password (void)
{
  Person ida = person_make ("ida@second.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");

  browser_ask_for (browser, APP_FIRST, ida.email, "action=recover");
  browser_enter_newest (browser, ida.email);
  assert_page (browser, "new-password");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "totp");
  enter_code_of (browser, &ida, 0, NULL);
  assert_answer (browser, "acr=2");
  g_free (ida.id);
}

/* By a code, the only factor is a code; it is asked for the app, too. */
static void
test_first_factor_code (void)
{
  Person jon = person_make ("jon@second.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");

  browser_ask_code (browser, jon.email);
  browser_enter_newest (browser, jon.email);
  assert_page (browser, "totp");
  enter_code_of (browser, &jon, 0, NULL);
  assert_answer (browser, "amr=otp&acr=1"); /* two things that somebody has are one kind */
  g_free (jon.id);
}

static void
test_connector (void)
{
  Person kim = { NULL };
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
  g_free (kim.id);
}

/* The session ends while its page of the second factor is open: the code is right, and nobody is signed in by it alone. */
static void
test_session_ended (void)
{
  Person lea = person_make ("lea@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.11");
  g_autofree char *session = NULL;
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, lea.email, PASSWORD);
  session = browser_dup_part (browser, "session=");
  fixture_write (house_store, put_seed, &lea);
  flow->acr_values = g_strsplit ("2", " ", -1);
  browser_begin (browser, flow);
  assert_page (browser, "totp");
  g_assert_true (postern_flow_engine_end_session (house_engine, house_tenant, session, NULL));
  enter_code_of (browser, &lea, 0, NULL);
  assert_page (browser, "identifier");
  g_free (lea.id);
}

/* --- step-up --------------------------------------------------------------------------------------------------------------- */

static void
test_step_up (void)
{
  Person mia = person_make ("mia@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.12");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *cookie = NULL;
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, mia.email, PASSWORD);
  assert_answer (browser, "acr=1");
  before = browser_dup_part (browser, "session=");
  cookie = g_strdup (g_hash_table_lookup (browser->cookies, "session"));
  fixture_write (house_store, put_seed, &mia);
  policy_set (RULE ("off"));
  browser_begin (browser, application_flow (APP_FIRST, 0)); /* nothing more is asked for */
  assert_answer (browser, "acr=1");
  flow->acr_values = g_strsplit ("2", " ", -1);
  browser_begin (browser, flow);
  assert_page (browser, "totp"); /* no name, no password */
  enter_code_of (browser, &mia, 0, NULL);
  assert_answer (browser, "acr=2");
  after = browser_dup_part (browser, "session=");
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpstr (g_hash_table_lookup (browser->cookies, "session"), !=, cookie); /* its secret changes with each rise */
  policy_set (RULE ("optional"));
  g_free (mia.id);
}

static void
test_vote (void)
{
  Person ned = person_make ("ned@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.13");
  gulong id = g_signal_connect (house_hub, "decide::sign-in", G_CALLBACK (hub_vote), GINT_TO_POINTER (POSTERN_VERDICT_STEP_UP));

  policy_set (RULE ("off"));
  fixture_write (house_store, put_seed, &ned);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, ned.email, PASSWORD);
  assert_page (browser, "totp");
  enter_code_of (browser, &ned, 0, NULL);
  assert_answer (browser, "acr=2");
  g_signal_handler_disconnect (house_hub, id);
  policy_set (RULE ("optional"));
  g_free (ned.id);
}

/* --- a remembered browser -------------------------------------------------------------------------------------------------- */

static void
sign_in_again (Browser *browser, const char *email, const char *password)
{
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_sign_in (browser, email, password);
}

static void
test_remember (void)
{
  Person oda = person_make ("oda@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.14", oda.email);
  g_autoptr (Browser) other = NULL;

  enter_code_of (browser, &oda, -1, "&remember=1");
  assert_answer (browser, "acr=2");
  sign_in_again (browser, oda.email, PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1"); /* and says nothing that was not shown now */
  other = browser_to_totp ("192.0.2.14", oda.email);
  policy_set ("{\"remembered_device_lifetime\":0}");
  sign_in_again (browser, oda.email, PASSWORD);
  assert_page (browser, "totp");
  policy_set (RULE ("optional"));
  sign_in_again (browser, oda.email, PASSWORD);
  assert_answer (browser, "acr=1");
  browser_get (browser, "/account/password"); /* a change of the password ends it */
  browser_follow (browser);
  browser_submit (browser, "action=continue&current_password=" PASSWORD "&password=" NEW_PASSWORD);
  sign_in_again (browser, oda.email, NEW_PASSWORD);
  assert_page (browser, "totp");
  g_free (oda.id);
}

/* Another person who signs in in the same browser is asked. */
static void
test_remember_one (void)
{
  Person pia = person_make ("pia@second.example", TRUE), quin = person_make ("quin@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.15", pia.email);

  enter_code_of (browser, &pia, 0, "&remember=1");
  assert_answer (browser, "acr=2");
  sign_in_again (browser, quin.email, PASSWORD);
  assert_page (browser, "totp");
  g_free (pia.id);
  g_free (quin.id);
}

/* --- setting up -------------------------------------------------------------------------------------------------------------- */

/* What stands on the page `totp-set-up`, into @person's seed. */
static void
read_seed (Browser *browser, Person *person)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const char *secret = browser_model (browser, "secret");
  guint bits = 0, held = 0, count = 0;

  assert_page (browser, "totp-set-up");
  for (; *secret; secret++) {
    if (*secret == ' ')
      continue;
    held = held << 5 | (guint) (strchr (alphabet, *secret) - alphabet);
    bits += 5;
    if (bits >= 8)
      person->seed[count++] = (guint8) (held >> (bits -= 8));
  }
  g_assert_cmpuint (count, ==, POSTERN_TOTP_SEED_BYTES);
}

static char *
first_code (Browser *browser)
{
  g_autoptr (GVariant) codes = postern_json_get (postern_response_get_model (browser->last), "codes");
  g_autoptr (GVariant) box = NULL;
  g_autoptr (GVariant) code = NULL;

  assert_page (browser, "recovery-codes");
  g_assert_cmpuint (g_variant_n_children (codes), ==, 10);
  box = g_variant_get_child_value (codes, 0);
  code = g_variant_get_variant (box);
  return g_variant_dup_string (code, NULL);
}

static void
test_set_up (void)
{
  Person rob = person_make ("rob@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.16");
  g_autoptr (Browser) elsewhere = NULL;
  g_autoptr (Browser) other = browser_new ("192.0.2.17");
  g_autofree char *code = NULL;
  g_autofree char *body = NULL;

  settle ();
  browser_begin (other, application_flow (APP_FIRST, 0));
  browser_sign_in (other, rob.email, PASSWORD);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, rob.email, PASSWORD);
  browser_get (browser, "/account/change/add-totp");
  browser_follow (browser);
  read_seed (browser, &rob);
  browser_submit (browser, "action=continue&code=1");
  assert_page (browser, "totp-set-up");
  enter_code_of (browser, &rob, 0, NULL);
  code = first_code (browser);
  browser_submit (browser, "action=continue");
  assert_page (browser, "account");
  g_assert_nonnull (browser_model (browser, "notice"));
  g_assert_cmpuint (post_count (rob.email, "security-notice", NULL), ==, 2); /* the app, the codes */
  browser_begin (other, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE)); /* whoever is in by less is out */
  assert_answer (other, "error=login_required");

  elsewhere = browser_to_totp ("192.0.2.18", rob.email);
  enter_code_of (elsewhere, &rob, 0, NULL); /* the one that set it up */
  assert_page (elsewhere, "totp");
  browser_submit (elsewhere, "action=other-factor");
  assert_page (elsewhere, "second-factor");
  browser_submit (elsewhere, "action=second:recovery-code");
  assert_page (elsewhere, "recovery-code");
  browser_submit (elsewhere, "action=continue&code=0000-0000-0000-0000");
  assert_page (elsewhere, "recovery-code");
  body = g_strdup_printf ("action=continue&code=%s", code);
  browser_submit (elsewhere, body);
  assert_answer (elsewhere, "acr=2");
  g_assert_cmpuint (post_count (rob.email, "security-notice", NULL), ==, 3);
  sign_in_again (elsewhere, rob.email, PASSWORD);
  browser_submit (elsewhere, "action=second:recovery-code");
  browser_submit (elsewhere, body); /* used */
  assert_page (elsewhere, "recovery-code");
  g_free (rob.id);
}

/* Nobody else's seed is set up: a session that is not fresh, and a person who has one already, show who they are first. */
static void
test_set_up_asks (void)
{
  Person sam = person_make ("sam@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.19");

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, sam.email, PASSWORD);
  fixture_write (house_store, put_seed, &sam);
  browser_get (browser, "/account/change/add-totp");
  browser_follow (browser);
  assert_page (browser, "totp");
  enter_code_of (browser, &sam, 0, NULL);
  assert_page (browser, "totp-set-up");
  browser_get (browser, "/account/change/new-recovery-codes");
  browser_follow (browser);
  assert_page (browser, "totp"); /* the session has not risen: that flow is not done */
  g_free (sam.id);
}

/* --- all is lost ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id;
  gint64 now;
  gint64 due_at;
} Asking;

static gboolean
ask_for_reset (PosternTxn *txn, gpointer data, GError **error)
{
  Asking *asking = data;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (house_tenant);

  return postern_factor_reset_request (txn, policy, asking->user_id, asking->now, &asking->due_at, error);
}

static void
test_reset_waits (void)
{
  Person wes = person_make ("wes@second.example", TRUE);
  Asking asking = { wes.id, now () - 3600 };
  g_autoptr (Browser) browser = NULL;
  g_autoptr (Browser) later = NULL;

  fixture_write (house_store, ask_for_reset, &asking);
  g_assert_cmpint (asking.due_at, ==, asking.now + 24 * 3600);
  browser = browser_to_totp ("192.0.2.35", wes.email); /* nothing has happened yet */
  enter_code_of (browser, &wes, 0, NULL);              /* and this ends it */
  assert_answer (browser, "acr=2");
  later = browser_to_totp ("192.0.2.36", wes.email); /* the factors are still there */
  g_free (wes.id);
}

static void
test_reset_due (void)
{
  Person yan = person_make ("yan@second.example", TRUE);
  Asking asking = { yan.id, now () - 25 * 3600 };
  g_autoptr (Browser) old = browser_to_totp ("192.0.2.37", yan.email);
  g_autoptr (Browser) browser = browser_new ("192.0.2.38");

  enter_code_of (old, &yan, 0, NULL);
  assert_answer (old, "acr=2");
  fixture_write (house_store, ask_for_reset, &asking);
  browser_begin (old, application_flow (APP_FIRST, 0)); /* a session sets nothing free */
  assert_answer (old, "acr=2");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, yan.email, "wrong");
  assert_page (browser, "password");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "acr=1");
  g_assert_cmpuint (post_count (yan.email, "security-notice", NULL), ==, 1);
  browser_begin (old, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (old, "error=login_required");
  g_free (yan.id);
}

/* --- the rule ---------------------------------------------------------------------------------------------------------------- */

static void
test_required (void)
{
  Person tim = person_make ("tim@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.20");

  policy_set (RULE ("required"));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, tim.email, PASSWORD);
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=later"); /* is not offered */
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=second:totp");
  read_seed (browser, &tim);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=login_required");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, tim.email, PASSWORD);
  browser_submit (browser, "action=second:totp");
  read_seed (browser, &tim);
  enter_code_of (browser, &tim, 0, NULL);
  g_free (first_code (browser));
  browser_submit (browser, "action=continue");
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
  policy_set (RULE ("optional"));
  g_free (tim.id);
}

static void
test_prompted (void)
{
  Person una = person_make ("una@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.21");

  policy_set (RULE ("prompted"));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, una.email, PASSWORD);
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=later");
  assert_answer (browser, "amr=pwd&acr=1");
  sign_in_again (browser, una.email, PASSWORD); /* not soon again */
  assert_answer (browser, "acr=1");
  policy_set (RULE ("optional"));
  g_free (una.id);
}

/* An application's own rule holds for it alone. */
static gboolean
set_application (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, APP_THIRD, error);

  if (application == NULL)
    return FALSE;
  g_variant_unref (application->metadata);
  application->metadata = g_variant_ref_sink (g_variant_new_parsed (data));
  return postern_application_store_update (txn, application, error);
}

static void
test_application (void)
{
  Person vic = person_make ("vic@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.22");

  fixture_write (house_store, set_application, "@a{sv} {'redirect_uris': <[<'https://app.example/cb'>]>, 'second_factor': <'required'>}");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, vic.email, PASSWORD);
  assert_answer (browser, "acr=1");
  browser_begin (browser, application_flow (APP_THIRD, 0)); /* the session does not serve there */
  assert_page (browser, "second-factor");
  browser_begin (browser, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=interaction_required");
  fixture_write (house_store, set_application, "@a{sv} {'redirect_uris': <[<'https://app.example/cb'>]>}");
  g_free (vic.id);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  house_has_messenger = TRUE;
  house_begin ();
  policy_set (RULE ("optional"));
  g_test_add_func ("/second/asked", test_asked);
  g_test_add_func ("/second/once", test_once);
  g_test_add_func ("/second/of-another", test_of_another);
  g_test_add_func ("/second/crowd", test_crowd);
  g_test_add_func ("/second/browsers", test_browsers);
  g_test_add_func ("/second/guesses", test_guesses);
  g_test_add_func ("/second/email-code", test_email_code);
  g_test_add_func ("/second/email-code-alone", test_email_code_alone);
  g_test_add_func ("/second/back-button", test_back_button);
  g_test_add_func ("/second/recovery-of-password", test_recovery_of_password);
  g_test_add_func ("/second/first-factor-code", test_first_factor_code);
  g_test_add_func ("/second/connector", test_connector);
  g_test_add_func ("/second/session-ended", test_session_ended);
  g_test_add_func ("/second/step-up", test_step_up);
  g_test_add_func ("/second/vote", test_vote);
  g_test_add_func ("/second/remember", test_remember);
  g_test_add_func ("/second/remember-one", test_remember_one);
  g_test_add_func ("/second/set-up", test_set_up);
  g_test_add_func ("/second/set-up-asks", test_set_up_asks);
  g_test_add_func ("/second/reset-waits", test_reset_waits);
  g_test_add_func ("/second/reset-due", test_reset_due);
  g_test_add_func ("/second/required", test_required);
  g_test_add_func ("/second/prompted", test_prompted);
  g_test_add_func ("/second/application", test_application);
  failed = g_test_run ();
  house_end ();
  return failed;
}
