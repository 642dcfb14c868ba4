/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-fixture.h"

#include "postern-geoip-fixture.h"

/*
 * What is unusual about a sign-in: what comes of it, and that nobody but the person learns of it. Attacks first: whoever has a
 * stolen password, or none.
 */

#define BERLIN "192.0.2.1"
#define SYDNEY "198.51.100.1"
#define SIX_WRONG 6 /* more than half of ten */

static void
guess (Browser *browser, const char *email, const char *password)
{
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  if (g_str_equal (browser_page (browser), "password")) { /* who is signed in here already is asked for no name */
    browser_confirm (browser, email, password);
    return;
  }
  browser_sign_in (browser, email, password);
}

typedef struct {
  const char *event;
  guint count;
  char *risks; /* of the newest; (nullable) */
} Entries;

static gboolean
read_entries (PosternTxn *txn, gpointer data, GError **error)
{
  Entries *it = data;
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, 10000, error);

  for (guint i = 0; entries && i < entries->len; i++) {
    PosternAudit *entry = g_ptr_array_index (entries, i);

    if (!g_str_equal (entry->event, it->event))
      continue;
    it->count++;
    g_free (it->risks);
    it->risks = g_strdup (postern_json_get_string (entry->data, "risks"));
  }
  return entries != NULL;
}

/* How often @event was kept; @risks: what the newest says. */
static guint
count_entries (const char *event, const char *risks)
{
  Entries it = { event, 0, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_entries, &it, NULL));
  g_assert_cmpstr (it.risks, ==, risks);
  g_free (it.risks);
  return it.count;
}

static guint
count_letters (const char *email)
{
  return post_count (email, "new-sign-in", NULL);
}

/* Told once a browser, not for the first of all, and never to an address that is not proved. */
static void
test_new_device (void)
{
  g_autofree char *user = user_make_with_password ("nora@risk.example", TRUE);
  g_autofree char *unproved = user_make_with_password ("unproved@risk.example", FALSE);
  g_autoptr (Browser) first = browser_new ("192.0.2.20");
  g_autoptr (Browser) other = browser_new ("192.0.2.21");
  g_autoptr (Browser) third = browser_new ("192.0.2.31");
  g_autoptr (Browser) fourth = browser_new ("192.0.2.32");
  g_autoptr (GVariant) model = NULL;

  guess (first, "nora@risk.example", PASSWORD);
  assert_answer (first, "fresh=1");
  g_assert_cmpuint (count_letters ("nora@risk.example"), ==, 0);
  count_entries ("sign-in.succeeded", NULL);
  guess (other, "nora@risk.example", PASSWORD);
  assert_answer (other, "fresh=1");
  count_entries ("sign-in.succeeded", "new-device");
  g_assert_cmpuint (post_count ("nora@risk.example", "new-sign-in", &model), ==, 1);
  g_assert_cmpstr (postern_json_get_string (model, "address"), ==, "192.0.2.21");
  guess (other, "nora@risk.example", PASSWORD);
  guess (first, "nora@risk.example", PASSWORD);
  g_assert_cmpuint (count_letters ("nora@risk.example"), ==, 1);
  count_entries ("sign-in.succeeded", NULL);
  guess (third, "unproved@risk.example", PASSWORD);
  guess (fourth, "unproved@risk.example", PASSWORD);
  count_entries ("sign-in.succeeded", "new-device");
  g_assert_cmpuint (count_letters ("unproved@risk.example"), ==, 0);
}

static gboolean
put_device (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_device_store_put (txn, "elsewhere", data, now (), error);
}

/* What a stranger sees must not tell who has an account, however strict the policy. */
static void
test_stranger (void)
{
  static const char strict[] = "{\"risk_new_device\":\"refuse\",\"risk_many_failures\":\"refuse\",\"risk_new_country\":\"refuse\"}";
  g_autofree char *user = user_make_with_password ("olaf@risk.example", TRUE);
  const char *names[] = { "olaf@risk.example", "nobody@risk.example" };
  g_autofree char *shown = NULL;

  fixture_write (house_store, put_device, user);
  policy_set (strict);
  for (guint round = 0; round < 12; round++) /* over the half, and over the whole */
    for (guint i = 0; i < 2; i++) {
      g_autoptr (Browser) stranger = browser_new (i ? "198.51.100.22" : "198.51.100.23");
      g_autofree char *words = NULL;

      guess (stranger, names[i], "guess");
      assert_page (stranger, "password");
      words = g_strdup_printf ("%u %s", postern_response_get_status (stranger->last), browser_model (stranger, "error_message"));
      if (i == 1)
        g_assert_cmpstr (words, ==, shown);
      g_free (shown);
      shown = g_steal_pointer (&words);
    }
  g_assert_cmpuint (count_letters (names[0]), ==, 0);
  g_assert_cmpuint (count_letters (names[1]), ==, 0);
  g_assert_cmpuint (count_entries ("sign-in.refused", NULL), ==, 0);
  policy_set ("{}");
}

/* Who has stolen the password is refused; the owner is told, but not buried, and is not kept out of their own browser. */
static void
test_refuse (void)
{
  g_autofree char *user = user_make_with_password ("rita@risk.example", TRUE);
  g_autoptr (Browser) owner = browser_new ("192.0.2.24");

  guess (owner, "rita@risk.example", PASSWORD);
  assert_answer (owner, "fresh=1");
  policy_set ("{\"risk_new_device\":\"refuse\"}");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Browser) thief = browser_new ("198.51.100.24");

    guess (thief, "rita@risk.example", PASSWORD);
    assert_answer (thief, "error=access_denied");
    g_assert_null (g_hash_table_lookup (thief->cookies, "session"));
    g_assert_null (g_hash_table_lookup (thief->cookies, "device"));
  }
  g_assert_cmpuint (count_entries ("sign-in.refused", "new-device"), ==, 3);
  g_assert_cmpuint (count_letters ("rita@risk.example"), ==, 1);
  guess (owner, "rita@risk.example", PASSWORD);
  assert_answer (owner, "fresh=1");
  policy_set ("{}");
}

/* Guessing until one is right is what the signal is for; the owner's own browser has its own budget, and is not touched by it. */
static void
test_many_failures (void)
{
  g_auto (Person) mona = person_make ("mona@risk.example", FALSE);
  g_autoptr (Browser) owner = browser_with_password ("192.0.2.25", mona.email);
  g_autoptr (Browser) guesser = browser_new ("198.51.100.25");

  assert_answer (owner, "acr=1");
  fixture_write (house_store, put_seed, &mona);
  policy_set ("{\"second_factor\":\"off\",\"risk_new_device\":\"off\",\"risk_many_failures\":\"second-factor\"}");
  for (guint i = 0; i < SIX_WRONG; i++) {
    guess (guesser, mona.email, "guess");
    assert_page (guesser, "password");
  }
  guess (owner, mona.email, PASSWORD);
  assert_answer (owner, "acr=1");
  guess (guesser, mona.email, PASSWORD);
  assert_page (guesser, "totp");
  enter_code_of (guesser, &mona, 0, NULL);
  assert_answer (guesser, "acr=2");
  count_entries ("sign-in.succeeded", "many-failures new-device");
  g_assert_cmpuint (count_letters (mona.email), ==, 1); /* what asks for a factor tells of it, too */
  policy_set ("{}");
}

/* Right ones alone are no failures, however many. */
static void
test_busy_owner (void)
{
  g_autofree char *user = user_make_with_password ("buse@risk.example", TRUE);
  g_autoptr (Browser) owner = browser_new ("192.0.2.26");

  for (guint i = 0; i < 25; i++) {
    guess (owner, "buse@risk.example", PASSWORD);
    assert_answer (owner, "fresh=1");
    count_entries ("sign-in.succeeded", NULL);
  }
}

/* A stolen browser, or its cookies: that it is remembered is worth nothing from the other end of the world. */
static void
test_travel (void)
{
  g_auto (Person) tara = person_make ("tara@risk.example", TRUE);
  g_autoptr (Browser) browser = browser_to_totp (BERLIN, tara.email);

  if (postern_runtime_get_geoip (house_runtime) == NULL) {
    geoip_skip ();
    return;
  }
  enter_code_of (browser, &tara, 0, "&remember=1");
  assert_answer (browser, "acr=2");
  guess (browser, tara.email, PASSWORD);
  assert_answer (browser, "acr=1"); /* remembered */
  browser->address = SYDNEY;
  guess (browser, tara.email, PASSWORD);
  assert_page (browser, "totp");
  enter_code_of (browser, &tara, 1, NULL);
  assert_answer (browser, "acr=2");
  count_entries ("sign-in.succeeded", "new-country impossible-travel");
  g_assert_cmpuint (count_letters (tara.email), ==, 1);
  browser->address = BERLIN; /* and back as fast; its session says only where it was last */
  policy_set ("{\"risk_impossible_travel\":\"refuse\"}");
  guess (browser, tara.email, PASSWORD);
  assert_answer (browser, "error=access_denied");
  count_entries ("sign-in.refused", "new-country impossible-travel");
  policy_set ("{}");
}

static GVariant *
get_place (GVariant *list, guint index)
{
  g_autoptr (GVariant) box = g_variant_get_child_value (list, index);

  return g_variant_get_variant (box);
}

static void
assert_place (GVariant *place, const char *country, const char *name, const char *city)
{
  g_assert_cmpstr (postern_json_get_string (place, "country"), ==, country);
  g_assert_cmpstr (postern_json_get_string (place, "country_name"), ==, name);
  g_assert_cmpstr (postern_json_get_string (place, "city"), ==, city);
}

/* Where somebody is signed in stands on their page, in what they take with them, and in the mail about a new browser. */
static void
test_place (void)
{
  g_autofree char *user = user_make_with_password ("pia@risk.example", TRUE);
  g_autoptr (Browser) browser = browser_new (BERLIN);
  g_autoptr (Browser) other = browser_new (SYDNEY);
  g_autoptr (Browser) unknown = browser_new ("192.0.2.33");
  g_autoptr (GVariant) mail = NULL;
  g_autoptr (GVariant) sessions = NULL;
  GBytes *data;

  if (postern_runtime_get_geoip (house_runtime) == NULL) {
    geoip_skip ();
    return;
  }
  policy_set ("{\"risk_impossible_travel\":\"off\"}");
  guess (browser, "pia@risk.example", PASSWORD);
  guess (other, "pia@risk.example", PASSWORD);
  g_assert_cmpuint (post_count ("pia@risk.example", "new-sign-in", &mail), ==, 1);
  assert_place (mail, "AU", "AU", NULL); /* the database says no more */
  guess (unknown, "pia@risk.example", PASSWORD);
  g_hash_table_replace (browser->cookies, g_strdup ("postern-language"), g_strdup ("de"));
  browser_get (browser, "/account");
  sessions = postern_json_get (postern_response_get_model (browser->last), "sessions");
  g_assert_cmpuint (g_variant_n_children (sessions), ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GVariant) place = get_place (sessions, i);
    const char *address = postern_json_get_string (place, "remote_address");

    if (g_str_equal (address, BERLIN))
      assert_place (place, "DE", "Deutschland", "Berlin");
    else
      assert_place (place, g_str_equal (address, SYDNEY) ? "AU" : NULL, g_str_equal (address, SYDNEY) ? "AU" : NULL, NULL);
  }
  browser_get (browser, "/account/data");
  data = postern_response_get_body (browser->last);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (data, NULL), (gssize) g_bytes_get_size (data), "\"city\":\"Berlin\""));
  policy_set ("{}");
}

static PosternVerdict
deny_new_device (PosternHub *hub, PosternFlow *flow, gpointer asked)
{
  gboolean risky = g_strv_contains (postern_flow_get_risks (flow), "new-device");

  *(guint *) asked += risky;
  g_assert_true (!risky || postern_flow_get_user_id (flow)); /* nothing is known of nobody */
  return risky ? POSTERN_VERDICT_DENY : POSTERN_VERDICT_ABSTAIN;
}

/* A listener sees what was found, and its vote weighs more than a milder policy. */
static void
test_vote (void)
{
  g_autofree char *user = user_make_with_password ("vera@risk.example", TRUE);
  g_autoptr (Browser) owner = browser_new ("192.0.2.27");
  g_autoptr (Browser) other = browser_new ("192.0.2.28");
  guint asked = 0;
  gulong id;

  guess (owner, "vera@risk.example", PASSWORD);
  policy_set ("{\"risk_new_device\":\"off\"}");
  id = g_signal_connect (house_hub, "decide::sign-in", G_CALLBACK (deny_new_device), &asked);
  guess (other, "vera@risk.example", PASSWORD);
  assert_answer (other, "error=access_denied");
  g_assert_cmpuint (asked, ==, 1);
  g_signal_handler_disconnect (house_hub, id);
  policy_set ("{}");
}

/* What was seen of one person is not said of the next in the same flow. */
static void
test_next_person (void)
{
  g_auto (Person) one = person_make ("one@risk.example", FALSE);
  g_autofree char *two = user_make_with_password ("two@risk.example", TRUE);
  g_autoptr (Browser) owner = browser_with_password ("192.0.2.29", one.email);
  g_autoptr (Browser) browser = NULL;

  fixture_write (house_store, put_seed, &one);
  browser = browser_to_totp ("192.0.2.30", one.email);
  browser_submit (browser, "action=other-identifier");
  browser_sign_in (browser, "two@risk.example", PASSWORD);
  assert_answer (browser, "fresh=1");
  count_entries ("sign-in.succeeded", NULL);
}

static void
open_places (void)
{
  static const char *const countries[] = { "de", "Deutschland", "en", "Germany", NULL }, *const cities[] = { "en", "Berlin", NULL };
  GeoipBook book;
  g_autofree char *path = NULL;
  g_autoptr (PosternGeoip) geoip = NULL;

  geoip_begin (&book);
  book.countries = countries;
  book.cities = cities;
  geoip_add (&book, BERLIN, 32, "DE", 52.52, 13.405);
  book.countries = book.cities = NULL;
  geoip_add (&book, SYDNEY, 32, "AU", -33.87, 151.21);
  path = geoip_end (&book);
  geoip = postern_geoip_open (path, NULL);
  g_unlink (path);
  if (geoip)
    postern_runtime_set_geoip (house_runtime, geoip);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/risk/new-device", test_new_device },
    { "/flow/risk/stranger", test_stranger },
    { "/flow/risk/refuse", test_refuse },
    { "/flow/risk/many-failures", test_many_failures },
    { "/flow/risk/busy-owner", test_busy_owner },
    { "/flow/risk/travel", test_travel },
    { "/flow/risk/place", test_place },
    { "/flow/risk/vote", test_vote },
    { "/flow/risk/next-person", test_next_person },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .prepare = open_places }, tests);
}
