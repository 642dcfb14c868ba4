/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

#include "postern-factor-passkey.h"
#include "postern-jwk.h"
#include "postern-passkey-maker.h"

/* Every change of how somebody signs in is told by mail: at the old address and at the new one. (What administrators change: src/api/postern-api-notice-test.c.) */

#define POLICY(rule) "{\"second_factor\":\"" rule "\",\"sms_code_enabled\":true,\"codes_per_recipient\":1000,\"guesses_per_account\":1000}"
#define MOVED "moved@notice.example"
#define LINKED "Another way to sign in to your account was connected."
#define REMOVED "A way to sign in to your account was removed."

typedef struct {
  const char *email; /* of the row */
  char *id;
  Browser *browser;
} Case;

/* --- people ------------------------------------------------------------------------------------------------------------------ */

static gboolean
put_credential (PosternTxn *txn, gpointer data, GError **error)
{
  const char *const *words = data; /* user, kind, value */
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (words[0]);
  credential->kind = g_strdup (words[1]);
  credential->value = g_strdup (words[2]);
  credential->data = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'name': <'A key'>}"));
  return postern_credential_store_put (txn, credential, error);
}

typedef struct {
  const char *user_id, *kind;
  char *id;
} Find;

static gboolean
find_credential (PosternTxn *txn, gpointer data, GError **error)
{
  Find *find = data;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, find->user_id, find->kind, error);

  g_free (find->id);
  find->id = credential ? g_strdup (credential->id) : NULL;
  return credential != NULL;
}

static char *
credential_of (const char *user_id, const char *kind)
{
  Find find = { user_id, kind, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_credential, &find, NULL));
  return find.id;
}

static void
with_password (Case *it)
{
  it->id = user_make_with_password (it->email, TRUE);
  it->browser = browser_enter ("192.0.2.1", it->email);
}

static void
begin (Case *it, const char *task)
{
  g_autofree char *url = g_strconcat ("/account/change/", task, NULL);

  browser_get (it->browser, url);
  browser_follow (it->browser);
}

static void
press (Case *it, const char *button, const char *id)
{
  g_autofree char *body = g_strconcat ("action=", button, id, NULL);

  browser_post (it->browser, "/account", body);
  g_assert_cmpuint (postern_response_get_status (it->browser->last), ==, 303);
}

/* --- the changes ---------------------------------------------------------------------------------------------------------------- */

static void
change_password (Case *it)
{
  with_password (it);
  begin (it, "change-password");
  browser_submit (it->browser, "action=continue&current_password=" PASSWORD "&password=" NEW_PASSWORD);
}

static void
set_password (Case *it)
{
  it->id = user_make (it->email, TRUE, NULL);
  it->browser = browser_new ("192.0.2.1");
  browser_begin (it->browser, application_flow (APP_FIRST, 0));
  browser_ask_code (it->browser, it->email);
  browser_enter_newest (it->browser, it->email);
  begin (it, "change-password");
  browser_submit (it->browser, "action=continue&password=" NEW_PASSWORD);
}

static void
recover (Case *it)
{
  it->id = user_make_with_password (it->email, TRUE);
  it->browser = browser_new ("192.0.2.1");
  browser_recover (it->browser, it->email);
}

static void
prove (Case *it, const char *task, const char *address)
{
  g_autofree char *escaped = g_uri_escape_string (address, NULL, FALSE);
  g_autofree char *body = g_strconcat ("action=continue&address=", escaped, NULL);

  begin (it, task);
  assert_page (it->browser, "address");
  browser_submit (it->browser, body);
  browser_enter_newest (it->browser, address);
}

static void
change_email (Case *it)
{
  with_password (it);
  prove (it, "email", MOVED);
}

static void
add_email (Case *it)
{
  it->browser = browser_new ("192.0.2.1");
  browser_begin (it->browser, application_flow (APP_FIRST, 0));
  browser_press_provider (it->browser, "nameless");
  it->id = browser_dup_part (it->browser, "user=");
  prove (it, "email", it->email);
}

static void
prove_email (Case *it)
{
  it->id = user_make_with_password (it->email, FALSE);
  it->browser = browser_enter ("192.0.2.1", it->email);
  prove (it, "email", it->email);
}

static void
change_phone (Case *it)
{
  with_password (it);
  prove (it, "phone", "+49305550199");
}

static void
remove_phone (Case *it)
{
  it->id = user_make (it->email, TRUE, "+49305550198");
  it->browser = browser_new ("192.0.2.1");
  browser_ask_code (it->browser, it->email);
  browser_enter_newest (it->browser, it->email);
  press (it, "remove:phone", "");
}

static void
add_passkey (Case *it)
{
  g_autoptr (PosternPasskeyMaker) maker = postern_passkey_maker_new (FALSE);
  g_autofree char *challenge = NULL;
  g_autofree char *client = NULL;
  g_autofree char *object = NULL;
  g_autofree char *body = NULL;

  with_password (it);
  begin (it, "add-passkey");
  assert_page (it->browser, "passkey-set-up");
  challenge = g_strdup (browser_model (it->browser, "passkey_challenge"));
  maker->challenge = challenge;
  maker->rp_id = "id.example";
  maker->origin = ISSUER;
  postern_passkey_maker_make (maker, "none", "");
  client = postern_base64url_encode (maker->client->data, maker->client->len);
  object = postern_base64url_encode (maker->object->data, maker->object->len);
  body = g_strdup_printf ("action=continue&client_data=%s&attestation=%s", client, object);
  browser_submit (it->browser, body);
}

static void
with_passkey (Case *it)
{
  const char *words[3];

  with_password (it);
  words[0] = it->id;
  words[1] = POSTERN_PASSKEY_KIND;
  words[2] = it->email; /* one of its own */
  fixture_write (house_store, put_credential, words);
}

static void
rename_passkey (Case *it)
{
  g_autofree char *id = NULL;
  g_autofree char *url = NULL;

  with_passkey (it);
  id = credential_of (it->id, POSTERN_PASSKEY_KIND);
  url = g_strconcat ("/account/name/", id, NULL);
  browser_post (it->browser, url, "name=Ring");
  assert_page (it->browser, "/account?notice=renamed");
}

static void
remove_passkey (Case *it)
{
  g_autofree char *id = NULL;

  with_passkey (it);
  id = credential_of (it->id, POSTERN_PASSKEY_KIND);
  press (it, "remove:", id);
}

static void
add_app (Case *it)
{
  g_auto (Person) person = { NULL, it->email };

  with_password (it);
  begin (it, "add-totp");
  read_seed (it->browser, &person);
  enter_code_of (it->browser, &person, 0, NULL);
}

static void
remove_app (Case *it)
{
  g_auto (Person) person = person_make (it->email, TRUE);
  g_autofree char *id = credential_of (person.id, POSTERN_TOTP_KIND);

  it->browser = browser_enter ("192.0.2.1", it->email); /* nobody is asked for it under this policy */
  press (it, "remove:", id);
}

static void
make_codes (Case *it)
{
  with_password (it);
  begin (it, "new-recovery-codes");
  assert_page (it->browser, "recovery-codes");
  browser_submit (it->browser, "action=continue");
}

static void
use_code (Case *it)
{
  g_autofree char *code = NULL;
  g_autofree char *body = NULL;

  add_app (it);
  code = first_code (it->browser);
  browser_submit (it->browser, "action=continue");
  policy_set (POLICY ("optional"));
  browser_free (it->browser);
  it->browser = browser_to_totp ("192.0.2.2", it->email);
  browser_submit (it->browser, "action=other-factor");
  browser_submit (it->browser, "action=second:recovery-code");
  body = g_strconcat ("action=continue&code=", code, NULL);
  browser_submit (it->browser, body);
  assert_answer (it->browser, "acr=2");
}

static void
link_provider (Case *it)
{
  with_password (it);
  press (it, "link:away", "");
  browser_come_back (it->browser, it->email);
}

static gboolean
find_identity (PosternTxn *txn, gpointer data, GError **error)
{
  Find *find = data;
  g_autoptr (GPtrArray) identities = postern_identity_store_list (txn, find->user_id, error);

  g_assert_true (identities && identities->len == 1);
  find->id = g_strdup (((PosternIdentity *) identities->pdata[0])->id);
  return TRUE;
}

static void
unlink_provider (Case *it)
{
  Find find = { NULL, NULL, NULL };

  link_provider (it);
  find.user_id = it->id;
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, find_identity, &find, NULL));
  press (it, "unlink:", find.id);
  g_free (find.id);
}

/* The person shows one of the factors while the administrator's word waits. */
static void
cancel_reset (Case *it)
{
  g_auto (Person) person = person_make (it->email, TRUE);

  policy_set (POLICY ("optional"));
  person_ask_for_reset (&person, now () - 3600);
  it->browser = browser_to_totp ("192.0.2.1", it->email);
  enter_code_of (it->browser, &person, 0, NULL);
}

static void
wait_for_reset (Case *it)
{
  g_auto (Person) person = person_make (it->email, TRUE);

  policy_set (POLICY ("optional"));
  person_ask_for_reset (&person, now () - 25 * 3600);
  it->browser = browser_enter ("192.0.2.1", it->email);
}

static void
ask_for_deletion (Case *it)
{
  with_password (it);
  browser_post (it->browser, "/account/delete", "action=delete");
}

static void
keep_account (Case *it)
{
  ask_for_deletion (it);
  browser_free (it->browser);
  it->browser = browser_enter ("192.0.2.1", it->email);
  press (it, "keep", "");
}

static void
sign_out_elsewhere (Case *it)
{
  g_autoptr (Browser) other = NULL;

  with_password (it);
  other = browser_enter ("192.0.2.2", it->email);
  press (it, "end-others", "");
}

/* --- all of them ------------------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *email;
  void (*change) (Case *it);
  const char *notice;
  guint elsewhere; /* mails to the other address */
} rows[] = {
  { "password@notice.example", change_password, "Your password was changed.", 0 },
  { "no-password@notice.example", set_password, "Your password was changed.", 0 },
  { "recovery@notice.example", recover, "A new password was set with a code", 0 },
  { "email@notice.example", change_email, "The e-mail address of your account was changed", 1 },
  { "email-added@notice.example", add_email, LINKED, 0 },
  { "email-proved@notice.example", prove_email, LINKED, 0 },
  { "phone@notice.example", change_phone, "The telephone number of your account was changed.", 0 },
  { "phone-removed@notice.example", remove_phone, "The telephone number was removed from your account.", 0 },
  { "passkey@notice.example", add_passkey, "A passkey was added to your account.", 0 },
  { "passkey-named@notice.example", rename_passkey, "A passkey of your account was given another name.", 0 },
  { "passkey-removed@notice.example", remove_passkey, REMOVED, 0 },
  { "app@notice.example", add_app, "An app that makes codes for signing in was added", 0 },
  { "app-removed@notice.example", remove_app, REMOVED, 0 },
  { "codes@notice.example", make_codes, "New recovery codes were made for your account.", 0 },
  { "codes-used@notice.example", use_code, "A recovery code was used to sign in to your account.", 0 },
  { "linked@notice.example", link_provider, LINKED, 0 },
  { "unlinked@notice.example", unlink_provider, "A way to sign in to your account was disconnected.", 0 },
  { "reset-cancelled@notice.example", cancel_reset, "nobody will remove them from your account", 0 },
  { "reset@notice.example", wait_for_reset, "The second factors were removed from your account", 0 },
  { "deletion@notice.example", ask_for_deletion, "Your account is going to be deleted in a few days", 0 },
  { "kept@notice.example", keep_account, "Your account is kept.", 0 },
  { "others@notice.example", sign_out_elsewhere, "You are signed out everywhere else.", 0 },
};

static void
test_change (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Case it = { .email = rows[i].email };
  guint elsewhere = fixture_count_letters (house_store, MOVED, rows[i].notice);

  settle ();
  policy_set (POLICY ("off"));
  g_assert_cmpuint (fixture_count_letters (house_store, it.email, rows[i].notice), ==, 0);
  rows[i].change (&it);
  g_assert_cmpuint (fixture_count_letters (house_store, it.email, rows[i].notice), ==, 1);
  g_assert_cmpuint (fixture_count_letters (house_store, MOVED, rows[i].notice) - elsewhere, ==, rows[i].elsewhere);
  g_clear_pointer (&it.id, g_free);
  g_clear_pointer (&it.browser, browser_free);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  house_begin (TRUE);
  house_adopt (POSTERN_TYPE_FACTOR_PASSKEY, "passkey", "Passkey", g_variant_new_parsed ("@a{ss} {}"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/notice/%.*s", (int) strcspn (rows[i].email, "@"), rows[i].email);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_change);
  }
  failed = g_test_run ();
  house_end ();
  return failed;
}
