/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-management-roles.h"
#include "postern-organization.h"

/* The attacks of a customer's administrator on the organizations of others, and on more rights than they were given. */

static char *ada, *bob, *own, *foreign, *own_group, *foreign_group;

/* A token of ada's for their organization, with the scopes that its text says. */
static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  bearer->subject = g_strdup (ada);
  bearer->client_id = g_strdup ("app_bearer");
  bearer->organization_id = g_strdup (own);
  bearer->scopes = g_strsplit (postern_request_get_header (request, "Authorization"), " ", -1);
  return TRUE;
}

static char *
dup_all_scopes (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    g_string_append_printf (text, "%s ", row->name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* (transfer full) (nullable): the problem's text, without its request id */
static char *
ask (const char *method, const char *path, const char *body, const char *scopes, guint status)
{
  g_autofree char *all = scopes ? NULL : dup_all_scopes ();
  g_autoptr (PosternResponse) response = NULL;
  g_autoptr (GVariant) answer = NULL;

  api_fixture_public = TRUE;
  response = send_with (method, path, body, "Authorization", scopes ? scopes : all);
  api_fixture_public = FALSE;
  if (postern_response_get_status (response) != status)
    g_error ("%s %s is answered %u", method, path, postern_response_get_status (response));
  answer = read_body (response);
  return answer && postern_json_get_string (answer, "detail") ? g_strdup (postern_json_get_string (answer, "detail")) : NULL;
}

static void
expect (const char *method, const char *path, const char *body, const char *scopes, guint status)
{
  g_free (ask (method, path, body, scopes, status));
}

/* (transfer full): @organization and @group in the places of the captures */
static char *
fill (const char *pattern, const char *organization, const char *group)
{
  g_auto (GStrv) steps = g_strsplit (pattern, "/", -1);

  for (guint i = 0; steps[i] != NULL; i++) {
    const char *value = g_str_equal (steps[i], "{group}") ? group : g_str_equal (steps[i], "{user}") ? "bob" : organization;

    if (steps[i][0] != '{')
      continue;
    g_free (steps[i]);
    steps[i] = g_strdup (value);
  }
  return g_strjoinv ("/", steps);
}

static const char *
get_body (const PosternApiRow *row)
{
  if (row->body == NULL || row->kind != POSTERN_API_CREATE)
    return row->body ? "{}" : NULL;
  if (g_str_has_suffix (row->path, "/invitations"))
    return "{\"email\":\"x@y.example\"}";
  return g_str_has_suffix (row->path, "/domains") ? "{\"domain\":\"x.example\"}" : "{\"name\":\"X\"}";
}

/* Whatever is not delegated is refused, even with every scope there is. */
static void
test_others (void)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++) {
      g_autofree char *path = fill (row->path, own, own_group);

      if (row->permission != NULL && !(row->flags & POSTERN_API_DELEGATED))
        expect (postern_api_row_get_method (row), path, get_body (row), NULL, 403);
    }
}

/* Each row that is: another's organization is answered in the very words of one that is not there, by id and by slug; so is another's group in one's own. */
static void
test_foreign (void)
{
  guint tried = 0;

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++) {
      g_autofree char *path = fill (row->path, foreign, foreign_group), *by_slug = fill (row->path, "foreign", foreign_group), *mixed = fill (row->path, own, foreign_group);
      g_autofree char *none = fill (row->path, "org_00000000000000000000000000", foreign_group);
      const char *method = postern_api_row_get_method (row);
      g_autofree char *there = NULL, *nowhere = NULL;

      if (!(row->flags & POSTERN_API_DELEGATED) || !g_str_has_prefix (row->path, "/organizations/{id}"))
        continue;
      there = ask (method, path, get_body (row), NULL, 404);
      nowhere = ask (method, none, get_body (row), NULL, 404);
      g_assert_cmpstr (there, ==, nowhere);
      expect (method, by_slug, get_body (row), NULL, 404);
      if (strstr (row->path, "{group}"))
        expect (method, mixed, get_body (row), NULL, 404);
      tried++;
    }
  g_assert_cmpuint (tried, >=, 17);
}

/* Of people who are no members nothing is said: neither that they are users. */
static void
test_strangers (void)
{
  g_autofree char *real = g_strdup_printf ("/organizations/%s/members/bob", own), *unreal = g_strdup_printf ("/organizations/%s/members/nobody", own);
  g_autofree char *there = ask ("GET", real, NULL, NULL, 404), *nowhere = ask ("GET", unreal, NULL, NULL, 404);

  g_assert_cmpstr (there, ==, nowhere);
  expect ("DELETE", real, NULL, NULL, 404);
  expect ("PUT", real, NULL, NULL, 403); /* they are invited */
}

static void
test_own (void)
{
  g_autofree char *path = g_strconcat ("/organizations/", own, NULL), *members = g_strconcat (path, "/members", NULL), *groups = g_strconcat (path, "/groups", NULL);

  expect ("GET", path, NULL, "organizations:read", 200);
  expect ("GET", "/organizations/own", NULL, "organizations:read", 200);
  expect ("GET", members, NULL, "organizations:read", 403);
  expect ("GET", members, NULL, "members:read", 200);
  expect ("POST", groups, "{\"name\":\"Theirs\"}", "members:write", 201);
  expect ("PATCH", path, "{\"name\":\"Own Ltd\",\"sign_in_rules\":{\"second_factor\":\"required\"}}", "organizations:write", 200);
  expect ("PATCH", path, "{\"disabled\":false}", NULL, 403);
  expect ("PATCH", path, "{\"slug\":\"other\"}", NULL, 403);
  expect ("PATCH", path, "{\"data\":{}}", NULL, 403);
  expect ("PATCH", path, "{\"sign_in_rules\":{\"join_by_connectors\":[\"google\"]}}", NULL, 403);
  expect ("DELETE", path, NULL, NULL, 403);
}

/* What the operator keeps of a customer is not the customer's. */
static void
test_data (void)
{
  g_autofree char *path = g_strconcat ("/organizations/", own, NULL);
  g_autoptr (PosternResponse) response = NULL;
  g_autoptr (GVariant) shown = NULL, data = NULL;

  g_variant_unref (call ("PATCH", path, NULL, "{\"data\":{\"owes\":\"much\"}}", 200));
  api_fixture_public = TRUE;
  response = send_with ("GET", path, NULL, "Authorization", "organizations:read");
  api_fixture_public = FALSE;
  shown = read_body (response);
  data = postern_json_get (shown, "data");
  g_assert_true (data == NULL || g_variant_n_children (data) == 0);
  expect ("PATCH", path, "{\"name\":\"Own\"}", "organizations:write", 200);
  {
    g_autoptr (GVariant) whole = call ("GET", path, NULL, NULL, 200), kept = postern_json_get (whole, "data");

    g_assert_cmpstr (postern_json_get_string (kept, "owes"), ==, "much");
  }
}

static char *
make_role (const char *name, const char *resource_id, const char *scope)
{
  g_autofree char *body = g_strdup_printf ("{\"name\":\"%s\",\"kind\":\"organization\"}", name), *id = make ("/roles", body, "id"), *path = g_strconcat ("/roles/", id, "/permissions", NULL);
  g_autofree char *permission = g_strdup_printf ("{\"resource_id\":\"%s\",\"scope\":\"%s\"}", resource_id, scope);

  g_free (make (path, permission, "scope"));
  return g_steal_pointer (&id);
}

static void
give (const char *role, const char *subject)
{
  g_autofree char *path = g_strconcat ("/roles/", role, "/assignments", NULL), *body = g_strdup_printf ("{\"subject_id\":\"%s\",\"organization_id\":\"%s\"}", subject, own);

  g_free (make (path, body, "subject_id"));
}

/* Nobody comes to more by a group: neither to what they lack here, nor to what an organization has elsewhere. */
static void
test_groups (void)
{
  g_autofree char *resource = make ("/resources", "{\"indicator\":\"https://pay.example\",\"name\":\"Pay\",\"scopes\":[{\"name\":\"pay\"}]}", "id");
  g_autofree char *strong = make_role ("strong", "management", "organizations:write"), *paying = make_role ("paying", resource, "pay");
  g_autofree char *groups = g_strdup_printf ("/organizations/%s/groups", own), *first = make (groups, "{\"name\":\"Strong\"}", "id"), *second = make (groups, "{\"name\":\"Paying\"}", "id");
  g_autofree char *one = g_strconcat (groups, "/", first, NULL), *two = g_strconcat (groups, "/", second, NULL), *in_one = g_strconcat (one, "/members/ada", NULL), *in_two = g_strconcat (two, "/members/ada", NULL);

  give (strong, first);
  give (paying, second);
  expect ("PUT", in_one, NULL, "members:write", 403);
  expect ("DELETE", one, NULL, "members:write", 403);
  expect ("PUT", in_one, NULL, "members:write organizations:write", 200);
  expect ("DELETE", in_one, NULL, "members:write", 403);
  expect ("PUT", in_two, NULL, NULL, 403);
  give (paying, ada);
  expect ("PUT", in_two, NULL, "members:write", 200);
}

/* Nor is a stronger one put out by a weaker. */
static void
test_removal (void)
{
  g_autofree char *path = g_strdup_printf ("/organizations/%s/members/bob", own), *strong = make_role ("stronger", "management", "organizations:write");

  g_variant_unref (call ("PUT", path, NULL, NULL, 200));
  give (strong, bob);
  expect ("DELETE", path, NULL, "members:write", 403);
  expect ("DELETE", path, NULL, "members:write organizations:write", 204);
}

/* One that is switched off is gone for its administrators. */
static void
test_off (void)
{
  g_autofree char *path = g_strconcat ("/organizations/", own, NULL);

  g_variant_unref (call ("PATCH", path, NULL, "{\"disabled\":true}", 200));
  expect ("GET", path, NULL, NULL, 404);
  g_variant_unref (call ("PATCH", path, NULL, "{\"disabled\":false}", 200));
  expect ("GET", path, NULL, NULL, 200);
}

static char *
of_role (const char *id, const char *rest)
{
  return g_strconcat ("/roles/", id, rest, NULL);
}

/* Roles of the tenant and of others are not there; templates are seen and given, and not changed. */
static void
test_roles (void)
{
  g_autofree char *template = make_role ("template", "management", "members:read"), *tenants = make ("/roles", "{\"name\":\"tenant's\"}", "id");
  g_autofree char *theirs_body = g_strdup_printf ("{\"name\":\"theirs\",\"kind\":\"organization\",\"organization_id\":\"%s\"}", foreign), *theirs = make ("/roles", theirs_body, "id");
  g_autofree char *of_template = of_role (template, ""), *of_tenant = of_role (tenants, ""), *of_theirs = of_role (theirs, ""), *more = of_role (template, "/permissions");
  g_autofree char *there = ask ("GET", of_theirs, NULL, NULL, 404), *nowhere = ask ("GET", "/roles/rol_01m8hqyz49encaned8h3htdtw5", NULL, NULL, 404);
  g_autofree char *assign = of_role (template, "/assignments"), *assign_tenants = of_role (tenants, "/assignments"), *give_theirs = of_role (theirs, "/assignments");
  g_autofree char *by_slug = NULL, *by_no_slug = NULL;

  g_assert_cmpstr (there, ==, nowhere);
  expect ("GET", of_tenant, NULL, NULL, 404);
  expect ("GET", "/roles/owner", NULL, NULL, 404);
  expect ("GET", of_template, NULL, NULL, 200);
  expect ("PATCH", of_template, "{\"name\":\"mine\"}", NULL, 403);
  expect ("DELETE", of_template, NULL, NULL, 403);
  expect ("PUT", of_template, "{\"name\":\"mine\"}", NULL, 403);
  expect ("PUT", of_tenant, "{\"name\":\"mine\"}", NULL, 404);
  expect ("PUT", "/roles/owner", "{\"name\":\"mine\"}", NULL, 404);
  expect ("PUT", of_theirs, "{\"name\":\"mine\"}", NULL, 404);
  expect ("PUT", "/roles/rol_01m8hqyz49encaned8h3htdtw5", "{\"name\":\"mine\"}", NULL, 404); /* or whose an id is would show */
  expect ("POST", more, "{\"resource_id\":\"management\",\"scope\":\"members:write\"}", NULL, 403);
  expect ("POST", "/roles", theirs_body, NULL, 404);
  by_slug = ask ("POST", "/roles", "{\"name\":\"theirs, too\",\"organization_id\":\"foreign\"}", NULL, 404);
  by_no_slug = ask ("POST", "/roles", "{\"name\":\"theirs, too\",\"organization_id\":\"nobodys\"}", NULL, 404);
  g_assert_cmpstr (by_slug, ==, by_no_slug);
  expect ("POST", "/roles/owner/assignments", "{\"subject_id\":\"ada\"}", NULL, 404);
  expect ("POST", assign_tenants, "{\"subject_id\":\"ada\"}", NULL, 404);
  expect ("POST", give_theirs, "{\"subject_id\":\"ada\"}", NULL, 404);
  expect ("POST", assign, "{\"subject_id\":\"ada\"}", "roles:write", 403); /* lacks what it gives */
  expect ("POST", assign, "{\"subject_id\":\"ada\"}", "roles:write members:read", 201);
}

/* An own role gives what its maker has, in this API and elsewhere. */
static void
test_own_roles (void)
{
  g_autofree char *made = NULL, *path = NULL, *permissions = NULL, *assign = NULL, *theirs = g_strdup_printf ("{\"subject_id\":\"%s\"}", foreign_group);
  g_autofree char *resource = make ("/resources", "{\"indicator\":\"https://ship.example\",\"name\":\"Ship\",\"scopes\":[{\"name\":\"ship\"}]}", "id"), *ship = g_strdup_printf ("{\"resource_id\":\"%s\",\"scope\":\"ship\"}", resource);
  g_autofree char *shipping = make_role ("shipping", resource, "ship"), *list = g_strdup_printf ("organization_id=%s", own);
  g_autoptr (GVariant) page = NULL, items = NULL, item = NULL, box = NULL;

  expect ("POST", "/roles", "{\"name\":\"Buyer\",\"kind\":\"tenant\"}", NULL, 400);
  expect ("POST", "/roles", "{\"name\":\"Buyer\"}", "roles:write", 201);
  page = call ("GET", "/roles", list, NULL, 200);
  items = postern_json_get (page, "items");
  box = g_variant_get_child_value (items, 0);
  item = g_variant_get_variant (box);
  made = g_strdup (postern_json_get_string (item, "id"));
  g_assert_cmpstr (postern_json_get_string (item, "organization_id"), ==, own);
  path = of_role (made, "");
  permissions = of_role (made, "/permissions");
  assign = of_role (made, "/assignments");
  expect ("POST", permissions, "{\"resource_id\":\"management\",\"scope\":\"members:write\"}", "roles:write", 403);
  expect ("POST", permissions, ship, NULL, 403);
  give (shipping, ada);
  expect ("POST", permissions, ship, "roles:write", 201);
  expect ("POST", assign, "{\"subject_id\":\"ada\"}", "roles:write", 201);
  expect ("POST", assign, "{\"subject_id\":\"nobody\"}", "roles:write", 404);
  expect ("POST", assign, theirs, "roles:write", 404);
  expect ("POST", assign, "{\"subject_id\":\"app_01m8hqyz49encaned8h3htdtw5\"}", "roles:write", 403);
  expect ("PATCH", path, "{\"name\":\"Shipper\"}", "roles:write", 200);
  expect ("PUT", path, "{\"name\":\"Shipper\",\"permissions\":[{\"resource_id\":\"management\",\"scope\":\"members:write\"}]}", "roles:write", 403);
  expect ("PUT", path, "{\"name\":\"Shipper\",\"kind\":\"tenant\"}", "roles:write", 400);
  expect ("PUT", path, "{\"name\":\"Shipper\",\"permissions\":[]}", "roles:write", 200);
  expect ("DELETE", path, NULL, "roles:write", 204);
}

static gboolean
note_elsewhere (PosternTxn *txn, gpointer data, GError **error)
{
  const char *const targets[] = { foreign, bob, ada, NULL };
  gboolean good = TRUE;

  for (guint i = 0; good && i < G_N_ELEMENTS (targets); i++) {
    g_autoptr (PosternAudit) entry = postern_audit_store_new ("user.changed", ada, targets[i]);

    entry->request_id = g_strdup (EVENT_FIXTURE_REQUEST);
    entry->data = g_variant_ref_sink (g_variant_new_parsed ("{'before': <@a{sv} {}>, 'after': <@a{sv} {}>}"));
    good = postern_audit_store_append (txn, entry, error);
  }
  return good;
}

/* (transfer full): what ada reads of the log, as text */
static char *
read_log (const char *path, const char *scopes)
{
  g_autoptr (PosternResponse) response = NULL;
  GBytes *bytes;

  api_fixture_public = TRUE;
  response = send_with ("GET", path, NULL, "Authorization", scopes);
  api_fixture_public = FALSE;
  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  bytes = postern_response_get_body (response);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Of the log they see what was done to their organization, by whomever; of nothing else anything, nor the operator's notes and addresses. */
static void
test_log (void)
{
  g_autofree char *path = g_strdup_printf ("/organizations/%s/audit", own), *organization = g_strdup_printf ("/organizations/%s", own);
  g_autofree char *role = make_role ("logged", "management", "members:read"), *log = NULL;
  g_autofree char *of_bob = g_strdup_printf ("\"target\":\"%s\"", bob), *of_ada = g_strdup_printf ("\"target\":\"%s\"", ada), *of_foreign = g_strdup_printf ("\"target\":\"%s\"", foreign);

  g_variant_unref (call ("PATCH", organization, NULL, "{\"data\":{\"owes\":\"a secret sum\"},\"name\":\"Logged Ltd\"}", 200));
  give (role, ada);
  fixture_write (store, note_elsewhere, NULL);
  log = read_log (path, "audit:read");
  g_assert_nonnull (strstr (log, "organization.changed"));
  g_assert_nonnull (strstr (log, "Logged Ltd"));
  g_assert_nonnull (strstr (log, "role.assigned"));
  g_assert_null (strstr (log, "a secret sum"));
  g_assert_null (strstr (log, "user.changed"));
  g_assert_true (strstr (log, of_bob) == NULL && strstr (log, of_ada) == NULL && strstr (log, of_foreign) == NULL);
  expect ("GET", path, NULL, "organizations:read", 403);
  expect ("GET", "/audit", NULL, NULL, 403);
}

/* Names are for who may see members, and of roles for who may see roles; whoever of the operator's did something stays an id. */
static void
test_log_names (void)
{
  g_autofree char *path = g_strdup_printf ("/organizations/%s/audit?kind=role&names=true", own), *wrong = g_strdup_printf ("/organizations/%s/audit?kind=role%%25", own);
  g_autofree char *role = make_role ("named role", "management", "members:read"), *holders = g_strdup_printf ("/roles/%s/assignments?names=true", role);
  g_autofree char *all = NULL, *without = NULL, *who = NULL, *named = g_strdup_printf ("\"%s\":\"named role\"", role);

  give (role, ada);
  all = read_log (path, "audit:read members:read roles:read");
  g_assert_nonnull (strstr (all, named));
  g_assert_nonnull (strstr (all, "\"names\":{"));
  g_assert_null (strstr (all, "organization.changed"));
  without = read_log (path, "audit:read members:read");
  g_assert_null (strstr (without, named));
  expect ("GET", path, NULL, "audit:read", 403);
  expect ("GET", wrong, NULL, NULL, 400);
  who = read_log (holders, "roles:read members:read");
  g_assert_nonnull (strstr (who, "\"subject_name\":\""));
  expect ("GET", holders, NULL, "roles:read", 403);
}

static void
set_up (void)
{
  g_autofree char *member = NULL, *groups = NULL, *others = NULL;

  ada = make ("/users", "{\"username\":\"ada\"}", "id");
  bob = make ("/users", "{\"username\":\"bob\"}", "id");
  own = make ("/organizations", "{\"name\":\"Own\",\"slug\":\"own\"}", "id");
  foreign = make ("/organizations", "{\"name\":\"Foreign\",\"slug\":\"foreign\"}", "id");
  member = g_strdup_printf ("/organizations/%s/members/ada", own);
  g_variant_unref (call ("PUT", member, NULL, NULL, 200));
  groups = g_strdup_printf ("/organizations/%s/groups", own);
  others = g_strdup_printf ("/organizations/%s/groups", foreign);
  own_group = make (groups, "{\"name\":\"Sales\"}", "id");
  foreign_group = make (others, "{\"name\":\"Sales\"}", "id");
  postern_api_set_bearer (api, admit, NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-delegation/others", test_others },       { "/api-delegation/foreign", test_foreign }, { "/api-delegation/strangers", test_strangers },
    { "/api-delegation/own", test_own },             { "/api-delegation/data", test_data },       { "/api-delegation/groups", test_groups },
    { "/api-delegation/removal", test_removal },     { "/api-delegation/off", test_off },         { "/api-delegation/roles", test_roles },
    { "/api-delegation/own-roles", test_own_roles }, { "/api-delegation/log", test_log },
    { "/api-delegation/log-names", test_log_names },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);
  char *texts[] = { ada, bob, own, foreign, own_group, foreign_group };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  return failed;
}
