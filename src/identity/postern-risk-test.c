/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-risk.h"

#include "postern-geoip-fixture.h"
#include "postern-identity-fixture.h"
#include "postern-json.h"

#define NOW 1000000
#define HOUR 3600
#define ALL (POSTERN_RISK_NEW_DEVICE | POSTERN_RISK_MANY_FAILURES | POSTERN_RISK_NEW_COUNTRY | POSTERN_RISK_IMPOSSIBLE_TRAVEL)

#define BERLIN "192.0.2.1"
#define SYDNEY "198.51.100.1"
#define HAMBURG "203.0.113.1"
#define NOWHERE "10.0.0.1"

static PosternStore *store;
static PosternGeoip *geoip; /* NULL: built without the library */

typedef struct {
  const char *user_id, *address, *device_hash;
  gint64 at;
} Visit;

static gboolean
put_visit (PosternTxn *txn, gpointer data, GError **error)
{
  const Visit *visit = data;
  g_autoptr (PosternSession) session = postern_session_new ();

  session->id = postern_id_new ("ses");
  session->secret_hash = g_strdup (session->id);
  session->user_id = g_strdup (visit->user_id);
  session->amr = g_strdup ("pwd");
  session->acr = g_strdup ("1");
  session->remote_address = g_strdup (visit->address);
  session->auth_time = session->created_at = session->used_at = visit->at;
  session->idle_expires_at = session->expires_at = visit->at + 30 * 24 * HOUR;
  return postern_session_store_insert (txn, session, error) && postern_device_store_put (txn, visit->device_hash, visit->user_id, visit->at, error);
}

static void
visit (const char *user_id, const char *address, const char *device_hash, gint64 at)
{
  Visit it = { user_id, address, device_hash, at };

  fixture_write (store, put_visit, &it);
}

static gboolean
put_user (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = g_strdup (data);
  return postern_user_store_insert (txn, user, error);
}

static char *
make_user (void)
{
  char *id = postern_id_new ("usr");

  fixture_write (store, put_user, id);
  return id;
}

typedef struct {
  PosternRiskCase it;
  guint signals;
} Look;

static gboolean
read_signals (PosternTxn *txn, gpointer data, GError **error)
{
  Look *look = data;

  return postern_risk_read (txn, &look->it, &look->signals, error);
}

static guint
look (const char *user_id, const char *address, const char *device_hash)
{
  Look it = { { user_id, address, device_hash, geoip, NOW }, 0 };

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_signals, &it, NULL));
  return it.signals;
}

/* The first browser of all is nothing new; every other one is, until it was signed in with, and again after 400 days. */
static void
test_device (void)
{
  g_autofree char *user = make_user ();

  g_assert_cmpuint (look (user, NOWHERE, "one"), ==, 0);
  g_assert_cmpuint (look (user, NOWHERE, NULL), ==, 0);
  visit (user, NOWHERE, "one", NOW - HOUR);
  g_assert_cmpuint (look (user, NOWHERE, "one"), ==, 0);
  g_assert_cmpuint (look (user, NOWHERE, "two"), ==, POSTERN_RISK_NEW_DEVICE);
  g_assert_cmpuint (look (user, NOWHERE, NULL), ==, POSTERN_RISK_NEW_DEVICE);
  visit (user, NOWHERE, "old", NOW - 401 * 24 * HOUR);
  g_assert_cmpuint (look (user, NOWHERE, "old"), ==, POSTERN_RISK_NEW_DEVICE);
}

static void
test_country (void)
{
  g_autofree char *user = make_user ();

  if (geoip == NULL) {
    geoip_skip ();
    return;
  }
  visit (user, NOWHERE, "one", NOW - 90 * HOUR);
  g_assert_cmpuint (look (user, BERLIN, "one"), ==, 0); /* nothing is known to compare with */
  visit (user, BERLIN, "one", NOW - 80 * HOUR);
  g_assert_cmpuint (look (user, HAMBURG, "one"), ==, 0);
  g_assert_cmpuint (look (user, NOWHERE, "one"), ==, 0);
  g_assert_cmpuint (look (user, SYDNEY, "one"), ==, POSTERN_RISK_NEW_COUNTRY);
  visit (user, SYDNEY, "one", NOW - 40 * HOUR);
  g_assert_cmpuint (look (user, BERLIN, "one"), ==, 0); /* both are the person's now, and the time is enough for a flight */
}

static void
test_travel (void)
{
  g_autofree char *user = make_user ();

  if (geoip == NULL) {
    geoip_skip ();
    return;
  }
  visit (user, SYDNEY, "one", NOW - 40 * HOUR);
  visit (user, BERLIN, "one", NOW - 15 * HOUR);
  g_assert_cmpuint (look (user, SYDNEY, "one"), ==, POSTERN_RISK_IMPOSSIBLE_TRAVEL); /* 16,000 km in 15 h */
  visit (user, BERLIN, "one", NOW);
  g_assert_cmpuint (look (user, HAMBURG, "one"), ==, 0); /* at once, but near */
  visit (user, BERLIN, "one", NOW + 90 * HOUR);
  g_assert_cmpuint (look (user, SYDNEY, "one"), ==, POSTERN_RISK_IMPOSSIBLE_TRAVEL); /* a clock that was set back */
}

/* Without a database nothing is known of places, and nothing fails. */
static void
test_without (void)
{
  g_autofree char *user = make_user ();
  Look it = { { user, SYDNEY, "one", NULL, NOW }, 0 };

  visit (user, BERLIN, "one", NOW - 1);
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_signals, &it, NULL));
  g_assert_cmpuint (it.signals, ==, 0);
}

static PosternPolicy *
policy_of (const char *text)
{
  g_autoptr (GVariant) model = text ? postern_json_parse_object (text, -1, 0, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  PosternPolicy *policy = postern_policy_new (model, &error);

  g_assert_no_error (error);
  return policy;
}

static void
test_effect (void)
{
  g_autoptr (PosternPolicy) usual = policy_of (NULL);
  g_autoptr (PosternPolicy) strict = policy_of ("{\"risk_new_country\":\"refuse\",\"risk_new_device\":\"off\",\"risk_many_failures\":\"second-factor\"}");

  g_assert_cmpint (postern_risk_get_effect (usual, 0), ==, POSTERN_RISK_OFF);
  g_assert_cmpint (postern_risk_get_effect (usual, POSTERN_RISK_NEW_DEVICE), ==, POSTERN_RISK_NOTIFY);
  g_assert_cmpint (postern_risk_get_effect (usual, POSTERN_RISK_MANY_FAILURES), ==, POSTERN_RISK_CAPTCHA);
  g_assert_cmpint (postern_risk_get_effect (usual, ALL), ==, POSTERN_RISK_SECOND_FACTOR);
  g_assert_cmpint (postern_risk_get_effect (strict, POSTERN_RISK_NEW_DEVICE), ==, POSTERN_RISK_OFF);
  g_assert_cmpint (postern_risk_get_effect (strict, POSTERN_RISK_NEW_DEVICE | POSTERN_RISK_MANY_FAILURES), ==, POSTERN_RISK_SECOND_FACTOR);
  g_assert_cmpint (postern_risk_get_effect (strict, ALL), ==, POSTERN_RISK_REFUSE);
}

static void
test_names (void)
{
  static const char *const names[] = { "new-country", "someone-elses", "many-failures", NULL };

  g_assert_cmpuint (postern_risk_get_signals (names), ==, POSTERN_RISK_NEW_COUNTRY | POSTERN_RISK_MANY_FAILURES);
  g_assert_cmpuint (postern_risk_get_signals (NULL), ==, 0);
  for (guint bit = 1; bit <= POSTERN_RISK_IMPOSSIBLE_TRAVEL; bit <<= 1) {
    const char *const one[] = { postern_risk_get_name (bit), NULL };

    g_assert_cmpuint (postern_risk_get_signals (one), ==, bit);
  }
}

static void
open_places (void)
{
  GeoipBook book;
  g_autofree char *path = NULL;

  geoip_begin (&book);
  geoip_add (&book, BERLIN, 24, "DE", 52.52, 13.405);
  geoip_add (&book, HAMBURG, 24, "DE", 53.55, 9.99);
  geoip_add (&book, SYDNEY, 24, "AU", -33.87, 151.21);
  path = geoip_end (&book);
  geoip = postern_geoip_open (path, NULL);
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  open_places ();
  g_test_add_func ("/risk/device", test_device);
  g_test_add_func ("/risk/country", test_country);
  g_test_add_func ("/risk/travel", test_travel);
  g_test_add_func ("/risk/without", test_without);
  g_test_add_func ("/risk/effect", test_effect);
  g_test_add_func ("/risk/names", test_names);
  result = g_test_run ();
  g_clear_pointer (&geoip, postern_geoip_unref);
  fixture_close (store, TRUE);
  return result;
}
