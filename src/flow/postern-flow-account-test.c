/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"
#include "postern-organization.h"
#include "postern-sign-in.h"
#include "postern-user-data-fixture.h"
#include "postern-user-data.h"

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
  assert_signed_out (elsewhere);
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
  assert_signed_out (one);
  assert_signed_out (two);
  assert_signed_in (browser);
  g_assert_cmpuint (post_count ("others@example.org", "security-notice", NULL), ==, 1);
  browser_post (browser, "/account", "action=end-others"); /* of nobody: who has this browser fills no mailbox by it */
  assert_page (browser, "/account?notice=others");
  g_assert_cmpuint (post_count ("others@example.org", "security-notice", NULL), ==, 1);
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
  g_assert_true (g_str_has_prefix (browser_page (browser), "/account/profile?kept="));
  browser_follow (browser);
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
    g_assert_true (g_str_has_prefix (browser_page (browser), url));
    browser_follow (browser);
    assert_page (browser, "account-name");
    g_assert_cmpstr (browser_model (browser, "error_field"), ==, "name");
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

/* --- more than the page holds ----------------------------------------------------------------------------------------- */

#define MANY 230

static gboolean
add_many (PosternTxn *txn, gpointer data, GError **error)
{
  const char *const amr[] = { "pwd", NULL };
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (house_tenant);

  for (guint i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf ("Org %u", i), *secret = NULL;
    g_autoptr (PosternOrganization) organization = postern_organization_make (name, NULL, 1, error);
    g_autoptr (PosternSession) session = postern_sign_in_new_session (policy, data, amr, g_get_real_time () / G_USEC_PER_SEC, &secret);

    if (!postern_organization_store_insert (txn, organization, error) || !postern_organization_join (txn, organization->id, data, POSTERN_MEMBER_INVITED, 1, NULL, error) ||
        !postern_session_store_insert (txn, session, error))
      return FALSE;
  }
  return TRUE;
}

/* How many there are in the list @name, from page to page; each once. */
static guint
count_pages (Browser *browser, const char *name, guint *pages)
{
  g_autofree char *member = g_strconcat (name, "_next_url", NULL), *path = g_strdup ("/account");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (*pages = 0; path != NULL; (*pages)++) {
    g_autoptr (GVariant) rows = NULL;
    const char *next;

    path[strcspn (path, "#")] = '\0'; /* as a browser sends it */
    browser_get (browser, path);
    assert_page (browser, "account");
    rows = postern_json_get (postern_response_get_model (browser->last), name);
    for (gsize i = 0; i < g_variant_n_children (rows); i++) {
      g_autoptr (GVariant) box = g_variant_get_child_value (rows, i), row = g_variant_get_variant (box);

      g_assert_true (g_hash_table_add (ids, g_strdup (postern_json_get_string (row, "id"))));
    }
    next = browser_model (browser, member);
    g_free (path);
    path = g_strdup (next ? strstr (next, "/account") : NULL);
  }
  return g_hash_table_size (ids);
}

static void
test_many (void)
{
  g_autofree char *id = user_make_with_password ("many@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.39", "many@example.org");
  guint pages;

  g_assert_cmpuint (count_pages (browser, "sessions", &pages), ==, 1);
  g_assert_cmpuint (pages, ==, 1);
  fixture_write (house_store, add_many, id);
  g_assert_cmpuint (count_pages (browser, "sessions", &pages), ==, MANY + 1);
  g_assert_cmpuint (pages, ==, 3);
  g_assert_cmpuint (count_pages (browser, "organizations", &pages), ==, MANY);
  g_assert_cmpuint (pages, ==, 3);
  browser_get (browser, "/account?sessions=org_1&organizations=%27--"); /* what is no place is the beginning */
  g_assert_nonnull (browser_model (browser, "sessions_next_url"));
  g_assert_nonnull (browser_model (browser, "organizations_next_url"));
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
  g_assert_nonnull (strstr (text, "\"consents\":["));
  g_assert_nonnull (strstr (text, "\"organizations\":["));
  g_assert_nonnull (strstr (text, "\"password\"")); /* that there is one */
  g_assert_null (strstr (text, "argon2")); /* not what it is */
  g_assert_null (strstr (text, "secret"));
  fixture_write (house_store, sessions_age, id);
  browser_get (browser, "/account/data"); /* a browser that was left open gives nothing away */
  browser_follow (browser);
  assert_page (browser, "password");
}

/* (transfer full): what the last answer gives away as a file of this name */
static GVariant *
take_file (Browser *browser, const char *name)
{
  g_autofree char *field = g_strdup_printf ("attachment; filename=\"%s\"", name);
  GBytes *body = postern_response_get_body (browser->last);

  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 200);
  g_assert_cmpstr (postern_response_get_header (browser->last, "Content-Disposition"), ==, field);
  return postern_json_parse_object (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), 16 * 1024 * 1024, NULL);
}

/* Who has more than one file holds is led from one to the next. */
static void
test_much_data (void)
{
  static const char *const wrong[] = { "/account/data?after=x", "/account/data?part=0", "/account/data?part=x&file=yes", "/account/data?after=sessions%3A%27--" };
  g_autofree char *id = user_make_with_password ("much@example.org", TRUE), *second_url = NULL, *file_url = NULL;
  g_autoptr (Browser) browser = browser_enter ("192.0.2.37", "much@example.org");
  g_autoptr (GVariant) first = NULL, second = NULL, here = NULL, there = NULL;

  fixture_write (house_store, user_data_fixture_act, &(UserDataFixture){ id, POSTERN_USER_DATA_ENTRIES });
  browser_get (browser, "/account/data");
  g_assert_cmpstr (browser_page (browser), ==, "account-data");
  second_url = g_strdup (strstr (browser_model (browser, "next_url"), "/account/data"));
  browser_get (browser, strstr (browser_model (browser, "file_url"), "/account/data"));
  first = take_file (browser, "account-1.json");
  browser_get (browser, second_url);
  g_assert_cmpstr (browser_page (browser), ==, "account-data");
  g_assert_null (browser_model (browser, "next_url"));
  file_url = g_strdup (strstr (browser_model (browser, "file_url"), "/account/data"));
  browser_get (browser, file_url);
  second = take_file (browser, "account-2.json");
  g_assert_null (postern_json_get (second, "next"));
  here = postern_json_get (first, "activity");
  there = postern_json_get (second, "activity");
  g_assert_cmpuint (g_variant_n_children (here) + g_variant_n_children (there), >=, POSTERN_USER_DATA_ENTRIES);
  g_assert_cmpuint (g_variant_n_children (there), <, 10);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    browser_get (browser, wrong[i]);
    g_assert_cmpuint (postern_response_get_status (browser->last), ==, 400);
  }
  fixture_write (house_store, sessions_age, id);
  browser_get (browser, file_url);
  browser_follow (browser);
  assert_page (browser, "password");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/account/remove", test_remove },
    { "/account/remove-last", test_remove_last },
    { "/account/task-wants-fresh", test_task_wants_fresh },
    { "/account/task-comes-back", test_task_comes_back },
    { "/account/end-others", test_end_others },
    { "/account/profile", test_profile },
    { "/account/look", test_look },
    { "/account/name", test_name },
    { "/account/activity", test_activity },
    { "/account/many", test_many },
    { "/account/data", test_data },
    { "/account/much-data", test_much_data },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = "{\"codes_per_recipient\":1000}" }, tests);
}
