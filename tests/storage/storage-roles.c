/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

/* API resources, roles, what they permit, and who has them. */

static PosternResource *
new_resource (const char *indicator)
{
  PosternResource *resource = postern_resource_new ();

  resource->id = postern_id_new ("res");
  resource->indicator = g_strdup (indicator);
  resource->name = g_strdup ("Orders");
  resource->scopes = postern_json_parse ("[{\"name\":\"read\",\"description\":\"Read\"},{\"name\":\"write\"}]", -1, 0, NULL);
  resource->created_at = resource->updated_at = NOW;
  return resource;
}

static PosternRole *
new_role (const char *name, const char *kind, const char *organization_id)
{
  PosternRole *role = postern_role_new ();

  role->id = postern_id_new ("rol");
  role->name = g_strdup (name);
  role->kind = g_strdup (kind);
  role->organization_id = g_strdup (organization_id);
  return role;
}

static void
count_permission (const char *resource_id, const char *scope, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static guint
count_permissions (PosternTxn *txn, const char *role_id)
{
  guint n = 0;

  g_assert_true (postern_role_store_each_permission (txn, role_id, count_permission, &n, NULL));
  return n;
}

static gboolean
resources (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternResource) orders = new_resource ("https://api.example/orders");
  g_autoptr (PosternResource) twin = new_resource ("https://api.example/orders");
  g_autoptr (PosternResource) found = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (postern_resource_store_insert (txn, orders, error));
  assert_fails (postern_resource_store_insert (txn, twin, &failure), POSTERN_ERROR_CONFLICT);
  found = postern_resource_store_find (txn, orders->indicator, error);
  g_assert_cmpstr (found->id, ==, orders->id);
  g_assert_true (g_variant_equal (found->scopes, orders->scopes));
  assert_fails (postern_resource_store_find (txn, "https://api.example/ORDERS", &failure), POSTERN_ERROR_NOT_FOUND);
  all = postern_resource_store_list (txn, NULL, 10, error);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_true (postern_resource_store_delete (txn, orders->id, error));
  assert_fails (postern_resource_store_delete (txn, orders->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_resource_store_update (txn, orders, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_resource_store_get (txn, orders->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
roles (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternRole) role = new_role ("clerk", "tenant", "");
  g_autoptr (PosternRole) twin = new_role ("clerk", "tenant", "");
  g_autoptr (PosternRole) template = new_role ("clerk", "organization", "");
  g_autoptr (PosternRole) own = new_role ("clerk", "organization", "org_a");
  g_autoptr (PosternRole) found = NULL;
  g_autoptr (GPtrArray) shared = NULL, of_a = NULL;

  g_assert_true (postern_role_store_insert (txn, role, error) && postern_role_store_insert (txn, template, error) && postern_role_store_insert (txn, own, error));
  assert_fails (postern_role_store_insert (txn, twin, &failure), POSTERN_ERROR_CONFLICT);
  shared = postern_role_store_list (txn, NULL, NULL, 10, error);
  g_assert_cmpuint (shared->len, ==, 2);
  of_a = postern_role_store_list (txn, "org_a", NULL, 10, error);
  g_assert_cmpuint (of_a->len, ==, 1);
  role->description = g_strdup ("Takes orders");
  g_assert_true (postern_role_store_update (txn, role, error));
  found = postern_role_store_get (txn, role->id, error);
  g_assert_cmpstr (found->description, ==, "Takes orders");
  g_assert_true (postern_role_store_delete (txn, role->id, error));
  assert_fails (postern_role_store_delete (txn, role->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_role_store_update (txn, role, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_role_store_get (txn, role->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
permissions (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternResource) orders = new_resource ("https://api.example/orders");
  g_autoptr (PosternRole) role = new_role ("clerk", "tenant", "");
  gboolean changed;

  g_assert_true (postern_resource_store_insert (txn, orders, error) && postern_role_store_insert (txn, role, error));
  g_assert_true (postern_role_store_add_permission (txn, role->id, orders->id, "read", &changed, error) && changed);
  g_assert_true (postern_role_store_add_permission (txn, role->id, orders->id, "read", &changed, error) && !changed);
  g_assert_true (postern_role_store_add_permission (txn, role->id, orders->id, "write", &changed, error) && changed);
  g_assert_cmpuint (count_permissions (txn, role->id), ==, 2);
  g_assert_true (postern_role_store_remove_permission (txn, role->id, orders->id, "read", &changed, error) && changed);
  g_assert_true (postern_role_store_remove_permission (txn, role->id, orders->id, "read", &changed, error) && !changed);
  g_clear_pointer (&orders->scopes, g_variant_unref); /* an update without the scope */
  g_assert_true (postern_resource_store_update (txn, orders, error));
  g_assert_cmpuint (count_permissions (txn, role->id), ==, 0);
  g_assert_true (postern_role_store_add_permission (txn, role->id, orders->id, "read", &changed, error) && changed);
  g_assert_true (postern_resource_store_delete (txn, orders->id, error));
  g_assert_cmpuint (count_permissions (txn, role->id), ==, 0);
  g_assert_true (postern_role_store_add_permission (txn, role->id, POSTERN_RESOURCE_MANAGEMENT, "users:read", &changed, error) && changed);
  g_assert_true (postern_role_store_add_permission (txn, role->id, POSTERN_RESOURCE_MANAGEMENT, "users:read", &changed, error) && !changed);
  g_assert_true (postern_role_store_add_permission (txn, role->id, POSTERN_RESOURCE_MANAGEMENT, "users:write", &changed, error) && changed);
  g_assert_true (postern_role_store_remove_permission (txn, role->id, POSTERN_RESOURCE_MANAGEMENT, "users:write", &changed, error) && changed);
  g_assert_cmpuint (count_permissions (txn, role->id), ==, 1);
  g_assert_true (postern_role_store_delete (txn, role->id, error));
  g_assert_cmpuint (count_permissions (txn, role->id), ==, 0);
  return TRUE;
}

static void
assign (PosternTxn *txn, const char *subject, const char *organization, const char *role)
{
  PosternAssignment assignment = { (char *) subject, (char *) organization, (char *) role, NOW };
  gboolean changed;

  g_assert_true (postern_assignment_store_put (txn, &assignment, &changed, NULL) && changed);
  g_assert_true (postern_assignment_store_put (txn, &assignment, &changed, NULL) && !changed);
}

static guint
count_of (PosternTxn *txn, const char *subject)
{
  g_autoptr (GPtrArray) all = postern_assignment_store_list_for (txn, subject, NULL);

  return all->len;
}

/* Those of @kind in @organization, a blank behind each. (transfer full) */
static char *
list_subjects (PosternTxn *txn, const char *organization, const char *kind, const char *after, guint limit)
{
  g_autoptr (GPtrArray) subjects = postern_assignment_store_list_subjects (txn, organization, kind, after, limit, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < subjects->len; i++)
    g_string_append_printf (text, "%s ", (char *) subjects->pdata[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Once each, however many roles they have, and however they come to be an owner. */
static gboolean
subjects (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const given[][3] = {
    { "usr_b", "", "support" }, { "usr_b", "", "clerk" },    { "job", "", "clerk" },      { "usr_a", "", "clerk" },
    { "usr_a", "org_a", "x" },  { "grp_a", "org_a", "x" },   { "job", "org_a", "x" },     { "usr_c", "org_b", "x" },
  };
  static const struct {
    const char *organization, *kind, *after;
    guint limit;
    const char *wanted;
  } cases[] = {
    { "", NULL, NULL, 10, "job usr_a usr_b " }, { "", NULL, "job", 1, "usr_a " },     { "", "user", NULL, 10, "usr_a usr_b " },  { "", "application", NULL, 10, "job " },
    { "", "group", NULL, 10, "" },              { "org_a", NULL, NULL, 10, "grp_a job usr_a " }, { "org_a", NULL, "grp_a", 1, "job " }, { "org_a", "user", NULL, 10, "usr_a " },
    { "org_a", "group", NULL, 10, "grp_a " },   { "org_a", "application", NULL, 10, "job " }, { "org_c", NULL, NULL, 10, "" },
  };
  g_autoptr (PosternUser) owner = storage_kit_new_user ("root", NULL, NULL);
  g_autofree char *owners = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    assign (txn, given[i][0], given[i][1], given[i][2]);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = list_subjects (txn, cases[i].organization, cases[i].kind, cases[i].after, cases[i].limit);

      g_assert_cmpstr (found, ==, cases[i].wanted);
    }
  owner->administrator = TRUE;
  g_assert_true (postern_user_store_insert (txn, owner, error));
  assign (txn, owner->id, "", "support");
  owners = list_subjects (txn, "", "user", NULL, 10);
  g_assert_nonnull (strstr (owners, owner->id));
  g_assert_true (strstr (owners, owner->id) == g_strrstr (owners, owner->id));
  return TRUE;
}

static gboolean
assignments (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL);
  g_autoptr (PosternApplication) app = storage_kit_new_application ("job");
  g_autoptr (PosternRole) role = new_role ("clerk", "tenant", "");
  g_autoptr (PosternRole) own = new_role ("chief", "organization", "org_a");
  g_autoptr (GPtrArray) page = NULL, rest = NULL;
  PosternAssignment gone = { app->id, (char *) "org_a", own->id, NOW };
  gboolean changed;

  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_application_store_insert (txn, app, error));
  g_assert_true (postern_role_store_insert (txn, role, error) && postern_role_store_insert (txn, own, error));
  assign (txn, ada->id, "", role->id);
  assign (txn, ada->id, "org_a", own->id);
  assign (txn, ada->id, "org_b", "chief-template");
  assign (txn, app->id, "", role->id);
  assign (txn, app->id, "org_a", own->id);
  page = postern_assignment_store_list (txn, role->id, "", NULL, 1, error);
  g_assert_cmpuint (page->len, ==, 1);
  rest = postern_assignment_store_list (txn, role->id, "", ((PosternAssignment *) page->pdata[0])->subject_id, 10, error);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_true (postern_assignment_store_delete (txn, &gone, &changed, error) && changed);
  g_assert_true (postern_assignment_store_delete (txn, &gone, &changed, error) && !changed);
  g_assert_true (postern_assignment_store_delete_subject (txn, ada->id, "org_b", error));
  g_assert_cmpuint (count_of (txn, ada->id), ==, 2);
  g_assert_true (postern_role_store_delete_organization (txn, "org_a", error));
  assert_fails (postern_role_store_get (txn, own->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_cmpuint (count_of (txn, ada->id), ==, 1);
  g_assert_true (postern_role_store_delete_organization (txn, "", error)); /* none: nothing goes */
  g_assert_cmpuint (count_of (txn, ada->id), ==, 1);
  g_assert_true (postern_application_store_delete (txn, app->id, error));
  g_assert_cmpuint (count_of (txn, app->id), ==, 0);
  g_assert_true (postern_user_store_delete (txn, ada->id, error));
  g_assert_cmpuint (count_of (txn, ada->id), ==, 0);
  return TRUE;
}

/* That a person is an owner stands in their row; of an application it is an assignment as any other. */
static gboolean
owners (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = storage_kit_new_user ("ada", NULL, NULL), bob = storage_kit_new_user ("bob", NULL, NULL), found = NULL;
  PosternAssignment gone = { ada->id, (char *) "", (char *) POSTERN_ROLE_OWNER, NOW };
  g_autoptr (GPtrArray) page = NULL, rest = NULL, of_ada = NULL;
  gboolean changed, has;

  bob->administrator = TRUE;
  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, bob, error));
  assign (txn, ada->id, "", POSTERN_ROLE_OWNER);
  assign (txn, "app_a", "", POSTERN_ROLE_OWNER);
  assign (txn, ada->id, "", "support");
  found = postern_user_store_get (txn, ada->id, error);
  g_assert_true (found->administrator);
  page = postern_assignment_store_list (txn, POSTERN_ROLE_OWNER, "", NULL, 2, error);
  g_assert_cmpuint (page->len, ==, 2);
  rest = postern_assignment_store_list (txn, POSTERN_ROLE_OWNER, "", ((PosternAssignment *) page->pdata[1])->subject_id, 2, error);
  g_assert_cmpuint (rest->len, ==, 1);
  of_ada = postern_assignment_store_list_for (txn, ada->id, error);
  g_assert_cmpuint (of_ada->len, ==, 2);
  g_assert_true (postern_user_store_has_other_administrator (txn, ada->id, &has, error) && has);
  g_assert_true (postern_assignment_store_delete (txn, &gone, &changed, error) && changed);
  g_assert_true (postern_assignment_store_delete (txn, &gone, &changed, error) && !changed);
  g_assert_true (postern_user_store_has_other_administrator (txn, bob->id, &has, error) && !has);
  g_assert_cmpuint (count_of (txn, ada->id), ==, 1);
  return TRUE;
}

static PosternUser *
add_person (PosternTxn *txn, const char *username, gboolean verified, gint64 disabled_at, GError **error)
{
  g_autoptr (PosternUser) user = storage_kit_new_user (username, NULL, NULL);

  user->email = g_strdup_printf ("%s@example.com", username);
  user->email_verified = verified;
  user->disabled_at = disabled_at;
  g_assert_true (postern_user_store_insert (txn, user, error));
  return g_steal_pointer (&user);
}

/* Who is written to when something is amiss: whoever was given the role, and for as long as they have it. */
static gboolean
owners_told (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) ada = add_person (txn, "ada", TRUE, 0, error), bob = add_person (txn, "bob", TRUE, 0, error);
  g_autoptr (PosternUser) left = add_person (txn, "left", TRUE, NOW, error), unproven = add_person (txn, "unproven", FALSE, 0, error);
  PosternAssignment gone = { ada->id, (char *) "", (char *) POSTERN_ROLE_OWNER, NOW };
  g_autoptr (GPtrArray) none = postern_user_store_list_owners (txn, 10, error), both = NULL, one = NULL, rest = NULL;
  const char *const given[] = { ada->id, bob->id, left->id, unproven->id };
  gboolean changed;

  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    assign (txn, given[i], "", POSTERN_ROLE_OWNER);
  both = postern_user_store_list_owners (txn, 10, error);
  g_assert_cmpuint (both->len, ==, 2);
  one = postern_user_store_list_owners (txn, 1, error);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_true (postern_assignment_store_delete (txn, &gone, &changed, error) && changed);
  assign (txn, ada->id, "", "support");
  rest = postern_user_store_list_owners (txn, 10, error);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (((PosternUser *) rest->pdata[0])->id, ==, bob->id);
  return TRUE;
}

static gboolean
role_goes (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternRole) role = new_role ("clerk", "tenant", "");

  g_assert_true (postern_role_store_insert (txn, role, error));
  assign (txn, "usr_a", "", role->id);
  g_assert_true (postern_role_store_delete (txn, role->id, error));
  g_assert_cmpuint (count_of (txn, "usr_a"), ==, 0);
  return TRUE;
}

static void
note (const PosternEffective *effective, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strconcat (effective->name ? effective->name : effective->role_id, *effective->organization_id ? "@" : "",
                                           effective->scope ? ":" : "", effective->scope, NULL));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
list_effective (PosternTxn *txn, const char *subject, const char *organization)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (postern_assignment_store_each_effective (txn, subject, organization, note, rows, NULL));
  g_ptr_array_sort (rows, compare);
  g_ptr_array_add (rows, NULL);
  return g_strjoinv (";", (char **) rows->pdata);
}

/* A customer, a person who belongs to it, and a group that the person is in. */
typedef struct {
  PosternOrganization *organization;
  PosternUser *ada;
  PosternGroup *group;
} Customer;

static void
customer_clear (Customer *self)
{
  postern_organization_unref (self->organization);
  postern_user_unref (self->ada);
  postern_group_unref (self->group);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Customer, customer_clear)

static void
customer_init (Customer *self, PosternTxn *txn)
{
  g_autoptr (PosternMember) member = postern_member_new ();

  self->organization = postern_organization_new ();
  self->organization->id = postern_id_new ("org");
  self->organization->name = g_strdup ("A");
  self->ada = storage_kit_new_user ("ada", NULL, NULL);
  self->group = postern_group_new ();
  self->group->id = postern_id_new ("grp");
  self->group->organization_id = g_strdup (self->organization->id);
  self->group->name = g_strdup ("Chiefs");
  member->organization_id = g_strdup (self->organization->id);
  member->user_id = g_strdup (self->ada->id);
  member->source = g_strdup ("invited");
  g_assert_true (postern_organization_store_insert (txn, self->organization, NULL) && postern_user_store_insert (txn, self->ada, NULL) &&
                 postern_member_store_put (txn, member, NULL, NULL) && postern_group_store_insert (txn, self->group, NULL) &&
                 postern_group_store_add_member (txn, self->group->id, self->ada->id, NULL));
}

static void
assert_effective (PosternTxn *txn, const char *subject, const char *organization, const char *expected)
{
  g_autofree char *got = list_effective (txn, subject, organization);

  g_assert_cmpstr (got, ==, expected);
}

/* A role of the tenant counts there, one of an organization in that alone, its own nowhere else; one without a row is named. */
static gboolean
effective (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (Customer) customer = { NULL };
  g_autoptr (PosternResource) orders = new_resource ("https://api.example/orders");
  g_autoptr (PosternRole) clerk = new_role ("clerk", "tenant", "");
  g_autoptr (PosternRole) chief = new_role ("chief", "organization", "");
  g_autoptr (PosternRole) own = new_role ("own", "organization", "org_b");
  const char *org, *ada;
  gboolean changed;

  customer_init (&customer, txn);
  org = customer.organization->id;
  ada = customer.ada->id;
  g_assert_true (postern_resource_store_insert (txn, orders, error) && postern_role_store_insert (txn, clerk, error) &&
                 postern_role_store_insert (txn, chief, error) && postern_role_store_insert (txn, own, error));
  g_assert_true (postern_role_store_add_permission (txn, clerk->id, orders->id, "read", &changed, error) &&
                 postern_role_store_add_permission (txn, clerk->id, orders->id, "write", &changed, error) &&
                 postern_role_store_add_permission (txn, chief->id, POSTERN_RESOURCE_MANAGEMENT, "users:read", &changed, error));
  assign (txn, ada, "", clerk->id);
  assign (txn, ada, "", "owner");
  assign (txn, ada, org, "admin");
  assign (txn, customer.group->id, org, chief->id);
  assign (txn, ada, org, own->id);
  assign (txn, ada, "org_b", clerk->id);
  assign (txn, ada, "", chief->id);
  assign (txn, "usr_c", "", chief->id);
  assert_effective (txn, ada, "", "clerk:read;clerk:write;owner");
  assert_effective (txn, ada, org, "admin@;chief@;chief@:users:read;clerk:read;clerk:write;owner");
  assert_effective (txn, ada, "org_b", "clerk:read;clerk:write;owner");
  g_assert_true (postern_group_store_remove_member (txn, customer.group->id, ada, error));
  assert_effective (txn, ada, org, "admin@;clerk:read;clerk:write;owner");
  return TRUE;
}

static void
note_scope (const PosternEffective *one, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (one->scope));
}

/* What somebody may at the management API in any organization; one's own role of another organization gives nothing there. */
static gboolean
delegated (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (Customer) customer = { NULL };
  static const struct {
    const char *name, *organization, *scope;
  } kinds[] = { { "one", "", "users:read" }, { "two", "", "members:read" }, { "three", "org_b", "keys:write" } };
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  gboolean changed;

  customer_init (&customer, txn);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (PosternRole) role = new_role (kinds[i].name, "organization", kinds[i].organization);

    g_assert_true (postern_role_store_insert (txn, role, error) &&
                   postern_role_store_add_permission (txn, role->id, POSTERN_RESOURCE_MANAGEMENT, kinds[i].scope, &changed, error));
    assign (txn, i == 1 ? customer.group->id : customer.ada->id, customer.organization->id, role->id);
  }
  g_assert_true (postern_assignment_store_each_delegated (txn, customer.ada->id, note_scope, scopes, error));
  g_ptr_array_sort (scopes, compare);
  g_ptr_array_add (scopes, NULL);
  text = g_strjoinv (" ", (char **) scopes->pdata);
  g_assert_cmpstr (text, ==, "members:read users:read");
  customer.ada->email = g_strdup ("ada@example.org");
  customer.ada->email_verified = TRUE;
  g_assert_true (postern_user_store_update (txn, customer.ada, error));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GPtrArray) holders = postern_user_store_list_holders (txn, customer.organization->id, kinds[i].scope, 5, error);

    g_assert_cmpuint (holders->len, ==, i == 2 ? 0 : 1); /* the last is another organization's own */
  }
  return TRUE;
}

/* Who leaves an organization leaves its roles; so does a group, and the organization takes all. */
static gboolean
leaving (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (Customer) customer = { NULL };
  g_autoptr (PosternRole) chief = new_role ("chief", "organization", "");
  const char *org, *ada;

  customer_init (&customer, txn);
  org = customer.organization->id;
  ada = customer.ada->id;
  g_assert_true (postern_role_store_insert (txn, chief, error));
  assign (txn, ada, org, chief->id);
  assign (txn, ada, "org_b", chief->id);
  assign (txn, customer.group->id, org, chief->id);
  assign (txn, "app_a", org, chief->id);
  g_assert_true (postern_group_store_delete (txn, customer.group->id, error));
  g_assert_cmpuint (count_of (txn, customer.group->id), ==, 0);
  g_assert_true (postern_member_store_delete (txn, org, ada, error));
  g_assert_cmpuint (count_of (txn, ada), ==, 1);
  g_assert_true (postern_organization_store_delete (txn, org, error));
  g_assert_cmpuint (count_of (txn, "app_a"), ==, 0);
  return TRUE;
}

/* One of an owner at most; its secret is sealed for that row alone. */
static gboolean
claims_hooks (PosternTxn *txn, gpointer data, GError **error)
{
  PosternClaimsHook hook = { (char *) "app_a", (char *) "https://claims.example/", NULL, 500, (char *) "refuse", NOW, NOW };
  g_autoptr (PosternClaimsHook) found = NULL, moved = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *secret = NULL;
  gboolean changed;

  assert_fails (postern_claims_hook_store_get (txn, "app_a", &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_claims_hook_store_put (txn, &hook, "whsec_one", error));
  hook.timeout = 700;
  g_assert_true (postern_claims_hook_store_put (txn, &hook, NULL, error));
  found = postern_claims_hook_store_get (txn, "app_a", error);
  g_assert_cmpint (found->timeout, ==, 700);
  secret = postern_claims_hook_store_dup_secret (txn, found, error);
  g_assert_cmpstr (secret, ==, "whsec_one");
  hook.owner_id = (char *) "res_a";
  g_assert_true (postern_claims_hook_store_put (txn, &hook, NULL, error));
  moved = postern_claims_hook_store_get (txn, "res_a", error);
  g_assert_null (postern_claims_hook_store_dup_secret (txn, moved, NULL));
  all = postern_claims_hook_store_list (txn, error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_true (postern_claims_hook_store_delete (txn, "res_a", &changed, error) && changed);
  g_assert_true (postern_claims_hook_store_delete (txn, "res_a", &changed, error) && !changed);
  g_free (hook.secret);
  return TRUE;
}

void
storage_roles_add_tests (void)
{
  g_test_add_data_func ("/storage/resources", resources, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles", roles, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/permissions", permissions, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/assignments", assignments, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/subjects", subjects, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/owners", owners, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/owners-told", owners_told, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/claims-hooks", claims_hooks, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/delete", role_goes, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/effective", effective, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/delegated", delegated, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/roles/leaving", leaving, storage_kit_run_lasting);
}
