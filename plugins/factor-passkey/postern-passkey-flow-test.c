/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-flow-fixture.h"

#include "postern-txn.h"

#define ALONE "factor:passkey"
#define SECOND "continue"

static void
test_alone (void)
{
  g_auto (Owner) ada = owner_make ("ada@passkey.example");
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *form = owner_answer (&ada, browser, ALONE);
  g_autofree char *user = NULL;

  browser_submit (browser, form);
  assert_answer (browser, "acr=2");
  user = browser_dup_part (browser, "user=");
  g_assert_cmpstr (user, ==, ada.id);
}

/* What is changed in a form that would be right: a member's name, and what stands there instead. */
static char *
change (const char *form, const char *name, const char *value)
{
  g_autofree char *key = g_strconcat ("&", name, "=", NULL);
  const char *at = strstr (form, key);
  const char *end;

  g_assert_nonnull (at);
  at += strlen (key);
  end = at + strcspn (at, "&");
  return g_strdup_printf ("%.*s%s%s", (int) (at - form), form, value, end);
}

/* A passkey that another program made for this host: its authenticator is told nothing. */
static void
test_foreign (void)
{
  g_auto (Owner) gil = owner_make ("gil@passkey.example");
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *form = owner_answer (&gil, browser, ALONE);
  g_autofree char *other = change (form, "credential", "cGtfdW5rbm93bg");
  g_autofree char *changed = change (other, "user_handle", "c29tZWJvZHktZWxzZQ");

  browser_submit (browser, changed);
  assert_logged ("unknown credential");
  g_assert_null (browser_model (browser, "passkey_unknown"));
}

/* Wrong, foreign, old and replayed: the page is the same, and only the log knows which it was. */
static void
test_refused (void)
{
  static const struct {
    const char *member, *value, *check;
  } rows[] = {
    { "credential", "cGtfdW5rbm93bg", "unknown credential" }, { "user_handle", "dXNyX3NvbWVib2R5", "userHandle" },
    { "user_handle", "", "userHandle" },                      { "signature", "AAAA", "signature" },
    { "client_data", "e30", "type" },                         { "client_data", "", "clientDataJSON" },
    { "auth_data", "AAAA", "authData" },                      { NULL, NULL, "challenge" },
  };
  g_auto (Owner) bob = owner_make ("bob@passkey.example");
  g_autofree char *page = NULL;
  g_autofree char *used = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Browser) browser = browser_at_start ();
    g_autofree char *form = owner_answer (&bob, browser, ALONE);
    g_autofree char *changed = rows[i].member ? change (form, rows[i].member, rows[i].value) : g_strdup (used);

    browser_submit (browser, changed);
    assert_page (browser, "identifier");
    assert_logged (rows[i].check);
    g_assert_cmpstr (browser_model (browser, "passkey_unknown"), ==, i == 0 ? rows[i].value : NULL); /* only of what nobody has */
    if (page)
      g_assert_cmpstr (browser_model (browser, "error_message"), ==, page);
    else
      page = g_strdup (browser_model (browser, "error_message"));
    g_assert_nonnull (page);
    g_free (used); /* right, but for another page: next it is the one that is sent */
    used = g_steal_pointer (&form);
  }
}

static void
refused_alone (Owner *owner, const char *check)
{
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *form = owner_answer (owner, browser, ALONE);

  browser_submit (browser, form);
  assert_page (browser, "identifier");
  assert_logged (check);
}

static void
taken_alone (Owner *owner)
{
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *form = owner_answer (owner, browser, ALONE);

  browser_submit (browser, form);
  assert_answer (browser, "acr=2");
}

/* A copy of the key counts from where it was copied; one that is not kept elsewhere does not become one that is. */
static void
test_copied (void)
{
  g_auto (Owner) max = owner_make ("max@passkey.example");

  max.maker->counter = 6;
  taken_alone (&max);
  max.maker->counter = 6; /* 7 again */
  refused_alone (&max, "counter");
  max.maker->counter = 3;
  refused_alone (&max, "counter");
  max.maker->counter = G_MAXUINT32; /* counts on to 0 */
  refused_alone (&max, "counter");
  max.maker->counter = 7;
  max.maker->flags |= POSTERN_PASSKEY_FLAG_BE;
  refused_alone (&max, "flag BE");
  max.maker->flags &= (guint8) ~POSTERN_PASSKEY_FLAG_BE;
  taken_alone (&max);
}

static Browser *
browser_at_second (Owner *owner)
{
  Browser *browser = browser_at_start ();

  browser_sign_in (browser, owner->email, PASSWORD);
  assert_page (browser, "passkey");
  return browser;
}

static void
test_second (void)
{
  g_auto (Owner) cid = owner_make ("cid@passkey.example");
  g_auto (Owner) dan = owner_make ("dan@passkey.example");
  g_autoptr (Browser) browser = browser_at_second (&cid);
  g_autofree char *foreign = owner_answer (&dan, browser, SECOND);
  g_autofree char *wrong = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *right = NULL;
  g_autofree char *message = NULL;

  browser_submit (browser, foreign);
  assert_page (browser, "passkey");
  assert_logged ("userHandle");
  g_assert_null (browser_model (browser, "passkey_unknown"));
  message = g_strdup (browser_model (browser, "error_message"));
  wrong = owner_answer (&cid, browser, SECOND);
  unknown = change (wrong, "credential", "cGtfdW5rbm93bg");
  browser_submit (browser, unknown);
  assert_page (browser, "passkey");
  assert_logged ("unknown credential");
  g_assert_cmpstr (browser_model (browser, "passkey_unknown"), ==, "cGtfdW5rbm93bg");
  g_assert_cmpstr (browser_model (browser, "error_message"), ==, message);
  right = owner_answer (&cid, browser, SECOND);
  browser_submit (browser, right);
  assert_answer (browser, "acr=2");
}

/* --- made by the browser itself ------------------------------------------------------------------------------------------------ */

static Browser *
browser_at_account (Owner *owner)
{
  Browser *browser = browser_new ("192.0.2.3");

  browser_get (browser, "/account");
  browser_follow (browser);
  browser_sign_in (browser, owner->email, PASSWORD);
  browser_follow (browser);
  assert_page (browser, "account");
  return browser;
}

/* Nobody touched anything: that is taken there, and nowhere else. */
static void
test_unattended (void)
{
  g_auto (Owner) hal = owner_make_without ("hal@passkey.example");
  g_autoptr (Browser) browser = browser_at_account (&hal);
  g_autoptr (Browser) elsewhere = browser_at_account (&hal);
  g_autoptr (Browser) later = NULL;
  g_autofree char *attended = NULL;
  g_autofree char *told = NULL;
  g_autofree char *form = NULL;
  g_autofree char *answer = NULL;

  g_assert_cmpstr (browser_model (browser, "upgrade_url"), ==, ISSUER "/account/change/upgrade-passkey");
  hal.maker->flags = 0;
  browser_get (browser, "/account/change/add-passkey");
  browser_follow (browser);
  attended = owner_create (&hal, browser);
  browser_submit (browser, attended);
  assert_page (browser, "passkey-set-up");
  assert_logged ("flag UP");
  browser_get (browser, "/account/change/upgrade-passkey");
  browser_follow (browser);
  form = owner_create (&hal, browser);
  browser_submit (browser, form);
  assert_page (browser, "account");
  g_assert_cmpstr (browser_model (browser, "notice"), ==, "It is set up.");
  g_assert_null (browser_model (browser, "upgrade_url"));
  told = post_get (hal.email, "notice");
  g_assert_cmpstr (told, ==, "A passkey was added to your account.");
  browser_get (elsewhere, "/account"); /* nobody is signed out by it */
  assert_page (elsewhere, "account");
  later = browser_at_account (&hal); /* nor asked for it */
  g_free (hal.credential);
  hal.credential = g_strdup ("Y3JlZA");
  browser_begin (later, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  answer = owner_answer (&hal, later, ALONE);
  browser_submit (later, answer);
  assert_page (later, "identifier");
  assert_logged ("flag UP"); /* who signs in must be there */
  hal.maker->flags = POSTERN_PASSKEY_FLAG_UP | POSTERN_PASSKEY_FLAG_UV;
  g_free (answer);
  answer = owner_answer (&hal, later, ALONE);
  browser_submit (later, answer);
  assert_answer (later, "acr=2");
}

static gboolean
put_many (PosternTxn *txn, gpointer data, GError **error)
{
  Owner *self = data;

  for (guint i = 1; i < 32; i++) {
    Owner other = *self;
    g_autofree char *credential = postern_id_new ("pk");

    other.credential = credential;
    if (!put_passkey (txn, &other, error))
      return FALSE;
  }
  return TRUE;
}

/* As many as anybody has devices, and no more. */
static void
test_most (void)
{
  g_auto (Owner) kay = owner_make ("kay@passkey.example");
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *answer = owner_answer (&kay, browser, ALONE), *form = NULL;

  fixture_write (house_store, put_many, &kay);
  browser_submit (browser, answer);
  browser_get (browser, "/account/change/add-passkey");
  browser_follow (browser);
  form = owner_create (&kay, browser);
  browser_submit (browser, form);
  assert_page (browser, "passkey-set-up");
  assert_logged ("too many of one person");
}

/* Only who has just come in by a password, and has none. */
static void
test_upgrade (void)
{
  g_auto (Owner) ivy = owner_make ("ivy@passkey.example");
  g_auto (Owner) jan = owner_make_without ("jan@passkey.example");
  g_autoptr (Browser) with = browser_at_start ();
  g_autoptr (Browser) old = browser_at_account (&jan);
  g_autofree char *form = owner_answer (&ivy, with, ALONE);

  browser_submit (with, form);
  browser_get (with, "/account");
  assert_page (with, "account");
  g_assert_null (browser_model (with, "upgrade_url"));
  fixture_write (house_store, sessions_age, jan.id);
  browser_get (old, "/account");
  assert_page (old, "account");
  g_assert_null (browser_model (old, "upgrade_url"));
  browser_get (old, "/account/change/upgrade-passkey");
  browser_follow (old);
  assert_page (old, "password"); /* to sign in again first */
}

/* --- where it was asked for --------------------------------------------------------------------------------------------------- */

/* Of the sites that are named, and of no other, however it looks. */
static void
test_origins (void)
{
  static const struct {
    const char *origin, *more, *check; /* check: (nullable): it is taken */
  } rows[] = {
    { "https://shop.example", "", NULL },
    { "https://shop.example:8443", "", NULL },
    { ISSUER, "", NULL },
    { "https://shop.example:443", "", "origin" },
    { "https://shop.example:9443", "", "origin" },
    { "https://SHOP.example", "", "origin" },
    { "https://shop.example/", "", "origin" },
    { "http://shop.example", "", "origin" },
    { "https://www.shop.example", "", "origin" },
    { "https://shop.example.evil.example", "", "origin" },
    { "https://evil.example", "", "origin" },
    { "null", "", "origin" },
    { "", "", "origin" },
    { ISSUER, ",\"crossOrigin\":true,\"topOrigin\":\"https://portal.example\"", NULL },
    { ISSUER, ",\"crossOrigin\":true,\"topOrigin\":\"https://shop.example\"", "topOrigin" },
    { ISSUER, ",\"crossOrigin\":true,\"topOrigin\":\"https://portal.example.evil.example\"", "topOrigin" },
    { ISSUER, ",\"crossOrigin\":true,\"topOrigin\":null", "topOrigin" },
    { ISSUER, ",\"crossOrigin\":false,\"topOrigin\":\"https://portal.example\"", "topOrigin" },
    { ISSUER, ",\"topOrigin\":\"https://portal.example\"", "topOrigin" },
    { "https://evil.example", ",\"crossOrigin\":true,\"topOrigin\":\"https://portal.example\"", "origin" },
  };
  g_auto (Owner) fay = owner_make ("fay@passkey.example");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Browser) browser = browser_at_start ();
    g_autofree char *form = NULL;

    fay.maker->origin = rows[i].origin;
    fay.maker->more = rows[i].more;
    form = owner_answer (&fay, browser, ALONE);
    browser_submit (browser, form);
    if (rows[i].check == NULL) {
      assert_answer (browser, "acr=2");
      continue;
    }
    assert_page (browser, "identifier");
    assert_logged (rows[i].check);
  }
}

#define RELATED "{\"origins\":[\"https://shop.example\",\"https://shop.example:8443\"]}"

static void
test_related (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  GBytes *body;

  browser_get (browser, "/.well-known/webauthn");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 200);
  body = postern_response_get_body (browser->last);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), RELATED, strlen (RELATED));
}

static void
test_settings (void)
{
  static const char *const names[] = { "origins", "top-origins" };
  static const char *const wrong[] = { "http://a.example",     "https://a.example/", "https://a.example:443", "https://A.example", "https://u@a.example",
                                       "https://a.example?q",  "https://a.example#f", "a.example",            "*",                 "https://*.a.example",
                                       "https://b.example https://", "android:apk-key-hash:AAAA", "https://a.example:0x1", "https://ä.example" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong) * G_N_ELEMENTS (names); i++) {
    g_autoptr (PosternInstance) factor = g_object_new (POSTERN_TYPE_FACTOR_PASSKEY, NULL);
    GVariant *values = g_variant_new_parsed ("{%s: %s}", names[i % G_N_ELEMENTS (names)], wrong[i / G_N_ELEMENTS (names)]);
    g_autoptr (PosternSettings) settings = postern_settings_new (values, NULL);
    g_autoptr (GError) error = NULL;

    postern_instance_set_identity (factor, "passkey", "passkey", "Passkey", NULL, settings);
    g_assert_false (postern_instance_configure (factor, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

/* --- how often it writes ------------------------------------------------------------------------------------------------------ */

static guint32
read_number (const char *bytes)
{
  guint32 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT32_FROM_BE (number);
}

/* Transactions in SQLite's log: a frame that ends one says how large the database is then. What was written before the log began anew has other salts. */
static guint
count_writes (void)
{
  g_autofree char *path = g_build_filename (fixture_location, "default", "lasting.db-wal", NULL);
  g_autofree char *log = NULL;
  gsize length, step;
  guint count = 0;

  g_assert_true (g_file_get_contents (path, &log, &length, NULL));
  g_assert_cmpuint (length, >, 32);
  step = 24 + read_number (log + 8);
  for (gsize at = 32; at + step <= length && memcmp (log + at + 8, log + 16, 8) == 0; at += step)
    count += read_number (log + at + 4) != 0;
  return count;
}

/* The passkey's count, and the session. */
static void
test_writes (void)
{
  g_auto (Owner) kim = owner_make ("kim@passkey.example");
  g_autoptr (Browser) browser = browser_at_start ();
  g_autofree char *form = owner_answer (&kim, browser, ALONE);
  guint before = count_writes (), writes;

  browser_submit (browser, form);
  assert_answer (browser, "acr=2");
  writes = count_writes () - before;
  g_test_message ("A sign-in by passkey writes %u times", writes);
  g_assert_cmpuint (writes, >, 0);
  g_assert_cmpuint (writes, <=, 2);
}

/* --- a database that fails -------------------------------------------------------------------------------------------------- */

static gboolean
run (PosternTxn *txn, gpointer sql, GError **error)
{
  return postern_txn_run (txn, sql, NULL, 0, error);
}

static gboolean
count_failed (PosternTxn *txn, gpointer count, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, 1000, error);

  for (guint i = 0; entries && i < entries->len; i++)
    *(guint *) count += g_str_equal (((PosternAudit *) entries->pdata[i])->event, "sign-in.failed");
  return entries != NULL;
}

/* It is a failure of ours, not of whoever answered right; and no wrong answer is written down. */
static void
test_database (void)
{
  g_auto (Owner) eve = owner_make ("eve@passkey.example");
  g_autoptr (Browser) alone = browser_at_start ();
  g_autoptr (Browser) second = browser_at_second (&eve);
  g_autofree char *first_form = owner_answer (&eve, alone, ALONE);
  g_autofree char *second_form = owner_answer (&eve, second, SECOND);
  guint before = 0, after = 0;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, count_failed, &before, NULL));
  fixture_write (house_store, run, "CREATE TRIGGER broken BEFORE UPDATE ON credentials BEGIN SELECT RAISE (ABORT, 'broken'); END");
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*at stage authenticate: *broken");
  browser_submit (alone, first_form);
  assert_answer (alone, "error=server_error");
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*at stage factor: *broken");
  browser_submit (second, second_form);
  assert_answer (second, "error=server_error");
  g_test_assert_expected_messages ();
  fixture_write (house_store, run, "DROP TRIGGER broken");
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, count_failed, &after, NULL));
  g_assert_cmpuint (after, ==, before);
}

/* Nobody guesses a passkey, so nobody is kept from trying; but a stranger who sends rubbish all day writes no more rows than who guesses. */
static void
test_flood (void)
{
  static const char *const addresses[] = { "2001:db8::1", "2001:db8::2" }; /* one customer's */
  g_auto (Owner) flo = owner_make ("flo@passkey.example");
  g_autoptr (Browser) browser = NULL;
  g_autofree char *right = NULL;
  guint before = 0, after = 0, later = 0;

  policy_set ("{\"guesses_per_address\":5}");
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, count_failed, &before, NULL));
  for (guint i = 0; i < 10; i++) {
    g_autoptr (Browser) stranger = browser_at_start_from (i < 9 ? addresses[i % 2] : "198.51.100.67");
    g_autofree char *form = owner_answer (&flo, stranger, ALONE);
    g_autofree char *wrong = change (form, "signature", "AAAA");

    browser_submit (stranger, wrong);
    assert_page (stranger, "identifier");
  }
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, count_failed, &after, NULL));
  g_assert_cmpuint (after - before, ==, 5 + 1);
  browser = browser_at_start_from (addresses[0]);
  right = owner_answer (&flo, browser, ALONE);
  browser_submit (browser, right);
  assert_answer (browser, "acr=2");
  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, count_failed, &later, NULL));
  g_assert_cmpuint (later, ==, after);
  policy_set ("{}");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  passkey_begin (g_variant_new_parsed ("@a{ss} {'origins': 'https://shop.example https://shop.example:8443', 'top-origins': 'https://portal.example'}"));
  g_test_add_func ("/passkey-flow/alone", test_alone);
  g_test_add_func ("/passkey-flow/refused", test_refused);
  g_test_add_func ("/passkey-flow/foreign", test_foreign);
  g_test_add_func ("/passkey-flow/copied", test_copied);
  g_test_add_func ("/passkey-flow/most", test_most);
  g_test_add_func ("/passkey-flow/second", test_second);
  g_test_add_func ("/passkey-flow/unattended", test_unattended);
  g_test_add_func ("/passkey-flow/upgrade", test_upgrade);
  g_test_add_func ("/passkey-flow/origins", test_origins);
  g_test_add_func ("/passkey-flow/related", test_related);
  g_test_add_func ("/passkey-flow/settings", test_settings);
  g_test_add_func ("/passkey-flow/writes", test_writes);
  g_test_add_func ("/passkey-flow/database", test_database);
  g_test_add_func ("/passkey-flow/flood", test_flood);
  status = g_test_run ();
  return passkey_end (status);
}
