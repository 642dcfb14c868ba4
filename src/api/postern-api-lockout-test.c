/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-guard.h"
#include "postern-lockout.h"

/* Somebody has guessed until nobody may try any more, and an administrator lets the person try again. */

static char *ada;

/* Until it is refused. Returns: how often it was not */
static guint
use_up (const char *account, const char *device_hash)
{
  guint retry_after, n = 0;

  while (n < 1000)
    {
      PosternGuard guard = { account, NULL, device_hash };
      g_autoptr (GError) error = NULL;

      if (!postern_guard_take (tenant, &guard, g_get_real_time () / G_USEC_PER_SEC, &retry_after, &error))
        {
          g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
          break;
        }
      n++;
    }
  return n;
}

static gboolean
is_locked (GVariant *lockout)
{
  g_autoptr (GVariant) until = postern_json_get (lockout, "until"), budgets = postern_json_get (lockout, "budgets");
  gboolean locked = postern_json_get_boolean (lockout, "locked", FALSE);

  g_assert_cmpstr (postern_json_get_string (lockout, "user"), ==, ada);
  g_assert_cmpuint (g_variant_n_children (budgets), ==, POSTERN_LOCKOUT_BUDGETS);
  g_assert_true ((until != NULL) == locked);
  return locked;
}

static gboolean
shows_locked (void)
{
  g_autoptr (GVariant) shown = call ("GET", "/users/ada/lockout", NULL, NULL, 200);

  return is_locked (shown);
}

static void
lift (void)
{
  g_autoptr (GVariant) lifted = call ("DELETE", "/users/ada/lockout", NULL, NULL, 200);

  g_assert_false (is_locked (lifted));
  g_assert_false (shows_locked ());
}

static void
test_each (void)
{
  g_autofree char *second = g_strconcat (POSTERN_LOCKOUT_SECOND, ada, NULL);
  const char *accounts[] = { ada, second };

  g_assert_false (shows_locked ());
  for (guint i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      guint n = use_up (accounts[i], NULL);

      g_assert_cmpuint (n, >, 2);
      g_assert_true (shows_locked ());
      lift ();
      g_assert_cmpuint (use_up (accounts[i], NULL), ==, n); /* all tries are there again */
      lift ();
    }
  assert_audited ("lockout.lifted");
}

/* A known browser waits for itself alone, and goes on with the rest. */
static void
test_browser (void)
{
  guint n = use_up (ada, "device");

  g_assert_false (shows_locked ());
  lift ();
  g_assert_cmpuint (use_up (ada, "device"), ==, n);
  lift ();
}

static gboolean
add_day (PosternTxn *txn, gpointer key, GError **error)
{
  return postern_counter_store_add (txn, key, POSTERN_LOCKOUT_WRONG_A_DAY, 24 * 3600, g_get_real_time () / G_USEC_PER_SEC, NULL, NULL, error);
}

static void
test_day (void)
{
  static const char *const begins[] = { POSTERN_LOCKOUT_SECOND_DAY, POSTERN_LOCKOUT_CODE_DAY };

  for (guint i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      g_autofree char *key = g_strconcat (begins[i], ada, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (postern_store_write (store, POSTERN_KEEP_SHORT, add_day, key, &error));
      g_assert_true (shows_locked ());
      lift ();
    }
}

static void
test_others (void)
{
  g_autofree char *ben = make ("/users", "{\"username\":\"ben\"}", "id");
  guint n = use_up (ben, NULL);

  lift (); /* of somebody else */
  g_assert_cmpuint (use_up (ben, NULL), ==, 0);
  g_assert_cmpuint (n, >, 2);
  refuses ("GET", "/users/nobody/lockout", NULL, 404, "user");
  refuses ("DELETE", "/users/nobody/lockout", NULL, 404, "user");
}

static void
set_up (void)
{
  ada = make ("/users", "{\"username\":\"ada\"}", "id");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-lockout/each", test_each }, { "/api-lockout/browser", test_browser }, { "/api-lockout/day", test_day }, { "/api-lockout/others", test_others }, { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (ada);
  return failed;
}
