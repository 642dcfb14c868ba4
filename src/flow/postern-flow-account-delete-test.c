/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

#include "postern-flow-account-delete.h"

/* An account goes because its owner wants it to: not at once, not by whoever finds a browser, and not the last administrator's. */

static gboolean
let_time_pass (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, data, error);

  if (user == NULL)
    return FALSE;
  g_assert_cmpint (user->deletes_at, >, g_get_real_time () / G_USEC_PER_SEC);
  user->deletes_at = 1;
  return postern_user_store_update (txn, user, error);
}

static gboolean
is_there (const char *id)
{
  g_autoptr (PosternUser) user = user_find (id);

  return user != NULL;
}

static void
forget_due (void)
{
  g_autoptr (GError) error = NULL;

  postern_flow_account_delete_due (house_runtime, house_tenant, 50, &error);
  g_assert_no_error (error);
}

static void
test_delete (void)
{
  g_autofree char *id = user_make_with_password ("gone@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.37", "gone@example.org");
  g_autoptr (Browser) elsewhere = browser_enter ("192.0.2.38", "gone@example.org");
  g_autoptr (Browser) later = NULL;
  guint told = house_protocol->ended;

  browser_get (browser, "/account/delete");
  assert_page (browser, "account-delete");
  forget_due ();
  g_assert_true (is_there (id)); /* looking is not asking */
  browser_post (browser, "/account/delete", "action=delete");
  assert_page (browser, "/account/signed-out?notice=deletion");
  g_assert_cmpuint (post_count ("gone@example.org", "security-notice", NULL), ==, 1);
  g_assert_cmpuint (house_protocol->ended, ==, told + 2); /* here, too: the applications are told */
  assert_signed_out (elsewhere);
  assert_signed_out (browser);
  later = browser_enter ("192.0.2.37", "gone@example.org"); /* and does not keep it */
  forget_due ();
  g_assert_true (is_there (id)); /* not yet */
  fixture_write (house_store, let_time_pass, id);
  forget_due ();
  g_assert_false (is_there (id));
  g_assert_cmpuint (house_protocol->ended, ==, told + 3);
  browser_get (later, "/account");
  browser_follow (later);
  assert_page (later, "identifier");
}

/* Whoever signs in meanwhile can keep it, and is told so. */
static void
test_delete_undone (void)
{
  g_autofree char *id = user_make_with_password ("kept@example.org", TRUE);
  g_autoptr (Browser) thief = browser_enter ("192.0.2.69", "kept@example.org");
  g_autoptr (Browser) owner = NULL;

  browser_post (thief, "/account/delete", "action=delete");
  owner = browser_enter ("192.0.2.39", "kept@example.org");
  browser_get (owner, "/account");
  g_assert_nonnull (browser_model (owner, "deletes_at"));
  g_assert_null (browser_model (owner, "delete_url"));
  browser_post (owner, "/account", "action=keep");
  assert_page (owner, "/account?notice=kept");
  browser_get (owner, "/account");
  g_assert_null (browser_model (owner, "deletes_at"));
  g_assert_cmpuint (post_count ("kept@example.org", "security-notice", NULL), ==, 2);
}

static gboolean
make_administrator (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, data, error);

  if (user == NULL)
    return FALSE;
  user->administrator = TRUE;
  return postern_user_store_update (txn, user, error);
}

static void
test_delete_refused (void)
{
  g_autofree char *id = user_make_with_password ("boss@example.org", TRUE);
  g_autofree char *aged = user_make_with_password ("left-open@example.org", TRUE);
  g_autoptr (Browser) boss = browser_enter ("192.0.2.40", "boss@example.org");
  g_autoptr (Browser) open = browser_enter ("192.0.2.41", "left-open@example.org");
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (PosternUser) other = NULL;

  fixture_write (house_store, make_administrator, id);
  browser_post (boss, "/account/delete", "action=delete");
  g_assert_cmpuint (postern_response_get_status (boss->last), ==, 403);
  user = user_read (id);
  g_assert_cmpint (user->deletes_at, ==, 0);
  fixture_write (house_store, sessions_age, aged);
  browser_post (open, "/account/delete", "action=delete"); /* nobody has shown who sits there */
  other = user_read (aged);
  g_assert_cmpint (other->deletes_at, ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/account-delete/delete", test_delete },
    { "/account-delete/undone", test_delete_undone },
    { "/account-delete/refused", test_delete_refused },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE }, tests);
}
