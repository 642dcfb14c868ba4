/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* How somebody gets another e-mail address or telephone number, or proves one; and what others try of it. */

/** To the page `code` of the task "email", for @address. */
static void
browser_claim (Browser *browser, const char *address)
{
  g_autofree char *body = g_strdup_printf ("action=continue&address=%s", address);

  browser_get (browser, "/account/change/email");
  browser_follow (browser);
  assert_page (browser, "address");
  browser_submit (browser, body);
}

/** And the code that went there. (transfer full) */
static char *
browser_claim_to_code (Browser *browser, const char *address)
{
  browser_claim (browser, address);
  return post_get (address, "code");
}

/** To the flow that was under way, whatever the browser shows by now. */
static void
browser_post_code (Browser *browser, const char *code)
{
  g_autofree char *body = g_strdup_printf ("action=continue&code=%s", code);

  browser_post (browser, browser->flow, body);
}

static void
assert_email (const char *id, const char *email, gboolean verified)
{
  g_autoptr (PosternUser) user = user_read (id);

  g_assert_cmpstr (user->email, ==, email);
  g_assert_cmpint (user->email_verified, ==, verified);
}

static void
test_email_change (void)
{
  g_autofree char *id = user_make_with_password ("before@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.10", "before@example.org");
  g_autoptr (Browser) elsewhere = browser_enter ("192.0.2.11", "before@example.org");
  g_autoptr (Browser) old = browser_new ("192.0.2.12");
  guint notices = post_count ("before@example.org", "security-notice", NULL);

  browser_claim (browser, "not an address");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "address");
  browser_submit (browser, "action=continue&address=before@example.org");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "address");
  browser_submit (browser, "action=continue&address=%2B49301234567"); /* a number is no address */
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "address");
  browser_submit (browser, "action=continue&address=somebody@corp.example"); /* whose people come by their organization */
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "address");
  browser_submit (browser, "action=continue&address=After@Example.ORG");
  assert_page (browser, "code");
  assert_email (id, "before@example.org", TRUE);
  browser_enter_code (browser, "000000");
  assert_page (browser, "code");
  browser_submit (browser, "action=other-address");
  assert_page (browser, "address");
  browser_submit (browser, "action=continue&address=after@example.org");
  browser_enter_newest (browser, "after@example.org");
  assert_page (browser, "account");
  g_assert_nonnull (browser_model (browser, "notice"));
  assert_email (id, "after@example.org", TRUE);

  g_assert_cmpuint (post_count ("before@example.org", "security-notice", NULL), ==, notices + 1);
  g_assert_cmpuint (post_count ("after@example.org", "security-notice", NULL), ==, 1);
  assert_signed_out (elsewhere);
  browser_begin (old, application_flow (APP_FIRST, 0)); /* the old name is nobody's, the password the new one's */
  browser_sign_in (old, "before@example.org", PASSWORD);
  assert_page (old, "password");
  browser_begin (old, application_flow (APP_FIRST, 0));
  browser_sign_in (old, "after@example.org", PASSWORD);
  assert_answer (old, "fresh=1");
}

/* Who made the account by the set-up link, or was made by an administrator: the address is proved, and nothing else changes. */
static void
test_email_proof (void)
{
  g_autofree char *id = user_make_with_password ("admin@example.org", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.13", "admin@example.org");
  g_autoptr (Browser) elsewhere = browser_enter ("192.0.2.14", "admin@example.org");
  g_autoptr (Browser) fresh = browser_new ("192.0.2.15");

  browser_get (browser, "/account/change/email");
  browser_follow (browser);
  g_assert_cmpstr (browser_model (browser, "address"), ==, "admin@example.org");
  browser_submit (browser, "action=continue&address=admin@example.org");
  browser_enter_newest (browser, "admin@example.org");
  assert_page (browser, "account");
  assert_email (id, "admin@example.org", TRUE);
  assert_signed_in (elsewhere);
  browser_ask_code (fresh, "admin@example.org"); /* now codes go there */
  browser_enter_newest (fresh, "admin@example.org");
  assert_answer (fresh, "amr=otp");
}

/* The link of the mail in the browser that asked shows a button; in another nothing but the code. */
static void
test_email_link (void)
{
  g_autofree char *id = user_make_with_password ("link@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.16", "link@example.org");
  g_autoptr (Browser) other = browser_new ("192.0.2.17");
  g_autofree char *link = NULL;

  browser_claim (browser, "linked2@example.org");
  link = post_get ("linked2@example.org", "link");
  browser_get (other, link + strlen (ISSUER));
  assert_page (other, "code-elsewhere");
  assert_email (id, "link@example.org", TRUE);
  browser_get (browser, link + strlen (ISSUER));
  assert_page (browser, "code-link");
  assert_email (id, "link@example.org", TRUE);
  browser_enter_link (browser, link);
  assert_page (browser, "account");
  assert_email (id, "linked2@example.org", TRUE);
}

/* Somebody else's address looks like a free one, and no code for it is ever sent. */
static void
test_email_taken (void)
{
  g_autofree char *id = user_make_with_password ("greedy@example.org", TRUE);
  g_autofree char *owner = user_make_with_password ("owned@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.18", "greedy@example.org");
  g_autoptr (GVariant) model = NULL;

  browser_claim (browser, "owned@example.org");
  assert_page (browser, "code");
  g_assert_null (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("owned@example.org", "verify", NULL), ==, 0);
  g_assert_cmpuint (post_count ("owned@example.org", "has-account", &model), ==, 1);
  g_assert_null (postern_json_get_string (model, "code"));
  browser_enter_code (browser, "123456");
  assert_page (browser, "code");
  assert_email (id, "greedy@example.org", TRUE);
  assert_email (owner, "owned@example.org", TRUE);
}

/* Two prove one address at once: it is the first one's. */
static void
test_email_race (void)
{
  g_autofree char *one = user_make_with_password ("one@example.org", TRUE);
  g_autofree char *two = user_make_with_password ("two@example.org", TRUE);
  g_autoptr (Browser) first = browser_enter ("192.0.2.19", "one@example.org");
  g_autoptr (Browser) second = browser_enter ("192.0.2.20", "two@example.org");
  g_autofree char *code = browser_claim_to_code (first, "both@example.org");

  browser_claim (second, "both@example.org");
  browser_enter_code (second, code); /* of somebody else */
  assert_page (second, "code");
  browser_enter_code (first, code); /* which the other one's asking did not replace */
  assert_page (first, "account");
  browser_enter_newest (second, "both@example.org");
  assert_page (second, "address");
  g_assert_nonnull (browser_model (second, "error_message"));
  assert_email (one, "both@example.org", TRUE);
  assert_email (two, "two@example.org", TRUE);
}

/* A code that an address was sent for one thing is good for no other. */
static void
test_email_purpose (void)
{
  g_autofree char *id = user_make_with_password ("purpose@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.21", "purpose@example.org");
  g_autoptr (Browser) other = browser_new ("192.0.2.22");
  g_autofree char *claim = browser_claim_to_code (browser, "wanted@example.org");
  g_autofree char *sign_up = NULL;

  browser_sign_up_to_code (other, "wanted@example.org", NEW_PASSWORD);
  sign_up = post_get ("wanted@example.org", "code");
  browser_enter_code (browser, sign_up);
  assert_page (browser, "code");
  browser_enter_code (other, claim);
  assert_page (other, "code");
  assert_email (id, "purpose@example.org", TRUE);
}

static gboolean
end_sessions (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, data, TRUE, NULL, 10, error);

  for (guint i = 0; sessions && i < sessions->len; i++)
    if (!postern_session_store_end (txn, ((PosternSession *) g_ptr_array_index (sessions, i))->id, 2, error))
      return FALSE;
  return sessions != NULL;
}

/* A thief at a browser that was left open has begun to move the account away; the owner signs him out. */
static void
test_email_ended (void)
{
  g_autofree char *id = user_make_with_password ("robbed@example.org", TRUE);
  g_autoptr (Browser) thief = browser_enter ("192.0.2.66", "robbed@example.org");
  g_autofree char *code = browser_claim_to_code (thief, "thief@example.org");

  fixture_write (house_store, end_sessions, id);
  browser_post_code (thief, "000000");
  g_assert_cmpint (postern_response_get_status (thief->last), >=, 400);
  browser_post_code (thief, code);
  assert_email (id, "robbed@example.org", TRUE);
}

/* The owner sets a new password instead: whatever was under way is over, however it is gone on with. */
static void
test_email_recovered (void)
{
  g_autofree char *id = user_make_with_password ("recovered@example.org", TRUE);
  g_autoptr (Browser) thief = browser_enter ("192.0.2.67", "recovered@example.org");
  g_autoptr (Browser) owner = browser_new ("192.0.2.23");
  g_autofree char *code = browser_claim_to_code (thief, "thief2@example.org");

  browser_recover (owner, "recovered@example.org");
  browser_post_code (thief, code);
  assert_email (id, "recovered@example.org", TRUE);
}

/* A flow of one person is not gone on with as another. */
static void
test_email_other_person (void)
{
  g_autofree char *id = user_make_with_password ("mine@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("theirs@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.24", "mine@example.org");

  browser_claim (browser, "mine2@example.org");
  browser_post (browser, browser->flow, "action=other-identifier");
  browser_follow (browser);
  browser_submit (browser, "action=continue&identifier=theirs@example.org");
  {
    const char *action = browser_model (browser, "action");

    browser_post (browser, action + strlen (ISSUER), "action=continue&password=" PASSWORD);
  }
  g_assert_cmpint (postern_response_get_status (browser->last), >=, 400);
  assert_email (id, "mine@example.org", TRUE);
  assert_email (other, "theirs@example.org", TRUE);
}

static void
test_email_wants_fresh (void)
{
  g_autofree char *id = user_make_with_password ("aged@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.25", "aged@example.org");

  fixture_write (house_store, sessions_age, id);
  browser_get (browser, "/account/change/email");
  browser_follow (browser);
  browser_confirm (browser, "aged@example.org", PASSWORD);
  assert_page (browser, "address");
}

/* What went to the old address before is worth nothing afterwards. */
static void
test_email_old_codes (void)
{
  g_autofree char *id = user_make_with_password ("mover@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.26", "mover@example.org");
  g_autoptr (Browser) reader = browser_new ("192.0.2.68");
  g_autofree char *code = NULL;

  browser_ask_code (reader, "mover@example.org");
  code = post_get ("mover@example.org", "code");
  browser_claim (browser, "moved@example.org");
  browser_enter_newest (browser, "moved@example.org");
  assert_page (browser, "account");
  browser_enter_code (reader, code);
  assert_page (reader, "code");
}

/* Nobody writes to strangers in our name by asking again and again. */
static void
test_email_limit (void)
{
  g_autofree char *id = user_make_with_password ("writer@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.27", "writer@example.org");

  browser_claim (browser, "stranger1@example.org");
  for (guint i = 0; i < 12; i++) {
    g_autofree char *body = g_strdup_printf ("action=continue&address=stranger%u@example.org", i + 2);

    if (g_str_equal (browser_page (browser), "code"))
      browser_submit (browser, "action=other-address");
    browser_submit (browser, body);
  }
  assert_page (browser, "address");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
  g_assert_cmpuint (post_count ("stranger12@example.org", NULL, NULL), ==, 0);
}

static void
test_phone (void)
{
  g_autofree char *id = user_make_with_password ("caller@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.28", "caller@example.org");
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (PosternUser) after = NULL;

  policy_set ("{\"codes_per_recipient\":1000,\"sms_code_enabled\":true}");
  browser_get (browser, "/account/change/phone");
  browser_follow (browser);
  assert_page (browser, "address");
  browser_submit (browser, "action=continue&address=caller@example.org");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "address");
  browser_submit (browser, "action=continue&address=%2B49 30 555 0101");
  assert_page (browser, "code");
  browser_enter_newest (browser, "+49305550101");
  assert_page (browser, "account");
  user = user_read (id);
  g_assert_cmpstr (user->phone, ==, "+49305550101");
  g_assert_true (user->phone_verified);
  g_assert_cmpuint (post_count ("caller@example.org", "security-notice", NULL), ==, 1);
  browser_post (browser, "/account", "action=remove:phone");
  assert_page (browser, "/account?notice=removed");
  after = user_read (id);
  g_assert_null (after->phone);
  browser_post (browser, "/account", "action=remove:phone"); /* nobody is told of what did not happen */
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 404);
  g_assert_cmpuint (post_count ("caller@example.org", "security-notice", NULL), ==, 2);
  policy_set ("{\"codes_per_recipient\":1000}");
}

static gboolean
give_phone (PosternTxn *txn, gpointer id, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, id, error);

  user->phone = g_strdup ("+49305550102");
  return postern_user_store_update (txn, user, error);
}

/* The number that an administrator wrote down, and nobody has shown to be theirs: it is proved, and does not change. */
static void
test_phone_proof (void)
{
  g_autofree char *id = user_make_with_password ("listed@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.29", "listed@example.org");
  g_autoptr (PosternUser) user = NULL;

  policy_set ("{\"codes_per_recipient\":1000,\"sms_code_enabled\":true}");
  fixture_write (house_store, give_phone, id);
  browser_get (browser, "/account/change/phone");
  browser_follow (browser);
  browser_submit (browser, "action=continue&address=%2B49 30 555 0102");
  browser_enter_newest (browser, "+49305550102");
  assert_page (browser, "account");
  user = user_read (id);
  g_assert_cmpstr (user->phone, ==, "+49305550102");
  g_assert_true (user->phone_verified);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/address/change", test_email_change },
    { "/address/proof", test_email_proof },
    { "/address/link", test_email_link },
    { "/address/taken", test_email_taken },
    { "/address/race", test_email_race },
    { "/address/purpose", test_email_purpose },
    { "/address/ended", test_email_ended },
    { "/address/recovered", test_email_recovered },
    { "/address/other-person", test_email_other_person },
    { "/address/wants-fresh", test_email_wants_fresh },
    { "/address/old-codes", test_email_old_codes },
    { "/address/limit", test_email_limit },
    { "/address/phone", test_phone },
    { "/address/phone-proof", test_phone_proof },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = "{\"codes_per_recipient\":1000}" }, tests);
}
