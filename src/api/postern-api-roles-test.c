/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-organization.h"

/* Resources, roles, what they give and who has them. */

static char *ada, *org;

/* Of what was made: (transfer full): /FOLDER/ID, and @more behind it */
static char *
make_path (const char *folder, const char *body, const char *more)
{
  g_autofree char *id = make (folder, body, "id");

  return g_strconcat (folder, "/", id, more, NULL);
}

static char *
show (const char *path, const char *query)
{
  g_autoptr (GVariant) answer = call ("GET", path, query, NULL, 200);

  return postern_json_print (answer);
}

#define ORDERS "{\"indicator\":\"https://api.example/orders\",\"name\":\"Orders\",\"scopes\":[{\"name\":\"orders:read\",\"description\":\"See orders\"},{\"name\":\"orders:write\"}]}"

static void
test_resources (void)
{
  g_autofree char *path = make_path ("/resources", ORDERS, NULL);
  g_autoptr (GVariant) changed = call ("PATCH", path, NULL, "{\"name\":\"All orders\",\"settings\":{\"access_token_lifetime\":60}}", 200);
  g_autoptr (GVariant) scopes = postern_json_get (changed, "scopes");

  g_assert_cmpuint (g_variant_n_children (scopes), ==, 2);
  refuses ("POST", "/resources", ORDERS, 409, "");
  refuses ("POST", "/resources", "{\"indicator\":\"https://id.example/api/v1\",\"name\":\"Ours\"}", 400, "");
  refuses ("POST", "/resources", "{\"indicator\":\"x\",\"name\":\"X\"}", 400, "");
  refuses ("PATCH", path, "{\"scopes\":[{\"name\":\"openid\"}]}", 400, "");
  refuses ("PATCH", path, "{\"settings\":{\"colour\":\"red\"}}", 400, "");
  g_assert_cmpuint (count_items ("/resources", NULL), ==, 1);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("GET", path, NULL, 404, "");
}

static void
test_roles (void)
{
  g_autofree char *path = make_path ("/roles", "{\"name\":\"clerk\"}", NULL);
  g_autoptr (GVariant) changed = call ("PATCH", path, NULL, "{\"description\":\"Takes orders\"}", 200);

  g_assert_cmpstr (postern_json_get_string (changed, "kind"), ==, "tenant");
  g_assert_cmpstr (postern_json_get_string (changed, "description"), ==, "Takes orders");
  refuses ("POST", "/roles", "{\"name\":\"clerk\"}", 409, "");
  refuses ("POST", "/roles", "{\"name\":\"x\",\"organization_id\":\"org_none\"}", 400, "");
  refuses ("PATCH", path, "{\"kind\":\"organization\"}", 400, "");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("GET", path, NULL, 404, "");
}

static void
test_permissions (void)
{
  g_autoptr (GVariant) orders = call ("POST", "/resources", NULL, ORDERS, 201);
  const char *resource = postern_json_get_string (orders, "id");
  g_autofree char *role = make_path ("/roles", "{\"name\":\"reader\"}", NULL), *permissions = g_strconcat (role, "/permissions", NULL);
  g_autofree char *good = g_strdup_printf ("{\"resource_id\":\"%s\",\"scope\":\"orders:read\"}", resource);
  g_autofree char *bad = g_strdup_printf ("{\"resource_id\":\"%s\",\"scope\":\"orders:burn\"}", resource);
  g_autofree char *one = g_strconcat (permissions, "/", resource, "/orders:read", NULL);
  g_autofree char *of_resource = g_strconcat ("/resources/", resource, NULL);
  g_autoptr (GVariant) added = call ("POST", permissions, NULL, good, 201);

  refuses ("POST", permissions, bad, 400, "");
  refuses ("POST", permissions, "{\"resource_id\":\"res_none\",\"scope\":\"orders:read\"}", 404, "");
  g_assert_cmpuint (count_items (permissions, NULL), ==, 1);
  g_assert_null (call ("DELETE", one, NULL, NULL, 204));
  refuses ("DELETE", one, NULL, 404, "");
  g_assert_cmpuint (count_items (permissions, NULL), ==, 0);
  g_assert_null (call ("DELETE", role, NULL, NULL, 204));
  g_assert_null (call ("DELETE", of_resource, NULL, NULL, 204));
}

static void
test_assignments (void)
{
  g_autofree char *clerk = make_path ("/roles", "{\"name\":\"clerk\"}", "/assignments"), *chief = make_path ("/roles", "{\"name\":\"chief\",\"kind\":\"organization\"}", "/assignments");
  g_autofree char *to_ada = g_strdup_printf ("{\"subject_id\":\"%s\"}", ada);
  g_autofree char *in_org = g_strdup_printf ("{\"subject_id\":\"%s\",\"organization_id\":\"%s\"}", ada, org);
  g_autofree char *query = g_strconcat ("organization_id=", org, NULL);
  g_autofree char *roles = g_strconcat ("/users/", ada, "/roles", NULL), *may = g_strconcat ("/users/", ada, "/permissions", NULL);
  g_autofree char *of_clerk = g_strconcat (clerk, "/", ada, NULL), *of_chief = g_strconcat (chief, "/", ada, NULL);
  g_autoptr (GVariant) first = call ("POST", clerk, NULL, to_ada, 201), second = call ("POST", chief, NULL, in_org, 201);
  g_autofree char *plain = show (may, NULL), *there = show (may, query);

  refuses ("POST", clerk, in_org, 400, "");  /* a role of the tenant, in an organization */
  refuses ("POST", chief, to_ada, 400, "");  /* and the other way round */
  refuses ("POST", clerk, "{\"subject_id\":\"usr_none\"}", 400, "");
  g_assert_cmpuint (count_items (clerk, NULL), ==, 1);
  g_assert_cmpuint (count_items (chief, NULL), ==, 0);
  g_assert_cmpuint (count_items (chief, query), ==, 1);
  g_assert_cmpuint (count_items (roles, NULL), ==, 2);
  g_assert_nonnull (strstr (plain, "\"roles\":[\"clerk\"]"));
  g_assert_nonnull (strstr (plain, "\"organization_roles\":[]"));
  g_assert_nonnull (strstr (there, "\"organization_roles\":[\"chief\"]"));
  refuses ("DELETE", of_chief, NULL, 404, ""); /* not of the tenant */
  g_assert_null (call ("DELETE", of_chief, query, NULL, 204));
  g_assert_null (call ("DELETE", of_clerk, NULL, NULL, 204));
  refuses ("DELETE", of_clerk, NULL, 404, "");
  g_assert_cmpuint (count_items (roles, NULL), ==, 0);
}

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();
  g_autoptr (PosternOrganization) organization = postern_organization_make ("A", NULL, 1, error);

  user->id = postern_id_new ("usr");
  user->username = g_strdup ("ada");
  ada = g_strdup (user->id);
  org = g_strdup (organization->id);
  return postern_user_store_insert (txn, user, error) && postern_organization_store_insert (txn, organization, error) &&
         postern_organization_join (txn, org, ada, POSTERN_MEMBER_INVITED, 1, NULL, error);
}

static void
set_up (void)
{
  fixture_write (store, fill, NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-roles/resources", test_resources },
    { "/api-roles/roles", test_roles },
    { "/api-roles/permissions", test_permissions },
    { "/api-roles/assignments", test_assignments },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (ada);
  g_free (org);
  return failed;
}
