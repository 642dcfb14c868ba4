/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

/* What people allowed applications: seen, and taken back with all that stands on it. */

static char *ada, *grace, *shop, *mail;

typedef struct {
  const char *user_id, *application_id, *scope; /* scope: (nullable): nothing is remembered */
  gint64 expires_at;                            /* of the grant; -1: there is none */
} Access;

static gboolean
add (PosternTxn *txn, gpointer data, GError **error)
{
  const Access *it = data;
  g_autoptr (PosternGrant) grant = postern_grant_new ();

  if (it->scope && !postern_consent_store_put (txn, it->user_id, it->application_id, it->scope, 77, error))
    return FALSE;
  grant->id = postern_id_new ("gnt");
  grant->user_id = g_strdup (it->user_id);
  grant->application_id = g_strdup (it->application_id);
  grant->expires_at = it->expires_at;
  return it->expires_at < 0 || postern_grant_store_insert (txn, grant, error);
}

static void
give (const char *user_id, const char *application_id, const char *scope, gint64 expires_at)
{
  Access it = { user_id, application_id, scope, expires_at };

  fixture_write (store, add, &it);
}

/* (transfer full) */
static char *
dup_path (const char *user_id, const char *application_id)
{
  return g_strdup_printf ("/users/%s/consents%s%s", user_id, application_id ? "/" : "", application_id ? application_id : "");
}

static gsize
count_consents (const char *user_id)
{
  g_autofree char *path = dup_path (user_id, NULL);

  return count_items (path, NULL);
}

/* Of both of them for both of the applications, alive. */
static gsize
count_grants (const char *user_id, const char *application_id)
{
  g_autofree char *query = g_strdup_printf ("user=%s&application=%s", user_id, application_id);
  g_autoptr (GVariant) answer = call ("GET", "/grants", query, NULL, 200), items = postern_json_get (answer, "items");
  gsize n = 0;

  for (gsize i = 0; i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (items, i), item = g_variant_get_variant (box);

    n += postern_json_get_int64 (item, "revoked_at", 0) == 0;
  }
  return n;
}

static void
assert_take_back (const char *user_id, const char *application_id, guint status)
{
  g_autofree char *path = dup_path (user_id, application_id);
  g_autoptr (GVariant) answer = call ("DELETE", path, NULL, NULL, status);

  g_assert_true ((answer == NULL) == (status == 204));
}

static void
test_list (void)
{
  g_autofree char *path = dup_path ("ada@example.org", NULL);
  g_autoptr (GVariant) all = NULL, items = NULL, box = NULL, item = NULL, first = NULL;
  g_autoptr (PosternAudit) read = NULL;

  g_assert_cmpuint (count_consents (ada), ==, 0);
  give (ada, shop, "openid email", 0);
  give (ada, mail, "openid", 0);
  give (grace, shop, "openid", 0);
  all = call ("GET", path, NULL, NULL, 200);
  items = postern_json_get (all, "items");
  box = g_variant_get_child_value (items, strcmp (shop, mail) > 0);
  item = g_variant_get_variant (box);
  g_assert_cmpstr (postern_json_get_string (item, "application_id"), ==, shop);
  g_assert_cmpstr (postern_json_get_string (item, "scope"), ==, "openid email");
  g_assert_cmpint (postern_json_get_int64 (item, "given_at", 0), ==, 77);
  g_assert_cmpuint (count_consents (ada), ==, 2);
  first = call ("GET", path, "limit=1", NULL, 200);
  g_assert_nonnull (postern_json_get_string (first, "next"));
  read = find_entry ("data.read", NULL);
  g_assert_cmpstr (read->target, ==, ada); /* not what she was called by: that is forgotten with her */
  refuses ("GET", "/users/nobody/consents", NULL, 404, "");
}

/* As the person does it: what is remembered goes, and the grants, in one; what others allowed, and what she allowed others, stays. */
static void
test_take_back (void)
{
  g_autoptr (PosternAudit) consent = NULL, grants = NULL;
  g_autofree char *before = NULL;

  assert_take_back (ada, shop, 204);
  g_assert_cmpuint (count_consents (ada), ==, 1);
  g_assert_cmpuint (count_grants (ada, shop), ==, 0);
  g_assert_cmpuint (count_grants (ada, mail), ==, 1);
  g_assert_cmpuint (count_consents (grace), ==, 1);
  g_assert_cmpuint (count_grants (grace, shop), ==, 1);
  consent = find_entry ("consent.revoked", NULL);
  grants = find_entry ("grants.revoked", NULL);
  g_assert_cmpstr (consent->target, ==, ada);
  g_assert_cmpstr (grants->target, ==, ada);
  g_assert_cmpstr (postern_json_get_string (consent->data, "application"), ==, shop);
  before = postern_json_print (consent->data);
  g_assert_nonnull (strstr (before, "\"before\":{\"scope\":\"openid email\"}"));
  assert_take_back (ada, shop, 404);
  assert_take_back (ada, "none", 404);
  assert_take_back ("nobody", shop, 404);
}

/* An application of ours asks nobody, and loses its access likewise; what has lapsed is no access. */
static void
test_without_consent (void)
{
  give (ada, shop, NULL, 0);
  assert_take_back (ada, shop, 204);
  g_assert_cmpuint (count_grants (ada, shop), ==, 0);
  give (ada, shop, NULL, 5);
  assert_take_back (ada, shop, 404);
}

static void
revoke_all (const char *user_id, const char *application_id)
{
  g_autofree char *user = user_id ? g_strdup_printf ("\"user\":\"%s\"", user_id) : g_strdup (""), *application = application_id ? g_strdup_printf ("\"application\":\"%s\"", application_id) : g_strdup ("");
  g_autofree char *body = g_strdup_printf ("{%s%s%s}", user, user_id && application_id ? "," : "", application);

  g_assert_null (call ("POST", "/grant-revocations", NULL, body, 204));
}

/* Who takes all back takes back what was allowed; who ends one sign-in does not. */
static void
test_revocations (void)
{
  g_autofree char *query = g_strdup_printf ("user=%s&application=%s", grace, mail), *id = NULL, *path = NULL;
  g_autoptr (GVariant) answer = NULL, items = NULL, box = NULL, item = NULL;
  g_autoptr (PosternAudit) entry = NULL;

  give (grace, mail, "openid", 0);
  answer = call ("GET", "/grants", query, NULL, 200);
  items = postern_json_get (answer, "items");
  box = g_variant_get_child_value (items, 0);
  item = g_variant_get_variant (box);
  path = g_strconcat ("/grants/", postern_json_get_string (item, "id"), NULL);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  g_assert_cmpuint (count_consents (grace), ==, 2);
  revoke_all (grace, mail);
  g_assert_cmpuint (count_consents (grace), ==, 1);
  entry = find_entry ("consent.revoked", NULL);
  g_assert_cmpstr (entry->target, ==, grace);
  g_assert_cmpstr (postern_json_get_string (entry->data, "application"), ==, mail);
  give (ada, shop, "openid", 0);
  revoke_all (NULL, shop);
  g_assert_cmpuint (count_consents (grace), ==, 0);
  g_assert_cmpuint (count_grants (grace, shop), ==, 0);
  g_assert_cmpuint (count_consents (ada), ==, 1); /* the other application */
  revoke_all (ada, NULL);
  g_assert_cmpuint (count_consents (ada), ==, 0);
}

static void
prepare (void)
{
  ada = make ("/users", "{\"email\":\"ada@example.org\"}", "id");
  grace = make ("/users", "{\"username\":\"grace\"}", "id");
  shop = make ("/applications", "{\"name\":\"Shop\",\"kind\":\"service\"}", "client_id");
  mail = make ("/applications", "{\"name\":\"Mail\",\"kind\":\"service\"}", "client_id");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-consents/list", test_list },
    { "/api-consents/take-back", test_take_back },
    { "/api-consents/without-consent", test_without_consent },
    { "/api-consents/revocations", test_revocations },
    { NULL },
  };
  int failed = house_run (argc, argv, prepare, tests);

  g_free (ada);
  g_free (grace);
  g_free (shop);
  g_free (mail);
  return failed;
}
