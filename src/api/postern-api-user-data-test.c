/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-user-data-fixture.h"
#include "postern-user-data.h"

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

/* --- more than a part holds ------------------------------------------------------------------------------------------ */

#define EVENTS 10100
#define SESSIONS 60

/* (transfer full): what a list of all parts holds together: each of its entries as @member names it, once */
static GHashTable *
gather (GPtrArray *parts, const char *list, const char *member)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < parts->len; i++) {
    g_autoptr (GVariant) items = postern_json_get (parts->pdata[i], list);

    for (gsize j = 0; j < g_variant_n_children (items); j++) {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, j), item = g_variant_get_variant (box);

      g_assert_true (g_hash_table_add (found, g_strdup (postern_json_get_string (item, member))));
    }
  }
  return found;
}

static gsize
count_all (GPtrArray *parts, const char *list)
{
  gsize n = 0;

  for (guint i = 0; i < parts->len; i++) {
    g_autoptr (GVariant) items = postern_json_get (parts->pdata[i], list);

    n += g_variant_n_children (items);
  }
  return n;
}

static gsize
count_entries (GVariant *part)
{
  static const char *const lists[] = { "credentials", "identities", "sessions", "grants", "consents", "organizations", "roles", "activity" };
  gsize n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_autoptr (GVariant) items = postern_json_get (part, lists[i]);

    n += g_variant_n_children (items);
  }
  return n;
}

/* Part by part until there is no more; what is done meanwhile moves nothing from one part to another. (transfer full) */
static GPtrArray *
read_parts (const char *user_id)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autofree char *path = g_strdup_printf ("/users/%s/data", user_id), *query = NULL;
  const char *next;

  do {
    GVariant *part = call ("GET", path, query, NULL, 200);

    g_ptr_array_add (parts, part);
    g_assert_cmpuint (count_entries (part), <=, POSTERN_USER_DATA_ENTRIES + 1); /* of the few kinds beside, one password */
    next = postern_json_get_string (part, "next");
    g_free (query);
    query = g_strdup_printf ("after=%s", next);
    fixture_write (store, act, (gpointer) user_id);
  } while (next);
  return parts;
}

static void
test_much (void)
{
  g_autofree char *bea = make ("/users", "{\"email\":\"bea@example.org\",\"password\":\"long enough\"}", "id");
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GHashTable) events = NULL, passwords = NULL;

  for (guint i = 0; i < SESSIONS; i++)
    g_free (add_session (bea));
  fixture_write (store, user_data_fixture_act, &(UserDataFixture){ bea, EVENTS });
  parts = read_parts (bea);
  g_assert_cmpuint (parts->len, ==, 3);
  events = gather (parts, "activity", "remote_address");
  g_assert_cmpuint (g_hash_table_size (events), ==, EVENTS);
  g_assert_cmpuint (count_all (parts, "sessions"), ==, SESSIONS);
  for (guint i = 1; i <= EVENTS; i++) {
    g_autofree char *address = g_strdup_printf ("2001:db8::%u", i);

    g_assert_true (g_hash_table_contains (events, address));
  }
  passwords = gather (parts, "credentials", "kind"); /* once */
  g_assert_cmpuint (g_hash_table_size (passwords), ==, 1);
}

/* What fills a part to the last place is whole. */
static void
test_full (void)
{
  g_autofree char *cleo = make ("/users", "{\"username\":\"cleo\"}", "id"), *path = g_strdup_printf ("/users/%s/data", cleo);
  g_autoptr (GVariant) full = NULL, part = NULL;

  fixture_write (store, user_data_fixture_act, &(UserDataFixture){ cleo, POSTERN_USER_DATA_ENTRIES });
  full = call ("GET", path, NULL, NULL, 200);
  g_assert_cmpuint (count_entries (full), ==, POSTERN_USER_DATA_ENTRIES);
  g_assert_null (postern_json_get_string (full, "next"));
  g_free (add_session (cleo)); /* which comes before them */
  part = call ("GET", path, NULL, NULL, 200);
  g_assert_true (g_str_has_prefix (postern_json_get_string (part, "next"), "activity:aud_"));
}

/* What `next` did not say is refused, and says nothing of anybody else's. */
static void
test_places (void)
{
  static const char *const wrong[] = { "x", "sessions", "sessions:x", "sessions:aud_01m8hqyz49encaned8h3htdtw5", "ACTIVITY:", "roles:", ":", "grants%3Agnt_" };
  g_autofree char *path = g_strdup_printf ("/users/%s/data", ada);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *query = g_strconcat ("after=", wrong[i], NULL);
    g_autoptr (GVariant) problem = call ("GET", path, query, NULL, 400);

    g_assert_nonnull (strstr (postern_json_get_string (problem, "detail"), "must be what `next` said"));
  }
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GVariant) part = call ("GET", path, i ? "after=consents:" : "after=consents:zzz", NULL, 200);
    g_autoptr (GVariant) consents = postern_json_get (part, "consents"), sessions = postern_json_get (part, "sessions"), events = postern_json_get (part, "activity");

    g_assert_cmpuint (g_variant_n_children (consents), ==, i);
    g_assert_cmpuint (g_variant_n_children (sessions), ==, 0);
    g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  }
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
  static const HouseTest tests[] = { { "/api-user-data/whole", test_whole }, { "/api-user-data/much", test_much }, { "/api-user-data/full", test_full }, { "/api-user-data/places", test_places }, { NULL } };
  int failed = house_run (argc, argv, prepare, tests);

  g_free (ada);
  g_free (shop);
  return failed;
}
