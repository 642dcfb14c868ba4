/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

/* All that is kept about one person, for who answers them: whole, of nobody else, without secrets, and written down. */

static char *ada, *shop;

static gboolean
add_access (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternGrant) grant = postern_grant_new ();

  grant->id = postern_id_new ("gnt");
  grant->user_id = g_strdup (data);
  grant->application_id = g_strdup (shop);
  grant->scope = g_strdup ("openid email");
  return postern_consent_store_put (txn, data, shop, "openid email", 77, error) && postern_grant_store_insert (txn, grant, error) && api_fixture_link (txn, data, error);
}

static gboolean
act (PosternTxn *txn, gpointer data, GError **error)
{
  const PosternAuditBy by = { data, "req_test", "192.0.2.44" };
  g_autoptr (PosternAudit) entry = postern_audit_store_new_by ("sign-in.failed", &by, NULL);

  return postern_audit_store_append (txn, entry, error);
}

static void
assert_one (GVariant *data, const char *list, const char *member, const char *value)
{
  g_autoptr (GVariant) items = postern_json_get (data, list), box = NULL, item = NULL;

  g_assert_cmpuint (g_variant_n_children (items), ==, 1);
  box = g_variant_get_child_value (items, 0);
  item = g_variant_get_variant (box);
  g_assert_cmpstr (postern_json_get_string (item, member), ==, value);
}

static void
test_whole (void)
{
  g_autoptr (GVariant) data = call ("GET", "/users/ada@example.org/data", NULL, NULL, 200), user = postern_json_get (data, "user");
  g_autofree char *text = postern_json_print (data);
  g_autoptr (PosternAudit) read = find_entry ("data.read", NULL);

  g_assert_cmpstr (postern_json_get_string (user, "id"), ==, ada);
  assert_one (data, "credentials", "kind", "password");
  assert_one (data, "identities", "subject", "7");
  assert_one (data, "sessions", "application", NULL);
  assert_one (data, "grants", "scope", "openid email");
  assert_one (data, "consents", "application", shop);
  assert_one (data, "organizations", "name", "Acme");
  assert_one (data, "roles", "role", "support");
  assert_one (data, "activity", "event", "sign-in.failed");
  g_assert_null (strstr (text, "long enough")); /* no secret */
  g_assert_null (strstr (text, "grace"));
  g_assert_null (strstr (text, "slow payer")); /* the operator's own notes are another operation's */
  g_assert_cmpstr (read->target, ==, ada);
  g_assert_cmpstr (postern_json_get_string (read->data, "operation"), ==, "getUserData");
  refuses ("GET", "/users/nobody/data", NULL, 404, "");
}

static void
prepare (void)
{
  g_autofree char *grace = make ("/users", "{\"username\":\"grace\"}", "id"), *session = NULL, *other = add_session (grace), *organization = NULL, *member = NULL, *role = NULL;

  ada = make ("/users", "{\"email\":\"ada@example.org\",\"password\":\"long enough\",\"data\":{\"note\":\"slow payer\"}}", "id");
  shop = make ("/applications", "{\"name\":\"Shop\",\"kind\":\"service\"}", "client_id");
  session = add_session (ada);
  organization = make ("/organizations", "{\"name\":\"Acme\"}", "id");
  member = g_strdup_printf ("/organizations/%s/members/%s", organization, ada);
  g_variant_unref (call ("PUT", member, NULL, NULL, 200));
  role = g_strdup_printf ("{\"subject_id\":\"%s\"}", ada);
  g_free (make ("/roles/support/assignments", role, "role_id"));
  fixture_write (store, add_access, ada);
  fixture_write (store, act, ada);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = { { "/api-user-data/whole", test_whole }, { NULL } };
  int failed = house_run (argc, argv, prepare, tests);

  g_free (ada);
  g_free (shop);
  return failed;
}
