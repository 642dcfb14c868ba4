/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* The proof of an address: before an account is made, and instead of a forgotten password. */

#define MANY "{\"codes_per_recipient\":1000}" /* the limit has a test of its own */

static gboolean
find_user (PosternTxn *txn, gpointer data, GError **error)
{
  PosternUser **user = data;
  g_autofree char *identifier = g_strdup ((*user)->email);
  g_autoptr (GError) missing = NULL;

  postern_user_unref (*user);
  *user = postern_user_store_find (txn, identifier, &missing);
  return *user != NULL || g_error_matches (missing, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
}

/* (transfer full) (nullable) */
static PosternUser *
look_up (const char *email)
{
  PosternUser *user = postern_user_new ();
  g_autoptr (GError) error = NULL;

  user->email = g_strdup (email);
  postern_store_read (house_store, POSTERN_KEEP_LASTING, find_user, &user, &error);
  g_assert_no_error (error);
  return user;
}

static void
test_sign_up (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autofree char *code = NULL;
  g_autoptr (PosternUser) nobody = NULL;
  g_autoptr (PosternUser) user = NULL;

  browser_sign_up_to_code (browser, "new@example.org", PASSWORD);
  nobody = look_up ("new@example.org");
  g_assert_null (nobody); /* no account before the proof */
  g_assert_cmpuint (post_count ("new@example.org", "verify", NULL), ==, 1);
  browser_enter_code (browser, "000000");
  assert_page (browser, "code");
  browser_wait (browser);
  browser_submit (browser, "action=resend");
  code = post_get ("new@example.org", "code");
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=pwd&acr=1");
  user = look_up ("new@example.org");
  g_assert_true (user->email_verified);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_confirm (browser, "new@example.org", PASSWORD);
  assert_answer (browser, "fresh=1");
}

/* Whether an address has an account is told to who reads it, and not to who types it. */
static void
test_sign_up_taken (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_autoptr (Browser) fresh = browser_new ("192.0.2.3");
  g_autofree char *id = user_make ("taken@example.org", TRUE, NULL);
  g_autofree char *own = NULL;
  g_autoptr (GVariant) model = NULL;

  browser_sign_up_to_code (fresh, "free@example.org", PASSWORD);
  browser_sign_up_to_code (browser, "taken@example.org", PASSWORD);
  g_assert_cmpuint (g_variant_n_children (postern_response_get_model (browser->last)), ==, g_variant_n_children (postern_response_get_model (fresh->last)));
  g_assert_null (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("taken@example.org", "has-account", &model), ==, 1);
  g_assert_cmpuint (post_count ("taken@example.org", NULL, NULL), ==, 1);
  g_assert_null (postern_json_get_string (model, "code"));
  g_assert_null (strstr (postern_json_get_string (model, "link"), "/code/"));
  own = post_get ("free@example.org", "code"); /* the code of another address is of no use */
  browser_enter_code (browser, own);
  assert_page (browser, "code");
}

/* Two sign-ups of one address: the newest code counts, and there is one account. */
static void
test_sign_up_twice (void)
{
  g_autoptr (Browser) first = browser_new ("192.0.2.4");
  g_autoptr (Browser) second = browser_new ("192.0.2.4");
  g_autofree char *code = NULL;

  browser_sign_up_to_code (first, "two@example.org", PASSWORD);
  code = post_get ("two@example.org", "code");
  browser_sign_up_to_code (second, "two@example.org", PASSWORD);
  browser_enter_code (first, code);
  assert_page (first, "code");
  g_free (code);
  code = post_get ("two@example.org", "code");
  browser_enter_code (second, code);
  assert_answer (second, "amr=pwd");
}

static void
test_sign_up_without_password (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");
  g_autofree char *code = NULL;

  fixture_write (house_store, policy_put, "{\"password_enabled\":false}");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  assert_page (browser, "sign-up");
  browser_submit (browser, "action=continue&identifier=plain@example.org&name=");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "name");
  browser_submit (browser, "action=continue&identifier=plain@example.org&name=Plain");
  assert_page (browser, "code");
  code = post_get ("plain@example.org", "code");
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=otp&acr=1");
  policy_set (MANY);
}

/* A number is proved like an address; whose it is already is not said either. */
static void
test_sign_up_by_number (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.20");
  g_autoptr (Browser) again = browser_new ("192.0.2.21");
  g_autofree char *code = NULL;

  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (browser, "action=continue&identifier=%2B49 30 555555&name=Number&password=" PASSWORD);
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "identifier"); /* not where no messages go out */
  policy_set ("{\"sms_code_enabled\":true,\"password_enabled\":false}");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (browser, "action=continue&identifier=%2B49 30 555555&name=Number");
  assert_page (browser, "code");
  code = post_get ("+4930555555", "code");
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=mca+sms&acr=1");
  browser_begin (again, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (again, "action=continue&identifier=%2B4930555555&name=Number");
  assert_page (again, "code");
  g_assert_cmpuint (post_count ("+4930555555", NULL, NULL), ==, 1);
  policy_set (MANY);
}

/* --- recovery -------------------------------------------------------------------------------------------------------------- */

static void
ask_recovery (Browser *browser, const char *identifier)
{
  browser_ask_for (browser, APP_FIRST, identifier, "action=recover");
}

static void
test_recover (void)
{
  g_autoptr (Browser) elsewhere = browser_new ("192.0.2.6");
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autofree char *id = user_make_with_password ("lost@example.org", TRUE);
  g_autofree char *code = NULL;

  browser_begin (elsewhere, application_flow (APP_FIRST, 0));
  browser_sign_in (elsewhere, "lost@example.org", PASSWORD);
  assert_answer (elsewhere, "fresh=1");
  ask_recovery (browser, "lost@example.org");
  g_assert_cmpuint (post_count ("lost@example.org", "recover", NULL), ==, 1);
  code = post_get ("lost@example.org", "code");
  browser_enter_code (browser, code);
  assert_page (browser, "new-password");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "lost@example.org");
  browser_submit (browser, "action=continue&password=short"); /* the same rules as everywhere */
  assert_page (browser, "new-password");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_answer (browser, "amr=otp&acr=1"); /* where the person came from */
  g_assert_cmpuint (post_count ("lost@example.org", "security-notice", NULL), ==, 1);
  assert_signed_out (elsewhere); /* ended */
  assert_signed_in (browser);
  browser_begin (elsewhere, application_flow (APP_FIRST, 0));
  browser_sign_in (elsewhere, "lost@example.org", PASSWORD);
  assert_page (elsewhere, "password");
  g_usleep (1100000); /* in the second of the recovery no password is believed */
  browser_submit (elsewhere, "action=continue&password=" NEW_PASSWORD);
  assert_answer (elsewhere, "fresh=1");
}

static gboolean
move_away (PosternTxn *txn, gpointer id, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, id, error);

  g_free (user->email);
  user->email = g_strdup ("moved@example.org");
  return postern_user_store_update (txn, user, error);
}

static gboolean
delete_user (PosternTxn *txn, gpointer id, GError **error)
{
  return postern_user_store_delete (txn, id, error);
}

/* The attack: who holds an address that its owner has left proves it in time, and chooses a password a moment later. */
static void
test_recover_left (void)
{
  g_autoptr (Browser) thief = browser_new ("192.0.2.12"), owner = browser_new ("192.0.2.13");
  g_autofree char *id = user_make_with_password ("left@example.org", TRUE);

  browser_prove_recovery (thief, APP_FIRST, "left@example.org");
  fixture_write (house_store, move_away, id);
  browser_submit (thief, "action=continue&password=" NEW_PASSWORD);
  assert_answer (thief, "error=");
  assert_signed_out (thief);
  browser_begin (owner, application_flow (APP_FIRST, 0));
  browser_sign_in (owner, "moved@example.org", PASSWORD);
  assert_answer (owner, "amr=pwd");
}

static void
test_recover_gone (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.14");
  g_autofree char *id = user_make_with_password ("gone@example.org", TRUE);

  browser_prove_recovery (browser, APP_FIRST, "gone@example.org");
  fixture_write (house_store, delete_user, id);
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "identifier");
  assert_signed_out (browser);
}

/* No step can be left out: each page only takes what it asked for. */
static void
test_recover_in_order (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");
  g_autofree char *id = user_make_with_password ("order@example.org", TRUE);
  g_autofree char *code = NULL;
  g_autofree char *late = NULL;

  ask_recovery (browser, "order@example.org");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "code");
  late = g_strdup_printf ("%s?at=new-password", browser->flow);
  browser_post (browser, late, "action=continue&password=" NEW_PASSWORD);
  browser_follow (browser);
  assert_page (browser, "code");
  browser_submit (browser, "action=continue&code=&recover-user=1&password=" NEW_PASSWORD);
  assert_page (browser, "code");
  code = post_get ("order@example.org", "code");
  browser_enter_code (browser, code);
  assert_page (browser, "new-password");
  browser_submit (browser, "action=factor:code"); /* another way begins anew, and what was shown is forgotten */
  assert_page (browser, "code");
  browser_submit (browser, "action=factor:password");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "password");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_answer (browser, "amr=pwd");
}

/* A code to sign in sets no password, and a code for a new password signs nobody in. */
static void
test_purposes (void)
{
  g_autoptr (Browser) signs_in = browser_new ("192.0.2.9");
  g_autoptr (Browser) recovers = browser_new ("192.0.2.9");
  g_autofree char *id = user_make_with_password ("both@example.org", TRUE);
  g_autofree char *sign_in = NULL;
  g_autofree char *recover = NULL;
  g_autofree char *sign_in_link = NULL;
  g_autofree char *recover_link = NULL;

  browser_ask_code (signs_in, "both@example.org");
  sign_in = post_get ("both@example.org", "code");
  sign_in_link = post_get ("both@example.org", "link");
  ask_recovery (recovers, "both@example.org");
  recover = post_get ("both@example.org", "code");
  recover_link = post_get ("both@example.org", "link");
  browser_enter_code (signs_in, recover);
  assert_page (signs_in, "code");
  browser_enter_code (recovers, sign_in);
  assert_page (recovers, "code");
  browser_enter_link (signs_in, recover_link);
  assert_page (signs_in, "code");
  browser_enter_link (recovers, sign_in_link);
  assert_page (recovers, "code");
  browser_get (recovers, recover_link + strlen (ISSUER));
  assert_page (recovers, "code-link");
  browser_enter_link (recovers, recover_link);
  assert_page (recovers, "new-password");
  browser_enter_code (signs_in, sign_in);
  assert_answer (signs_in, "amr=otp");
}

/* After a recovery no code that was sent before is worth anything. */
static void
test_codes_end (void)
{
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");
  g_autoptr (Browser) owner = browser_new ("192.0.2.10");
  g_autofree char *id = user_make_with_password ("owner@example.org", TRUE);
  g_autofree char *seen = NULL;

  browser_ask_code (thief, "owner@example.org");
  seen = post_get ("owner@example.org", "code");
  browser_recover (owner, "owner@example.org");
  browser_enter_code (thief, seen);
  assert_page (thief, "code");
}

/* Nor what came of one: whoever was let into her mailbox for a moment, and waits on the page `new-password`, sets none after her. */
static void
test_proof_ends (void)
{
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");
  g_autoptr (Browser) owner = browser_new ("192.0.2.12");
  g_autofree char *id = user_make_with_password ("again@example.org", TRUE);

  browser_prove_recovery (thief, APP_FIRST, "again@example.org");
  browser_recover (owner, "again@example.org");
  browser_submit (thief, "action=continue&password=funf Koffer auf der Treppe");
  assert_page (thief, "identifier");
  assert_signed_in (owner);
}

/* Nor a recovery that waits for consent: it is no session yet, and becomes none once another password is set. */
static void
test_recovery_parked (void)
{
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");
  g_autoptr (Browser) honest = browser_new ("192.0.2.14");
  g_autoptr (Browser) owner = browser_new ("192.0.2.13");
  g_autofree char *id = user_make_with_password ("waits@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("slow@example.org", TRUE);

  browser_prove_recovery (thief, APP_THIRD, "waits@example.org");
  browser_submit (thief, "action=continue&password=" NEW_PASSWORD);
  assert_page (thief, "consent");
  browser_prove_recovery (honest, APP_THIRD, "slow@example.org");
  browser_submit (honest, "action=continue&password=" NEW_PASSWORD);
  assert_page (honest, "consent");
  g_usleep (1100000); /* what was set in the second of the sign-in may be its own */
  browser_recover (owner, "waits@example.org");
  browser_submit (thief, "action=allow");
  assert_page (thief, "identifier");
  browser_submit (honest, "action=allow");
  assert_answer (honest, "fresh=1");
}

static void
test_recover_nobody (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.11");

  ask_recovery (browser, "nobody@example.org");
  g_assert_null (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("nobody@example.org", NULL, NULL), ==, 0);
  browser_enter_code (browser, "000000");
  assert_page (browser, "code");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow-proof/sign-up", test_sign_up },
    { "/flow-proof/sign-up-taken", test_sign_up_taken },
    { "/flow-proof/sign-up-twice", test_sign_up_twice },
    { "/flow-proof/sign-up-without-password", test_sign_up_without_password },
    { "/flow-proof/sign-up-by-number", test_sign_up_by_number },
    { "/flow-proof/recover", test_recover },
    { "/flow-proof/recover-in-order", test_recover_in_order },
    { "/flow-proof/recover-left", test_recover_left },
    { "/flow-proof/recover-gone", test_recover_gone },
    { "/flow-proof/purposes", test_purposes },
    { "/flow-proof/codes-end", test_codes_end },
    { "/flow-proof/proof-ends", test_proof_ends },
    { "/flow-proof/recovery-parked", test_recovery_parked },
    { "/flow-proof/recover-nobody", test_recover_nobody },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = MANY }, tests);
}
