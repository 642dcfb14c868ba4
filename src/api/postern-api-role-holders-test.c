/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-management-roles.h"

/* Somebody's roles, said as a whole: what comes, what goes, and what nobody gets by it that they would not get role by role. */

#define ACME "/organizations/acme"

static char *ada, *template, *own, *others;

/* (transfer full): {"roles": [@one, @two]}; @two: (nullable) */
static char *
make_body (const char *one, const char *two)
{
  return g_strdup_printf ("{\"roles\":[\"%s\"%s%s%s]}", one, two ? ",\"" : "", two ? two : "", two ? "\"" : "");
}

/* @wanted: the kind of who has them, and the roles, sorted, a blank before each */
static void
put (const char *path, const char *one, const char *two, const char *wanted)
{
  g_autofree char *body = make_body (one, two);
  g_autoptr (GVariant) answer = call ("PUT", path, NULL, body, 200);
  g_auto (GStrv) roles = postern_json_dup_strv (answer, "roles", FALSE);
  g_autofree char *list = g_strjoinv (" ", roles), *said = g_strjoin (" ", postern_json_get_string (answer, "kind"), list, NULL);

  g_assert_cmpstr (said, ==, wanted);
  g_assert_true (g_str_has_suffix (path, postern_json_get_string (answer, "subject_id")));
}

static void
test_tenant (void)
{
  g_autofree char *path = g_strconcat ("/role-holders/", ada, NULL);
  g_autoptr (PosternAudit) entry = NULL;

  refuses ("GET", path, NULL, 404, "no roles there");
  refuses ("DELETE", path, NULL, 404, "no roles there");
  put (path, "support", "security", "user security support");
  put (path, "security", "support", "user security support"); /* nothing changes */
  put (path, "read-only", NULL, "user read-only");
  entry = find_entry ("role.holder-changed", "local administrator");
  g_assert_cmpstr (entry->target, ==, ada);
  refuses ("PUT", path, "{\"roles\":[]}", 400, "");
  refuses ("PUT", path, "{\"roles\":[\"rol_01m8hqyz49encaned8h3htdtw5\"]}", 400, "roles");
  refuses ("PUT", "/role-holders/usr_01m8hqyz49encaned8h3htdtw5", "{\"roles\":[\"support\"]}", 400, "no such user");
  refuses ("PUT", "/role-holders/grp_01m8hqyz49encaned8h3htdtw5", "{\"roles\":[\"support\"]}", 400, "must not be a group");
  g_assert_cmpuint (count_items ("/role-holders", NULL), ==, 2); /* with who owns the server */
  g_assert_cmpuint (count_items ("/role-holders", "kind=application"), ==, 0);
  put ("/role-holders/job", "support", NULL, "application support");
  g_assert_cmpuint (count_items ("/role-holders", "kind=application"), ==, 1);
  g_assert_cmpuint (count_items ("/role-holders", "kind=user"), ==, 2);
  g_assert_cmpuint (count_items ("/role-holders", "limit=1"), ==, 1);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  assert_audited ("role.holder-removed");
  refuses ("GET", path, NULL, 404, "");
}

/* The last owner is left by no way. */
static void
test_owner (void)
{
  g_autoptr (GVariant) root = call ("GET", "/users/root", NULL, NULL, 200);
  g_autofree char *path = g_strconcat ("/role-holders/", postern_json_get_string (root, "id"), NULL);

  refuses ("PUT", path, "{\"roles\":[\"support\"]}", 409, "last owner");
  refuses ("DELETE", path, NULL, 409, "last owner");
}

static void
test_organization (void)
{
  g_autofree char *path = g_strconcat (ACME "/role-holders/", ada, NULL), *body = make_body (template, NULL), *foreign = make_body (others, NULL);
  g_autofree char *job = g_strconcat ("application ", template, NULL);

  refuses ("PUT", path, body, 400, "no such member"); /* who does not belong to it has nothing there */
  g_variant_unref (call ("PUT", ACME "/members/ada", NULL, NULL, 200));
  refuses ("PUT", path, foreign, 400, "roles");
  refuses ("PUT", path, "{\"roles\":[\"support\"]}", 400, "role of the tenant");
  g_variant_unref (call ("PUT", path, NULL, body, 200));
  put (ACME "/role-holders/job", template, NULL, job);
  g_assert_cmpuint (count_items (ACME "/role-holders", NULL), ==, 2);
  g_assert_cmpuint (count_items (ACME "/role-holders", "kind=application"), ==, 1);
  g_assert_cmpuint (count_items ("/organizations/other/role-holders", NULL), ==, 0);
  refuses ("GET", "/organizations/none/role-holders", NULL, 404, "");
  refuses ("DELETE", "/organizations/other/role-holders/job", NULL, 404, "no roles there");
  g_assert_null (call ("DELETE", ACME "/role-holders/job", NULL, NULL, 204));
}

/* Who changes it meanwhile is not overwritten. */
static void
test_condition (void)
{
  g_autofree char *path = g_strconcat ("/role-holders/", ada, NULL);
  g_autoptr (PosternResponse) made = send_with ("PUT", path, "{\"roles\":[\"support\"]}", "If-None-Match", "*");
  const char *tag = postern_response_get_header (made, "ETag");
  g_autoptr (PosternResponse) again = send_with ("PUT", path, "{\"roles\":[\"support\"]}", "If-None-Match", "*");
  g_autoptr (PosternResponse) fits = send_with ("PUT", path, "{\"roles\":[\"security\"]}", "If-Match", tag);
  g_autoptr (PosternResponse) late = send_with ("DELETE", path, NULL, "If-Match", tag);

  g_assert_cmpuint (postern_response_get_status (made), ==, 200);
  g_assert_cmpuint (postern_response_get_status (again), ==, 412);
  g_assert_cmpuint (postern_response_get_status (fits), ==, 200);
  g_assert_cmpuint (postern_response_get_status (late), ==, 412);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

/* --- nobody gives, or takes, what they lack ------------------------------------------------------------------------------ */

/* "Bearer A B": with these scopes */
static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  bearer->subject = g_strdup ("usr_bearer");
  bearer->client_id = g_strdup ("app_bearer");
  bearer->scopes = g_strsplit (postern_request_get_header (request, "Authorization") + strlen ("Bearer "), " ", -1);
  return TRUE;
}

static guint
ask (const char *method, const char *path, const char *body, const char *token)
{
  g_autoptr (PosternResponse) response = NULL;

  api_fixture_public = TRUE;
  response = send_with (method, path, body, "Authorization", token);
  api_fixture_public = FALSE;
  return postern_response_get_status (response);
}

static void
test_rights (void)
{
  static const char weak[] = "Bearer roles:write roles:read configuration:write";
  g_autofree char *path = g_strconcat ("/role-holders/", ada, NULL);
  g_autofree char *together = g_strdup_printf ("{\"changes\":[{\"method\":\"PUT\",\"path\":\"%s\",\"body\":{\"roles\":[\"support\"]}}]}", path);

  postern_api_set_bearer (api, admit, NULL);
  g_assert_cmpuint (ask ("PUT", path, "{\"roles\":[\"support\"]}", weak), ==, 403);
  g_assert_cmpuint (ask ("POST", "/changes", together, weak), ==, 403); /* nor by a file */
  g_assert_cmpuint (ask ("PUT", path, "{\"roles\":[\"owner\"]}", weak), ==, 403);
  refuses ("GET", path, NULL, 404, "");
  g_variant_unref (call ("PUT", path, NULL, "{\"roles\":[\"support\"]}", 200));
  g_assert_cmpuint (ask ("DELETE", path, NULL, weak), ==, 403);
  g_assert_cmpuint (ask ("GET", path, NULL, "Bearer users:read"), ==, 403);
  g_assert_cmpuint (ask ("GET", path, NULL, "Bearer roles:read"), ==, 200);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  postern_api_set_bearer (api, NULL, NULL);
}

static void
set_up (void)
{
  g_autofree char *acme = make ("/organizations", "{\"name\":\"Acme\",\"slug\":\"acme\"}", "id"), *other = make ("/organizations", "{\"name\":\"Other\",\"slug\":\"other\"}", "id");
  g_autofree char *role = g_strdup_printf ("{\"name\":\"desk\",\"kind\":\"organization\",\"organization_id\":\"%s\"}", other), *of_acme = g_strdup_printf ("{\"name\":\"desk\",\"kind\":\"organization\",\"organization_id\":\"%s\"}", acme);

  ada = make ("/users", "{\"username\":\"ada\"}", "id");
  g_free (make ("/users", "{\"username\":\"root\",\"administrator\":true}", "id"));
  template = make ("/roles", "{\"name\":\"agent\",\"kind\":\"organization\"}", "id");
  own = make ("/roles", of_acme, "id");
  others = make ("/roles", role, "id");
  g_variant_unref (call ("PUT", "/applications/job", NULL, "{\"name\":\"Job\",\"kind\":\"service\"}", 200));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-role-holders/tenant", test_tenant }, { "/api-role-holders/owner", test_owner },   { "/api-role-holders/organization", test_organization },
    { "/api-role-holders/condition", test_condition }, { "/api-role-holders/rights", test_rights }, { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (ada);
  g_free (template);
  g_free (own);
  g_free (others);
  return failed;
}
