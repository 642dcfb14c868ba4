/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identity-fixture.h"
#include "postern-invitation.h"
#include "postern-organization.h"
#include "postern-permission.h"
#include "postern-role.h"

#include "postern-error.h"
#include "postern-json.h"

#define ISSUER "https://id.example"
#define MANAGEMENT ISSUER "/api/v1"
#define ORDERS "https://api.example/orders"
#define BILLING "https://api.example/billing"
#define FOREIGN "https://else.example/"

/* What each test finds: two resources, a role of the tenant, two templates and one role that is organization b's own. */
typedef struct {
  char *orders, *billing;                /* ids of resources */
  PosternRole *clerk, *viewer, *chief, *own;
  char *ada, *bob, *eve, *job, *group, *org_a, *org_b;
} World;

static World world;

static char *
add_resource (PosternTxn *txn, const char *indicator, const char *scopes, GError **error)
{
  g_autoptr (PosternResource) resource = postern_resource_new ();

  resource->id = postern_id_new ("res");
  resource->indicator = g_strdup (indicator);
  resource->name = g_strdup (indicator);
  resource->scopes = postern_json_parse (scopes, -1, 0, NULL);
  g_assert_true (postern_resource_insert (txn, resource, ISSUER, error));
  return g_strdup (resource->id);
}

static PosternRole *
add_role (PosternTxn *txn, const char *name, const char *kind, const char *organization_id, GError **error)
{
  PosternRole *role = postern_role_new ();

  role->id = postern_id_new ("rol");
  role->name = g_strdup (name);
  role->kind = g_strdup (kind);
  role->organization_id = g_strdup (organization_id);
  g_assert_true (postern_role_validate (role, error));
  g_assert_true (postern_role_store_insert (txn, role, error));
  return role;
}

static void
permit (PosternTxn *txn, PosternRole *role, const char *resource, const char *scope)
{
  gboolean changed;

  g_assert_true (postern_role_permit (txn, role, resource, scope, &changed, NULL));
  g_assert_true (changed);
}

static void
assign (PosternTxn *txn, PosternRole *role, const char *subject, const char *organization)
{
  PosternAssignment assignment = { (char *) subject, (char *) organization, role->id, 1 };
  gboolean changed;

  g_assert_true (postern_role_assign (txn, role, &assignment, &changed, NULL));
  g_assert_true (changed);
}

static char *
add_user (PosternTxn *txn, const char *name, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->username = g_strdup (name);
  g_assert_true (postern_user_store_insert (txn, user, error));
  return g_strdup (user->id);
}

static char *
add_application (PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();

  application->id = postern_id_new ("app");
  application->name = g_strdup ("Job");
  application->kind = g_strdup ("service");
  g_assert_true (postern_application_store_insert (txn, application, error));
  return g_strdup (application->id);
}

static char *
add_organization (PosternTxn *txn, const char *name, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_make (name, NULL, 1, error);

  g_assert_true (postern_organization_store_insert (txn, organization, error));
  return g_strdup (organization->id);
}

/* Of organization a, with @a and @b in it. */
static char *
add_group (PosternTxn *txn, const char *a, const char *b, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_new ();

  group->id = postern_id_new ("grp");
  group->organization_id = g_strdup (world.org_a);
  group->name = g_strdup ("Chiefs");
  g_assert_true (postern_group_store_insert (txn, group, error));
  g_assert_true (postern_organization_join (txn, world.org_a, a, POSTERN_MEMBER_INVITED, 1, NULL, error));
  g_assert_true (postern_organization_join (txn, world.org_a, b, POSTERN_MEMBER_INVITED, 1, NULL, error));
  g_assert_true (postern_group_store_add_member (txn, group->id, a, error));
  g_assert_true (postern_group_store_add_member (txn, group->id, b, error));
  return g_strdup (group->id);
}

static gboolean
set_up (PosternTxn *txn, gpointer data, GError **error)
{
  world.ada = add_user (txn, "ada", error);
  world.bob = add_user (txn, "bob", error);
  world.eve = add_user (txn, "eve", error);
  world.job = add_application (txn, error);
  world.org_a = add_organization (txn, "A", error);
  world.org_b = add_organization (txn, "B", error);
  world.group = add_group (txn, world.ada, world.bob, error);
  g_assert_true (postern_organization_join (txn, world.org_b, world.ada, POSTERN_MEMBER_INVITED, 1, NULL, error));
  world.orders = add_resource (txn, ORDERS, "[{\"name\":\"read\"},{\"name\":\"write\"},{\"name\":\"purge\"}]", error);
  world.billing = add_resource (txn, BILLING, "[{\"name\":\"read\"},{\"name\":\"pay\"}]", error);
  world.clerk = add_role (txn, "clerk", POSTERN_ROLE_TENANT, "", error);
  world.viewer = add_role (txn, "viewer", POSTERN_ROLE_ORGANIZATION, "", error);
  world.chief = add_role (txn, "chief", POSTERN_ROLE_ORGANIZATION, "", error);
  world.own = add_role (txn, "own", POSTERN_ROLE_ORGANIZATION, world.org_b, error);
  permit (txn, world.clerk, world.orders, "read");
  permit (txn, world.viewer, world.billing, "read");
  permit (txn, world.chief, world.orders, "write");
  permit (txn, world.own, world.orders, "purge");
  assign (txn, world.clerk, world.ada, "");
  assign (txn, world.clerk, world.job, "");
  assign (txn, world.viewer, world.ada, world.org_a);
  assign (txn, world.own, world.ada, world.org_b);
  assign (txn, world.chief, world.group, world.org_a);
  return TRUE;
}

static void
tear_down (void)
{
  g_free (world.orders);
  g_free (world.billing);
  postern_role_unref (world.clerk);
  postern_role_unref (world.viewer);
  postern_role_unref (world.chief);
  postern_role_unref (world.own);
  g_free (world.ada);
  g_free (world.bob);
  g_free (world.eve);
  g_free (world.job);
  g_free (world.group);
  g_free (world.org_a);
  g_free (world.org_b);
}

static char *
describe (PosternPermission *permission)
{
  g_autofree char *roles = g_strjoinv (",", (char **) postern_permission_get_roles (permission));
  g_autofree char *organization_roles = g_strjoinv (",", (char **) postern_permission_get_organization_roles (permission));
  g_auto (GStrv) orders = postern_permission_dup_scopes (permission, ORDERS);
  g_auto (GStrv) billing = postern_permission_dup_scopes (permission, BILLING);
  g_autofree char *at_orders = g_strjoinv (",", orders);
  g_autofree char *at_billing = g_strjoinv (",", billing);

  return g_strdup_printf ("%s|%s|%s|%s", roles, organization_roles, at_orders, at_billing);
}

typedef struct {
  char **subject, **organization; /* places in the world */
  const char *expected; /* roles|organization roles|at orders|at billing */
} Case;

/* ada and bob are in the group of organization a; eve is in nothing. */
static const Case cases[] = {
  { &world.ada, NULL, "clerk||read|" },
  { &world.ada, &world.org_a, "clerk|chief,viewer|read,write|read" },
  { &world.ada, &world.org_b, "clerk|own|purge,read|" }, /* the group has its role in the other one */
  { &world.bob, NULL, "|||" },
  { &world.bob, &world.org_a, "|chief|write|" },
  { &world.bob, &world.org_b, "|||" },
  { &world.eve, NULL, "|||" },
  { &world.eve, &world.org_a, "|||" },
  { &world.job, NULL, "clerk||read|" },
  { &world.job, &world.org_b, "clerk||read|" },
};

static gboolean
check_cases (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PosternPermissionSubject subject = { *cases[i].subject, cases[i].organization ? *cases[i].organization : NULL };
    g_autoptr (PosternPermission) permission = postern_permission_read (txn, ISSUER, &subject, error);
    g_autofree char *got = describe (permission);

    g_test_message ("case %u", i);
    g_assert_cmpstr (got, ==, cases[i].expected);
  }
  return TRUE;
}

/* What is written behind the rules' back still gives nothing. */
static gboolean
check_forged (PosternTxn *txn, gpointer data, GError **error)
{
  PosternAssignment forged[] = {
    { world.eve, world.org_a, world.own->id, 1 }, { world.eve, (char *) "", world.chief->id, 1 }, { world.eve, world.org_a, world.clerk->id, 1 },
    { world.eve, (char *) "", (char *) "rol_gone", 1 },
    { world.eve, world.org_a, (char *) POSTERN_ROLE_OWNER, 1 },
  };
  PosternPermissionSubject subject = { world.eve, world.org_a };
  g_autoptr (PosternPermission) permission = NULL;
  g_autofree char *got = NULL;
  gboolean changed;

  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    g_assert_true (postern_assignment_store_put (txn, &forged[i], &changed, error));
  permission = postern_permission_read (txn, ISSUER, &subject, error);
  got = describe (permission);
  g_assert_cmpstr (got, ==, "|||");
  g_assert_false (postern_permission_has (permission, MANAGEMENT, "users:read"));
  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    g_assert_true (postern_assignment_store_delete (txn, &forged[i], &changed, error) && changed);
  return TRUE;
}

/* --- assigning --- */

typedef struct {
  PosternRole **role;
  char **subject, **organization; /* NULL: of the tenant */
  gboolean good;
} Assign;

static const Assign assigns[] = {
  { &world.clerk, &world.bob, NULL, TRUE },
  { &world.clerk, &world.bob, &world.org_a, FALSE },
  { &world.clerk, &world.group, NULL, FALSE },
  { &world.clerk, &world.group, &world.org_a, FALSE },
  { &world.clerk, &world.org_a, NULL, FALSE },
  { &world.viewer, &world.bob, &world.org_a, TRUE },
  { &world.viewer, &world.group, &world.org_b, TRUE },
  { &world.viewer, &world.bob, NULL, FALSE },
  { &world.viewer, &world.bob, &world.ada, FALSE },
  { &world.own, &world.bob, &world.org_b, TRUE },
  { &world.own, &world.bob, &world.org_a, FALSE },
  { &world.own, &world.bob, NULL, FALSE },
};

static void
test_assigning (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (assigns); i++) {
    PosternRole *role = *assigns[i].role;
    PosternAssignment assignment = { *assigns[i].subject, assigns[i].organization ? *assigns[i].organization : (char *) "", role->id, 1 };
    g_autoptr (GError) error = NULL;

    g_test_message ("case %u", i);
    g_assert_cmpint (postern_role_check_assignment (role, &assignment, &error), ==, assigns[i].good);
    if (!assigns[i].good)
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
}

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  gboolean changed, done = TRUE;

  for (guint i = 0; done && i <= POSTERN_ROLE_ASSIGNMENTS_MAX; i++) {
    g_autofree char *name = g_strdup_printf ("role %u", i);
    g_autoptr (PosternRole) role = add_role (txn, name, POSTERN_ROLE_TENANT, "", error);
    PosternAssignment assignment = { world.bob, (char *) "", role->id, 1 };

    done = postern_role_assign (txn, role, &assignment, &changed, error);
    g_assert_cmpint (done, ==, i < POSTERN_ROLE_ASSIGNMENTS_MAX);
  }
  return done;
}

static void
test_too_many (gconstpointer store)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_store_write ((PosternStore *) store, POSTERN_KEEP_LASTING, fill, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
}

static gboolean
check_permits (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GError) unknown = NULL, nowhere = NULL;
  gboolean changed;

  g_assert_true (postern_role_permit (txn, world.clerk, world.orders, "read", &changed, error));
  g_assert_false (changed);
  g_assert_false (postern_role_permit (txn, world.clerk, world.orders, "pay", &changed, &unknown));
  g_assert_error (unknown, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_false (postern_role_permit (txn, world.clerk, "res_none", "read", &changed, &nowhere));
  g_assert_error (nowhere, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

/* Who is not there, or elsewhere, gets none. */
static gboolean
check_strangers (PosternTxn *txn, gpointer data, GError **error)
{
  g_autofree char *nobody = postern_id_new ("usr"), *nothing = postern_id_new ("app"), *nowhere = postern_id_new ("org");
  const struct { PosternRole *role; const char *subject, *organization; } rows[] = {
    { world.clerk, nobody, "" }, { world.clerk, nothing, "" }, { world.viewer, world.eve, world.org_a }, { world.viewer, world.bob, world.org_b },
    { world.viewer, world.group, world.org_b }, { world.viewer, world.job, nowhere },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PosternAssignment assignment = { (char *) rows[i].subject, (char *) rows[i].organization, rows[i].role->id, 1 };
    g_autoptr (GError) refusal = NULL;
    gboolean changed;

    g_test_message ("case %u", i);
    g_assert_false (postern_role_assign (txn, rows[i].role, &assignment, &changed, &refusal));
    g_assert_error (refusal, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  }
  return TRUE;
}

static void
test_names (void)
{
  static const struct { const char *name, *kind, *organization; gboolean good; } rows[] = {
    { "clerk", "tenant", "", TRUE }, { "clerk", "organization", "", TRUE }, { "", "tenant", "", FALSE }, { "a\nb", "tenant", "", FALSE },
    { "clerk", "else", "", FALSE }, { "clerk", "organization", "usr_a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PosternRole role = { .name = (char *) rows[i].name, .kind = (char *) rows[i].kind, .organization_id = (char *) rows[i].organization };

    g_assert_cmpint (postern_role_validate (&role, NULL), ==, rows[i].good);
  }
  g_assert_false (postern_role_validate (&(PosternRole) { .name = (char *) "a", .kind = (char *) "tenant", .organization_id = world.org_a }, NULL));
}

/* --- cutting: what ada, who acts for organization a and is in the group, gets: read and write at orders, read at billing --- */

typedef struct {
  const char *scopes, *resources; /* asked */
  const char *expected;           /* scopes|resources|permissions */
  gboolean nobody;                /* nothing is had */
} Cut;

static const Cut cuts[] = {
  { "openid profile", "", "openid profile||" },
  { "openid read write purge", ORDERS, "openid read write|" ORDERS "|read write" },
  { "read pay unknown", BILLING, "read|" BILLING "|read" },
  { "openid pay", BILLING, "openid||" }, /* nothing is left of it */
  { "openid read", ORDERS, "openid||", TRUE },
  { "read anything", FOREIGN, "read anything|" FOREIGN "|" }, /* the application's own */
  { "read anything", FOREIGN, "read anything|" FOREIGN "|", TRUE },
  { "openid anything read", "", "openid anything||" }, /* a managed resource's scope without its resource */
  { "read pay write", ORDERS " " BILLING, "read write|" ORDERS " " BILLING "|read write" },
  { "write", ORDERS " " BILLING, "write|" ORDERS "|write" },
  { "pay purge anything", ORDERS " " FOREIGN, "pay anything|" FOREIGN "|" }, /* pay is none of orders', but purge is */
  { "", ORDERS, "||" },
  { "", "", "||" },
  { "openid users:read", MANAGEMENT, "openid||" }, /* which is managed, too */
  { "openid users:read", "", "openid users:read||" }, /* of some other API, which calls its scopes likewise */
};

static gboolean
check_cuts (PosternTxn *txn, gpointer data, GError **error)
{
  PosternPermissionSubject subject = { world.ada, world.org_a };
  g_autoptr (PosternPermission) permission = postern_permission_read (txn, ISSUER, &subject, error);
  g_autoptr (PosternResourceBook) book = postern_resource_book_read (txn, ISSUER, error);

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_auto (GStrv) asked = g_strsplit (cuts[i].scopes, " ", -1);
    g_auto (GStrv) resources = g_strsplit (cuts[i].resources, " ", -1);
    g_auto (PosternPermissionCut) cut = { NULL };
    g_autofree char *left = NULL, *audience = NULL, *permissions = NULL, *got = NULL;

    postern_permission_cut (cuts[i].nobody ? NULL : permission, book, (const char *const *) asked, (const char *const *) resources, &cut);
    left = g_strjoinv (" ", cut.scopes);
    audience = g_strjoinv (" ", cut.resources);
    permissions = g_strjoinv (" ", cut.permissions);
    got = g_strdup_printf ("%s|%s|%s", left, audience, permissions);
    g_assert_cmpstr (got, ==, cuts[i].expected);
  }
  return TRUE;
}

/* A change of the resource takes away what its roles permitted of it. */
static gboolean
drop_scope (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternResource) resource = postern_resource_store_get (txn, world.orders, error);
  PosternPermissionSubject subject = { world.ada, NULL };
  g_autoptr (PosternPermission) before = postern_permission_read (txn, ISSUER, &subject, error);
  g_autoptr (PosternPermission) after = NULL;

  g_clear_pointer (&resource->scopes, g_variant_unref);
  resource->scopes = postern_json_parse ("[{\"name\":\"write\"}]", -1, 0, NULL);
  g_assert_true (postern_resource_store_update (txn, resource, error));
  after = postern_permission_read (txn, ISSUER, &subject, error);
  g_assert_true (postern_permission_has (before, ORDERS, "read"));
  g_assert_false (postern_permission_has (after, ORDERS, "read"));
  g_assert_cmpstr (postern_permission_get_roles (after)[0], ==, "clerk"); /* the role is still had */
  return TRUE;
}

/* --- the management API, which is a resource without a row ---------------------------------------------------------------------- */

static PosternPermission *
read_of (PosternTxn *txn, const char *subject, const char *organization)
{
  PosternPermissionSubject whose = { subject, organization };

  return postern_permission_read (txn, ISSUER, &whose, NULL);
}

static void
assert_may (PosternTxn *txn, const char *subject, const char *organization, const char *scope, gboolean expected)
{
  g_autoptr (PosternPermission) permission = read_of (txn, subject, organization);

  g_assert_cmpint (postern_permission_has (permission, MANAGEMENT, scope), ==, expected);
}

static gboolean
give (PosternTxn *txn, const char *name, const char *subject, const char *organization, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_get (txn, name, NULL);
  PosternAssignment assignment = { (char *) subject, (char *) organization, role->id, 1 };
  gboolean changed;

  return postern_role_assign (txn, role, &assignment, &changed, error);
}

/* By the one rule: a person and a program have what the ready-made role gives, and nobody else has anything. */
static gboolean
check_ready_made (PosternTxn *txn, gpointer data, GError **error)
{
  PosternAssignment of_bob = { world.bob, (char *) "", (char *) "support", 0 };
  g_autoptr (GError) group = NULL, elsewhere = NULL;
  gboolean changed;

  assert_may (txn, world.bob, NULL, "users:write", FALSE);
  g_assert_true (give (txn, "support", world.bob, "", error) && give (txn, "read-only", world.job, "", error));
  assert_may (txn, world.bob, NULL, "users:write", TRUE);
  assert_may (txn, world.bob, NULL, "keys:write", FALSE);
  assert_may (txn, world.job, NULL, "audit:read", TRUE);
  assert_may (txn, world.job, NULL, "users:write", FALSE);
  g_assert_false (give (txn, "owner", world.group, world.org_a, &group)); /* whose members an organization's administrators choose */
  g_assert_error (group, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_false (give (txn, "owner", world.ada, world.org_a, &elsewhere));
  g_assert_error (elsewhere, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (postern_role_take (txn, &of_bob, &changed, error) && changed);
  assert_may (txn, world.bob, NULL, "users:write", FALSE);
  return TRUE;
}

/* What the release before wrote is the role; the role is what that release reads. One owner who can sign in is left. */
static gboolean
check_owner (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = postern_user_store_get (txn, world.ada, error), bob = NULL, disabled = NULL;
  PosternAssignment of_ada = { world.ada, (char *) "", (char *) POSTERN_ROLE_OWNER, 0 };
  g_autoptr (GPtrArray) owners = NULL, of = NULL;
  g_autoptr (GError) last = NULL;
  gboolean changed;

  ada->administrator = TRUE;
  g_assert_true (postern_user_store_update (txn, ada, error));
  assert_may (txn, world.ada, NULL, "administrators:write", TRUE);
  assert_may (txn, world.ada, world.org_a, "keys:write", TRUE);
  g_assert_true (give (txn, POSTERN_ROLE_OWNER, world.bob, "", error) && give (txn, POSTERN_ROLE_OWNER, world.job, "", error));
  bob = postern_user_store_get (txn, world.bob, error);
  g_assert_true (bob->administrator);
  owners = postern_assignment_store_list (txn, POSTERN_ROLE_OWNER, "", NULL, 10, error);
  g_assert_cmpuint (owners->len, ==, 3);
  of = postern_assignment_store_list_for (txn, world.bob, error);
  g_assert_cmpstr (((PosternAssignment *) of->pdata[of->len - 1])->role_id, ==, POSTERN_ROLE_OWNER);
  bob->disabled_at = 1;
  g_assert_true (postern_user_store_update (txn, bob, error));
  g_assert_false (postern_role_take (txn, &of_ada, &changed, &last));
  g_assert_error (last, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  return TRUE;
}

/* A role that was made here may give some of it: an organization's in there alone. A scope that there is not gives nothing. */
static gboolean
check_management_scopes (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GError) unknown = NULL, ready_made = NULL;
  g_autoptr (PosternRole) support = postern_role_get (txn, "support", error);
  gboolean changed;

  permit (txn, world.viewer, POSTERN_RESOURCE_MANAGEMENT, "users:read");
  g_assert_false (postern_role_permit (txn, world.viewer, POSTERN_RESOURCE_MANAGEMENT, "users:burn", &changed, &unknown));
  g_assert_error (unknown, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_false (postern_role_permit (txn, support, POSTERN_RESOURCE_MANAGEMENT, "keys:write", &changed, &ready_made));
  g_assert_error (ready_made, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_role_store_add_permission (txn, world.viewer->id, POSTERN_RESOURCE_MANAGEMENT, "users:burn", &changed, error));
  assert_may (txn, world.ada, world.org_a, "users:read", TRUE);
  assert_may (txn, world.ada, world.org_a, "users:burn", FALSE);
  assert_may (txn, world.ada, NULL, "users:read", FALSE);
  assert_may (txn, world.ada, world.org_b, "users:read", FALSE);
  return TRUE;
}

static void
test_ready_made_names (void)
{
  PosternRole mine = { (char *) "rol_x", (char *) POSTERN_ROLE_TENANT, (char *) "", (char *) "owner" };
  PosternRole theirs = { (char *) "rol_x", (char *) POSTERN_ROLE_ORGANIZATION, (char *) "", (char *) "owner" };
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_role_validate (&mine, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (postern_role_validate (&theirs, NULL));
}

/* --- what an invitation still gives, whose inviter had more when it was sent --------------------------------------------------- */

typedef struct {
  const char *mine;              /* what Bob has of the management API in organization a, when it is taken */
  gboolean orders, of_tenant;    /* and whether he has orders, and may invite by the tenant's word */
  const char *resource, *scope;  /* what the invitation gives; NULL: nothing that is there any more */
  gboolean good;
} Inviting;

static const Inviting invitings[] = {
  { "invitations:write roles:write", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:write", FALSE },
  { "invitations:write roles:write users:read", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:write", FALSE },
  { "invitations:write roles:write users:write", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:write", TRUE },
  { "roles:write users:write", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:write", FALSE },
  { "invitations:write users:write", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:write", FALSE },
  { "invitations:write roles:write", FALSE, FALSE, "orders", "purge", FALSE },
  { "invitations:write roles:write", TRUE, FALSE, "orders", "purge", TRUE },
  { "invitations:write roles:write", FALSE, TRUE, "orders", "purge", TRUE }, /* the tenant's people give at others' resources what they lack */
  { "roles:write", FALSE, TRUE, POSTERN_RESOURCE_MANAGEMENT, "users:write", FALSE }, /* but not here */
  { "invitations:write roles:write", FALSE, FALSE, POSTERN_RESOURCE_MANAGEMENT, "users:burn", TRUE },
  { "invitations:write roles:write", FALSE, FALSE, NULL, NULL, TRUE },
};

/* A role of its own, with @scopes of the management API. */
static PosternRole *
add_role_with (PosternTxn *txn, const char *kind, const char *scopes, GError **error)
{
  g_autofree char *name = postern_id_new ("rol");
  g_auto (GStrv) all = g_strsplit (scopes, " ", -1);
  PosternRole *role = add_role (txn, name, kind, "", error);

  for (char **scope = all; *scope; scope++)
    permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, *scope);
  return role;
}

/* @given: (nullable). (transfer full): to organization a, by Bob: of that role, or of a group that has it */
static PosternInvitation *
make_invitation (PosternTxn *txn, PosternRole *given, gboolean by_group, GError **error)
{
  PosternInvitation *invitation = postern_invitation_new ();
  const char *id = given ? given->id : "rol_00000000000000000000000000";
  g_autoptr (PosternGroup) group = postern_group_new ();

  invitation->organization_id = g_strdup (world.org_a);
  invitation->inviter = g_strdup (world.bob);
  if (!by_group) {
    invitation->role_ids = g_variant_ref_sink (g_variant_new_parsed ("[<%s>]", id));
    return invitation;
  }
  group->id = postern_id_new ("grp");
  group->organization_id = g_strdup (world.org_a);
  group->name = g_strdup (group->id);
  g_assert_true (postern_group_store_insert (txn, group, error));
  if (given)
    assign (txn, given, group->id, world.org_a);
  invitation->group_ids = g_variant_ref_sink (g_variant_new_parsed ("[<%s>]", group->id));
  return invitation;
}

static void
check_inviting (PosternTxn *txn, const Inviting *row, gboolean by_group, GError **error)
{
  g_autoptr (PosternRole) mine = add_role_with (txn, POSTERN_ROLE_ORGANIZATION, row->mine, error), of_tenant = add_role_with (txn, POSTERN_ROLE_TENANT, "invitations:write", error);
  g_autoptr (PosternRole) given = row->resource ? add_role_with (txn, POSTERN_ROLE_ORGANIZATION, "invitations:write", error) : NULL;
  g_autoptr (PosternInvitation) invitation = make_invitation (txn, given, by_group, error);
  PosternAssignment here = { world.bob, world.org_a, mine->id, 1 }, there = { world.bob, (char *) "", of_tenant->id, 1 };
  g_autoptr (GError) refusal = NULL;
  gboolean changed;

  if (given)
    g_assert_true (postern_role_store_add_permission (txn, given->id, g_str_equal (row->resource, "orders") ? world.orders : row->resource, row->scope, &changed, error));
  if (row->orders)
    permit (txn, mine, world.orders, "purge");
  assign (txn, mine, world.bob, world.org_a);
  if (row->of_tenant)
    assign (txn, of_tenant, world.bob, "");
  g_assert_cmpint (postern_invitation_inviter_check (txn, ISSUER, invitation, &refusal), ==, row->good);
  if (!row->good)
    g_assert_error (refusal, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_role_take (txn, &here, &changed, error) && postern_role_take (txn, &there, &changed, error));
}

/* The attack: invite while one may, to be let in by a friend with what one has lost since. */
static gboolean
check_invitings (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (invitings); i++)
    for (guint by_group = 0; by_group < 2; by_group++) {
      g_test_message ("case %u, by %s", i, by_group ? "group" : "role");
      check_inviting (txn, &invitings[i], by_group, error);
    }
  return TRUE;
}

/* --- how many there may be ------------------------------------------------------------------------------------------------------ */

static gboolean
add_many (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternRole) role = add_role (txn, "many", POSTERN_ROLE_TENANT, "", error);
  g_autoptr (PosternResource) last = postern_resource_new ();
  g_autoptr (GError) permissions = NULL, resources = NULL;
  g_autoptr (GPtrArray) all = postern_resource_store_list (txn, NULL, 1000, error);
  gboolean changed;

  for (guint i = 0; i < POSTERN_ROLE_PERMISSIONS_MAX; i++) {
    g_autofree char *scope = g_strdup_printf ("scope%u", i);

    g_assert_true (postern_role_store_add_permission (txn, role->id, world.billing, scope, &changed, error));
  }
  g_assert_false (postern_role_permit (txn, role, world.orders, "read", &changed, &permissions));
  g_assert_error (permissions, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  for (guint i = all->len; i < POSTERN_RESOURCE_MAX; i++) {
    g_autofree char *indicator = g_strdup_printf ("https://api.example/%u", i);

    g_free (add_resource (txn, indicator, "[]", error));
  }
  last->id = postern_id_new ("res");
  last->indicator = g_strdup ("https://api.example/last");
  last->name = g_strdup ("Last");
  g_assert_false (postern_resource_insert (txn, last, ISSUER, &resources));
  g_assert_error (resources, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "nothing of it is kept");
  return FALSE;
}

static void
test_many (gconstpointer store)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_store_write ((PosternStore *) store, POSTERN_KEEP_LASTING, add_many, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STALE);
}

typedef struct {
  PosternStore *store;
  PosternTxnFunc func;
} Run;

static void
run (gconstpointer data)
{
  const Run *self = data;

  fixture_write (self->store, self->func, NULL);
}

int
main (int argc, char *argv[])
{
  PosternStore *store;
  int status;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  fixture_write (store, set_up, NULL);
  g_test_add_data_func_full ("/permission/cases", g_memdup2 (&(Run) { store, check_cases }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/permission/forged", g_memdup2 (&(Run) { store, check_forged }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/permission/cut", g_memdup2 (&(Run) { store, check_cuts }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/role/permit", g_memdup2 (&(Run) { store, check_permits }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/role/strangers", g_memdup2 (&(Run) { store, check_strangers }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/invitation/inviter", g_memdup2 (&(Run) { store, check_invitings }, sizeof (Run)), run, g_free);
  g_test_add_data_func ("/role/many", store, test_many);
  g_test_add_func ("/role/names", test_names);
  g_test_add_func ("/role/assigning", test_assigning);
  g_test_add_data_func ("/role/too-many", store, test_too_many);
  g_test_add_data_func_full ("/resource/drop-scope", g_memdup2 (&(Run) { store, drop_scope }, sizeof (Run)), run, g_free);
  g_test_add_func ("/role/ready-made-names", test_ready_made_names);
  g_test_add_data_func_full ("/management/ready-made", g_memdup2 (&(Run) { store, check_ready_made }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/management/scopes", g_memdup2 (&(Run) { store, check_management_scopes }, sizeof (Run)), run, g_free);
  g_test_add_data_func_full ("/management/owner", g_memdup2 (&(Run) { store, check_owner }, sizeof (Run)), run, g_free);
  status = g_test_run ();
  tear_down ();
  fixture_close (store, TRUE);
  return status;
}
