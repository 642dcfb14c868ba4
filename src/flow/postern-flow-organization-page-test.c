/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page-fixture.h"

/* An organization is run by its own administrators, by whom else it is not, and how far they come. */

/* --- who comes in ----------------------------------------------------------------------------------------------------- */

static void
test_entry (void)
{
  g_autoptr (Browser) administrator = browser_enter ("192.0.2.1", acme.administrator), member = browser_enter ("192.0.2.2", acme.member);
  g_autofree char *begin = g_strconcat ("/organizations/", acme.org.id, NULL);

  browser_get (administrator, "/account");
  g_assert_true (page_has (administrator, "manage_url"));
  browser_get (administrator, begin);
  browser_follow (administrator);
  assert_page (administrator, "organization-members");
  g_assert_true (page_has (administrator, acme.member));
  g_assert_false (page_has (administrator, globex.member));
  /* A member without the right sees no entry, and finds no page. */
  browser_get (member, "/account");
  g_assert_true (page_has (member, "organizations"));
  g_assert_false (page_has (member, "manage_url"));
  browser_get (member, begin);
  assert_status (member, 403);
  page_get (member, &acme, "members", NULL);
  assert_status (member, 403);
  page_post (member, &acme, "invitations", NULL, "action=invite&email=x@member.example");
  assert_status (member, 403);
  g_assert_cmpuint (post_count ("x@member.example", "invitation", NULL), ==, 0);
}

/* Who runs one organization, and belongs to another, is led to the one alone. */
static void
test_elsewhere (void)
{
  g_autofree char *id = user_make_with_password ("both@acme.example", TRUE), *own = g_strconcat (postern_tenant_get_issuer (house_tenant), "/organizations/", acme.org.id, NULL);
  g_autofree char *other = g_strconcat (postern_tenant_get_issuer (house_tenant), "/organizations/", globex.org.id, NULL), *group = NULL, *enter = g_strconcat ("action=enter&user=", id, NULL);
  g_autofree char *role = role_make ("reader", "members:read"), *give = g_strconcat ("action=give&role=", role, NULL);
  g_autoptr (Browser) administrator = browser_enter ("192.0.2.14", acme.administrator), browser = browser_enter ("192.0.2.15", "both@acme.example");

  join (id, &acme.org);
  join (id, &globex.org);
  page_post (administrator, &acme, "groups", NULL, "action=make&name=Readers");
  group = page_dup_part (administrator);
  page_post (administrator, &acme, "groups", group, enter);
  browser_get (browser, "/account");
  g_assert_false (page_has (browser, "manage_url"));
  page_post (administrator, &acme, "groups", group, give); /* by a group as well */
  browser_get (browser, "/account");
  g_assert_true (page_has (browser, own));
  g_assert_false (page_has (browser, other));
}

/* What is shown, as a whole. (transfer full) */
static char *
dup_answer (Browser *browser, const char *path)
{
  g_autofree char *text = NULL;

  browser_get (browser, path);
  text = page_text (browser);
  return g_strdup_printf ("%u %s %s", postern_response_get_status (browser->last), browser_page (browser), text);
}

/* Another's organization, one that is switched off and one that is not there look alike. */
static void
test_foreign (void)
{
  static const char *const sections[] = { "", "/members", "/invitations" };
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", acme.administrator);
  g_autofree char *nothing = postern_id_new ("org");
  Org off = { "off", "Off", NULL, NULL };
  g_autofree char *off_id = NULL;

  fixture_write (house_store, org_put, &off);
  join (acme.administrator_id, &off);
  fixture_write (house_store, org_switch, &off);
  off_id = off.id;
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    const char *const ids[] = { globex.org.id, globex.org.slug, off.id, "x" };
    g_autofree char *path = g_strconcat ("/organizations/", nothing, sections[i], NULL), *wanted = dup_answer (browser, path);

    g_assert_true (g_str_has_prefix (wanted, "404 "));
    for (guint n = 0; n < G_N_ELEMENTS (ids); n++) {
      g_autofree char *other = g_strconcat ("/organizations/", ids[n], sections[i], NULL), *answer = dup_answer (browser, other);

      g_assert_cmpstr (answer, ==, wanted);
    }
  }
  page_post (browser, &globex, "invitations", NULL, "action=invite&email=x@foreign.example");
  assert_status (browser, 404);
  page_post (browser, &globex, "members", globex.member_id, "action=remove");
  assert_status (browser, 404);
  g_assert_cmpuint (post_count ("x@foreign.example", "invitation", NULL), ==, 0);
}

static void
set_rules (const char *rules)
{
  g_autofree char *id = g_strdup (acme.org.id);

  acme.org.rules = rules;
  fixture_write (house_store, org_set_rules, &acme.org);
  g_assert_cmpstr (acme.org.id, ==, id);
}

/* Who acts for an organization signs in under its rules: here, too. */
static void
test_rules (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.4", acme.administrator);
  g_autofree char *path = page_path (&acme, "members", NULL), *entered = g_strconcat (path, "?entered=1", NULL);

  set_rules ("{'factors': <['email-code']>}");
  page_get (browser, &acme, "members", NULL);
  browser_follow (browser);
  g_assert_true (g_str_has_prefix (browser->flow, "/sign-in/"));
  g_assert_cmpstr (browser_page (browser), !=, "organization-members");
  page_post (browser, &acme, "members", acme.member_id, "action=remove");
  g_assert_cmpstr (browser_page (browser), !=, "organization-members");
  browser_get (browser, entered); /* nobody is sent round for ever, nor let in by the mark */
  assert_page (browser, "error");
  set_rules (NULL);
  page_get (browser, &acme, "members", acme.member_id);
  assert_page (browser, "organization-member");
}

/* --- members ----------------------------------------------------------------------------------------------------------- */

static void
press (Browser *browser, const char *member_id, const char *action, const char *value)
{
  g_autofree char *body = g_strconcat ("action=", action, value, NULL);

  page_post (browser, &acme, "members", member_id, body);
}

static void
test_roles (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.5", acme.administrator);

  press (browser, acme.member_id, "give&role=", plain_role);
  assert_page (browser, "organization-member");
  g_assert_nonnull (browser_model (browser, "notice"));
  g_assert_true (role_is_had (acme.member_id, &acme.org, plain_role));
  page_get (browser, &acme, "members", NULL);
  g_assert_true (page_has (browser, "editor"));
  press (browser, acme.member_id, "take:", plain_role);
  g_assert_false (role_is_had (acme.member_id, &acme.org, plain_role));
  press (browser, acme.member_id, "take:", plain_role); /* pressed twice */
  g_assert_nonnull (browser_model (browser, "error_message"));
}

/* Nobody gives a role with rights that they do not hold: to nobody, and not by an invitation. Nor takes one away, nor its holder out. */
static void
test_strong_role (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.6", acme.administrator);
  g_autofree char *invite = g_strdup_printf ("action=invite&email=strong@role.example&role_ids=%s", strong_role);

  press (browser, acme.member_id, "give&role=", strong_role);
  assert_page (browser, "organization-member");
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_false (role_is_had (acme.member_id, &acme.org, strong_role));
  press (browser, acme.administrator_id, "give&role=", "owner");
  g_assert_nonnull (browser_model (browser, "error_message"));
  page_post (browser, &acme, "invitations", NULL, invite);
  assert_page (browser, "organization-invitations");
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_cmpstr (browser_model (browser, "email"), ==, "strong@role.example");
  g_assert_cmpuint (post_count ("strong@role.example", "invitation", NULL), ==, 0);
  role_give (acme.member_id, &acme.org, strong_role);
  press (browser, acme.member_id, "take:", strong_role);
  press (browser, acme.member_id, "remove", NULL);
  g_assert_true (role_is_had (acme.member_id, &acme.org, strong_role));
}

/* An id of another organization in one's own is one of nobody. */
static void
test_foreign_member (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.7", acme.administrator);
  g_autofree char *nobody = postern_id_new ("usr"), *path = page_path (&acme, "members", globex.member_id), *other = page_path (&acme, "members", nobody);
  g_autofree char *answer = dup_answer (browser, path), *wanted = dup_answer (browser, other);

  g_assert_cmpstr (answer, ==, wanted);
  press (browser, globex.member_id, "give&role=", plain_role);
  g_assert_false (role_is_had (globex.member_id, &globex.org, plain_role));
  g_assert_false (role_is_had (globex.member_id, &acme.org, plain_role));
  press (browser, globex.administrator_id, "remove", NULL);
  g_assert_true (page_has (browser, "error") || postern_response_get_status (browser->last) == 404);
}

static void
test_remove (void)
{
  g_autofree char *id = user_make_with_password ("leaver@acme.example", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.8", acme.administrator);

  join (id, &acme.org);
  page_get (browser, &acme, "members", id);
  g_assert_true (page_has (browser, "leaver@acme.example"));
  press (browser, id, "remove", NULL);
  assert_page (browser, "organization-members");
  g_assert_false (page_has (browser, "leaver@acme.example"));
}

/* A browser that was left open changes nothing until its person signs in again; and nothing that was typed is lost. */
static void
test_late (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.9", acme.administrator);

  for (guint i = 0; i < 4; i++)
    fixture_write (house_store, sessions_age, acme.administrator_id);
  page_post (browser, &acme, "invitations", NULL, "action=invite&email=late@late.example");
  assert_page (browser, "organization-invitations");
  g_assert_nonnull (browser_model (browser, "again_url"));
  g_assert_cmpstr (browser_model (browser, "email"), ==, "late@late.example");
  g_assert_cmpuint (post_count ("late@late.example", "invitation", NULL), ==, 0);
  browser_get (browser, browser_model (browser, "again_url") + strlen (ISSUER));
  browser_follow (browser);
  browser_confirm (browser, acme.administrator, PASSWORD);
  assert_page (browser, "organization-invitations");
  page_post (browser, &acme, "invitations", NULL, "action=invite&email=late@late.example");
  g_assert_cmpuint (post_count ("late@late.example", "invitation", NULL), ==, 1);
}

/* --- invitations ------------------------------------------------------------------------------------------------------- */

/* (transfer full): the id of the newest invitation that the page shows */
static char *
dup_newest (Browser *browser)
{
  g_autofree char *text = page_text (browser);
  const char *id = NULL;

  for (const char *found = strstr (text, "\"inv_"); found; found = strstr (found + 1, "\"inv_"))
    id = found + 1;
  g_assert_nonnull (id);
  return g_strndup (id, strcspn (id, "\""));
}

static void
test_invite (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.10", acme.administrator);
  g_autofree char *body = g_strdup_printf ("action=invite&email=+New@Invite.example+&role_ids=%s", plain_role), *id = NULL, *again = NULL, *revoke = NULL;

  page_post (browser, &acme, "invitations", NULL, body);
  assert_page (browser, "organization-invitations");
  g_assert_nonnull (browser_model (browser, "notice"));
  g_assert_true (page_has (browser, "new@invite.example"));
  g_assert_true (page_has (browser, "\"open\":true"));
  g_assert_cmpuint (post_count ("new@invite.example", "invitation", NULL), ==, 1);
  id = dup_newest (browser);
  again = g_strconcat ("action=send:", id, NULL);
  page_post (browser, &acme, "invitations", NULL, again);
  g_assert_cmpuint (post_count ("new@invite.example", "invitation", NULL), ==, 2);
  revoke = g_strconcat ("action=revoke:", id, NULL);
  page_post (browser, &acme, "invitations", NULL, revoke);
  g_assert_true (page_has (browser, "\"revoked\":true"));
  page_post (browser, &acme, "invitations", NULL, again); /* what was taken back is not sent */
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("new@invite.example", "invitation", NULL), ==, 2);
}

static void
test_invite_wrong (void)
{
  static const char *const wrong[] = { "action=invite&email=", "action=invite&email=nobody", "action=invite&email=mel@acme.example", "action=invite&email=x@wrong.example&role_ids=rol_x", "action=send:inv_x", "action=revoke:inv_x" };
  g_autoptr (Browser) browser = browser_enter ("192.0.2.11", acme.administrator);

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    page_post (browser, &acme, "invitations", NULL, wrong[i]);
    assert_page (browser, "organization-invitations");
    g_assert_nonnull (browser_model (browser, "error_message"));
  }
  g_assert_cmpuint (post_count (acme.member, "invitation", NULL), ==, 0);
}

static void
test_foreign_invitation (void)
{
  g_autoptr (Browser) theirs = browser_enter ("192.0.2.12", globex.administrator), browser = browser_enter ("192.0.2.13", acme.administrator);
  g_autofree char *id = NULL, *again = NULL, *revoke = NULL;

  page_post (theirs, &globex, "invitations", NULL, "action=invite&email=foreign@invite.example");
  id = dup_newest (theirs);
  again = g_strconcat ("action=send:", id, NULL);
  revoke = g_strconcat ("action=revoke:", id, NULL);
  page_post (browser, &acme, "invitations", NULL, again);
  g_assert_nonnull (browser_model (browser, "error_message"));
  page_post (browser, &acme, "invitations", NULL, revoke);
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("foreign@invite.example", "invitation", NULL), ==, 1);
  page_get (theirs, &globex, "invitations", NULL);
  g_assert_true (page_has (theirs, "\"open\":true"));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/organization-page/entry", test_entry },
    { "/flow/organization-page/elsewhere", test_elsewhere },
    { "/flow/organization-page/foreign", test_foreign },
    { "/flow/organization-page/rules", test_rules },
    { "/flow/organization-page/members/roles", test_roles },
    { "/flow/organization-page/members/strong-role", test_strong_role },
    { "/flow/organization-page/members/foreign", test_foreign_member },
    { "/flow/organization-page/members/remove", test_remove },
    { "/flow/organization-page/late", test_late },
    { "/flow/organization-page/invitations/invite", test_invite },
    { "/flow/organization-page/invitations/wrong", test_invite_wrong },
    { "/flow/organization-page/invitations/foreign", test_foreign_invitation },
    { NULL },
  };

  return customers_run (argc, argv, tests);
}
