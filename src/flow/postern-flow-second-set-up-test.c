/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

/* How second factors come, and how they go when all are lost. */

static void
test_set_up (void)
{
  static const char *const wrong[] = { "0000-0000-0000-0000", "0", "0000-0000-0000-00000", "0000-0000-0000-000%C3%A9" }; /* one answer for all */
  g_auto (Person) rob = person_make ("rob@second.example", FALSE);
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
  assert_signed_out (other); /* whoever is in by less is out */

  elsewhere = browser_to_totp ("192.0.2.18", rob.email);
  enter_code_of (elsewhere, &rob, 0, NULL); /* the one that set it up */
  assert_page (elsewhere, "totp");
  browser_submit (elsewhere, "action=other-factor");
  assert_page (elsewhere, "second-factor");
  browser_submit (elsewhere, "action=second:recovery-code");
  assert_page (elsewhere, "recovery-code");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *guess = g_strconcat ("action=continue&code=", wrong[i], NULL);

    browser_submit (elsewhere, guess);
    assert_page (elsewhere, "recovery-code");
    g_assert_nonnull (browser_model (elsewhere, "error_message"));
  }
  body = g_strdup_printf ("action=continue&code=%s", code);
  browser_submit (elsewhere, body);
  assert_answer (elsewhere, "acr=2");
  g_assert_cmpuint (post_count (rob.email, "security-notice", NULL), ==, 3);
  browser_sign_in_again (elsewhere, rob.email, PASSWORD);
  browser_submit (elsewhere, "action=second:recovery-code");
  browser_submit (elsewhere, body); /* used */
  assert_page (elsewhere, "recovery-code");
}

/* Nobody else's seed is set up: a session that is not fresh, and a person who has one already, show who they are first. */
static void
test_set_up_asks (void)
{
  g_auto (Person) sam = person_make ("sam@second.example", FALSE);
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
}

/* --- all is lost ------------------------------------------------------------------------------------------------------------- */

static void
test_reset_waits (void)
{
  g_auto (Person) wes = person_make ("wes@second.example", TRUE);
  gint64 asked_at = now () - 3600;
  g_autoptr (Browser) browser = NULL;
  g_autoptr (Browser) later = NULL;

  g_assert_cmpint (person_ask_for_reset (&wes, asked_at), ==, asked_at + 24 * 3600);
  browser = browser_to_totp ("192.0.2.35", wes.email); /* nothing has happened yet */
  enter_code_of (browser, &wes, 0, NULL);              /* and this ends it */
  assert_answer (browser, "acr=2");
  later = browser_to_totp ("192.0.2.36", wes.email); /* the factors are still there */
}

static void
test_reset_due (void)
{
  g_auto (Person) yan = person_make ("yan@second.example", TRUE);
  g_autoptr (Browser) old = browser_to_totp ("192.0.2.37", yan.email);
  g_autoptr (Browser) browser = browser_new ("192.0.2.38");

  enter_code_of (old, &yan, 0, NULL);
  assert_answer (old, "acr=2");
  person_ask_for_reset (&yan, now () - 25 * 3600);
  browser_begin (old, application_flow (APP_FIRST, 0)); /* a session sets nothing free */
  assert_answer (old, "acr=2");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, yan.email, "wrong");
  assert_page (browser, "password");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "acr=1");
  g_assert_cmpuint (post_count (yan.email, "security-notice", NULL), ==, 1);
  assert_signed_out (old);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/second-set-up/set-up", test_set_up },
    { "/second-set-up/set-up-asks", test_set_up_asks },
    { "/second-set-up/reset-waits", test_reset_waits },
    { "/second-set-up/reset-due", test_reset_due },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = RULE ("optional") }, tests);
}
