/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page-fixture.h"

/* The roles of an organization: made, changed and deleted by its own administrators, as far as they hold what a role gives. */

/* (transfer full): the id of a new one */
static char *
make_role (Browser *browser, const Customer *customer, const char *name)
{
  g_autofree char *body = g_strconcat ("action=make&name=", name, NULL);

  page_post (browser, customer, "roles", NULL, body);
  assert_done (browser, "organization-role");
  return page_dup_part (browser);
}

#define SEES "permit-management_2fmembers_3aread=1"
#define CHANGES "permit-management_2fmembers_3awrite=1"
#define READ "permit-management_2fmembers_3aread"
#define WRITE "permit-management_2fmembers_3awrite"

static void
test_life (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.31", acme.administrator);
  g_autofree char *id = make_role (browser, &acme, "Planner"), *give = g_strconcat ("action=give&role=", id, NULL);

  page_save (browser, &acme, "roles", id, "action=save&name=Planner+two&description=Who+plans&" SEES);
  assert_done (browser, "organization-role");
  g_assert_cmpstr (browser_model (browser, "role_name"), ==, "Planner two");
  g_assert_cmpstr (browser_model (browser, "description_value"), ==, "Who plans");
  g_assert_true (page_is_ticked (browser, READ));
  g_assert_false (page_is_ticked (browser, WRITE));
  page_post (browser, &acme, "members", acme.member_id, give);
  assert_done (browser, "organization-member");
  page_get (browser, &acme, "roles", id);
  g_assert_true (page_has (browser, acme.member)); /* who has it, by what they are called */
  page_save (browser, &acme, "roles", id, "action=save&name=Planner+two&description=");
  g_assert_false (page_is_ticked (browser, READ));
  page_post (browser, &acme, "roles", NULL, "action=make&name=Planner+two");
  assert_refused (browser, "organization-roles");
  g_assert_cmpstr (browser_model (browser, "name"), ==, "Planner two");
  page_post (browser, &acme, "roles", id, "action=delete");
  assert_done (browser, "organization-roles");
  g_assert_false (page_has (browser, id));
  g_assert_false (role_is_had (acme.member_id, &acme.org, id));
}

/* What the form does not offer cannot be sent, either; of a role that gives more nothing is changed. */
static void
test_stronger (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.32", acme.administrator);
  g_autofree char *id = make_role (browser, &acme, "Stronger");

  page_save (browser, &acme, "roles", id, "action=save&name=Stronger&permit-management_2fusers_3awrite=1&permit-management_2f=1&permit-=1&" SEES);
  page_get (browser, &acme, "roles", id);
  g_assert_false (page_has (browser, "users:write"));
  role_permit (id, "users:write");
  page_get (browser, &acme, "roles", id);
  g_assert_true (page_has (browser, "\"stronger\":true"));
  g_assert_false (page_has (browser, "\"changes\":true"));
  page_post (browser, &acme, "roles", id, "action=delete");
  assert_refused (browser, "organization-role");
  page_post (browser, &acme, "roles", id, "action=save&name=Mine&" SEES);
  assert_refused (browser, "organization-role");
  page_get (browser, &acme, "roles", id);
  g_assert_cmpstr (browser_model (browser, "role_name"), ==, "Stronger");
}

/* A template is shown, and is nobody's here to change; another organization's role is one of nobody. */
static void
test_others (void)
{
  g_autoptr (Browser) theirs = browser_enter ("192.0.2.33", globex.administrator), browser = browser_enter ("192.0.2.34", acme.administrator);
  g_autofree char *id = make_role (theirs, &globex, "Theirs");

  page_get (browser, &acme, "roles", NULL);
  g_assert_true (page_has (browser, plain_role));
  g_assert_false (page_has (browser, id));
  page_get (browser, &acme, "roles", plain_role);
  assert_page (browser, "organization-role");
  g_assert_true (page_has (browser, "\"template\":true"));
  page_post (browser, &acme, "roles", plain_role, "action=delete");
  assert_refused (browser, "organization-role");
  page_get (browser, &acme, "roles", id);
  assert_status (browser, 404);
  page_post (browser, &acme, "roles", id, "action=delete");
  page_post (browser, &acme, "roles", id, "action=save&name=Ours");
  page_get (theirs, &globex, "roles", id);
  g_assert_cmpstr (browser_model (theirs, "role_name"), ==, "Theirs");
  page_get (browser, &acme, "roles", "owner"); /* one of the tenant's */
  assert_status (browser, 404);
}

#define MANY 520

static gboolean
add_many (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint i = 0; i < MANY; i++) {
    g_autoptr (PosternRole) role = postern_role_new ();

    role->id = postern_id_new ("rol");
    role->name = g_strdup_printf ("%s %u", (const char *) data, i);
    role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
    role->organization_id = g_strdup ("");
    role->created_at = role->updated_at = 1;
    if (!postern_role_insert (txn, role, error))
      return FALSE;
  }
  return TRUE;
}

/* However many there are, each can be chosen. */
static void
test_many (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.37", acme.administrator);

  fixture_write (house_store, add_many, (gpointer) "Template");
  page_get (browser, &acme, "roles", NULL);
  g_assert_true (page_has (browser, "\"Template 0\"") && page_has (browser, "\"Template 519\""));
  page_get (browser, &acme, "members", acme.member_id);
  g_assert_true (page_has (browser, "\"Template 0\"") && page_has (browser, "\"Template 519\""));
}

/* What the one ticked, and what the other one did, is both ticked for who saves second. */
static void
test_meanwhile (void)
{
  g_autoptr (Browser) first = browser_enter ("192.0.2.35", acme.administrator), second = browser_enter ("192.0.2.36", acme.administrator);
  g_autofree char *id = make_role (first, &acme, "Shared"), *one = NULL, *other = NULL;

  page_get (first, &acme, "roles", id);
  page_get (second, &acme, "roles", id);
  one = page_add_state (first, "action=save&name=Shared&" SEES);
  other = page_add_state (second, "action=save&name=Shared&" CHANGES);
  page_post (first, &acme, "roles", id, one);
  assert_done (first, "organization-role");
  page_post (second, &acme, "roles", id, other);
  assert_refused (second, "organization-role");
  g_assert_true (page_has (second, "\"meanwhile\":[{"));
  g_assert_true (page_is_ticked (second, READ));
  g_assert_true (page_is_ticked (second, WRITE));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/organization-role/life", test_life },
    { "/flow/organization-role/stronger", test_stronger },
    { "/flow/organization-role/others", test_others },
    { "/flow/organization-role/meanwhile", test_meanwhile },
    { "/flow/organization-role/many", test_many },
    { NULL },
  };

  return customers_run (argc, argv, tests);
}
