/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-guard.h"

#include "postern-error.h"
#include "postern-identity-fixture.h"

static PosternStore *store;
static PosternTenant *tenant;
static guint per_account, per_address;
static gint64 window;

static gboolean
try_once (PosternGuard *guard, gint64 now, guint *retry_after)
{
  g_autoptr (GError) error = NULL;
  gboolean let = postern_guard_take (tenant, guard, now, retry_after, &error);

  if (!let)
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS);
  return let;
}

static void
use_up (PosternGuard *guard, gint64 now)
{
  guint retry_after;

  for (guint i = 0; i < per_account; i++)
    g_assert_true (try_once (guard, now, &retry_after));
  g_assert_false (try_once (guard, now, &retry_after));
  g_assert_cmpuint (retry_after, >, 0);
  g_assert_cmpuint (retry_after, <=, window);
}

static void
test_account (void)
{
  PosternGuard guard = { "usr_one", "192.0.2.1", NULL };
  guint retry_after;

  use_up (&guard, 1000);
  guard.address = "192.0.2.2"; /* another address does not help */
  g_assert_false (try_once (&guard, 1001, &retry_after));
  g_assert_true (try_once (&guard, 1000 + window, &retry_after));
}

/* Whoever guesses from elsewhere cannot lock out the owner at a known browser; and the browser has no endless tries either. */
static void
test_known_device (void)
{
  PosternGuard stranger = { "usr_two", "192.0.2.3", NULL };
  PosternGuard owner = { "usr_two", "192.0.2.3", "device-hash" };

  use_up (&stranger, 1000);
  use_up (&owner, 1000);
}

/* Half of the budget is used up: by this many, before the next one. */
static void
use_half (PosternGuard *guard, gint64 now)
{
  guint retry_after;

  for (guint i = 0; 2 * i <= per_account; i++)
    g_assert_true (try_once (guard, now, &retry_after));
  g_assert_false (guard->many);
  g_assert_true (guard->many_next);
}

/* A try that never got to the secret costs the account nothing; one with a wrong answer costs where it came from. */
static void
test_give_back (void)
{
  PosternGuard stranger = { "usr_given", "192.0.2.90", NULL }, owner = { "usr_given", "192.0.2.90", "device-given" };
  guint retry_after;

  use_half (&stranger, 1000);
  use_half (&owner, 1000);
  for (guint i = 0; i < 3 * per_account; i++) {
    g_assert_true (try_once (&stranger, 1000, &retry_after));
    g_assert_true (stranger.many);
    g_assert_true (postern_guard_give_back (tenant, &stranger, i % 2 == 0, NULL));
  }
  for (guint i = 0; i < 3 * per_account; i++) {
    g_assert_true (try_once (&owner, 1000, &retry_after));
    g_assert_true (postern_guard_give_back (tenant, &owner, TRUE, NULL));
  }
  for (guint i = 0; 2 * i < per_account - 2; i++) { /* the browser itself has no endless wrong answers */
    g_assert_true (try_once (&owner, 1000, &retry_after));
    g_assert_true (postern_guard_give_back (tenant, &owner, FALSE, NULL));
  }
  g_assert_false (try_once (&owner, 1000, &retry_after));
}

/* Looking counts nothing, and a known browser is not looked at by its address. */
static void
test_look (void)
{
  PosternGuard guard = { "usr_looked", "192.0.2.91", NULL }, other = { NULL, "192.0.2.91", NULL }, known = { NULL, "192.0.2.91", "device-looked" };
  char name[32];
  guint retry_after;

  for (guint i = 0; 2 * i <= per_address; i++) {
    g_assert_true (postern_guard_look (tenant, &other, 1000, NULL) && !other.many);
    g_snprintf (name, sizeof name, "usr_looked_%u", i);
    guard.account = name;
    g_assert_true (try_once (&guard, 1000, &retry_after));
  }
  g_assert_true (postern_guard_look (tenant, &other, 1000, NULL) && other.many);
  g_assert_cmpint (other.address_resets_at, ==, 1000 + window);
  g_assert_true (postern_guard_look (tenant, &known, 1000, NULL) && !known.many);
  g_assert_true (postern_guard_look (tenant, &other, 1000 + window, NULL) && !other.many);
}

static gboolean
write_pardon (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_guard_pardon_grant (data, txn, error);
}

static void
grant (PosternGuardPardon *pardon)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (store, POSTERN_KEEP_SHORT, write_pardon, pardon, &error);
  g_assert_no_error (error);
}

static void
pardon (const PosternGuard *guard)
{
  g_autoptr (PosternGuardPardon) due = postern_guard_dup_pardon (guard);

  g_assert_nonnull (due);
  grant (due);
}

/* Whoever signed in from this browser before and is right starts afresh there. */
static void
test_forgive (void)
{
  PosternGuard guard = { "usr_three", "192.0.2.4", "device-hash" };
  guint retry_after;

  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i + 1 < per_account; i++)
      g_assert_true (try_once (&guard, 1000, &retry_after));
    g_assert_true (try_once (&guard, 1000, &retry_after));
    pardon (&guard);
  }
}

/*
 * What a stranger may still guess depends on the wrong ones alone: if right tries left a trace, earlier or later lockout would
 * tell that there is such an account, since nobody is ever right about one that there is not.
 */
static void
test_right_leaves_no_trace (void)
{
  PosternGuard guard = { "usr_trace", "192.0.2.8", NULL };
  guint retry_after, let = 0;

  for (guint wrong = 0; wrong < per_account; wrong++) {
    for (guint right = 0; right < 2; right++) {
      g_assert_true (try_once (&guard, 1000, &retry_after));
      pardon (&guard);
    }
    let += try_once (&guard, 1000, &retry_after);
  }
  g_assert_cmpuint (let, ==, per_account);
  g_assert_false (try_once (&guard, 1000, &retry_after));
}

/* A try is given back to the window it was counted in, and never makes a budget larger than it was. */
static void
test_late_pardon (void)
{
  PosternGuard guard = { "usr_late", "192.0.2.5", NULL };
  g_autoptr (PosternGuardPardon) late = NULL;
  guint retry_after;

  for (guint i = 0; i < per_account; i++)
    g_assert_true (try_once (&guard, 1000, &retry_after));
  late = postern_guard_dup_pardon (&guard);
  g_assert_nonnull (late);
  use_up (&guard, 1000 + window);
  grant (late);
  g_assert_false (try_once (&guard, 1000 + window, &retry_after));
}

/* An address's budget is its own: it is not written while far from used up, and from its half on each right try comes back. */
static void
test_address_comes_back (void)
{
  guint retry_after;

  for (guint i = 0; i < 3 * per_address; i++) {
    g_autofree char *account = g_strdup_printf ("usr_office_%u", i);
    PosternGuard guard = { account, "192.0.2.6", NULL };
    g_autoptr (PosternGuardPardon) due = NULL;

    g_assert_true (try_once (&guard, 1000, &retry_after));
    due = postern_guard_dup_pardon (&guard);
    g_assert_cmpint (guard.address_resets_at > 0, ==, 2 * (i + 1) >= per_address);
    g_assert_nonnull (due);
    grant (due);
  }
}

/* One password against many names; and an IPv6 customer's addresses are one. */
static void
test_address (void)
{
  guint let = 0;

  for (guint i = 0; i < per_address + 50; i++) {
    g_autofree char *account = g_strdup_printf ("usr_%u", i);
    g_autofree char *address = g_strdup_printf ("2001:db8:1:2::%x", i + 1);
    PosternGuard guard = { account, address, NULL };
    guint retry_after;

    let += try_once (&guard, 5000, &retry_after);
  }
  g_assert_cmpuint (let, ==, per_address);
}

/* An address that has no try left cannot go on to use up those of other people: each would be locked out by one stranger. */
static void
test_spent_address (void)
{
  PosternGuard victim = { "usr_victim", "198.51.100.7", NULL };
  PosternGuard elsewhere = { "usr_victim", "192.0.2.77", NULL };
  guint retry_after;

  for (guint i = 0; i < per_address; i++) {
    g_autofree char *account = g_strdup_printf ("usr_other_%u", i);
    PosternGuard guard = { account, "198.51.100.7", NULL };

    g_assert_true (try_once (&guard, 7000, &retry_after));
  }
  for (guint i = 0; i < per_account + 1; i++)
    g_assert_false (try_once (&victim, 7000, &retry_after));
  g_assert_true (try_once (&elsewhere, 7000, &retry_after));
}

static gpointer
hammer (gpointer data)
{
  PosternGuard guard = { "usr_race", NULL, NULL };
  guint retry_after;
  guint let = 0;

  for (guint i = 0; i < 20; i++)
    let += try_once (&guard, 9000, &retry_after);
  return GUINT_TO_POINTER (let);
}

static void
test_at_once (void)
{
  GThread *threads[8];
  guint let = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("guess", hammer, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    let += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  g_assert_cmpuint (let, ==, per_account);
}

int
main (int argc, char **argv)
{
  g_autoptr (PosternPolicy) policy = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, NULL);
  g_assert_nonnull (tenant);
  policy = postern_tenant_dup_policy (tenant);
  per_account = policy->guesses_per_account;
  per_address = policy->guesses_per_address;
  window = policy->guess_window;
  g_test_add_func ("/guard/account", test_account);
  g_test_add_func ("/guard/known-device", test_known_device);
  g_test_add_func ("/guard/forgive", test_forgive);
  g_test_add_func ("/guard/right-leaves-no-trace", test_right_leaves_no_trace);
  g_test_add_func ("/guard/late-pardon", test_late_pardon);
  g_test_add_func ("/guard/address-comes-back", test_address_comes_back);
  g_test_add_func ("/guard/address", test_address);
  g_test_add_func ("/guard/give-back", test_give_back);
  g_test_add_func ("/guard/look", test_look);
  g_test_add_func ("/guard/spent-address", test_spent_address);
  g_test_add_func ("/guard/at-once", test_at_once);
  result = g_test_run ();
  g_object_unref (tenant);
  fixture_close (store, TRUE);
  return result;
}
