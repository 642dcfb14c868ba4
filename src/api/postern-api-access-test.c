/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-management-roles.h"

static char *user_id, *administrator_id, *client_id;

/* --- a bearer of a few lines: "Bearer ROLE", "Bearer scopes: A B", "Bearer organization: A B"; else nobody -------------------- */

static void
take_scopes_of (const char *role, PosternBearer *bearer)
{
  g_autoptr (GStrvBuilder) scopes = g_strv_builder_new ();

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    if (postern_management_roles_allows (role, row->name))
      g_strv_builder_add (scopes, row->name);
  bearer->scopes = g_strv_builder_end (scopes);
}

static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  const char *token = postern_request_get_header (request, "Authorization");

  g_assert_cmpstr (resource, ==, "https://id.example/api/v1");
  if (token == NULL)
    return FALSE;
  token += strlen ("Bearer ");
  if (g_str_equal (token, "bad"))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "unknown");
      return FALSE;
    }
  if (g_str_equal (token, "weak"))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "one factor");
      return FALSE;
    }
  bearer->subject = g_strdup ("usr_bearer");
  bearer->client_id = g_strdup ("app_bearer");
  if (g_str_has_prefix (token, "organization: "))
    bearer->organization_id = g_strdup ("org_one");
  if (strchr (token, ':') != NULL && strchr (token, ' ') != NULL)
    bearer->scopes = g_strsplit (strchr (token, ' ') + 1, " ", -1);
  else
    take_scopes_of (token, bearer);
  return TRUE;
}

/* (transfer full): by the public listener; @token: (nullable) */
static PosternResponse *
ask (const char *method, const char *path, const char *body, const char *token)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);
  g_auto (GStrv) parts = g_strsplit (full, "?", 2);
  g_autofree char *bearer = token ? g_strconcat ("Bearer ", token, NULL) : NULL;
  PosternResponse *response;

  api_fixture_public = TRUE;
  api_fixture_header[0] = bearer ? "Authorization" : NULL;
  api_fixture_header[1] = bearer;
  response = api_fixture_dispatch (api, method, parts[0], parts[1], body);
  api_fixture_header[0] = NULL;
  api_fixture_public = FALSE;
  return response;
}

static void
expect (const char *method, const char *path, const char *body, const char *token, guint status)
{
  g_autoptr (PosternResponse) response = ask (method, path, body, token);

  if (postern_response_get_status (response) != status)
    g_error ("%s %s of %s: %u", method, path, token, postern_response_get_status (response));
}

/* --- the matrix: which role may do what. Written by hand, so that a slip in the table of permissions does not pass for a rule ---- */

#define OWNER (1 << 0)
#define SECURITY (1 << 1)
#define SUPPORT (1 << 2)
#define READER (1 << 3)
#define ALL (OWNER | SECURITY | SUPPORT | READER)
#define ANYBODY (-1)

static const struct {
  const char *operation;
  int roles;
} matrix[] = {
  { "getStatus", ALL },
  { "runDoctor", ALL },
  { "makeSetupLink", OWNER },
  { "listTenants", OWNER },
  { "createTenant", OWNER },
  { "getTenant", OWNER },
  { "updateTenant", OWNER },
  { "deleteTenant", OWNER },
  { "listUsers", ALL },
  { "createUser", OWNER | SUPPORT },
  { "getUser", ALL },
  { "updateUser", OWNER | SUPPORT },
  { "deleteUser", OWNER | SUPPORT },
  { "removeCredential", OWNER | SUPPORT },
  { "unlinkIdentity", OWNER | SUPPORT },
  { "getUserData", OWNER | SECURITY | READER },
  { "exportUsers", ALL },
  { "listImports", ALL },
  { "startImport", OWNER },
  { "checkImport", ALL },
  { "getImport", ALL },
  { "importUsers", OWNER },
  { "requestFactorReset", OWNER | SUPPORT },
  { "cancelFactorReset", OWNER | SUPPORT },
  { "getLockout", ALL },
  { "liftLockout", OWNER | SUPPORT },
  { "listApplications", ALL },
  { "createApplication", OWNER },
  { "getApplication", ALL },
  { "updateApplication", OWNER },
  { "putApplication", OWNER },
  { "deleteApplication", OWNER },
  { "addClientSecret", OWNER },
  { "removeClientSecret", OWNER },
  { "listResources", ALL },
  { "createResource", OWNER },
  { "getResource", ALL },
  { "updateResource", OWNER },
  { "putResource", OWNER },
  { "deleteResource", OWNER },
  { "getApplicationClaimsHook", ALL },
  { "putApplicationClaimsHook", OWNER },
  { "deleteApplicationClaimsHook", OWNER },
  { "getResourceClaimsHook", ALL },
  { "putResourceClaimsHook", OWNER },
  { "deleteResourceClaimsHook", OWNER },
  { "listRoles", ALL },
  { "createRole", OWNER },
  { "getRole", ALL },
  { "updateRole", OWNER },
  { "putRole", OWNER },
  { "deleteRole", OWNER },
  { "listRolePermissions", ALL },
  { "addRolePermission", OWNER },
  { "removeRolePermission", OWNER },
  { "listRoleAssignments", ALL },
  { "assignRole", OWNER },
  { "takeRole", OWNER },
  { "listUserRoles", ALL },
  { "getUserPermissions", ALL },
  { "listRoleHolders", ALL },
  { "getRoleHolder", ALL },
  { "putRoleHolder", OWNER },
  { "removeRoleHolder", OWNER },
  { "listOrganizationRoleHolders", ALL },
  { "getOrganizationRoleHolder", ALL },
  { "putOrganizationRoleHolder", OWNER },
  { "removeOrganizationRoleHolder", OWNER },
  { "getBranding", ALL },
  { "getTenantBranding", ALL },
  { "updateTenantBranding", OWNER },
  { "replaceTenantBranding", OWNER },
  { "updateBranding", OWNER },
  { "replaceBranding", OWNER },
  { "listInvitations", ALL },
  { "createInvitation", OWNER | SUPPORT },
  { "getInvitation", ALL },
  { "revokeInvitation", OWNER | SUPPORT },
  { "sendInvitation", OWNER | SUPPORT },
  { "listOrganizations", ALL },
  { "createOrganization", OWNER },
  { "getOrganization", ALL },
  { "updateOrganization", OWNER },
  { "putOrganization", OWNER },
  { "deleteOrganization", OWNER },
  { "listMembers", ALL },
  { "getMember", ALL },
  { "addMember", OWNER | SUPPORT },
  { "removeMember", OWNER | SUPPORT },
  { "listGroups", ALL },
  { "createGroup", OWNER | SUPPORT },
  { "getGroup", ALL },
  { "updateGroup", OWNER | SUPPORT },
  { "putGroup", OWNER | SUPPORT },
  { "deleteGroup", OWNER | SUPPORT },
  { "listGroupMembers", ALL },
  { "getGroupMember", ALL },
  { "addGroupMember", OWNER | SUPPORT },
  { "removeGroupMember", OWNER | SUPPORT },
  { "listDomains", ALL },
  { "addDomain", OWNER },
  { "putDomain", OWNER },
  { "getDomain", ALL },
  { "removeDomain", OWNER },
  { "verifyDomain", OWNER },
  { "listSessions", ALL },
  { "getSession", ALL },
  { "endSession", OWNER | SECURITY | SUPPORT },
  { "listGrants", ALL },
  { "getGrant", ALL },
  { "revokeGrant", OWNER | SECURITY | SUPPORT },
  { "revokeGrants", OWNER | SECURITY | SUPPORT },
  { "listConsents", ALL },
  { "revokeConsent", OWNER | SECURITY | SUPPORT },
  { "listKeys", ALL },
  { "rotateKey", OWNER | SECURITY },
  { "getPolicy", ALL },
  { "updatePolicy", OWNER | SECURITY },
  { "replacePolicy", OWNER | SECURITY },
  { "listConnectors", ALL },
  { "getConnector", ALL },
  { "putConnector", OWNER },
  { "updateConnector", OWNER },
  { "deleteConnector", OWNER },
  { "listConnectorTypes", ALL },
  { "listMessages", ALL },
  { "testMessage", OWNER | SUPPORT },
  { "getMessage", ALL },
  { "retryMessage", OWNER | SUPPORT },
  { "applyChanges", OWNER },
  { "checkChanges", ALL },
  { "listAuditEntries", OWNER | SECURITY | READER },
  { "listOrganizationAuditEntries", OWNER | SECURITY | READER },
  { "listAuditHeads", OWNER | SECURITY | READER },
  { "signAuditHead", OWNER | SECURITY },
  { "getAuditKeys", ANYBODY },
  { "rotateAuditKey", OWNER | SECURITY },
  { "proveAuditConsistency", OWNER | SECURITY | READER },
  { "exportAudit", OWNER | SECURITY | READER },
  { "proveAuditEntry", OWNER | SECURITY | READER },
  { "listEvents", OWNER | SECURITY | READER },
  { "listWebhooks", OWNER | SECURITY | READER },
  { "createWebhook", OWNER },
  { "getWebhook", OWNER | SECURITY | READER },
  { "updateWebhook", OWNER },
  { "putWebhook", OWNER },
  { "deleteWebhook", OWNER },
  { "listWebhookAttempts", OWNER | SECURITY | READER },
  { "rotateWebhookSecret", OWNER },
  { "replayWebhook", OWNER },
  { "testWebhook", OWNER },
  { "listSinks", ALL },
  { "getSink", ALL },
  { "replaySink", OWNER },
  { "getDocument", ANYBODY },
};

static int
find_roles (const PosternApiRow *row)
{
  for (guint i = 0; i < G_N_ELEMENTS (matrix); i++)
    if (g_str_equal (matrix[i].operation, row->operation))
      return matrix[i].roles;
  g_error ("%s has no row in the matrix: say which roles may do it", row->operation);
}

/* (transfer full): the captures filled in with what is there, or with what is not */
static char *
make_path (const char *pattern, gboolean own)
{
  g_auto (GStrv) steps = g_strsplit (pattern, "/", -1);

  for (guint i = 1; steps[i] != NULL; i++)
    {
      const char *id = g_str_equal (steps[1], "users") ? user_id : g_str_equal (steps[1], "applications") ? client_id : "none";

      if (steps[i][0] != '{')
        continue;
      g_free (steps[i]);
      steps[i] = g_strdup (own && i == 2 ? id : "usr_01m8hqyz49encaned8h3htdtw5");
    }
  return g_strjoinv ("/", steps);
}

static void
try_role (const PosternApiRow *row, const char *role, gboolean allowed, gboolean own)
{
  g_autofree char *path = make_path (row->path, own);
  g_autoptr (PosternResponse) response = ask (postern_api_row_get_method (row), path, row->body ? "{\"nothing\":true}" : NULL, role);
  guint status = postern_response_get_status (response);
  const char *challenge = postern_response_get_header (response, "WWW-Authenticate");

  if ((status == 401 || status == 403) == allowed)
    g_error ("%s %s: %s is answered %u", postern_api_row_get_method (row), row->path, role, status);
  if (allowed)
    return;
  g_assert_cmpuint (status, ==, 403);
  g_assert_nonnull (strstr (challenge, "error=\"insufficient_scope\""));
  g_assert_nonnull (strstr (challenge, row->permission));
}

/* Own ids last: what is allowed happens then. */
static void
test_matrix (void)
{
  const char *const *roles = postern_management_roles_get_names ();

  g_assert_cmpuint (g_strv_length ((char **) roles), ==, 4);
  for (guint own = 0; own < 2; own++)
    for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
      for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
        for (guint i = 0; roles[i] != NULL; i++)
          if (!own || postern_api_row_is_read (row) || !(find_roles (row) & (1 << i)))
            try_role (row, roles[i], (find_roles (row) & (1 << i)) != 0, own);
}

/* (transfer full): a token with every scope but @one */
static char *
dup_scopes_without (const char *one)
{
  g_autoptr (GString) text = g_string_new ("scopes:");

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    if (!g_str_equal (row->name, one))
      g_string_append_printf (text, " %s", row->name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* No token, one that is unknown, one of nobody's role, one of another organization, and one that has every scope but the right one. */
static void
test_refused (void)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      {
        g_autofree char *path = make_path (row->path, TRUE), *others = g_strdup_printf ("scopes: x%s %s:x", row->permission, row->permission);
        g_autofree char *organization = g_strdup_printf ("organization: %s", row->permission);
        const char *method = postern_api_row_get_method (row), *body = row->body ? "{}" : NULL;
        g_autoptr (PosternResponse) none = NULL;

        if (row->permission == NULL)
          continue;
        none = ask (method, path, body, NULL);
        g_assert_cmpuint (postern_response_get_status (none), ==, 401);
        g_assert_cmpstr (postern_response_get_header (none, "WWW-Authenticate"), ==, "Bearer realm=\"Postern\"");
        g_assert_cmpstr (postern_response_get_content_type (none), ==, "application/problem+json");
        expect (method, path, body, "bad", 401);
        expect (method, path, body, "nobody", 403);
        expect (method, path, body, others, 403);
        if (!(row->flags & POSTERN_API_DELEGATED))
          expect (method, path, body, organization, 403);
      }
}

/* Whoever may change people does not become an administrator by it, nor anybody's like. */
static void
test_no_administrator (void)
{
  g_autofree char *administrator = g_strconcat ("/users/", administrator_id, NULL), *user = g_strconcat ("/users/", user_id, NULL);
  g_autofree char *reset = g_strconcat (administrator, "/factor-reset", NULL), *credential = g_strconcat (administrator, "/credentials/crd_01m8hqyz49encaned8h3htdtw5", NULL), *identity = g_strconcat (administrator, "/identities/idn_01m8hqyz49encaned8h3htdtw5", NULL);

  expect ("POST", "/users", "{\"username\":\"eve\",\"administrator\":true}", "support", 403);
  expect ("PATCH", user, "{\"administrator\":true}", "support", 403);
  expect ("PATCH", administrator, "{\"password\":\"long enough\"}", "support", 403);
  expect ("PATCH", administrator, "{\"email\":\"eve@example.org\"}", "support", 403);
  expect ("PATCH", administrator, "{\"administrator\":false,\"password\":\"long enough\"}", "support", 403);
  expect ("DELETE", administrator, NULL, "support", 403);
  expect ("DELETE", identity, NULL, "support", 403);
  expect ("DELETE", credential, NULL, "support", 403);
  expect ("POST", reset, NULL, "support", 403);
  expect ("DELETE", reset, NULL, "support", 403);
  expect ("PATCH", user, "{\"name\":\"Ada\"}", "support", 200);
  expect ("PATCH", administrator, "{\"name\":\"Root\"}", "owner", 200);
}

/* Nor with one that vouches for anybody: it takes every permission to set up a connector or a messenger. */
static void
test_no_connector (void)
{
  g_autofree char *almost = dup_scopes_without ("keys:write"), *whole = dup_scopes_without ("nothing");

  expect ("PUT", "/connectors/evil", "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://evil.example\",\"client-secret\":\"x\"}}", "scopes: connectors:write connectors:read", 403);
  expect ("PUT", "/connectors/evil", "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://evil.example\",\"client-secret\":\"x\"}}", almost, 403);
  expect ("PUT", "/connectors/good", "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://good.example\",\"client-secret\":\"x\"}}", whole, 200);
  expect ("PATCH", "/connectors/good", "{\"settings\":{\"issuer\":\"https://evil.example\"}}", almost, 403);
  expect ("DELETE", "/connectors/good", NULL, almost, 403);
  expect ("DELETE", "/connectors/good", NULL, whole, 204);
}

/* Who has nothing of the tenant's may run an organization: whoever may less does not act as they do, whether they have that role themselves or by a group. */
static void
test_no_delegate (void)
{
  g_autofree char *organization = make ("/organizations", "{\"name\":\"Acme\",\"slug\":\"acme\"}", "id"), *role = make ("/roles", "{\"name\":\"runs it\",\"kind\":\"organization\"}", "id");
  g_autofree char *permissions = g_strdup_printf ("/roles/%s/permissions", role), *assignments = g_strdup_printf ("/roles/%s/assignments", role);
  g_autofree char *gives = make (permissions, "{\"resource_id\":\"management\",\"scope\":\"organizations:write\"}", "scope");
  g_autofree char *ann = make ("/users", "{\"username\":\"ann\"}", "id"), *ben = make ("/users", "{\"username\":\"ben\"}", "id"), *cleo = make ("/users", "{\"username\":\"cleo\"}", "id");
  g_autofree char *group = make ("/organizations/acme/groups", "{\"name\":\"Chiefs\"}", "id"), *in_group = g_strdup_printf ("/organizations/acme/groups/%s/members/ben", group);
  g_autofree char *to_ann = g_strdup_printf ("{\"subject_id\":\"%s\",\"organization_id\":\"%s\"}", ann, organization), *to_group = g_strdup_printf ("{\"subject_id\":\"%s\",\"organization_id\":\"%s\"}", group, organization);
  const char *names[] = { "ann", "ben", "cleo" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *member = g_strdup_printf ("/organizations/acme/members/%s", names[i]);

    g_variant_unref (call ("PUT", member, NULL, NULL, 200));
  }
  g_variant_unref (call ("PUT", in_group, NULL, NULL, 200));
  g_free (make (assignments, to_ann, "subject_id"));
  g_free (make (assignments, to_group, "subject_id"));
  expect ("PATCH", "/users/ann", "{\"password\":\"long enough\"}", "support", 403);
  expect ("PATCH", "/users/ben", "{\"email\":\"eve@example.org\",\"email_verified\":true}", "support", 403);
  expect ("POST", "/users/ben/factor-reset", NULL, "support", 403);
  expect ("DELETE", "/users/ann", NULL, "support", 403);
  expect ("PATCH", "/users/cleo", "{\"password\":\"long enough\"}", "support", 200);
  expect ("PATCH", "/users/ann", "{\"password\":\"long enough\"}", "scopes: users:write organizations:write", 200);
  g_assert_cmpstr (gives, ==, "organizations:write");
}

/* (transfer full): of whom @role is given, by the admin socket: its path */
static char *
make_person (const char *name, const char *role)
{
  g_autofree char *body = g_strdup_printf ("{\"username\":\"%s\"}", name), *id = make ("/users", body, "id");
  g_autofree char *assignments = g_strconcat ("/roles/", role, "/assignments", NULL), *assignment = g_strdup_printf ("{\"subject_id\":\"%s\"}", id);
  g_autofree char *given = make (assignments, assignment, "subject_id");

  g_assert_cmpstr (given, ==, id);
  return g_strconcat ("/users/", id, NULL);
}

/* Who may change people does not act as one who may more than they do; one who may no more they may help. */
static void
test_no_stronger_person (void)
{
  g_autofree char *guard = make_person ("guard", "security"), *helper = make_person ("helper", "support");
  g_autofree char *lockout = g_strconcat (guard, "/lockout", NULL), *reset = g_strconcat (guard, "/factor-reset", NULL), *credential = g_strconcat (guard, "/credentials/crd_01m8hqyz49encaned8h3htdtw5", NULL);

  expect ("PATCH", guard, "{\"password\":\"long enough\"}", "support", 403);
  expect ("PATCH", guard, "{\"email\":\"eve@example.org\",\"email_verified\":true}", "support", 403);
  expect ("PATCH", guard, "{\"phone\":\"+4915112345678\"}", "support", 403);
  expect ("POST", reset, NULL, "support", 403);
  expect ("DELETE", credential, NULL, "support", 403);
  expect ("DELETE", guard, NULL, "support", 403);
  expect ("DELETE", lockout, NULL, "support", 403); /* nor is there a way to guess on */
  expect ("DELETE", lockout, NULL, "owner", 200);
  expect ("PATCH", helper, "{\"password\":\"long enough\"}", "support", 200);
  expect ("PATCH", guard, "{\"password\":\"long enough\"}", "scopes: users:write administrators:write", 403); /* nor with the one word */
  expect ("PATCH", guard, "{\"password\":\"long enough\"}", "owner", 200);
}

#define IMPORT "{\"digest\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"format\":\"csv\"}"

/* Who signed in by less than is asked of them is told what would help (RFC 9470 section 3). */
static void
test_weak (void)
{
  g_autoptr (PosternResponse) response = ask ("GET", "/users", NULL, "weak");

  g_assert_cmpuint (postern_response_get_status (response), ==, 401);
  g_assert_cmpstr (postern_response_get_header (response, "WWW-Authenticate"), ==, "Bearer realm=\"Postern\", error=\"insufficient_user_authentication\", acr_values=\"2\"");
}

/* Nobody is made an owner by a file. */
static void
test_no_import (void)
{
  g_autofree char *id = make ("/imports", IMPORT, "id"), *path = g_strconcat ("/imports/", id, "/users", NULL);
  g_autoptr (PosternResponse) response = ask ("POST", path, "{\"users\":[{\"username\":\"eve\",\"administrator\":true}],\"position\":0}", "owner");
  GBytes *bytes = postern_response_get_body (response);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_nonnull (strstr (text, "\"created\":0"));
  expect ("POST", path, "{\"users\":[],\"position\":0}", "support", 403);
}

/* Who makes applications does not say what they may: that needs roles:write, and what the role gives. */
static void
test_no_roles_by_the_way (void)
{
  g_autofree char *job = g_strconcat ("/applications/", client_id, NULL);

  expect ("PATCH", job, "{\"roles\":[\"support\"]}", "scopes: applications:write applications:read", 403);
  expect ("PATCH", job, "{\"roles\":[\"support\"]}", "scopes: applications:write applications:read roles:write", 403);
  expect ("PUT", job, "{\"name\":\"Job\",\"kind\":\"service\",\"roles\":[\"owner\"]}", "scopes: applications:write roles:write users:read", 403);
  expect ("PATCH", job, "{\"roles\":[\"support\"]}", "owner", 200);
  expect ("PATCH", job, "{\"roles\":[]}", "scopes: applications:write applications:read roles:write", 403); /* nor is one taken */
  expect ("PATCH", job, "{\"roles\":[]}", "owner", 200);
}

/* Who sees people does not see what their passwords could be guessed by. */
static void
test_no_hashes (void)
{
  expect ("GET", "/user-export", NULL, "read-only", 200);
  expect ("GET", "/user-export?password_hashes=true", NULL, "read-only", 403);
  expect ("GET", "/user-export?password_hashes=true", NULL, "support", 403);
  expect ("GET", "/user-export?password_hashes=true", NULL, "scopes: users:export", 403);
  expect ("GET", "/user-export?password_hashes=true", NULL, "organization: users:read users:export", 403);
  expect ("GET", "/user-export?password_hashes=true", NULL, "owner", 200);
}

/* Whoever says who has which role gives none that gives more than they have, takes none, and makes none stronger. */
static void
test_no_stronger_role (void)
{
  const char *token = "scopes: roles:write roles:read users:write users:read";
  g_autofree char *strong = make ("/roles", "{\"name\":\"strong\"}", "id"), *weak = make ("/roles", "{\"name\":\"weak\"}", "id");
  g_autofree char *of_strong = g_strconcat ("/roles/", strong, NULL), *of_weak = g_strconcat ("/roles/", weak, NULL);
  g_autofree char *add = g_strconcat (of_strong, "/permissions", NULL), *add_weak = g_strconcat (of_weak, "/permissions", NULL);
  g_autofree char *assign = g_strconcat (of_strong, "/assignments", NULL), *assign_weak = g_strconcat (of_weak, "/assignments", NULL);
  g_autofree char *to_ada = g_strdup_printf ("{\"subject_id\":\"%s\"}", user_id), *to_job = g_strdup_printf ("{\"subject_id\":\"%s\"}", client_id);
  g_autofree char *one = g_strconcat (add, "/management/keys:write", NULL), *of_root = g_strconcat ("/roles/owner/assignments/", administrator_id, NULL);
  g_autofree char *given = make (add, "{\"resource_id\":\"management\",\"scope\":\"keys:write\"}", "scope");

  expect ("POST", "/roles/owner/assignments", to_ada, token, 403);
  expect ("POST", "/roles/support/assignments", to_job, token, 403);
  expect ("POST", "/roles/owner/assignments", to_ada, "support", 403);
  expect ("DELETE", of_root, NULL, token, 403);
  expect ("POST", assign, to_ada, token, 403);
  expect ("POST", add_weak, "{\"resource_id\":\"management\",\"scope\":\"keys:write\"}", token, 403);
  expect ("POST", add_weak, "{\"resource_id\":\"management\",\"scope\":\"users:write\"}", token, 201);
  expect ("POST", assign_weak, to_ada, token, 201);
  expect ("POST", add, "{\"resource_id\":\"management\",\"scope\":\"users:write\"}", token, 403);
  expect ("PATCH", of_strong, "{\"name\":\"harmless\"}", token, 403);
  expect ("DELETE", one, NULL, token, 403);
  expect ("DELETE", of_strong, NULL, token, 403);
  expect ("DELETE", of_strong, NULL, "owner", 204);
  expect ("DELETE", of_weak, NULL, token, 204);
  g_assert_cmpstr (given, ==, "keys:write");
}

/* An application that may ask for this API acts with its scopes: nobody makes one, or takes one over, that may more than they. */
static void
test_no_strong_application (void)
{
#define STRONG "\"metadata\":{\"scope\":\"users:write\",\"resources\":[\"https://id.example/api/v1\"]}"
  g_autoptr (PosternResponse) made = ask ("POST", "/applications", "{\"name\":\"Strong\",\"kind\":\"service\"," STRONG "}", "owner");
  g_autoptr (GVariant) strong = read_body (made);
  g_autofree char *path = g_strconcat ("/applications/", postern_json_get_string (strong, "client_id"), NULL), *secrets = g_strconcat (path, "/secrets", NULL);
  g_autofree char *weak = g_strconcat ("/applications/", client_id, NULL), *secret = g_strconcat (secrets, "/sec_01m8hqyz49encaned8h3htdtw5", NULL);
  const char *token = "scopes: applications:write users:read";

  g_assert_cmpuint (postern_response_get_status (made), ==, 201);
  expect ("POST", "/applications", "{\"name\":\"Own\",\"kind\":\"service\"," STRONG "}", token, 403);
  expect ("PATCH", weak, "{" STRONG "}", token, 403);
  expect ("PATCH", path, "{\"metadata\":{\"redirect_uris\":[\"https://evil.example/cb\"]}}", token, 403);
  expect ("PATCH", path, "{\"metadata\":{\"resources\":null,\"redirect_uris\":[\"https://evil.example/cb\"]}}", token, 403);
  expect ("POST", secrets, NULL, token, 403);
  expect ("DELETE", secret, NULL, token, 403);
  expect ("DELETE", path, NULL, token, 403);
  expect ("POST", secrets, NULL, "scopes: applications:write users:write", 201);
  expect ("PATCH", weak, "{\"name\":\"Weak\"}", token, 200);
}

/* Whoever says where the log is sent could read it there. */
static void
test_no_way_around_the_log (void)
{
  g_autofree char *id = make ("/webhooks", "{\"url\":\"https://hooks.example/\",\"events\":[\"*\"]}", "id"), *path = g_strconcat ("/webhooks/", id, NULL);
  g_autofree char *replay = g_strconcat (path, "/replay", NULL), *rotate = g_strconcat (path, "/rotate", NULL);
  const char *token = "scopes: webhooks:write webhooks:read", *both = "scopes: webhooks:write audit:read";

  expect ("POST", "/webhooks", "{\"url\":\"https://evil.example/\",\"events\":[\"*\"]}", token, 403);
  expect ("PATCH", path, "{\"url\":\"https://evil.example/\"}", token, 403);
  expect ("POST", replay, "{\"from\":\"0\"}", token, 403);
  expect ("POST", rotate, "{}", token, 403);
  expect ("POST", "/sinks/archive/replay", "{\"from\":\"0\"}", "scopes: connectors:write connectors:read", 403);
  expect ("PATCH", path, "{\"description\":\"CRM\"}", both, 200);
  expect ("DELETE", path, NULL, token, 204);
}

#define WRAP(change) "{\"changes\":[" change "]}"

/* Together nobody may what they may not alone; to try what could be done it is enough to see it. */
static void
test_no_more_together (void)
{
  const char *role = WRAP ("{\"method\":\"PUT\",\"path\":\"/roles/rol_01m8hqyz49encaned8h3htdtw5\",\"body\":{\"name\":\"x\",\"permissions\":[{\"resource_id\":\"management\",\"scope\":\"keys:write\"}]}}");
  const char *application = WRAP ("{\"method\":\"PUT\",\"path\":\"/applications/app_01m8hqyz49encaned8h3htdtw5\",\"body\":{\"name\":\"x\",\"kind\":\"service\"," STRONG "}}");

  expect ("POST", "/changes", role, "support", 403);
  expect ("POST", "/changes", role, "scopes: configuration:write", 403);
  expect ("POST", "/changes", role, "scopes: configuration:write roles:read roles:write", 403);
  expect ("POST", "/changes", application, "scopes: configuration:write applications:write", 403);
  expect ("PUT", "/applications/app_01m8hqyz49encaned8h3htdtw5", "{\"name\":\"x\",\"kind\":\"service\"," STRONG "}", "scopes: applications:write", 403);
  expect ("POST", "/change-checks", role, "scopes: configuration:read", 403);
  expect ("POST", "/change-checks", role, "scopes: configuration:read roles:read", 200);
  expect ("POST", "/change-checks", application, "read-only", 200);
  expect ("GET", "/roles/rol_01m8hqyz49encaned8h3htdtw5", NULL, "owner", 404);
  expect ("POST", "/changes", role, "owner", 200);
  expect ("DELETE", "/roles/rol_01m8hqyz49encaned8h3htdtw5", NULL, "owner", 204);
}

/* Who did it, by which application; and who only looked. */
static void
test_log (void)
{
  g_autofree char *path = g_strconcat ("/users/", user_id, NULL);
  g_autoptr (PosternAudit) change = NULL, look = NULL;

  expect ("PATCH", path, "{\"name\":\"Ada\"}", "owner", 200);
  expect ("GET", path, NULL, "read-only", 200);
  change = find_entry ("user.changed", "usr_bearer");
  look = find_entry ("data.read", "usr_bearer");
  g_assert_cmpstr (change->target, ==, user_id);
  g_assert_cmpstr (postern_json_get_string (change->data, "client_id"), ==, "app_bearer");
  g_assert_cmpstr (look->target, ==, user_id);
  g_assert_cmpstr (postern_json_get_string (look->data, "operation"), ==, "getUser");
}

/* Strangers are not told what went wrong inside. */
static void
test_nobody_admits (void)
{
  postern_api_set_bearer (api, NULL, NULL);
  expect ("GET", "/users", NULL, "owner", 401);
  postern_api_set_bearer (api, admit, NULL);
}

static void
set_up (void)
{
  postern_api_set_bearer (api, admit, NULL);
  user_id = make ("/users", "{\"username\":\"ada\"}", "id");
  administrator_id = make ("/users", "{\"username\":\"root\",\"administrator\":true}", "id");
  client_id = make ("/applications", "{\"name\":\"Web\",\"metadata\":{\"redirect_uris\":[\"https://web.example/cb\"]}}", "client_id");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-access/matrix", test_matrix },
    { "/api-access/refused", test_refused },
    { "/api-access/weak", test_weak },
    { "/api-access/no-administrator", test_no_administrator },
    { "/api-access/no-stronger-person", test_no_stronger_person },
    { "/api-access/no-connector", test_no_connector },
    { "/api-access/no-delegate", test_no_delegate },
    { "/api-access/no-import", test_no_import },
    { "/api-access/no-hashes", test_no_hashes },
    { "/api-access/no-roles-by-the-way", test_no_roles_by_the_way },
    { "/api-access/no-stronger-role", test_no_stronger_role },
    { "/api-access/no-strong-application", test_no_strong_application },
    { "/api-access/no-way-around-the-log", test_no_way_around_the_log },
    { "/api-access/no-more-together", test_no_more_together },
    { "/api-access/log", test_log },
    { "/api-access/nobody-admits", test_nobody_admits },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (user_id);
  g_free (administrator_id);
  g_free (client_id);
  return failed;
}
