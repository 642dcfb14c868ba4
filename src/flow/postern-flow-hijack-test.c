/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/*
 * Account pre-hijacking (Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022): the attacker is there before the
 * victim. Each of the five kinds, and what else linking must not do, written as whoever tries it would.
 */

static gboolean
put_identity (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_identity_store_insert (txn, data, error);
}

static void
give_identity (const char *user_id, const char *connector, const char *subject)
{
  g_autoptr (PosternIdentity) identity = postern_identity_new ();

  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (user_id);
  identity->connector = g_strdup (connector);
  identity->subject = g_strdup (subject);
  identity->created_at = 1;
  fixture_write (house_store, put_identity, identity);
}

/* 1. Classic-federated merge: an account with the victim's address and the attacker's password; the victim comes by a provider. */
static void
test_classic_federated (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.1");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *squat = user_make_with_password ("one@example.org", FALSE);

  browser_begin (victim, application_flow (APP_FIRST, 0));
  browser_press_provider (victim, "one one@example.org verified");
  assert_page (victim, "link"); /* not merged: the account must be proved, and it cannot be by its address */
  g_assert_false (postern_json_get_boolean (postern_response_get_model (victim->last), "code", TRUE));
  browser_submit (victim, "action=send-code"); /* nor by a forged form */
  assert_page (victim, "identifier");
  browser_recover (victim, "one@example.org");
  browser_begin (attacker, application_flow (APP_FIRST, 0));
  browser_sign_in (attacker, "one@example.org", PASSWORD);
  assert_page (attacker, "password");
}

/* 2. Unexpired session: the attacker stays signed in to the account that the victim then takes over by a recovery. */
static void
test_unexpired_session (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.2");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *squat = user_make_with_password ("two@example.org", FALSE);

  browser_begin (attacker, application_flow (APP_FIRST, 0));
  browser_sign_in (attacker, "two@example.org", PASSWORD);
  assert_answer (attacker, "fresh=1");
  browser_begin (attacker, application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_LOGIN)); /* and one more, that waits for consent */
  browser_confirm (attacker, "two@example.org", PASSWORD);
  assert_page (attacker, "consent");
  browser_recover (victim, "two@example.org");
  browser_submit (attacker, "action=allow");
  if (g_str_has_prefix (browser_page (attacker), "https://"))
    assert_answer (attacker, "error=");
  assert_signed_out (attacker);
}

/* 3. Trojan identifier: the attacker has connected a provider, and a telephone, of their own to the account. */
static void
test_trojan_identifier (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.3");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *squat = user_make ("three@example.org", FALSE, "+4930333333");
  g_autofree char *who = NULL;

  give_identity (squat, "away", "trojan");
  browser_begin (attacker, application_flow (APP_FIRST, 0));
  browser_press_provider (attacker, "trojan");
  who = browser_dup_part (attacker, "user=");
  g_assert_cmpstr (who, ==, squat);
  browser_recover (victim, "three@example.org");
  browser_begin (attacker, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_press_provider (attacker, "trojan");
  g_free (who);
  who = browser_dup_part (attacker, "user=");
  g_assert_cmpstr (who, !=, squat);
  fixture_write (house_store, policy_put, "{\"sms_code_enabled\":true,\"codes_per_recipient\":1000}");
  browser_ask_code (attacker, "+4930333333");
  g_assert_cmpuint (post_count ("+4930333333", NULL, NULL), ==, 0);
  policy_set ("{\"codes_per_recipient\":1000}");
}

/* 4. Unexpired change: the attacker has begun to claim the victim's address, and waits for the victim to finish it. */
static void
test_unexpired_change (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.4");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *bait = NULL;
  g_autofree char *code = NULL;
  g_autofree char *bait_code = NULL;
  g_autofree char *page = NULL;

  browser_sign_up_to_code (attacker, "four@example.org", PASSWORD);
  page = g_strdup (attacker->flow);
  bait = post_get ("four@example.org", "link");
  bait_code = post_get ("four@example.org", "code");
  browser_get (victim, bait + strlen (ISSUER)); /* the victim opens the attacker's link: nothing happens but a code and a warning */
  assert_page (victim, "code-elsewhere");
  browser_sign_up_to_code (victim, "four@example.org", NEW_PASSWORD);
  code = post_get ("four@example.org", "code");
  browser_get (attacker, page);
  browser_enter_code (attacker, bait_code); /* even told: it has been replaced */
  assert_page (attacker, "code");
  browser_enter_code (victim, code);
  assert_answer (victim, "amr=pwd");
  browser_enter_code (attacker, code);
  assert_page (attacker, "code");
  browser_wait (attacker);
  browser_submit (attacker, "action=resend"); /* the address is somebody's now: no new code for the old claim */
  g_assert_cmpuint (post_count ("four@example.org", "has-account", NULL), ==, 1);
  browser_begin (attacker, application_flow (APP_FIRST, 0));
  browser_sign_in (attacker, "four@example.org", PASSWORD);
  assert_page (attacker, "password");
}

/* 5. Non-verifying provider: the attacker has the victim's address there, unproved; the victim then makes an account here. */
static void
test_non_verifying_provider (void)
{
  g_autoptr (Browser) victim = browser_new ("192.0.2.5");
  g_autoptr (Browser) attacker = browser_new ("192.0.2.66");
  g_autofree char *theirs = NULL;
  g_autofree char *own = NULL;
  g_autofree char *again = NULL;

  browser_begin (attacker, application_flow (APP_FIRST, 0));
  browser_press_provider (attacker, "liar five@example.org");
  theirs = browser_dup_part (attacker, "user=");
  browser_sign_up_to_code (victim, "five@example.org", NEW_PASSWORD);
  browser_enter_newest (victim, "five@example.org"); /* the address was nobody's */
  own = browser_dup_part (victim, "user=");
  g_assert_cmpstr (own, !=, theirs);
  browser_begin (attacker, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_return_to_provider (attacker, "liar five@example.org");
  again = browser_dup_part (attacker, "user=");
  g_assert_cmpstr (again, ==, theirs);
}

/* Whoever read one code of hers and waits on a page is out when she sets a new password. */
static void
test_parked_by_code (void)
{
  g_autoptr (Browser) owner = browser_new ("192.0.2.30");
  g_autoptr (Browser) thief = browser_new ("192.0.2.66");
  g_autofree char *id = user_make_with_password ("parked@example.org", TRUE);

  browser_ask_for (thief, APP_THIRD, "parked@example.org", "action=factor:code");
  browser_enter_newest (thief, "parked@example.org");
  assert_page (thief, "consent");
  browser_recover (owner, "parked@example.org");
  browser_submit (thief, "action=allow");
  assert_page (thief, "identifier");
}

/* --- linking ---------------------------------------------------------------------------------------------------------------- */

/* An account without a password is proved by a code to its own address; whoever cannot read it links nothing. */
static void
test_link_by_code (void)
{
  g_autoptr (Browser) owner = browser_new ("192.0.2.6");
  g_autoptr (Browser) liar = browser_new ("192.0.2.66");
  g_autofree char *id = user_make ("linked@example.org", TRUE, NULL);
  g_autofree char *code = NULL;
  g_autofree char *who = NULL;

  browser_begin (liar, application_flow (APP_FIRST, 0));
  browser_press_provider (liar, "liar2 linked@example.org verified");
  assert_page (liar, "link");
  g_assert_cmpuint (post_count ("linked@example.org", NULL, NULL), ==, 0); /* nothing is begun by the provider's GET */
  browser_submit (liar, "action=send-code");
  assert_page (liar, "code");
  browser_enter_code (liar, "000000");
  assert_page (liar, "code");
  browser_begin (owner, application_flow (APP_FIRST, 0));
  browser_press_provider (owner, "real linked@example.org verified");
  browser_submit (owner, "action=send-code");
  code = post_get ("linked@example.org", "code");
  browser_enter_code (liar, code); /* of another flow */
  assert_page (liar, "code");
  browser_enter_code (owner, code);
  assert_answer (owner, "amr=otp+fed&acr=1");
  who = browser_dup_part (owner, "user=");
  g_assert_cmpstr (who, ==, id);
  g_assert_cmpuint (post_count ("linked@example.org", "security-notice", NULL), ==, 1);
}

/* --- unlinking -------------------------------------------------------------------------------------------------------------- */

static gboolean
list_identities (PosternTxn *txn, gpointer data, GError **error)
{
  GPtrArray **list = data;
  g_autofree char *user_id = g_strdup (g_ptr_array_index (*list, 0));

  g_ptr_array_unref (*list);
  *list = postern_identity_store_list (txn, user_id, error);
  return *list != NULL;
}

static GPtrArray *
identities_of (const char *user_id)
{
  GPtrArray *list = g_ptr_array_new ();

  g_ptr_array_add (list, (gpointer) user_id);
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, list_identities, &list, NULL));
  return list;
}

/* (transfer full) (nullable): the user's first identity; @count: (out) */
static char *
first_identity (const char *user_id, guint *count)
{
  g_autoptr (GPtrArray) list = identities_of (user_id);

  *count = list->len;
  return list->len > 0 ? g_strdup (((PosternIdentity *) g_ptr_array_index (list, 0))->id) : NULL;
}

static guint
unlink_first (Browser *browser, const char *user_id)
{
  guint count;
  g_autofree char *id = first_identity (user_id, &count);
  g_autofree char *body = g_strdup_printf ("action=unlink:%s", id);

  browser_post (browser, "/account", body);
  g_free (first_identity (user_id, &count));
  return count;
}

static void
test_last_way (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autofree char *id = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "only");
  id = browser_dup_part (browser, "user=");
  g_assert_cmpuint (unlink_first (browser, id), ==, 1);
  assert_page (browser, "/account?notice=last-way");
  browser_follow (browser);
  g_assert_nonnull (browser_model (browser, "notice"));
  give_identity (id, "gone", "elsewhere"); /* a connector that is not there any more is no way in */
  g_assert_cmpuint (unlink_first (browser, id), ==, 2);
  give_identity (id, "corp", "second");
  g_assert_cmpuint (unlink_first (browser, id), ==, 2);
  assert_page (browser, "/account?notice=unlinked");
}

static void
test_unlink_keeps_out (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");
  g_autoptr (Browser) elsewhere = browser_new ("192.0.2.9");
  g_autoptr (Browser) stranger = browser_new ("192.0.2.66");
  g_autofree char *id = NULL;
  g_autofree char *identity = NULL;
  g_autofree char *body = NULL;
  guint count;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "dina dina@example.org verified");
  id = browser_dup_part (browser, "user=");
  browser_begin (elsewhere, application_flow (APP_FIRST, 0));
  browser_press_provider (elsewhere, "dina");
  browser_begin (stranger, application_flow (APP_FIRST, 0));
  browser_press_provider (stranger, "stranger");
  identity = first_identity (id, &count);
  body = g_strdup_printf ("action=unlink:%s", identity);
  browser_post (stranger, "/account", body); /* somebody else's */
  g_free (first_identity (id, &count));
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpuint (unlink_first (browser, id), ==, 0); /* the proved address stays */
  g_assert_cmpuint (post_count ("dina@example.org", "security-notice", NULL), ==, 1);
  assert_signed_out (elsewhere);
  assert_signed_in (browser);
}

/* A browser that was left open disconnects nothing: its owner signs in again first. */
static void
test_unlink_wants_fresh (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.10");
  g_autofree char *id = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "nora nora@example.org verified");
  id = browser_dup_part (browser, "user=");
  fixture_write (house_store, sessions_age, id);
  g_assert_cmpuint (unlink_first (browser, id), ==, 1);
  browser_follow (browser);
  browser_return_to_provider (browser, "nora");
  assert_page (browser, "account");
  g_assert_cmpuint (unlink_first (browser, id), ==, 0);
}

/* A proved number that codes are sent to is a way in like any other. */
static void
test_unlink_keeps_phone (void)
{
  g_autofree char *id = user_make (NULL, FALSE, "+4930444444");
  g_autoptr (Browser) browser = browser_new ("192.0.2.11");

  give_identity (id, "away", "caller");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "caller");
  g_assert_cmpuint (unlink_first (browser, id), ==, 1); /* nobody sends any yet */
  assert_page (browser, "/account?notice=last-way");
  policy_set ("{\"sms_code_enabled\":true,\"codes_per_recipient\":1000}");
  g_assert_cmpuint (unlink_first (browser, id), ==, 0);
  assert_page (browser, "/account?notice=unlinked");
  policy_set ("{\"codes_per_recipient\":1000}");
}

typedef struct {
  Browser *browser;
  char *body;
  gint *waiting; /* atomic */
} Window;

static gpointer
press (gpointer data)
{
  Window *self = data;

  g_atomic_int_dec_and_test (self->waiting);
  while (g_atomic_int_get (self->waiting) > 0)
    continue;
  browser_post (self->browser, "/account", self->body);
  return NULL;
}

static gboolean
forget (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_user_store_delete (txn, data, error);
}

static Window
window_open (const char *identity, gint *waiting)
{
  Window self = { browser_new ("192.0.2.12"), g_strdup_printf ("action=unlink:%s", identity), waiting };

  browser_begin (self.browser, application_flow (APP_FIRST, 0));
  browser_press_provider (self.browser, "window");
  return self;
}

/* How many are left of @n identities when two windows disconnect one each at once. */
static guint
unlink_two (guint n)
{
  g_autofree char *id = user_make (NULL, FALSE, NULL);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  gint waiting = 2;
  Window windows[2];
  GThread *threads[2];

  give_identity (id, "corp", "window");
  for (guint i = 1; i < n; i++)
    give_identity (id, "away", i == 1 ? "window" : "other window");
  before = identities_of (id);
  for (guint i = 0; i < 2; i++)
    windows[i] = window_open (((PosternIdentity *) before->pdata[i])->id, &waiting);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("window", press, &windows[i]);
  for (guint i = 0; i < 2; i++) {
    g_thread_join (threads[i]);
    browser_free (windows[i].browser);
    g_free (windows[i].body);
  }
  after = identities_of (id);
  fixture_write (house_store, forget, id);
  return after->len;
}

/* The last way in stays; and whoever the first window signed out does nothing more. */
static void
test_two_windows (void)
{
  for (guint i = 0; i < 10; i++) {
    g_assert_cmpuint (unlink_two (2), ==, 1);
    g_assert_cmpuint (unlink_two (3), ==, 2);
  }
}

/* --- an address that moves on ------------------------------------------------------------------------------------------------ */

static gboolean
drop_address (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, data, error);

  if (user == NULL)
    return FALSE;
  g_clear_pointer (&user->email, g_free);
  user->email_verified = FALSE;
  return postern_user_store_update (txn, user, error);
}

static void
test_recycled_address (void)
{
  g_autoptr (Browser) old = browser_new ("192.0.2.11");
  g_autoptr (Browser) fresh = browser_new ("192.0.2.12");
  g_autofree char *old_id = NULL;
  g_autofree char *fresh_id = NULL;
  g_autofree char *who = NULL;
  g_autofree char *pending = NULL;
  g_autofree char *code = NULL;
  guint count;

  browser_begin (old, application_flow (APP_FIRST, 0));
  browser_press_provider (old, "rita moves@example.org verified");
  old_id = browser_dup_part (old, "user=");
  browser_ask_code (old, "moves@example.org");
  pending = post_get ("moves@example.org", "code");
  fixture_write (house_store, drop_address, old_id);
  browser_enter_code (old, pending); /* sent to an address that is hers no more */
  assert_page (old, "code");

  browser_begin (fresh, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (fresh, "action=continue&identifier=moves@example.org&name=Next&password=" NEW_PASSWORD);
  code = post_get ("moves@example.org", "code");
  browser_enter_code (fresh, code);
  fresh_id = browser_dup_part (fresh, "user=");
  g_assert_cmpstr (fresh_id, !=, old_id);
  g_free (first_identity (fresh_id, &count));
  g_assert_cmpuint (count, ==, 0);
  browser_begin (old, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE)); /* her session is still hers, and so is her identity */
  who = browser_dup_part (old, "user=");
  g_assert_cmpstr (who, ==, old_id);
  browser_begin (old, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_return_to_provider (old, "rita moves@example.org verified");
  g_free (who);
  who = browser_dup_part (old, "user=");
  g_assert_cmpstr (who, ==, old_id);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/hijack/classic-federated", test_classic_federated },
    { "/hijack/unexpired-session", test_unexpired_session },
    { "/hijack/trojan-identifier", test_trojan_identifier },
    { "/hijack/unexpired-change", test_unexpired_change },
    { "/hijack/non-verifying-provider", test_non_verifying_provider },
    { "/hijack/parked-by-code", test_parked_by_code },
    { "/hijack/link-by-code", test_link_by_code },
    { "/hijack/last-way", test_last_way },
    { "/hijack/unlink-keeps-out", test_unlink_keeps_out },
    { "/hijack/unlink-wants-fresh", test_unlink_wants_fresh },
    { "/hijack/unlink-keeps-phone", test_unlink_keeps_phone },
    { "/hijack/two-windows", test_two_windows },
    { "/hijack/recycled-address", test_recycled_address },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = "{\"codes_per_recipient\":1000}" }, tests);
}
