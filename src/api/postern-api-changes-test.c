/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-store.h"

/* Things made under an id of the caller's own, and several changes together. */

#define APPLICATION "app_01m8hqyz49encaned8h3htdtw5"
#define RESOURCE "res_01m8hqyz49encaned8h3htdtw5"
#define ROLE "rol_01m8hqyz49encaned8h3htdtw5"

#define ORDERS "{\"indicator\":\"https://api.example/orders\",\"name\":\"Orders\",\"scopes\":[{\"name\":\"read\"},{\"name\":\"write\"}]}"
#define GIVES(scope) "{\"resource_id\":\"" RESOURCE "\",\"scope\":\"" scope "\"}"

static void
expect_text (const char *path, const char *words)
{
  g_autoptr (GVariant) answer = call ("GET", path, NULL, NULL, 200);
  g_autofree char *text = postern_json_print (answer);

  if (strstr (text, words) == NULL)
    g_error ("%s lacks %s", text, words);
}

static void
put (const char *path, const char *body)
{
  g_variant_unref (call ("PUT", path, NULL, body, 200));
}

static void
test_put (void)
{
  put ("/applications/" APPLICATION, "{\"name\":\"Web\",\"first_party\":true,\"metadata\":{\"redirect_uris\":[\"https://web.example/cb\"]}}");
  expect_text ("/applications/" APPLICATION, "\"secrets\":[]");
  g_variant_unref (call ("POST", "/applications/" APPLICATION "/secrets", NULL, NULL, 201));
  put ("/applications/" APPLICATION, "{\"name\":\"Job\",\"kind\":\"service\"}");
  expect_text ("/applications/" APPLICATION, "\"first_party\":false");
  expect_text ("/applications/" APPLICATION, "\"secrets\":[{"); /* those stay */
  refuses ("PUT", "/applications/my app", "{\"name\":\"Web\",\"kind\":\"service\"}", 400, "client_id: must be");
  refuses ("PUT", "/applications/usr_01m8hqyz49encaned8h3htdtw5", "{\"name\":\"Web\",\"kind\":\"service\"}", 400, "client_id: must be"); /* no program passes for a person */
  refuses ("PUT", "/applications/" APPLICATION, "{}", 400, "name");

  put ("/resources/" RESOURCE, ORDERS);
  put ("/resources/" RESOURCE, "{\"indicator\":\"https://api.example/orders\",\"name\":\"Orders\",\"scopes\":[{\"name\":\"read\"}]}");
  expect_text ("/resources/" RESOURCE, "\"scopes\":[{\"name\":\"read\"}]");
  refuses ("PUT", "/resources/orders", ORDERS, 400, "res_");
  refuses ("PUT", "/resources/management", ORDERS, 409, "");

  put ("/roles/" ROLE, "{\"name\":\"clerk\",\"description\":\"x\",\"permissions\":[" GIVES ("read") "]}");
  expect_text ("/roles/" ROLE, "\"permissions\":[" GIVES ("read") "]");
  put ("/roles/" ROLE, "{\"name\":\"clerk\"}");
  expect_text ("/roles/" ROLE, "\"permissions\":[" GIVES ("read") "]"); /* only where it is said */
  put ("/roles/" ROLE, "{\"name\":\"clerk\",\"permissions\":[]}");
  expect_text ("/roles/" ROLE, "\"permissions\":[]");
  refuses ("PUT", "/roles/" ROLE, "{\"name\":\"clerk\",\"permissions\":[" GIVES ("burn") "]}", 400, "scope");
  refuses ("PUT", "/roles/" ROLE, "{\"name\":\"clerk\",\"kind\":\"organization\"}", 400, "kind");
  refuses ("PUT", "/roles/clerk", "{\"name\":\"clerk\"}", 400, "rol_");
  refuses ("PUT", "/roles/support", "{\"name\":\"help\"}", 409, "ready-made");
}

typedef struct {
  char *id;
  gint64 revoked_at;
} Grant;

static gboolean
add_grant (PosternTxn *txn, gpointer data, GError **error)
{
  Grant *self = data;
  g_autoptr (PosternGrant) grant = postern_grant_new ();

  g_free (self->id);
  self->id = postern_id_new ("grt");
  grant->id = g_strdup (self->id);
  grant->application_id = g_strdup (APPLICATION);
  grant->created_at = 1;
  grant->expires_at = G_MAXINT32;
  return postern_grant_store_insert (txn, grant, error);
}

static gboolean
read_grant (PosternTxn *txn, gpointer data, GError **error)
{
  Grant *self = data;
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, self->id, error);

  self->revoked_at = grant ? grant->revoked_at : -1;
  return TRUE;
}

/* Who deletes an application takes back what people granted it: another under the same id does not find that. */
static void
test_no_heir (void)
{
  Grant grant = { NULL, 0 };

  put ("/applications/" APPLICATION, "{\"name\":\"Web\",\"kind\":\"service\"}");
  fixture_write (store, add_grant, &grant);
  put ("/applications/" APPLICATION, "{\"name\":\"Web, renamed\",\"kind\":\"service\"}");
  postern_store_read (store, POSTERN_KEEP_LASTING, read_grant, &grant, NULL);
  g_assert_cmpint (grant.revoked_at, ==, 0);
  g_assert_null (call ("DELETE", "/applications/" APPLICATION, NULL, NULL, 204));
  put ("/applications/" APPLICATION, "{\"name\":\"Another\",\"kind\":\"service\"}");
  postern_store_read (store, POSTERN_KEEP_LASTING, read_grant, &grant, NULL);
  g_assert_cmpint (grant.revoked_at, !=, 0);
  g_free (grant.id);
}

/* --- together -------------------------------------------------------------------------------------------------------- */

#define CHANGE(method, path, more) "{\"method\":\"" method "\",\"path\":\"" path "\"" more "}"
#define BOTH "{\"changes\":[" CHANGE ("PUT", "/resources/res_01m8hqyz49encaned8h3htdtw6", ",\"body\":{\"indicator\":\"https://api.example/two\",\"name\":\"Two\",\"scopes\":[{\"name\":\"go\"}]}") "," \
  CHANGE ("PUT", "/roles/rol_01m8hqyz49encaned8h3htdtw6", ",\"body\":{\"name\":\"driver\",\"permissions\":[{\"resource_id\":\"res_01m8hqyz49encaned8h3htdtw6\",\"scope\":\"go\"}]}") "]}"

static void
test_together (void)
{
  g_autoptr (GVariant) checked = call ("POST", "/change-checks", NULL, BOTH, 200), made = NULL;
  g_autoptr (PosternAudit) entry = NULL;

  g_assert_cmpint (postern_json_get_int64 (checked, "changes", 0), ==, 2);
  refuses ("GET", "/roles/rol_01m8hqyz49encaned8h3htdtw6", NULL, 404, ""); /* it was only tried */
  made = call ("POST", "/changes", NULL, BOTH, 200);
  g_assert_cmpint (postern_json_get_int64 (made, "changes", 0), ==, 2);
  expect_text ("/roles/rol_01m8hqyz49encaned8h3htdtw6", "\"scope\":\"go\"");
  entry = find_entry ("role.created", NULL);
  g_assert_cmpstr (entry->target, ==, "rol_01m8hqyz49encaned8h3htdtw6");
  g_assert_cmpstr (entry->request_id, ==, "req_test");
  assert_audited ("configuration.applied");
  g_variant_unref (call ("POST", "/changes", NULL, "{\"changes\":[" CHANGE ("DELETE", "/roles/rol_01m8hqyz49encaned8h3htdtw6", "") "," CHANGE ("DELETE", "/resources/res_01m8hqyz49encaned8h3htdtw6", "") "]}", 200));
  refuses ("GET", "/roles/rol_01m8hqyz49encaned8h3htdtw6", NULL, 404, "");
}

/* The first would be good; nothing of it is left. */
static void
test_all_or_none (void)
{
#define GOOD CHANGE ("PUT", "/roles/rol_01m8hqyz49encaned8h3htdtw7", ",\"body\":{\"name\":\"lost\"}")
  static const struct {
    const char *second;
    guint status;
    const char *words;
  } cases[] = {
    { CHANGE ("PUT", "/applications/" APPLICATION, ",\"body\":{\"name\":\"\"}"), 400, "changes.1: name: " },
    { CHANGE ("PUT", "/applications/" APPLICATION, ",\"body\":{\"nmae\":\"x\"}"), 400, "changes.1: nmae: " },
    { CHANGE ("DELETE", "/roles/" ROLE "x", ""), 404, "changes.1: " },
    { CHANGE ("DELETE", "/applications/" APPLICATION, ",\"body\":{\"a\":1}"), 400, "changes.1: a: " },
    { CHANGE ("PUT", "/roles/rol_01m8hqyz49encaned8h3htdtw8", ",\"body\":{\"name\":\"lost\"}"), 409, "changes.1: " },
    { CHANGE ("PUT", "/policy", ",\"if_match\":\"\\\"old\\\"\",\"body\":{}"), 412, "changes.1: " },
    { CHANGE ("PUT", "/applications/" APPLICATION, ",\"if_none_match\":\"*\",\"body\":{\"name\":\"x\",\"kind\":\"service\"}"), 412, "changes.1: " },
    { CHANGE ("PUT", "/nothing", ""), 400, "no such change" },
    { CHANGE ("PUT", "/applications//" APPLICATION, ""), 400, "no such change" },
    { CHANGE ("PUT", "/applications/%00", ""), 400, "no such change" },
    { CHANGE ("PUT", "policy", ",\"body\":{}"), 400, "no such change" },
    { CHANGE ("PATCH", "/users/usr_01m8hqyz49encaned8h3htdtw5", ",\"body\":{\"password\":\"long enough\"}"), 400, "no such change" }, /* takes long */
    { CHANGE ("POST", "/changes", ",\"body\":{}"), 400, "method" },
    { CHANGE ("PATCH", "/tenants/acme", ",\"body\":{\"suspended\":true}"), 400, "no such change" }, /* its own log must have it, too */
    { CHANGE ("DELETE", "/tenants/acme", ""), 400, "no such change" }, /* and what it keeps is erased behind it */
  };

  put ("/applications/" APPLICATION, "{\"name\":\"Web\",\"kind\":\"service\"}");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"changes\":[" GOOD ",%s]}", cases[i].second);

      refuses ("POST", "/changes", body, cases[i].status, cases[i].words);
      refuses ("POST", "/change-checks", body, cases[i].status, cases[i].words);
      refuses ("GET", "/roles/rol_01m8hqyz49encaned8h3htdtw7", NULL, 404, "");
    }
  refuses ("POST", "/changes", "{\"changes\":[]}", 400, "changes");
}

static guint told;

static GPtrArray *
end_user (PosternTxn *txn, const char *user_id, const PosternAuditBy *by, GError **error)
{
  return g_ptr_array_new ();
}

static void
tell (PosternTenant *of, GPtrArray *ended, gpointer user_data)
{
  told++;
}

/* Applications sign somebody out when they are told: whoever only asks must not bring that about. */
static void
test_told (void)
{
  static const PosternApiSessions sessions = { NULL, end_user, tell };
  g_autofree char *id = make ("/users", "{\"username\":\"told\"}", "id");
  g_autofree char *body = g_strdup_printf ("{\"changes\":[" CHANGE ("DELETE", "/users/%s", "") "]}", id);

  postern_api_set_sessions (api, &sessions, NULL);
  g_variant_unref (call ("POST", "/change-checks", NULL, body, 200));
  g_assert_cmpuint (told, ==, 0);
  g_variant_unref (call ("POST", "/changes", NULL, body, 200));
  g_assert_cmpuint (told, ==, 1);
  postern_api_set_sessions (api, NULL, NULL);
}

/* What one API can do together is no more than what it can do alone: nothing that has to be told of behind it gets in unseen. */
static void
test_rows (void)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if ((row->flags & POSTERN_API_DONE_FOR_ALL) && !g_str_has_prefix (row->path, "/connectors/"))
        g_error ("%s: look whether its `done` needs the call that it belongs to, and then name it here", row->operation);
}

/* Together nothing is longer than it could be alone. */
static void
test_long (void)
{
  g_autofree char *x = g_strnfill (70 * 1024, 'x');
  g_autofree char *body = g_strdup_printf ("{\"changes\":[{\"method\":\"PUT\",\"path\":\"/organizations/org_01m8hqyz49encaned8h3htdtw5\",\"body\":{\"name\":\"Long\",\"data\":{\"x\":\"%s\"}}}]}", x);

  refuses ("POST", "/changes", body, 400, "changes.0: its body is longer than 65536 bytes");
  g_variant_unref (call ("GET", "/organizations/org_01m8hqyz49encaned8h3htdtw5", NULL, NULL, 404));
}

/* Numbers such as these: a folder of a large installation. */
#define MANY 4000 /* applications: more values than a document has that is not meant to be long */
#define LOOKS 100 /* organizations, each with the longest logo that there can be */

static void
add_application (GString *body, guint i)
{
  g_string_append_printf (body,
                          "%s{\"method\":\"PUT\",\"path\":\"/applications/shop-%u\",\"if_none_match\":\"*\",\"body\":{\"name\":\"Shop\",\"kind\":\"web\",\"enabled\":true,\"first_party\":false,"
                          "\"metadata\":{\"scope\":\"openid email\",\"redirect_uris\":[\"https://shop-%u.example/a\",\"https://shop-%u.example/b\",\"https://shop-%u.example/c\"],\"grant_types\":[\"authorization_code\","
                          "\"refresh_token\"]}}}",
                          i ? "," : "", i, i, i, i);
}

static void
add_look (GString *body, guint i)
{
  static guchar picture[24 * 1024] = "\x89PNG\r\n\x1a\n";
  g_autofree char *id = g_strdup_printf ("org_01m8hqyz49encaned8h3ht%04u", i), *logo = g_base64_encode (picture, sizeof picture);

  g_string_append_printf (body, ",{\"method\":\"PUT\",\"path\":\"/organizations/%s\",\"body\":{\"name\":\"Customer %u\"}}", id, i);
  g_string_append_printf (body, ",{\"method\":\"PUT\",\"path\":\"/organizations/%s/branding\",\"body\":{\"logo\":\"%s\"}}", id, logo);
}

/* All of it or nothing, also where it is much; what is too much is refused before anything is done. */
static void
test_many (void)
{
  g_autoptr (GString) body = g_string_new ("{\"changes\":["), more = g_string_new ("{\"changes\":[");
  g_autoptr (GVariant) done = NULL, shown = NULL;

  for (guint i = 0; i < MANY; i++)
    add_application (body, i);
  for (guint i = 0; i < LOOKS; i++)
    add_look (body, i);
  g_string_append (body, "]}");
  g_assert_cmpuint (body->len, >, 4 * 1024 * 1024);
  body->str[body->len - 1] = ' '; /* one brace is missing: nothing is done */
  refuses ("POST", "/changes", body->str, 400, "no JSON object");
  g_variant_unref (call ("GET", "/applications/shop-0", NULL, NULL, 404));
  body->str[body->len - 1] = '}';
  done = call ("POST", "/changes", NULL, body->str, 200);
  g_assert_cmpint (postern_json_get_int64 (done, "changes", 0), ==, MANY + 2 * LOOKS);
  shown = call ("GET", "/organizations/org_01m8hqyz49encaned8h3ht0099/branding", NULL, NULL, 200);
  g_assert_nonnull (postern_json_get_string (shown, "logo_url"));
  for (guint i = 0; i <= 10000; i++)
    g_string_append_printf (more, "%s{\"method\":\"DELETE\",\"path\":\"/applications/shop-%u\"}", i ? "," : "", i);
  g_string_append (more, "]}");
  refuses ("POST", "/changes", more->str, 400, "10000");
  g_variant_unref (call ("GET", "/applications/shop-0", NULL, NULL, 200));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-changes/put", test_put },
    { "/api-changes/no-heir", test_no_heir },
    { "/api-changes/together", test_together },
    { "/api-changes/all-or-none", test_all_or_none },
    { "/api-changes/told", test_told },
    { "/api-changes/rows", test_rows },
    { "/api-changes/long", test_long },
    { "/api-changes/many", test_many },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
