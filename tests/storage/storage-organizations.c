/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-customers.h"

/* Organizations, members, groups, domains, invitations. Each function runs in one transaction. */

static PosternGroup *
new_group (PosternOrganization *organization, const char *name)
{
  PosternGroup *group = postern_group_new ();

  group->id = postern_id_new ("grp");
  group->organization_id = g_strdup (organization->id);
  group->name = g_strdup (name);
  group->description = g_strdup ("Some of them");
  return group;
}

static PosternInvitation *
new_invitation (PosternOrganization *organization, const char *hash)
{
  PosternInvitation *invitation = postern_invitation_new ();

  invitation->id = postern_id_new ("inv");
  invitation->organization_id = g_strdup (organization->id);
  invitation->email = g_strdup ("ada@example.org");
  invitation->role_ids = g_variant_ref_sink (g_variant_new_parsed ("[<'rol_1'>]"));
  invitation->secret_hash = g_strdup (hash);
  invitation->created_at = NOW;
  invitation->expires_at = NOW + 100;
  return invitation;
}

static gboolean
organizations (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) acme = new_organization ("acme", "Acme"), plain = new_organization (NULL, "100% Wool"), also = new_organization (NULL, "Also plain");
  g_autoptr (PosternOrganization) taken = new_organization ("acme", "Other"), found = NULL;
  g_autoptr (GPtrArray) first = NULL, rest = NULL, match = NULL, literal = NULL;

  acme->branding = g_variant_ref_sink (g_variant_new_parsed ("{'accent': <'#ff0000'>}"));
  g_assert_true (postern_organization_store_insert (txn, acme, error) && postern_organization_store_insert (txn, plain, error)
                 && postern_organization_store_insert (txn, also, error)); /* two without a slug do not collide */
  assert_fails (postern_organization_store_insert (txn, taken, &failure), POSTERN_ERROR_CONFLICT);
  found = postern_organization_store_find (txn, "acme", error);
  g_assert_cmpstr (found->id, ==, acme->id);
  g_assert_true (g_variant_equal (found->branding, acme->branding));
  g_assert_cmpuint (g_variant_n_children (found->sign_in_rules), ==, 0);
  acme->disabled_at = NOW + 1;
  g_assert_true (postern_organization_store_update (txn, acme, error));
  g_clear_pointer (&found, postern_organization_unref);
  found = postern_organization_store_find (txn, acme->id, error);
  g_assert_cmpint (found->disabled_at, ==, NOW + 1);
  assert_fails (postern_organization_store_find (txn, "Acme", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_organization_store_find (txn, "", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_organization_store_update (txn, taken, &failure), POSTERN_ERROR_NOT_FOUND);

  first = postern_organization_store_list (txn, NULL, NULL, 2, error);
  g_assert_cmpuint (first->len, ==, 2);
  rest = postern_organization_store_list (txn, NULL, ((PosternOrganization *) first->pdata[1])->id, 2, error);
  g_assert_cmpuint (rest->len, ==, 1);
  match = postern_organization_store_list (txn, "100%", NULL, 5, error);
  g_assert_cmpuint (match->len, ==, 1);
  literal = postern_organization_store_list (txn, "%", NULL, 5, error); /* a letter, not a pattern */
  g_assert_cmpuint (literal->len, ==, 0);
  g_assert_true (postern_organization_store_delete (txn, acme->id, error));
  assert_fails (postern_organization_store_delete (txn, acme->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
members (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternMember) again = NULL, found = NULL, stranger = NULL;
  g_autoptr (GPtrArray) first = NULL, rest = NULL, of_ada = NULL, of_bob = NULL, hers = NULL, enabled = NULL, all = NULL;
  gint64 count = 0;
  gboolean added = TRUE;

  world_init (&it, txn);
  again = new_member (it.acme, it.ada);
  again->joined_at = NOW + 50;
  g_assert_true (postern_member_store_put (txn, again, &added, error));
  g_assert_false (added);
  found = postern_member_store_get (txn, it.acme->id, it.ada->id, error);
  g_assert_cmpint (found->joined_at, ==, NOW);
  assert_fails (postern_member_store_get (txn, it.globex->id, it.bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  stranger = new_member (it.acme, it.bob);
  g_free (stranger->user_id);
  stranger->user_id = postern_id_new ("usr");
  assert_fails (postern_member_store_put (txn, stranger, NULL, &failure), POSTERN_ERROR_NOT_FOUND);

  first = postern_member_store_list (txn, it.acme->id, NULL, 1, error);
  g_assert_cmpuint (first->len, ==, 1);
  rest = postern_member_store_list (txn, it.acme->id, ((PosternMember *) first->pdata[0])->user_id, 5, error);
  g_assert_cmpuint (rest->len, ==, 1);
  of_ada = postern_member_store_list_for_user (txn, it.ada->id, NULL, 5, error);
  g_assert_cmpuint (of_ada->len, ==, 2);
  of_bob = postern_member_store_list_for_user (txn, it.bob->id, it.acme->id, 5, error);
  g_assert_cmpuint (of_bob->len, ==, 0);
  hers = postern_organization_store_list_for_user (txn, it.ada->id, NULL, 5, error);
  g_assert_cmpuint (hers->len, ==, 2);
  it.globex->disabled_at = NOW;
  g_assert_true (postern_organization_store_update (txn, it.globex, error));
  enabled = postern_organization_store_list_for_user (txn, it.ada->id, NULL, 5, error);
  g_assert_cmpuint (enabled->len, ==, 1);
  all = postern_organization_store_list_for_member (txn, it.ada->id, NULL, 5, error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_true (postern_member_store_count (txn, it.acme->id, &count, error));
  g_assert_cmpint (count, ==, 2);
  g_assert_true (postern_member_store_delete (txn, it.acme->id, it.bob->id, error));
  assert_fails (postern_member_store_delete (txn, it.acme->id, it.bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

/* A group holds members of its own organization only, whoever asks. */
static gboolean
groups (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternGroup) sales = NULL, same = NULL, theirs = NULL, found = NULL;
  g_autoptr (GPtrArray) listed = NULL, inside = NULL, of_ada = NULL, none = NULL, left = NULL;

  world_init (&it, txn);
  sales = new_group (it.acme, "Sales");
  same = new_group (it.acme, "Sales");
  theirs = new_group (it.globex, "Sales");
  g_assert_true (postern_group_store_insert (txn, sales, error) && postern_group_store_insert (txn, theirs, error));
  assert_fails (postern_group_store_insert (txn, same, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_group_store_update (txn, same, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_group_store_add_member (txn, theirs->id, it.bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_group_store_add_member (txn, "grp_none", it.bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_group_store_add_member (txn, sales->id, it.ada->id, error) && postern_group_store_add_member (txn, sales->id, it.bob->id, error));
  g_assert_true (postern_group_store_add_member (txn, sales->id, it.ada->id, error));
  listed = postern_group_store_list (txn, it.acme->id, NULL, 5, error);
  g_assert_cmpuint (listed->len, ==, 1);
  g_assert_cmpstr (((PosternGroup *) listed->pdata[0])->description, ==, "Some of them");
  inside = postern_group_store_list_members (txn, sales->id, NULL, 5, error);
  g_assert_cmpuint (inside->len, ==, 2);
  of_ada = postern_group_store_list_for_member (txn, it.acme->id, it.ada->id, error);
  g_assert_cmpstr (((PosternGroup *) of_ada->pdata[0])->name, ==, "Sales");
  none = postern_group_store_list_for_member (txn, it.globex->id, it.ada->id, error);
  g_assert_cmpuint (none->len, ==, 0);

  g_assert_true (postern_member_store_delete (txn, it.acme->id, it.bob->id, error)); /* leaves the group, too */
  left = postern_group_store_list_members (txn, sales->id, NULL, 5, error);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_true (postern_group_store_remove_member (txn, sales->id, it.ada->id, error));
  assert_fails (postern_group_store_remove_member (txn, sales->id, it.ada->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_free (sales->name);
  sales->name = g_strdup ("Selling");
  g_assert_true (postern_group_store_update (txn, sales, error));
  found = postern_group_store_get (txn, sales->id, error);
  g_assert_cmpstr (found->name, ==, "Selling");
  g_assert_true (postern_group_store_delete (txn, sales->id, error));
  assert_fails (postern_group_store_delete (txn, sales->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

/* Anybody may claim a domain; the first who proves it has it. */
static gboolean
domains (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternDomain) first = NULL, second = NULL, twice = NULL, found = NULL, by_name = NULL, by_id = NULL;
  g_autoptr (GPtrArray) listed = NULL, due = NULL, early = NULL;

  world_init (&it, txn);
  first = new_domain (it.acme, "example.org");
  second = new_domain (it.globex, "example.org");
  twice = new_domain (it.acme, "example.org");
  g_assert_true (postern_domain_store_insert (txn, first, error) && postern_domain_store_insert (txn, second, error));
  assert_fails (postern_domain_store_insert (txn, twice, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_domain_store_find_verified (txn, "example.org", &failure), POSTERN_ERROR_NOT_FOUND);
  first->verified_at = first->checked_at = second->verified_at = second->checked_at = NOW;
  g_assert_true (postern_domain_store_settle (txn, first, error));
  assert_fails (postern_domain_store_settle (txn, second, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_domain_store_settle (txn, twice, &failure), POSTERN_ERROR_NOT_FOUND);
  found = postern_domain_store_find_verified (txn, "example.org", error);
  g_assert_cmpstr (found->organization_id, ==, it.acme->id);
  by_name = postern_domain_store_find (txn, it.globex->id, "example.org", error);
  g_assert_cmpstr (by_name->id, ==, second->id);
  by_id = postern_domain_store_find (txn, it.acme->id, first->id, error);
  g_assert_cmpstr (by_id->domain, ==, "example.org");
  assert_fails (postern_domain_store_find (txn, it.acme->id, second->id, &failure), POSTERN_ERROR_NOT_FOUND);
  listed = postern_domain_store_list (txn, it.acme->id, NULL, 5, error);
  g_assert_cmpuint (listed->len, ==, 1);
  early = postern_domain_store_list_due (txn, NOW - 1, 5, error);
  g_assert_cmpuint (early->len, ==, 0);
  due = postern_domain_store_list_due (txn, NOW, 5, error);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_true (postern_domain_store_delete (txn, first->id, error));
  assert_fails (postern_domain_store_get (txn, first->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_domain_store_delete (txn, first->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_domain_store_settle (txn, second, error));
  return TRUE;
}

static gboolean
invitations (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternInvitation) one = NULL, two = NULL, three = NULL, four = NULL, found = NULL, used = NULL;
  g_autoptr (GPtrArray) listed = NULL, rest = NULL;

  world_init (&it, txn);
  one = new_invitation (it.acme, "h1");
  two = new_invitation (it.acme, "h2");
  g_assert_true (postern_invitation_store_insert (txn, one, error) && postern_invitation_store_insert (txn, two, error));
  assert_fails (postern_invitation_store_redeem (txn, one->id, "h2", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_invitation_store_redeem (txn, one->id, "h1", NOW + 100, &failure), POSTERN_ERROR_STALE);
  g_assert_true (postern_invitation_store_redeem (txn, one->id, "h1", NOW + 99, error));
  assert_fails (postern_invitation_store_redeem (txn, one->id, "h1", NOW + 99, &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_invitation_store_revoke (txn, one->id, NOW, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_invitation_store_renew (txn, one->id, "h3", NOW + 200, &failure), POSTERN_ERROR_STALE);
  found = postern_invitation_store_get (txn, one->id, error);
  g_assert_cmpint (found->used_at, ==, NOW + 99);
  g_assert_true (g_variant_equal (found->role_ids, one->role_ids));

  g_assert_true (postern_invitation_store_renew (txn, two->id, "h3", NOW + 200, error));
  assert_fails (postern_invitation_store_redeem (txn, two->id, "h2", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_invitation_store_revoke (txn, two->id, NOW + 2, error));
  assert_fails (postern_invitation_store_redeem (txn, two->id, "h3", NOW + 3, &failure), POSTERN_ERROR_STALE);
  assert_fails (postern_invitation_store_revoke (txn, two->id, NOW + 4, &failure), POSTERN_ERROR_STALE);
  listed = postern_invitation_store_list (txn, it.acme->id, NULL, 1, error);
  g_assert_cmpstr (((PosternInvitation *) listed->pdata[0])->id, ==, one->id);
  rest = postern_invitation_store_list (txn, it.acme->id, one->id, 5, error);
  g_assert_cmpuint (rest->len, ==, 1);

  three = new_invitation (it.acme, "h4");
  g_assert_true (postern_invitation_store_insert (txn, three, error));
  g_assert_true (postern_invitation_store_revoke_open (txn, it.globex->id, three->email, NOW, error) && postern_invitation_store_revoke_open (txn, it.acme->id, "bob@example.org", NOW, error));
  g_assert_true (postern_invitation_store_redeem (txn, three->id, "h4", NOW, error));
  four = new_invitation (it.acme, "h5");
  g_assert_true (postern_invitation_store_insert (txn, four, error) && postern_invitation_store_revoke_open (txn, it.acme->id, four->email, NOW, error));
  assert_fails (postern_invitation_store_redeem (txn, four->id, "h5", NOW, &failure), POSTERN_ERROR_STALE);
  used = postern_invitation_store_get (txn, three->id, error);
  g_assert_cmpint (used->revoked_at, ==, 0); /* what was used stays as it was */
  return TRUE;
}

/* The last two are what stays: somebody else's, and one to an address that nobody has proved to be theirs. */
static gboolean
invitations_for (PosternTxn *txn, gpointer data, GError **error)
{
  static const struct {
    const char *hash, *email;
    gboolean elsewhere, revoked[2]; /* in the other organization; once Ada is out of the one; once she is no more */
  } cases[] = {
    { "o1", "ada@example.org", FALSE, { TRUE, TRUE } },
    { "o2", "ada@example.org", TRUE, { FALSE, TRUE } },
    { "o3", "bob@example.org", FALSE, { FALSE, FALSE } },
    { "o4", "eve@example.org", FALSE, { FALSE, FALSE } },
  };
  g_auto (World) it = { 0 };
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);

  world_init (&it, txn);
  it.ada->email = g_strdup ("ada@example.org");
  it.bob->email = g_strdup ("eve@example.org");
  it.ada->email_verified = TRUE;
  it.bob->email_verified = FALSE;
  g_assert_true (postern_user_store_update (txn, it.ada, error) && postern_user_store_update (txn, it.bob, error));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternInvitation) one = new_invitation (cases[i].elsewhere ? it.globex : it.acme, cases[i].hash);

    g_free (one->email);
    one->email = g_strdup (cases[i].email);
    g_assert_true (postern_invitation_store_insert (txn, one, error));
    g_ptr_array_add (made, g_strdup (one->id));
  }
  g_assert_true (postern_invitation_store_revoke_for (txn, it.acme->id, it.bob->id, NOW, error));
  for (guint step = 0; step < 2; step++) {
    g_assert_true (postern_invitation_store_revoke_for (txn, step == 0 ? it.acme->id : NULL, it.ada->id, NOW + 1, error));
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      g_autoptr (PosternInvitation) one = postern_invitation_store_get (txn, made->pdata[i], error);

      g_assert_cmpint (one->revoked_at != 0, ==, cases[i].revoked[step]);
    }
  }
  return TRUE;
}

static gboolean
choices (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternSession) session = NULL;
  g_autofree char *first = NULL, *second = NULL, *elsewhere = NULL, *gone = NULL;

  world_init (&it, txn);
  session = storage_kit_new_session (it.ada->id);
  g_assert_true (postern_session_store_insert (txn, session, error));
  g_assert_null (postern_organization_store_get_choice (txn, session->id, "app", error));
  g_assert_true (postern_organization_store_put_choice (txn, session->id, "app", it.acme->id, error));
  first = postern_organization_store_get_choice (txn, session->id, "app", error);
  g_assert_cmpstr (first, ==, it.acme->id);
  g_assert_true (postern_organization_store_put_choice (txn, session->id, "app", it.globex->id, error));
  second = postern_organization_store_get_choice (txn, session->id, "app", error);
  g_assert_cmpstr (second, ==, it.globex->id);
  elsewhere = postern_organization_store_get_choice (txn, session->id, "other", error);
  g_assert_null (elsewhere);
  g_assert_true (postern_organization_store_delete (txn, it.globex->id, error));
  gone = postern_organization_store_get_choice (txn, session->id, "app", error);
  g_assert_null (gone);
  g_assert_no_error (*error);
  assert_fails (postern_organization_store_put_choice (txn, "ses_none", "app", it.acme->id, &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static void
add_grant (PosternTxn *txn, PosternUser *user, PosternOrganization *organization, PosternGrant **grant)
{
  *grant = storage_kit_new_grant (user->id, "app", NULL);
  g_clear_pointer (&(*grant)->data, g_variant_unref);
  if (organization)
    (*grant)->data = g_variant_ref_sink (g_variant_new_parsed ("{'organization_id': <%s>}", organization->id));
  g_assert_true (postern_grant_store_insert (txn, *grant, NULL));
}

static gboolean
is_revoked (PosternTxn *txn, PosternGrant *grant)
{
  g_autoptr (PosternGrant) found = postern_grant_store_get (txn, grant->id, NULL);

  return found->revoked_at != 0;
}

/* As a worker of a release before the column writes it, which ends while this one has begun. */
static void
add_older_grant (PosternTxn *txn, PosternUser *user, PosternOrganization *organization, PosternGrant **grant)
{
  g_autofree char *data = g_strdup_printf ("{\"acr\":\"1\",\"organization_id\":\"%s\"}", organization->id);

  *grant = storage_kit_new_grant (user->id, "app", NULL);
  {
    PosternValue values[] = { POSTERN_KEY ((*grant)->id), POSTERN_TEXT ((*grant)->id), POSTERN_TEXT (user->id), POSTERN_TEXT (data), POSTERN_INT (NOW) };

    g_assert_true (postern_txn_run (txn,
                                    "INSERT INTO grants (key, id, user_id, application_id, data, offline, created_at, expires_at, revoked_at, code_expires_at, code_used_at) "
                                    "VALUES (?1, ?2, ?3, 'app', ?4, 0, ?5, ?5, 0, 0, 0)",
                                    values, G_N_ELEMENTS (values), NULL));
  }
}

/* The column comes out of what the grant says, and names neither somebody else's nor those for nobody. */
static gboolean
granted (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternGrant) adas = NULL, older = NULL, bobs = NULL, bobs_older = NULL, older_elsewhere = NULL, elsewhere = NULL, nobodys = NULL;

  world_init (&it, txn);
  add_older_grant (txn, it.ada, it.acme, &older);
  add_older_grant (txn, it.bob, it.acme, &bobs_older);
  add_older_grant (txn, it.bob, it.globex, &older_elsewhere);
  add_grant (txn, it.ada, it.acme, &adas);
  add_grant (txn, it.bob, it.acme, &bobs);
  add_grant (txn, it.ada, it.globex, &elsewhere);
  add_grant (txn, it.ada, NULL, &nobodys);
  g_assert_true (postern_grant_store_revoke_for_organization (txn, it.acme->id, it.ada->id, NOW, error));
  g_assert_true (is_revoked (txn, adas) && is_revoked (txn, older));
  g_assert_false (is_revoked (txn, bobs) || is_revoked (txn, bobs_older) || is_revoked (txn, elsewhere) || is_revoked (txn, nobodys));
  g_assert_true (postern_grant_store_revoke_for_organization (txn, it.acme->id, NULL, NOW, error));
  g_assert_true (is_revoked (txn, bobs) && is_revoked (txn, bobs_older));
  g_assert_false (is_revoked (txn, elsewhere) || is_revoked (txn, older_elsewhere) || is_revoked (txn, nobodys));
  return TRUE;
}

static void
remember (PosternTxn *txn, PosternUser *user, PosternOrganization *organization, PosternSession **session)
{
  *session = storage_kit_new_session (user->id);
  g_assert_true (postern_session_store_insert (txn, *session, NULL) && postern_organization_store_put_choice (txn, (*session)->id, "app", organization->id, NULL));
}

static gboolean
is_remembered (PosternTxn *txn, PosternSession *session)
{
  g_autofree char *choice = postern_organization_store_get_choice (txn, session->id, "app", NULL);

  return choice != NULL;
}

static gboolean
forgotten (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternSession) adas = NULL, bobs = NULL, elsewhere = NULL;

  world_init (&it, txn);
  remember (txn, it.ada, it.acme, &adas);
  remember (txn, it.bob, it.acme, &bobs);
  remember (txn, it.ada, it.globex, &elsewhere);
  g_assert_true (postern_organization_store_forget_choices (txn, it.acme->id, it.ada->id, error));
  g_assert_false (is_remembered (txn, adas));
  g_assert_true (is_remembered (txn, bobs) && is_remembered (txn, elsewhere));
  g_assert_true (postern_organization_store_forget_choices (txn, it.acme->id, NULL, error));
  g_assert_false (is_remembered (txn, bobs));
  g_assert_true (is_remembered (txn, elsewhere));
  return TRUE;
}

/* Nothing of a deleted organization stays, and nothing of a deleted person in one. */
static gboolean
deletions (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternGroup) sales = NULL;
  g_autoptr (PosternDomain) domain = NULL;
  g_autoptr (PosternInvitation) invitation = NULL;
  g_autoptr (GPtrArray) inside = NULL, rest = NULL;

  world_init (&it, txn);
  sales = new_group (it.acme, "Sales");
  domain = new_domain (it.acme, "example.org");
  invitation = new_invitation (it.acme, "h");
  g_assert_true (postern_group_store_insert (txn, sales, error) && postern_domain_store_insert (txn, domain, error)
                 && postern_invitation_store_insert (txn, invitation, error));
  g_assert_true (postern_group_store_add_member (txn, sales->id, it.ada->id, error) && postern_group_store_add_member (txn, sales->id, it.bob->id, error));
  g_assert_true (postern_user_store_delete (txn, it.bob->id, error));
  inside = postern_group_store_list_members (txn, sales->id, NULL, 5, error);
  g_assert_cmpuint (inside->len, ==, 1);
  assert_fails (postern_member_store_get (txn, it.acme->id, it.bob->id, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_organization_store_delete (txn, it.acme->id, error));
  assert_fails (postern_group_store_get (txn, sales->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_domain_store_get (txn, domain->id, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_invitation_store_get (txn, invitation->id, &failure), POSTERN_ERROR_NOT_FOUND);
  rest = postern_member_store_list_for_user (txn, it.ada->id, NULL, 5, error);
  g_assert_cmpuint (rest->len, ==, 1);
  return TRUE;
}

static PosternBrandFile *
new_brand_file (PosternOrganization *organization, const char *kind, const char *name)
{
  PosternBrandFile *file = postern_brand_file_new ();

  file->organization_id = g_strdup (organization->id);
  file->kind = g_strdup (kind);
  file->name = g_strdup (name);
  file->data = g_strdup ("eA==");
  return file;
}

static gboolean
brands (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternBrandFile) one = NULL, other = NULL, newer = NULL, found = NULL, same = NULL;

  world_init (&it, txn);
  one = new_brand_file (it.acme, "logo", "a.png");
  other = new_brand_file (it.globex, "logo", "a.png"); /* two may have the same picture */
  newer = new_brand_file (it.acme, "logo", "b.png");
  g_assert_true (postern_brand_store_put (txn, one, error) && postern_brand_store_put (txn, other, error) && postern_brand_store_put (txn, newer, error));
  found = postern_brand_store_get (txn, it.acme->id, "logo", error);
  g_assert_cmpstr (found->name, ==, "b.png");
  same = postern_brand_store_find (txn, "a.png", error);
  g_assert_cmpstr (same->organization_id, ==, it.globex->id);
  assert_fails (postern_brand_store_get (txn, it.acme->id, "style", &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_brand_store_delete (txn, it.acme->id, "logo", error) && postern_brand_store_delete (txn, it.acme->id, "logo", error));
  assert_fails (postern_brand_store_find (txn, "b.png", &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_organization_store_delete (txn, it.globex->id, error));
  assert_fails (postern_brand_store_find (txn, "a.png", &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

void
storage_organizations_add_tests (void)
{
  g_test_add_data_func ("/storage/organizations", organizations, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/members", members, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/groups", groups, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/domains", domains, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/invitations", invitations, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/invitations-for", invitations_for, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/choices", choices, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/brands", brands, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/granted", granted, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/forgotten", forgotten, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/organizations/deletions", deletions, storage_kit_run_lasting);
}
