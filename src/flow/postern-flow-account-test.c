/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* What a person changes about the account, and what others must not. */

/* --- taking away ------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *user_id;
  char *id; /* (nullable): of the first credential */
} First;

static gboolean
find_first (PosternTxn *txn, gpointer data, GError **error)
{
  First *first = data;
  g_autoptr (GPtrArray) list = postern_credential_store_list (txn, first->user_id, error);

  g_clear_pointer (&first->id, g_free);
  if (list && list->len > 0)
    first->id = g_strdup (((PosternCredential *) g_ptr_array_index (list, 0))->id);
  return list != NULL;
}

static char *
first_credential (const char *user_id)
{
  First first = { user_id, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_first, &first, NULL));
  return first.id;
}

/* Whether @user_id has none left after @browser pressed the button of @id. */
static gboolean
removes (Browser *browser, const char *user_id, const char *id)
{
  g_autofree char *body = g_strdup_printf ("action=remove:%s", id);
  g_autofree char *left = NULL;

  browser_post (browser, "/account", body);
  left = first_credential (user_id);
  return left == NULL;
}

static void
test_remove (void)
{
  g_autofree char *id = user_make_with_password ("remo@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("stranger@example.org", TRUE);
  g_autofree char *password = first_credential (id);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "remo@example.org");
  g_autoptr (Browser) elsewhere = browser_enter ("192.0.2.2", "remo@example.org");
  g_autoptr (Browser) stranger = browser_enter ("192.0.2.66", "stranger@example.org");

  g_assert_false (removes (stranger, id, password)); /* somebody else's */
  fixture_write (house_store, sessions_age, id);
  g_assert_false (removes (browser, id, password)); /* a browser that was left open */
  browser_follow (browser);
  browser_confirm (browser, "remo@example.org", PASSWORD);
  assert_page (browser, "account");
  g_assert_true (removes (browser, id, password)); /* a code to the proved address is left */
  assert_page (browser, "/account?notice=removed");
  g_assert_cmpuint (post_count ("remo@example.org", "security-notice", NULL), ==, 1);
  browser_begin (elsewhere, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (elsewhere, "error=login_required");
}

/* Nobody shuts themselves out: an address that was never proved is no way in. */
static void
test_remove_last (void)
{
  g_autofree char *id = user_make_with_password ("last@example.org", FALSE);
  g_autofree char *password = first_credential (id);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", "last@example.org");

  g_assert_false (removes (browser, id, password));
  assert_page (browser, "/account?notice=last-way");
  browser_follow (browser);
  g_assert_nonnull (browser_model (browser, "notice"));
}

/* --- the page of a task ------------------------------------------------------------------------------------------------- */

static void
test_task_wants_fresh (void)
{
  g_autofree char *id = user_make ("fresh@example.org", TRUE, NULL);
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_autofree char *who = NULL;

  browser_ask_code (browser, "fresh@example.org");
  browser_enter_newest (browser, "fresh@example.org");
  who = browser_dup_part (browser, "user=");
  g_assert_cmpstr (who, ==, id);
  fixture_write (house_store, sessions_age, id);
  browser_get (browser, "/account/password"); /* there is no old one to ask for */
  browser_follow (browser);
  browser_enter_newest (browser, "fresh@example.org");
  assert_page (browser, "change-password");
}

/* Who is not signed in comes to where they wanted to go, as from a link of a password manager. */
static void
test_task_comes_back (void)
{
  g_autofree char *id = user_make_with_password ("back@example.org", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");

  browser_get (browser, "/account/change/email");
  browser_follow (browser);
  browser_sign_in (browser, "back@example.org", PASSWORD);
  assert_page (browser, "address");
}

/* --- another address ------------------------------------------------------------------------------------------------------ */

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
  browser_begin (elsewhere, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (elsewhere, "error=login_required");
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
  browser_begin (elsewhere, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (elsewhere, "fresh=0");
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

/* --- the rest of the page ------------------------------------------------------------------------------------------------- */

static void
test_end_others (void)
{
  g_autofree char *id = user_make_with_password ("others@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.30", "others@example.org");
  g_autoptr (Browser) one = browser_enter ("192.0.2.31", "others@example.org");
  g_autoptr (Browser) two = browser_enter ("192.0.2.32", "others@example.org");
  guint told = house_protocol->ended;

  browser_post (browser, "/account", "action=end-others");
  assert_page (browser, "/account?notice=others");
  g_assert_cmpuint (house_protocol->ended, ==, told + 2);
  browser_begin (one, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (one, "error=login_required");
  browser_begin (two, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (two, "error=login_required");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "fresh=0");
}

static void
test_profile (void)
{
  g_autofree char *id = user_make_with_password ("profile@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.33", "profile@example.org");
  g_autoptr (PosternUser) user = NULL;

  browser_get (browser, "/account/profile");
  assert_page (browser, "account-profile");
  browser_post (browser, "/account/profile", "name=%E2%80%AEevil"); /* turns the text around it */
  assert_page (browser, "account-profile");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "name");
  browser_post (browser, "/account/profile", "name=Pia&locale=de;q=1");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 400);
  browser_post (browser, "/account/profile", "name=Pia&appearance=dark%3B+Path");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 400);
  browser_post (browser, "/account/profile", "name=Pia+Profil&given_name=Pia&family_name=&locale=de&email=other@example.org&administrator=true");
  assert_page (browser, "/account?notice=profile");
  g_assert_cmpstr (g_hash_table_lookup (browser->cookies, "postern-language"), ==, "de");
  user = user_read (id);
  g_assert_cmpstr (postern_json_get_string (user->profile, "name"), ==, "Pia Profil");
  g_assert_cmpstr (postern_json_get_string (user->profile, "given_name"), ==, "Pia");
  g_assert_null (postern_json_get_string (user->profile, "family_name"));
  g_assert_cmpstr (postern_json_get_string (user->profile, "locale"), ==, "de");
  g_assert_cmpstr (user->email, ==, "profile@example.org"); /* nothing else is taken from the form */
  g_assert_false (user->administrator);
}

/* What was set in one browser counts where they sign in next; what another person left there does not. */
static void
test_look (void)
{
  g_autofree char *id = user_make_with_password ("look@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("look-too@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.71", "look@example.org");
  g_autoptr (Browser) next = browser_new ("192.0.2.72");
  g_autoptr (PosternUser) user = NULL;

  browser_post (browser, "/account/profile", "name=Look&locale=pt-BR&appearance=dark");
  g_assert_cmpstr (g_hash_table_lookup (browser->cookies, "postern-appearance"), ==, "dark");
  user = user_read (id);
  g_assert_cmpstr (user->appearance, ==, "dark");
  browser_get (next, "/account");
  browser_follow (next);
  g_assert_null (g_hash_table_lookup (next->cookies, "postern-appearance")); /* nobody is signed in yet */
  browser_sign_in (next, "look@example.org", PASSWORD);
  g_assert_cmpstr (g_hash_table_lookup (next->cookies, "postern-appearance"), ==, "dark");
  g_assert_cmpstr (g_hash_table_lookup (next->cookies, "postern-language"), ==, "pt-BR");
  browser_begin (next, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_submit (next, "action=other-identifier");
  browser_sign_in (next, "look-too@example.org", PASSWORD);
  g_assert_null (g_hash_table_lookup (next->cookies, "postern-appearance"));
  browser_post (browser, "/account/profile", "name=Look"); /* a form that does not say leaves it */
  g_assert_cmpstr (g_hash_table_lookup (browser->cookies, "postern-appearance"), ==, "dark");
  browser_post (browser, "/account/profile", "name=Look&appearance=system");
  g_assert_null (g_hash_table_lookup (browser->cookies, "postern-appearance"));
}

static gboolean
put_passkey (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternCredential) passkey = postern_credential_new ();

  passkey->id = postern_id_new ("crd");
  passkey->user_id = g_strdup (data);
  passkey->kind = g_strdup ("passkey");
  passkey->value = g_strdup (passkey->id);
  passkey->data = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'A key'>, 'kept': <'as it is'>}"));
  passkey->used_at = 7;
  return postern_credential_store_put (txn, passkey, error);
}

static gboolean
assert_passkey (PosternTxn *txn, gpointer data, GError **error)
{
  const char **wanted = data; /* the user's id, the name */
  g_autoptr (PosternCredential) passkey = postern_credential_store_find (txn, wanted[0], "passkey", error);

  g_assert_cmpstr (postern_json_get_string (passkey->data, "name"), ==, wanted[1]);
  g_assert_cmpstr (postern_json_get_string (passkey->data, "kept"), ==, "as it is");
  g_assert_cmpint (passkey->used_at, ==, 7);
  return TRUE;
}

static void
assert_passkey_name (const char *user_id, const char *name)
{
  const char *wanted[] = { user_id, name };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, assert_passkey, wanted, NULL));
}

static void
test_name (void)
{
  g_autofree char *id = user_make ("names@example.org", TRUE, NULL);
  g_autofree char *other = user_make_with_password ("names-too@example.org", TRUE);
  g_autofree char *password = first_credential (other);
  g_autoptr (Browser) browser = browser_new ("192.0.2.70");
  g_autoptr (Browser) stranger = browser_enter ("192.0.2.66", "names-too@example.org");
  g_autofree char *passkey = NULL;
  g_autofree char *url = NULL;
  g_autofree char *long_name = g_strnfill (300, 'a');
  const char *wrong[] = { "", "%20", "%E2%80%AEevil", "a%0Ab", "%07", "%FF", long_name };

  fixture_write (house_store, put_passkey, id);
  passkey = first_credential (id);
  url = g_strconcat ("/account/name/", passkey, NULL);
  browser_get (stranger, url); /* somebody else's */
  g_assert_cmpuint (postern_response_get_status (stranger->last), ==, 404);
  browser_post (stranger, url, "name=Mine");
  g_assert_cmpuint (postern_response_get_status (stranger->last), ==, 404);
  assert_passkey_name (id, "A key");
  browser_ask_code (browser, "names@example.org");
  browser_enter_newest (browser, "names@example.org");
  browser_get (browser, url);
  assert_page (browser, "account-name");
  g_assert_cmpstr (browser_model (browser, "name"), ==, "A key");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *body = g_strconcat ("name=", wrong[i], NULL);

    browser_post (browser, url, body);
    g_assert_null (postern_response_get_header (browser->last, "Location"));
    assert_passkey_name (id, "A key");
  }
  browser_post (browser, url, "name=+Key+ring+at+home+");
  assert_page (browser, "/account?notice=renamed");
  assert_passkey_name (id, "Key ring at home");
  g_free (url);
  url = g_strconcat ("/account/name/", password, NULL); /* a password has no name */
  browser_post (stranger, url, "name=Mine");
  g_assert_cmpuint (postern_response_get_status (stranger->last), ==, 404);
}

static void
test_activity (void)
{
  g_autofree char *id = user_make_with_password ("active@example.org", TRUE);
  g_autofree char *other = user_make_with_password ("quiet@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.34", "active@example.org");
  g_autoptr (Browser) quiet = browser_enter ("192.0.2.35", "quiet@example.org");
  g_autoptr (GVariant) rows = NULL;
  g_autoptr (GVariant) none = NULL;

  browser_post (browser, "/account/profile", "name=Active");
  browser_get (browser, "/account");
  rows = postern_json_get (postern_response_get_model (browser->last), "activity");
  g_assert_cmpuint (g_variant_n_children (rows), ==, 2); /* the sign-in and the change */
  browser_get (quiet, "/account");
  none = postern_json_get (postern_response_get_model (quiet->last), "activity");
  g_assert_cmpuint (g_variant_n_children (none), ==, 1); /* nothing of anybody else's */
}

static void
test_data (void)
{
  g_autofree char *id = user_make_with_password ("data@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.36", "data@example.org");
  g_autoptr (GVariant) model = NULL;
  g_autofree char *text = NULL;
  GBytes *body;

  browser_get (browser, "/account/data");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 200);
  g_assert_cmpstr (postern_response_get_header (browser->last, "Content-Disposition"), ==, "attachment; filename=\"account.json\"");
  body = postern_response_get_body (browser->last);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_nonnull (strstr (text, "data@example.org"));
  g_assert_nonnull (strstr (text, "\"password\"")); /* that there is one */
  g_assert_null (strstr (text, "argon2")); /* not what it is */
  g_assert_null (strstr (text, "secret"));
  fixture_write (house_store, sessions_age, id);
  browser_get (browser, "/account/data"); /* a browser that was left open gives nothing away */
  browser_follow (browser);
  assert_page (browser, "password");
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  house_has_messenger = TRUE;
  house_begin ();
  policy_set ("{\"codes_per_recipient\":1000}");
  g_test_add_func ("/account/remove", test_remove);
  g_test_add_func ("/account/remove-last", test_remove_last);
  g_test_add_func ("/account/task-wants-fresh", test_task_wants_fresh);
  g_test_add_func ("/account/task-comes-back", test_task_comes_back);
  g_test_add_func ("/account/email-change", test_email_change);
  g_test_add_func ("/account/email-proof", test_email_proof);
  g_test_add_func ("/account/email-link", test_email_link);
  g_test_add_func ("/account/email-taken", test_email_taken);
  g_test_add_func ("/account/email-race", test_email_race);
  g_test_add_func ("/account/email-purpose", test_email_purpose);
  g_test_add_func ("/account/email-ended", test_email_ended);
  g_test_add_func ("/account/email-recovered", test_email_recovered);
  g_test_add_func ("/account/email-other-person", test_email_other_person);
  g_test_add_func ("/account/email-wants-fresh", test_email_wants_fresh);
  g_test_add_func ("/account/email-old-codes", test_email_old_codes);
  g_test_add_func ("/account/email-limit", test_email_limit);
  g_test_add_func ("/account/phone", test_phone);
  g_test_add_func ("/account/end-others", test_end_others);
  g_test_add_func ("/account/profile", test_profile);
  g_test_add_func ("/account/look", test_look);
  g_test_add_func ("/account/name", test_name);
  g_test_add_func ("/account/activity", test_activity);
  g_test_add_func ("/account/data", test_data);
  failed = g_test_run ();
  house_end ();
  return failed;
}
