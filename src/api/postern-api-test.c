/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

static void
test_applications (void)
{
  g_autoptr (GVariant) made = call ("POST", "/applications", NULL, "{\"name\":\"Shop\",\"kind\":\"web\",\"metadata\":{\"redirect_uris\":[\"https://shop.example/cb\"]}}", 201);
  g_autoptr (GVariant) spa = call ("POST", "/applications", NULL, "{\"name\":\"Spa\",\"kind\":\"spa\",\"metadata\":{\"redirect_uris\":[\"https://spa.example/cb\"]}}", 201);
  const char *id = postern_json_get_string (made, "client_id"), *secret = postern_json_get_string (made, "client_secret");
  g_autofree char *path = g_strconcat ("/applications/", id, NULL), *secrets = g_strconcat (path, "/secrets", NULL);
  g_autoptr (GVariant) shown = NULL, changed = NULL, more = NULL, list = NULL, box = NULL;
  g_autoptr (PosternClient) client = NULL;
  g_autoptr (PosternAudit) entry = NULL;
  g_autofree char *remove = NULL, *said = NULL;

  g_assert_nonnull (secret);
  g_assert_null (postern_json_get_string (spa, "client_secret"));
  client = postern_tenant_dup_client (tenant, id, NULL);
  g_assert_true (postern_client_check_secret (client, secret, g_get_real_time () / G_USEC_PER_SEC));
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_null (postern_json_get_string (shown, "client_secret"));
  {
    g_autofree char *text = postern_json_print (shown);
    g_assert_null (strstr (text, "hash"));
  }
  changed = call ("PATCH", path, NULL, "{\"enabled\":false,\"metadata\":{\"logo_uri\":\"https://shop.example/logo.svg\"}}", 200);
  g_assert_false (postern_json_get_boolean (changed, "enabled", TRUE));
  more = call ("POST", secrets, NULL, NULL, 201);
  g_assert_nonnull (postern_json_get_string (more, "client_secret"));
  entry = find_entry ("application.secret-added", NULL);
  said = postern_json_print (entry->data);
  g_assert_true (g_str_has_prefix (said, "{\"secret\":\"sec_")); /* which one, and not what it is */
  g_assert_null (strstr (said, postern_json_get_string (more, "client_secret")));
  list = postern_json_get (more, "secrets");
  g_assert_cmpuint (g_variant_n_children (list), ==, 2);
  refuses ("POST", "/applications", "{\"name\":\"X\",\"metadata\":{\"redirect_uris\":[\"javascript:x\"]}}", 400, "redirect_uris: ");
  refuses ("POST", "/applications", "{\"name\":\"X\",\"kind\":\"toaster\"}", 400, "kind: ");
  remove = g_strconcat (secrets, "/sec_none", NULL);
  refuses ("DELETE", remove, NULL, 404, "secret");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  assert_audited ("application.deleted");
}

static void
test_keys_policy_setup (void)
{
  g_autoptr (GVariant) rotated = call ("POST", "/keys/rotate", NULL, "{\"alg\":\"ES256\"}", 200);
  g_autoptr (GVariant) keys = call ("GET", "/keys", NULL, NULL, 200);
  g_autofree char *text = postern_json_print (keys);
  g_autoptr (GVariant) policy = call ("PATCH", "/policy", NULL, "{\"sign_up_enabled\":false}", 200);
  g_autoptr (GVariant) cleared = call ("PATCH", "/policy", NULL, "{\"sign_up_enabled\":null}", 200);
  g_autoptr (GVariant) link = call ("POST", "/setup", NULL, NULL, 201);
  g_autoptr (GVariant) administrator = NULL, doctor = NULL, status = NULL;

  g_assert_nonnull (strstr (text, "\"ES256\""));
  g_assert_null (strstr (text, "\"d\"")); /* no private half */
  g_assert_null (strstr (text, "private"));
  refuses ("POST", "/keys/rotate", "{\"alg\":\"none\"}", 400, "alg: ");
  refuses ("POST", "/keys/rotate", "{\"alg\":\"HS256\"}", 400, "alg: ");
  g_assert_false (postern_json_get_boolean (policy, "sign_up_enabled", TRUE));
  g_assert_cmpuint (g_variant_n_children (cleared), ==, 0);
  {
    g_autoptr (GVariant) refused = call ("PATCH", "/policy", NULL, "{\"no_such_rule\":1}", 400);
  }
  g_assert_true (g_str_has_prefix (postern_json_get_string (link, "url"), "https://id.example/setup/"));
  administrator = call ("POST", "/users", NULL, "{\"username\":\"root\",\"administrator\":true}", 201);
  refuses ("POST", "/setup", NULL, 409, "administrator already");
  doctor = call ("GET", "/doctor", NULL, NULL, 200);
  status = call ("GET", "/status", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (status, "issuer"), ==, "https://id.example");
  g_assert_cmpint (postern_json_get_int64 (status, "problems", 0), ==, 1);
  assert_audited ("key.rotated");
  assert_audited ("policy.changed");
  assert_audited ("setup.link-made");
}

static void
test_sessions_grants (void)
{
  g_autoptr (GVariant) user = call ("POST", "/users", NULL, "{\"username\":\"grace\"}", 201);
  g_autofree char *session = add_session (postern_json_get_string (user, "id")), *path = g_strconcat ("/sessions/", session, NULL);

  g_assert_cmpuint (count_items ("/sessions", "user=grace"), ==, 1);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  g_assert_cmpuint (count_items ("/sessions", "user=grace"), ==, 0);
  g_assert_cmpuint (count_items ("/sessions", "user=grace&all=true"), ==, 1);
  refuses ("DELETE", "/sessions/ses_none", NULL, 404, "session");
  g_assert_cmpuint (count_items ("/grants", "user=grace"), ==, 0);
  g_assert_cmpuint (count_items ("/grants", "application=app_none"), ==, 0);
  g_assert_cmpuint (count_items ("/grants", "application=app_none&user=grace"), ==, 0);
  refuses ("GET", "/grants", NULL, 400, "user: ");
  refuses ("POST", "/grant-revocations", "{}", 400, "user: ");
  g_assert_null (call ("POST", "/grant-revocations", NULL, "{\"user\":\"grace\"}", 204));
  assert_audited ("session.ended");
  g_assert_cmpuint (count_items ("/connectors", NULL), ==, 1);
  g_assert_cmpuint (count_items ("/audit", "limit=2"), ==, 2);
  g_assert_cmpuint (count_items ("/audit", "event=session.ended"), ==, 1);
  g_assert_cmpuint (count_items ("/audit", "event=session.ended&actor=nobody"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api/applications", test_applications },
    { "/api/keys-policy-setup", test_keys_policy_setup },
    { "/api/sessions-grants", test_sessions_grants },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
