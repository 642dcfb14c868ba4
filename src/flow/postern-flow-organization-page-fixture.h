/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api.h"
#include "postern-flow-code-fixture.h"
#include "postern-flow-organization-fixture.h"
#include "postern-management-roles.h"
#include "postern-role.h"

/* For tests of the pages by which an organization is run: two organizations, each with an administrator and a member, and the real management API behind the pages. */

typedef struct {
  Org org;
  const char *administrator, *member; /* their addresses */
  char *administrator_id, *member_id;
} Customer;

static Customer acme = { { "acme", "Acme", NULL, NULL }, "ada@acme.example", "mel@acme.example" };
static Customer globex = { { "globex", "Globex", NULL, NULL }, "gus@globex.example", "mo@globex.example" };
static char *strong_role, *plain_role; /* templates: one gives what no administrator here has */
static PosternApi *house_api;

typedef struct {
  const char *name, *scopes; /* scopes: with blanks between */
  char *id;
} RoleMade;

static inline gboolean
role_put (PosternTxn *txn, gpointer data, GError **error)
{
  RoleMade *self = data;
  g_autoptr (PosternRole) role = postern_role_new ();
  g_auto (GStrv) scopes = g_strsplit (self->scopes, " ", -1);
  gboolean good, changed;

  g_free (self->id);
  self->id = postern_id_new ("rol");
  role->id = g_strdup (self->id);
  role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  role->organization_id = g_strdup ("");
  role->name = g_strdup (self->name);
  good = postern_role_insert (txn, role, error);
  for (guint i = 0; good && scopes[i]; i++)
    good = *scopes[i] == '\0' || postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, scopes[i], &changed, error);
  return good;
}

/* (transfer full): a template of that name */
static inline char *
role_make (const char *name, const char *scopes)
{
  RoleMade self = { name, scopes, NULL };

  fixture_write (house_store, role_put, &self);
  return self.id;
}

static inline gboolean
role_put_scope (PosternTxn *txn, gpointer data, GError **error)
{
  const RoleMade *self = data;
  g_autoptr (PosternRole) role = postern_role_get (txn, self->id, error);
  gboolean changed;

  return role && postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, self->scopes, &changed, error);
}

/** role_permit: @id, whosever it is, gives @scope of the management API, too. */
static inline void
role_permit (const char *id, const char *scope)
{
  RoleMade self = { NULL, scope, (char *) id };

  fixture_write (house_store, role_put_scope, &self);
}

typedef struct {
  const char *user_id, *organization_id, *role_id;
  gboolean had;
} Having;

static inline gboolean
having_put (PosternTxn *txn, gpointer data, GError **error)
{
  Having *self = data;
  PosternAssignment assignment = { (char *) self->user_id, (char *) self->organization_id, (char *) self->role_id, 1 };
  g_autoptr (PosternRole) role = postern_role_get (txn, self->role_id, error);
  gboolean changed;

  return role && postern_role_assign (txn, role, &assignment, &changed, error);
}

static inline void
role_give (const char *user_id, const Org *org, const char *role_id)
{
  Having having = { user_id, org->id, role_id, FALSE };

  fixture_write (house_store, having_put, &having);
}

static inline gboolean
having_find (PosternTxn *txn, gpointer data, GError **error)
{
  Having *self = data;
  g_autoptr (GPtrArray) all = postern_assignment_store_list_for (txn, self->user_id, error);

  self->had = FALSE;
  for (guint i = 0; all && i < all->len; i++) {
    PosternAssignment *assignment = all->pdata[i];

    self->had = self->had || (g_str_equal (assignment->organization_id, self->organization_id) && g_str_equal (assignment->role_id, self->role_id));
  }
  return all != NULL;
}

static inline gboolean
role_is_had (const char *user_id, const Org *org, const char *role_id)
{
  Having having = { user_id, org->id, role_id, FALSE };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, having_find, &having, NULL));
  return having.had;
}

static inline PosternResponse *
house_ask (PosternRequest *request, const char *user_id, const char *organization_id, gpointer api)
{
  return postern_api_visit (api, request, user_id, organization_id);
}

static inline void
customer_open (Customer *customer, const char *role_id)
{
  fixture_write (house_store, org_put, &customer->org);
  customer->administrator_id = user_make_with_password (customer->administrator, TRUE);
  customer->member_id = user_make_with_password (customer->member, TRUE);
  join (customer->administrator_id, &customer->org);
  join (customer->member_id, &customer->org);
  role_give (customer->administrator_id, &customer->org, role_id);
}

/** customers_open: what a test prepares. */
static inline void
customers_open (void)
{
  g_autofree char *role = role_make ("administrator", "members:read members:write invitations:read invitations:write roles:read roles:write organizations:read organizations:write branding:read branding:write audit:read");
  g_autoptr (GPtrArray) instances = postern_registry_list (house_registry, POSTERN_TYPE_INSTANCE), problems = g_ptr_array_new ();

  house_api = postern_api_new (house_tenant);
  postern_api_set_instances (house_api, instances, problems);
  postern_runtime_set_management (house_runtime, house_ask, house_api);
  plain_role = role_make ("editor", "");
  strong_role = role_make ("keeper", "users:read users:write");
  customer_open (&acme, role);
  customer_open (&globex, role);
}

/** customers_run: what main() does. */
static inline int
customers_run (int argc, char **argv, const HouseTest *tests)
{
  House house = { .has_messenger = TRUE, .prepare = customers_open };
  int failed = house_run (argc, argv, &house, tests);

  postern_api_free (house_api);
  g_free (strong_role);
  g_free (plain_role);
  for (guint i = 0; i < 2; i++) {
    Customer *customer = i ? &acme : &globex;

    g_free (customer->org.id);
    g_free (customer->administrator_id);
    g_free (customer->member_id);
  }
  return failed;
}

/* --- the pages --------------------------------------------------------------------------------------------------------- */

/** page_path: of @customer's @section, and of @part (nullable) in it. (transfer full) */
static inline char *
page_path (const Customer *customer, const char *section, const char *part)
{
  return g_strconcat ("/organizations/", customer->org.id, "/", section, part ? "/" : "", part, NULL);
}

static inline void
assert_status (Browser *browser, guint status)
{
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, status);
}

/** page_post: sends a form to a page, and looks at what it leads to. */
static inline void
page_post (Browser *browser, const Customer *customer, const char *section, const char *part, const char *body)
{
  g_autofree char *path = page_path (customer, section, part);

  browser_post (browser, path, body);
  if (postern_response_get_status (browser->last) == 303)
    browser_follow (browser);
}

static inline void
page_get (Browser *browser, const Customer *customer, const char *section, const char *part)
{
  g_autofree char *path = page_path (customer, section, part);

  browser_get (browser, path);
}

/** page_add_state: @body, as the form of the page that is shown sends it. (transfer full) */
static inline char *
page_add_state (Browser *browser, const char *body)
{
  g_autofree char *state = g_uri_escape_string (browser_model (browser, "state"), NULL, FALSE);

  return g_strconcat (body, "&state=", state, NULL);
}

/** page_save: looks at a page, and sends its form. */
static inline void
page_save (Browser *browser, const Customer *customer, const char *section, const char *part, const char *body)
{
  g_autofree char *whole = NULL;

  page_get (browser, customer, section, part);
  whole = page_add_state (browser, body);
  page_post (browser, customer, section, part, whole);
}

/** page_text: the model of the page that is shown, as JSON. (transfer full) */
static inline char *
page_text (Browser *browser)
{
  GVariant *model = postern_response_get_model (browser->last);

  return model ? postern_json_print (model) : g_strdup ("");
}

static inline gboolean
page_has (Browser *browser, const char *words)
{
  g_autofree char *text = page_text (browser);

  return strstr (text, words) != NULL;
}

/** page_dup_id: (transfer full): the first id of this kind that the page shows */
static inline char *
page_dup_id (Browser *browser, const char *prefix)
{
  g_autofree char *text = page_text (browser), *start = g_strconcat ("\"", prefix, "_", NULL);
  const char *found = strstr (text, start);

  g_assert_nonnull (found);
  return g_strndup (found + 1, strcspn (found + 1, "\""));
}

static inline void
assert_done (Browser *browser, const char *page)
{
  assert_page (browser, page);
  g_assert_cmpstr (browser_model (browser, "error_message"), ==, NULL);
}

static inline void
assert_refused (Browser *browser, const char *page)
{
  assert_page (browser, page);
  g_assert_nonnull (browser_model (browser, "error_message"));
}

/** page_dup_part: (transfer full): what the page that is shown is about: the last step of its address */
static inline char *
page_dup_part (Browser *browser)
{
  return g_strdup (strrchr (browser_model (browser, "action"), '/') + 1);
}

/** page_is_ticked: whether the box with the id @field is ticked; there must be one. */
static inline gboolean
page_is_ticked (Browser *browser, const char *field)
{
  g_autofree char *words = g_strdup_printf ("\"id\":\"%s\",\"title\":", field), *text = page_text (browser);
  const char *found = strstr (text, words), *end = found ? strchr (found, '}') : NULL;
  g_autofree char *entry = end ? g_strndup (found, (gsize) (end - found)) : NULL;

  g_assert_nonnull (entry);
  return strstr (entry, "\"ticked\":true") != NULL;
}
