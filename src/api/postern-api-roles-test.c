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
  g_assert_cmpuint (count_items ("/resources", NULL), ==, 2); /* with the one that is built in */
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
  refuses ("POST", "/roles", "{\"name\":\"x\",\"organization_id\":\"org_none\"}", 404, "there is no such organization");
  refuses ("POST", "/roles", "{\"name\":\"x\",\"organization_id\":\"none\"}", 404, "there is no such organization");
  refuses ("PATCH", path, "{\"kind\":\"organization\"}", 400, "kind: cannot be changed");
  refuses ("PATCH", path, "{\"organization_id\":\"org_none\"}", 400, "organization_id: cannot be changed");
  refuses ("PATCH", path, "{\"permissions\":[{}]}", 400, ""); /* who changes a list sends whole items */
  refuses ("PATCH", path, "{\"permissions\":[{\"resource_id\":\"management\"}]}", 400, "");
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
  refuses ("POST", clerk, "{\"subject_id\":\"usr_none\"}", 404, "");
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

/* --- what is built in ------------------------------------------------------------------------------------------------------------ */

/* (transfer full): the ids of all pages of @path, one behind the other */
static char *
list_ids (const char *path)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  g_autofree char *after = NULL;

  do {
    g_autofree char *query = g_strconcat ("limit=2", after ? "&after=" : NULL, after, NULL);
    g_autoptr (GVariant) page = call ("GET", path, query, NULL, 200), items = postern_json_get (page, "items");

    for (gsize i = 0; i < g_variant_n_children (items); i++) {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i), item = g_variant_get_variant (box);

      g_string_append_printf (ids, "%.9s ", postern_json_get_string (item, "id"));
    }
    g_free (after);
    after = g_strdup (postern_json_get_string (page, "next"));
  } while (after);
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

static void
test_ready_made (void)
{
  g_autofree char *path = make_path ("/roles", "{\"name\":\"desk\"}", NULL), *resource = make_path ("/resources", ORDERS, NULL), *permissions = g_strconcat (path, "/permissions", NULL);
  g_autofree char *roles = list_ids ("/roles"), *resources = list_ids ("/resources");
  g_autofree char *both = g_strdup_printf ("managemen %.9s ", resource + strlen ("/resources/"));
  g_autofree char *shown = show ("/roles/support", NULL), *own = show (path, NULL);
  g_autoptr (GVariant) added = call ("POST", permissions, NULL, "{\"resource_id\":\"management\",\"scope\":\"users:read\"}", 201);

  g_assert_true (g_str_has_prefix (roles, "owner read-only rol_") && g_str_has_suffix (roles, " security support ")); /* by id, across pages */
  g_assert_cmpstr (resources, ==, both);
  g_assert_nonnull (strstr (shown, "\"ready_made\":true"));
  g_assert_nonnull (strstr (own, "\"ready_made\":false"));
  g_assert_cmpuint (count_items (permissions, NULL), ==, 1);
  g_assert_cmpuint (count_items ("/roles/support/permissions", NULL), >, 10);
  refuses ("PATCH", "/roles/support", "{\"description\":\"x\"}", 409, "");
  refuses ("DELETE", "/roles/support", NULL, 409, "");
  refuses ("POST", "/roles/support/permissions", "{\"resource_id\":\"management\",\"scope\":\"keys:write\"}", 409, "");
  refuses ("DELETE", "/roles/support/permissions/management/users:write", NULL, 409, "");
  refuses ("PATCH", "/resources/management", "{\"name\":\"x\"}", 409, "");
  refuses ("DELETE", "/resources/management", NULL, 409, "");
  refuses ("POST", "/roles", "{\"name\":\"owner\"}", 400, "");
  refuses ("POST", permissions, "{\"resource_id\":\"management\",\"scope\":\"users:burn\"}", 400, "");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  g_assert_null (call ("DELETE", resource, NULL, NULL, 204));
}

/* The role and the member of a user are one thing, and somebody stays in. */
static void
test_owner (void)
{
  g_autofree char *path = g_strconcat ("/users/", ada, NULL), *taken = g_strconcat ("/roles/owner/assignments/", ada, NULL), *roles = g_strconcat (path, "/roles", NULL);
  g_autoptr (GVariant) by_name = call ("POST", "/roles/owner/assignments", NULL, "{\"subject_id\":\"ada\"}", 201), user = call ("GET", path, NULL, NULL, 200);
  g_autofree char *boss = make_path ("/users", "{\"username\":\"boss\",\"administrator\":true}", NULL);

  g_assert_cmpstr (postern_json_get_string (by_name, "subject_id"), ==, ada);
  g_assert_true (postern_json_get_boolean (user, "administrator", FALSE));
  g_assert_cmpuint (count_items (roles, NULL), ==, 1);
  g_assert_cmpuint (count_items ("/roles/owner/assignments", NULL), ==, 2);
  refuses ("POST", "/roles/owner/assignments", "{\"subject_id\":\"nobody\"}", 404, "");
  g_assert_null (call ("DELETE", "/roles/owner/assignments/boss", NULL, NULL, 204));
  refuses ("DELETE", taken, NULL, 409, "");
  refuses ("PATCH", path, "{\"administrator\":false}", 409, "");
  refuses ("PATCH", path, "{\"disabled\":true}", 409, "");
  refuses ("DELETE", path, NULL, 409, "");
  g_variant_unref (call ("PATCH", boss, NULL, "{\"administrator\":true,\"disabled\":true}", 200));
  refuses ("DELETE", taken, NULL, 409, ""); /* the other one cannot sign in */
  g_variant_unref (call ("PATCH", boss, NULL, "{\"disabled\":false}", 200));
  g_assert_null (call ("DELETE", taken, NULL, NULL, 204));
  refuses ("DELETE", taken, NULL, 404, "");
  refuses ("DELETE", boss, NULL, 409, "");
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

/* An application under an id of its maker's own has roles as others have; and nobody gets what was meant for it. */
static void
test_own_client_id (void)
{
  const char *job = "{\"name\":\"Job\",\"kind\":\"service\"}";
  g_autoptr (GVariant) made = call ("PUT", "/applications/nightly-job", NULL, job, 200), given = NULL, shown = NULL, person = NULL, taken = NULL;
  g_auto (GStrv) roles = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "client_id"), ==, "nightly-job");
  refuses ("PUT", "/applications/usr_1", job, 400, "client_id: must be 3 to 64 letters");
  refuses ("PUT", "/applications/app_1", job, 400, "client_id: must be");
  given = call ("POST", "/roles/support/assignments", NULL, "{\"subject_id\":\"nightly-job\"}", 201);
  g_assert_cmpstr (postern_json_get_string (given, "subject_id"), ==, "nightly-job");
  shown = call ("GET", "/applications/nightly-job", NULL, NULL, 200);
  roles = postern_json_dup_strv (shown, "roles", FALSE);
  g_assert_true (g_strv_length (roles) == 1 && g_str_equal (roles[0], "support"));
  person = call ("POST", "/users", NULL, "{\"username\":\"nightly-job\"}", 201);
  refuses ("POST", "/roles/security/assignments", "{\"subject_id\":\"nightly-job\"}", 409, "is an application, and what a person signs in with");
  refuses ("POST", "/roles/security/assignments", "{\"subject_id\":\"nobody-knows\"}", 404, "");
  g_assert_null (call ("DELETE", "/applications/nightly-job", NULL, NULL, 204));
  taken = call ("PUT", "/applications/nightly-job", NULL, job, 200); /* made anew it has nothing of the one before */
  g_strfreev (roles);
  roles = postern_json_dup_strv (taken, "roles", FALSE);
  g_assert_cmpuint (g_strv_length (roles), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-roles/resources", test_resources },
    { "/api-roles/roles", test_roles },
    { "/api-roles/permissions", test_permissions },
    { "/api-roles/assignments", test_assignments },
    { "/api-roles/ready-made", test_ready_made },
    { "/api-roles/owner", test_owner },
    { "/api-roles/own-client-id", test_own_client_id },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (ada);
  g_free (org);
  return failed;
}
