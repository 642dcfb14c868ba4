/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

/* When a second factor is asked for: by the rule of the tenant or the application, by a vote, and not where a browser is remembered. */

/* --- step-up --------------------------------------------------------------------------------------------------------------- */

static void
test_step_up (void)
{
  g_auto (Person) mia = person_make ("mia@second.example", FALSE);
  g_autoptr (Browser) browser = browser_with_password ("192.0.2.12", mia.email);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *cookie = NULL;
  PosternFlow *flow = application_flow (APP_FIRST, 0);

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
}

static void
test_vote (void)
{
  g_auto (Person) ned = person_make ("ned@second.example", FALSE);
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
}

/* --- a remembered browser -------------------------------------------------------------------------------------------------- */

static void
test_remember (void)
{
  g_auto (Person) oda = person_make ("oda@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.14", oda.email);
  g_autoptr (Browser) other = NULL;

  enter_code_of (browser, &oda, -1, "&remember=1");
  assert_answer (browser, "acr=2");
  browser_sign_in_again (browser, oda.email, PASSWORD);
  assert_answer (browser, "amr=pwd&acr=1"); /* and says nothing that was not shown now */
  other = browser_to_totp ("192.0.2.14", oda.email);
  policy_set ("{\"remembered_device_lifetime\":0}");
  browser_sign_in_again (browser, oda.email, PASSWORD);
  assert_page (browser, "totp");
  policy_set (RULE ("optional"));
  browser_sign_in_again (browser, oda.email, PASSWORD);
  assert_answer (browser, "acr=1");
  browser_get (browser, "/account/password"); /* a change of the password ends it */
  browser_follow (browser);
  browser_submit (browser, "action=continue&current_password=" PASSWORD "&password=" NEW_PASSWORD);
  browser_sign_in_again (browser, oda.email, NEW_PASSWORD);
  assert_page (browser, "totp");
}

/* Another person who signs in in the same browser is asked. */
static void
test_remember_one (void)
{
  g_auto (Person) pia = person_make ("pia@second.example", TRUE);
  g_auto (Person) quin = person_make ("quin@second.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp ("192.0.2.15", pia.email);

  enter_code_of (browser, &pia, 0, "&remember=1");
  assert_answer (browser, "acr=2");
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, quin.email, PASSWORD);
  assert_page (browser, "totp");
}

/* --- the rule ---------------------------------------------------------------------------------------------------------------- */

static void
test_required (void)
{
  g_auto (Person) tim = person_make ("tim@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.20");

  policy_set (RULE ("required"));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, tim.email, PASSWORD);
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=later"); /* is not offered */
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=second:totp");
  read_seed (browser, &tim);
  assert_signed_out (browser);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, tim.email, PASSWORD);
  browser_submit (browser, "action=second:totp");
  read_seed (browser, &tim);
  enter_code_of (browser, &tim, 0, NULL);
  g_free (first_code (browser));
  browser_submit (browser, "action=continue");
  assert_answer (browser, "amr=pwd+otp+mfa&acr=2");
  policy_set (RULE ("optional"));
}

static void
test_prompted (void)
{
  g_auto (Person) una = person_make ("una@second.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.21");

  policy_set (RULE ("prompted"));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, una.email, PASSWORD);
  assert_page (browser, "second-factor");
  browser_submit (browser, "action=later");
  assert_answer (browser, "amr=pwd&acr=1");
  browser_sign_in_again (browser, una.email, PASSWORD); /* not soon again */
  assert_answer (browser, "acr=1");
  policy_set (RULE ("optional"));
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
  g_auto (Person) vic = person_make ("vic@second.example", FALSE);
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
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/second-rule/step-up", test_step_up },
    { "/second-rule/vote", test_vote },
    { "/second-rule/remember", test_remember },
    { "/second-rule/remember-one", test_remember_one },
    { "/second-rule/required", test_required },
    { "/second-rule/prompted", test_prompted },
    { "/second-rule/application", test_application },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = RULE ("optional") }, tests);
}
