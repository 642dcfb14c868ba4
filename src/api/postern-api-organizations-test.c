/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

/* Organizations, their members and groups, as the administrator of the machine sees them. */

static char *ada, *bob;

static char *
below (const char *id, const char *rest)
{
  return g_strconcat ("/organizations/", id, rest, NULL);
}

static void
test_organizations (void)
{
  g_autofree char *id = make ("/organizations", "{\"name\":\"Acme\",\"slug\":\"acme\",\"data\":{\"plan\":\"gold\"}}", "id"), *path = below (id, "");
  g_autoptr (GVariant) by_slug = call ("GET", "/organizations/acme", NULL, NULL, 200), changed = NULL, rules = NULL, off = NULL, on = NULL;

  g_assert_cmpstr (postern_json_get_string (by_slug, "id"), ==, id);
  changed = call ("PATCH", "/organizations/acme", NULL, "{\"name\":\"Acme Ltd\",\"sign_in_rules\":{\"second_factor\":\"required\",\"join_by_domain\":true}}", 200);
  g_assert_cmpstr (postern_json_get_string (changed, "name"), ==, "Acme Ltd");
  g_variant_unref (call ("PATCH", path, NULL, "{\"sign_in_rules\":{\"join_by_domain\":null}}", 200));
  rules = call ("GET", path, NULL, NULL, 200);
  {
    g_autoptr (GVariant) kept = postern_json_get (rules, "sign_in_rules");

    g_assert_cmpuint (g_variant_n_children (kept), ==, 1);
  }
  off = call ("PATCH", path, NULL, "{\"disabled\":true}", 200);
  g_assert_cmpint (postern_json_get_int64 (off, "disabled_at", 0), >, 0);
  on = call ("PATCH", path, NULL, "{\"disabled\":false}", 200);
  g_assert_cmpint (postern_json_get_int64 (on, "disabled_at", 0), ==, 0);
  assert_audited ("organization.created");
  assert_audited ("organization.changed");

  refuses ("POST", "/organizations", "{\"name\":\"Other\",\"slug\":\"acme\"}", 409, "");
  refuses ("POST", "/organizations", "{\"name\":\"Other\",\"slug\":\"Not good\"}", 400, "slug");
  refuses ("POST", "/organizations", "{\"name\":\" \"}", 400, "name");
  refuses ("POST", "/organizations", "{\"slug\":\"other\"}", 400, "name");
  refuses ("PATCH", path, "{\"sign_in_rules\":{\"factors\":[\"oath\"]}}", 400, "sign_in_rules");
  refuses ("PATCH", path, "{\"sign_in_rules\":{\"anything\":true}}", 400, "sign_in_rules");
  refuses ("PATCH", path, "{\"name\":null}", 400, "name");
  refuses ("GET", "/organizations/nobody", NULL, 404, "");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("DELETE", path, NULL, 404, "");
  assert_audited ("organization.deleted");
}

static void
test_lists (void)
{
  g_autofree char *first = make ("/organizations", "{\"name\":\"Initech\",\"slug\":\"initech\"}", "id");
  g_autofree char *second = make ("/organizations", "{\"name\":\"Initrode\",\"disabled\":true}", "id"), *member = below (second, "/members/bob");
  g_autoptr (GVariant) page = NULL;

  g_assert_cmpuint (count_items ("/organizations", "search=Init"), ==, 2);
  g_assert_cmpuint (count_items ("/organizations", "search=initech"), ==, 1);
  g_assert_cmpuint (count_items ("/organizations", "search=nothing"), ==, 0);
  page = call ("GET", "/organizations", "search=Init&limit=1", NULL, 200);
  g_assert_cmpstr (postern_json_get_string (page, "next"), ==, first);
  g_assert_cmpuint (count_items ("/organizations", "member=bob"), ==, 0);
  g_variant_unref (call ("PUT", member, NULL, NULL, 200));
  g_assert_cmpuint (count_items ("/organizations", "member=bob"), ==, 1); /* switched off, but still theirs */
  g_variant_unref (call ("GET", "/organizations", "member=bob&search=x", NULL, 400));
  g_variant_unref (call ("GET", "/organizations", "member=nobody", NULL, 404));
}

static void
test_members (void)
{
  g_autofree char *id = make ("/organizations", "{\"name\":\"Members\"}", "id"), *all = below (id, "/members"), *one = below (id, "/members/ada"), *other = below (id, "/members/bob");
  g_autofree char *by_id = g_strconcat (all, "/", ada, NULL), *nobody = below (id, "/members/nobody");
  g_autoptr (GVariant) added = call ("PUT", one, NULL, NULL, 200), again = call ("PUT", by_id, NULL, NULL, 200), page = NULL, shown = NULL;

  g_assert_cmpstr (postern_json_get_string (added, "user_id"), ==, ada);
  g_assert_cmpstr (postern_json_get_string (added, "source"), ==, "administrator");
  g_assert_cmpint (postern_json_get_int64 (added, "joined_at", 0), ==, postern_json_get_int64 (again, "joined_at", 0));
  g_variant_unref (call ("PUT", other, NULL, NULL, 200));
  page = call ("GET", all, "limit=1", NULL, 200);
  g_assert_cmpint (postern_json_get_int64 (page, "total", 0), ==, 2);
  shown = call ("GET", by_id, NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (shown, "username"), ==, "ada");
  g_assert_cmpstr (postern_json_get_string (shown, "name"), ==, "Ada L.");
  refuses ("PUT", nobody, NULL, 404, "");
  g_assert_null (call ("DELETE", one, NULL, NULL, 204));
  refuses ("DELETE", one, NULL, 404, "there is no such member");
  refuses ("GET", nobody, NULL, 404, "there is no such member");
  assert_audited ("member.added");
  assert_audited ("member.removed");
}

static void
test_groups (void)
{
  g_autofree char *id = make ("/organizations", "{\"name\":\"Groups\"}", "id"), *foreign = make ("/organizations", "{\"name\":\"Foreign\"}", "id"), *all = below (id, "/groups");
  g_autofree char *group = make (all, "{\"name\":\"Sales\"}", "id"), *one = g_strconcat (all, "/", group, NULL), *elsewhere = g_strconcat ("/organizations/", foreign, "/groups/", group, NULL);
  g_autofree char *inside = g_strconcat (one, "/members", NULL), *member = g_strconcat (inside, "/ada", NULL), *joining = below (id, "/members/ada");
  g_autoptr (GVariant) renamed = call ("PATCH", one, NULL, "{\"name\":\"Selling\",\"description\":\"Who sells\"}", 200);
  g_autoptr (GVariant) replaced = call ("PUT", one, NULL, "{\"name\":\"Selling\"}", 200);

  g_assert_cmpstr (postern_json_get_string (renamed, "name"), ==, "Selling");
  g_assert_cmpstr (postern_json_get_string (renamed, "description"), ==, "Who sells");
  g_assert_null (postern_json_get_string (replaced, "description"));
  refuses ("PATCH", one, "{\"description\":\"Who\\nsells\"}", 400, "description");
  refuses ("POST", all, "{\"name\":\"Selling\"}", 409, "");
  refuses ("POST", all, "{\"name\":\" \"}", 400, "name");
  refuses ("GET", elsewhere, NULL, 404, "there is no such group");
  refuses ("PUT", member, NULL, 404, "there is no such member");
  g_variant_unref (call ("PUT", joining, NULL, NULL, 200));
  g_variant_unref (call ("PUT", member, NULL, NULL, 200));
  g_assert_cmpuint (count_items (inside, NULL), ==, 1);
  g_assert_null (call ("DELETE", member, NULL, NULL, 204));
  refuses ("DELETE", member, NULL, 404, "");
  g_assert_cmpuint (count_items (all, NULL), ==, 1);
  g_assert_null (call ("DELETE", one, NULL, NULL, 204));
  g_assert_cmpuint (count_items (all, NULL), ==, 0);
  assert_audited ("group.created");
  assert_audited ("group.changed");
  assert_audited ("group.deleted");
  assert_audited ("group.member-added");
  assert_audited ("group.member-removed");
}

static void
set_up (void)
{
  ada = make ("/users", "{\"username\":\"ada\",\"name\":\"Ada L.\"}", "id");
  bob = make ("/users", "{\"username\":\"bob\"}", "id");
}

/* By an own id: made where it is not there, and what is not sent is as in a new one. */
static void
test_put (void)
{
  const char *id = "org_01m8hqyz49encaned8h3htdtw5", *group = "/groups/grp_01m8hqyz49encaned8h3htdtw5", *domain = "/domains/put.example";
  g_autofree char *path = below (id, ""), *one = below (id, group), *other = NULL, *named = below (id, domain), *role = make ("/roles", "{\"name\":\"put\",\"kind\":\"organization\"}", "id");
  g_autofree char *foreign = make ("/organizations", "{\"name\":\"Put elsewhere\",\"slug\":\"elsewhere\"}", "id"), *with_role = g_strdup_printf ("{\"name\":\"Sales\",\"roles\":[\"%s\"]}", role);
  g_autoptr (GVariant) made = call ("PUT", path, NULL, "{\"name\":\"Put\",\"slug\":\"put\",\"data\":{\"a\":1},\"sign_in_rules\":{\"second_factor\":\"required\"},\"disabled\":true}", 200), again = NULL, data = NULL, rules = NULL;
  g_autoptr (GVariant) grouped = NULL, bare = NULL, plain = NULL, listed = NULL;
  g_auto (GStrv) roles = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "id"), ==, id);
  again = call ("PUT", "/organizations/put", NULL, "{\"name\":\"Put\"}", 200); /* one that is there by its slug, too */
  data = postern_json_get (again, "data");
  rules = postern_json_get (again, "sign_in_rules");
  g_assert_true (g_variant_n_children (data) == 0 && g_variant_n_children (rules) == 0 && !postern_json_get_boolean (again, "disabled", TRUE));
  g_assert_null (postern_json_get_string (again, "slug"));
  refuses ("PUT", "/organizations/put", "{\"name\":\"Put\"}", 400, "id: must be org_");
  refuses ("PUT", path, "{\"name\":\"Put\",\"slug\":\"elsewhere\"}", 409, "");
  refuses ("PUT", path, "{\"slug\":\"put\"}", 400, "name");

  grouped = call ("PUT", one, NULL, with_role, 200);
  roles = postern_json_dup_strv (grouped, "roles", FALSE);
  g_assert_true (g_strv_length (roles) == 1 && g_str_equal (roles[0], role));
  assert_audited ("role.assigned");
  plain = call ("PUT", one, NULL, "{\"name\":\"Sellers\"}", 200); /* none are sent: they stay */
  g_strfreev (roles);
  roles = postern_json_dup_strv (plain, "roles", FALSE);
  g_assert_cmpuint (g_strv_length (roles), ==, 1);
  bare = call ("PUT", one, NULL, "{\"name\":\"Sellers\",\"roles\":[]}", 200);
  g_strfreev (roles);
  roles = postern_json_dup_strv (bare, "roles", FALSE);
  g_assert_cmpuint (g_strv_length (roles), ==, 0);
  assert_audited ("role.taken");
  refuses ("PUT", one, "{\"name\":\"Sellers\",\"roles\":[\"support\"]}", 400, "subject_id: must not be a group");
  refuses ("PUT", one, "{\"name\":\"Sellers\",\"roles\":[\"rol_00000000000000000000000000\"]}", 400, "roles: there is no such role");
  other = below (foreign, group);
  refuses ("PUT", other, "{\"name\":\"Taken over\"}", 409, ""); /* a group stays whose it is */
  g_free (other);
  other = below (id, "/groups/sellers");
  refuses ("PUT", other, "{\"name\":\"Sellers\"}", 400, "id: must be grp_");

  listed = call ("PUT", named, NULL, NULL, 200);
  g_assert_false (postern_json_get_boolean (listed, "verified", TRUE));
  g_variant_unref (call ("PUT", named, NULL, NULL, 200));
  g_free (other);
  other = below (id, "/domains/no domain");
  refuses ("PUT", other, NULL, 400, "domain");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-organizations/organizations", test_organizations },
    { "/api-organizations/lists", test_lists },
    { "/api-organizations/members", test_members },
    { "/api-organizations/groups", test_groups },
    { "/api-organizations/put", test_put },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (ada);
  g_free (bob);
  return failed;
}
