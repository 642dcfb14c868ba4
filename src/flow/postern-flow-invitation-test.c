/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-fixture.h"
#include "postern-invitation.h"
#include "postern-role.h"

/* The page behind an invitation's link: who may take it, by which way, and how often. */

static Org acme = { "acme", "Acme", NULL, NULL };
static char *role_id, *group_id;

/* --- invitations ------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *email;
  gint64 expires_at;
  char *id, *token, *link; /* link: below the issuer */
  const char *inviter;     /* (nullable) */
} Invite;

static gboolean
invite_put (PosternTxn *txn, gpointer data, GError **error)
{
  Invite *self = data;
  g_autoptr (PosternInvitation) invitation = postern_invitation_new ();

  invitation->id = postern_id_new ("inv");
  invitation->organization_id = g_strdup (acme.id);
  invitation->email = g_strdup (self->email);
  invitation->inviter = g_strdup (self->inviter);
  invitation->role_ids = g_variant_ref_sink (g_variant_new_parsed ("[<%s>]", role_id));
  invitation->group_ids = g_variant_ref_sink (g_variant_new_parsed ("[<%s>]", group_id));
  invitation->created_at = now ();
  invitation->expires_at = self->expires_at;
  self->id = g_strdup (invitation->id);
  return postern_invitation_insert (txn, invitation, &self->token, error);
}

static Invite
invite_from (const char *email, const char *inviter)
{
  Invite self = { email, now () + 3600, .inviter = inviter };

  fixture_write (house_store, invite_put, &self);
  self.link = g_strconcat ("/invitation/", self.token, NULL);
  return self;
}

static Invite
invite (const char *email)
{
  return invite_from (email, NULL);
}

static void
invite_clear (Invite *self)
{
  g_free (self->id);
  g_free (self->token);
  g_free (self->link);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Invite, invite_clear)

static gboolean
invite_revoke (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_invitation_store_revoke (txn, ((Invite *) data)->id, now (), error);
}

static gboolean
prepare_rest (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_new ();
  g_autoptr (PosternGroup) group = postern_group_new ();

  role->id = role_id = postern_id_new ("rol");
  role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  role->organization_id = g_strdup ("");
  role->name = g_strdup ("editor");
  group->id = group_id = postern_id_new ("grp");
  group->organization_id = g_strdup (acme.id);
  group->name = g_strdup ("Sales");
  role_id = g_strdup (role_id);
  group_id = g_strdup (group_id);
  return postern_role_insert (txn, role, error) && postern_group_store_insert (txn, group, error);
}

static void
prepare (void)
{
  fixture_write (house_store, org_put, &acme);
  fixture_write (house_store, prepare_rest, NULL);
}

/* --- what came of it -------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *email;
  gboolean known, member, role, group, verified;
  guint written;
} Look;

static gboolean
look_up (PosternTxn *txn, gpointer data, GError **error)
{
  Look *self = data;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, self->email, NULL);
  PosternAuditFilter filter = { .event = "invitation.accepted", .actor = user ? user->id : NULL };
  g_autoptr (PosternMember) member = user ? postern_member_store_get (txn, acme.id, user->id, NULL) : NULL;
  g_autoptr (GPtrArray) roles = user ? postern_assignment_store_list_for (txn, user->id, error) : NULL;
  g_autoptr (GPtrArray) groups = user ? postern_group_store_list_for_member (txn, acme.id, user->id, error) : NULL;
  g_autoptr (GPtrArray) entries = user ? postern_audit_store_find (txn, &filter, NULL, 100, error) : NULL;

  self->known = user != NULL;
  self->verified = user && user->email_verified;
  self->member = member && g_str_equal (member->source, POSTERN_MEMBER_INVITED);
  self->role = roles && roles->len == 1 && g_str_equal (((PosternAssignment *) roles->pdata[0])->organization_id, acme.id);
  self->group = groups && groups->len == 1;
  self->written = entries ? entries->len : 0;
  return TRUE;
}

static Look
look (const char *email)
{
  Look self = { email };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, look_up, &self, NULL));
  return self;
}

static void
assert_in (const char *email)
{
  Look found = look (email);

  g_assert_true (found.known && found.verified && found.member && found.role && found.group);
  g_assert_cmpuint (found.written, ==, 1);
}

static void
assert_out (const char *email)
{
  Look found = look (email);

  g_assert_false (found.member || found.role || found.group);
  g_assert_cmpuint (found.written, ==, 0);
}

static void
browser_press (Browser *browser, const char *action, const char *token)
{
  g_autofree char *body = g_strdup_printf ("action=%s&token=%s", action, token);

  browser_post (browser, "/invitation", body);
  browser_follow (browser);
}

static gboolean
is_closed (Browser *browser)
{
  assert_page (browser, "invitation");
  return postern_json_get_boolean (postern_response_get_model (browser->last), "closed", FALSE);
}

static gboolean
is_offered (Browser *browser)
{
  assert_page (browser, "invitation");
  return postern_json_get_boolean (postern_response_get_model (browser->last), "fits", FALSE);
}

/* --- who is signed in here --------------------------------------------------------------------------------------------- */

/* Looking at it does nothing, however often; the button does, once. */
static void
test_signed_in (void)
{
  g_auto (Person) ada = person_make ("ada@in.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", ada.email);
  g_auto (Invite) it = invite (ada.email);

  for (guint i = 0; i < 3; i++) {
    browser_get (browser, it.link);
    g_assert_true (is_offered (browser));
    g_assert_cmpstr (browser_model (browser, "organization_name"), ==, "Acme");
  }
  assert_out (ada.email);
  browser_press (browser, "accept", it.token);
  assert_page (browser, "account");
  g_assert_nonnull (browser_model (browser, "notice"));
  assert_in (ada.email);
  browser_press (browser, "accept", it.token);
  g_assert_true (is_closed (browser));
  assert_in (ada.email);
  browser_get (browser, it.link);
  g_assert_true (is_closed (browser));
}

/* Somebody else's account gets nothing by it, whatever is sent. */
static void
test_somebody_else (void)
{
  g_auto (Person) bea = person_make ("bea@else.example", FALSE), eve = person_make ("eve@else.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.2", eve.email);
  g_auto (Invite) it = invite (bea.email);

  browser_get (browser, it.link);
  g_assert_false (is_offered (browser));
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, eve.email);
  browser_press (browser, "accept", it.token);
  g_assert_false (is_offered (browser));
  assert_out (eve.email);

  browser_press (browser, "continue", it.token); /* as Bea, beside Eve */
  browser_sign_in (browser, bea.email, PASSWORD);
  browser_follow (browser);
  g_assert_true (is_offered (browser));
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, bea.email);
  browser_press (browser, "accept", it.token);
  assert_in (bea.email);
  assert_out (eve.email);
}

/* An account that only says that the address is its own may be a trap for who is invited. */
static void
test_unverified (void)
{
  g_autofree char *id = user_make_with_password ("cyd@trap.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", "cyd@trap.example");
  g_auto (Invite) it = invite ("cyd@trap.example");

  browser_get (browser, it.link);
  g_assert_false (is_offered (browser));
  g_assert_nonnull (browser_model (browser, "confirm_url"));
  browser_press (browser, "accept", it.token);
  g_assert_false (is_offered (browser));
  assert_out ("cyd@trap.example");
}

/* --- who has no account ------------------------------------------------------------------------------------------------ */

/* The link has proved the address, so that no code is asked for; even where nobody else may make an account. */
static void
test_new (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_auto (Invite) it = invite ("dan@new.example");

  policy_set ("{\"sign_up_enabled\":false,\"second_factor\":\"off\"}");
  browser_get (browser, it.link);
  g_assert_false (is_offered (browser));
  g_assert_null (browser_model (browser, "identifier"));
  browser_press (browser, "continue", it.token);
  assert_page (browser, "sign-up");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "dan@new.example");
  browser_submit (browser, "action=continue&identifier=other@new.example&name=Other&password=" PASSWORD);
  assert_page (browser, "sign-up"); /* the invitation is for one address */
  g_assert_false (look ("other@new.example").known);
  browser_submit (browser, "action=continue&identifier=dan@new.example&name=Dan&password=" PASSWORD);
  browser_follow (browser);
  g_assert_true (is_offered (browser));
  g_assert_cmpuint (post_count ("dan@new.example", NULL, NULL), ==, 0);
  browser_press (browser, "accept", it.token);
  assert_in ("dan@new.example");
  policy_set (RULE ("off"));
}

/* It was revoked while the form was being filled in: then it proves nothing, and there is no account. */
static void
test_revoked_meanwhile (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");
  g_auto (Invite) it = invite ("fay@late.example");
  g_autofree char *action = NULL;

  browser_get (browser, it.link);
  browser_press (browser, "continue", it.token);
  assert_page (browser, "sign-up");
  fixture_write (house_store, invite_revoke, &it);
  action = g_strdup (browser_model (browser, "action") + strlen (ISSUER));
  browser_post (browser, action, "action=continue&identifier=fay@late.example&name=Fay&password=" PASSWORD);
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 410);
  g_assert_false (look ("fay@late.example").known);
}

/* By a provider that says nothing of the address, or has not verified it. */
static void
test_by_provider (void)
{
  static const char *const codes[] = { "i1", "i2 gus2@provider.example" };

  policy_set ("{\"sign_up_enabled\":false,\"second_factor\":\"off\"}");
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (Browser) browser = browser_new ("192.0.2.6");
    g_autofree char *email = g_strdup_printf ("gus%u@provider.example", i + 1);
    g_auto (Invite) it = invite (email);

    browser_get (browser, it.link);
    browser_press (browser, "continue", it.token);
    browser_submit (browser, "action=sign-in");
    browser_press_provider (browser, codes[i]);
    g_assert_true (is_offered (browser));
    browser_press (browser, "accept", it.token);
    assert_in (email);
  }
  policy_set (RULE ("off"));
}

/* An account of another address is not made by it, where nobody may make one. */
static void
test_other_by_provider (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_auto (Invite) it = invite ("hal@one.example");

  policy_set ("{\"sign_up_enabled\":false,\"second_factor\":\"off\"}");
  browser_get (browser, it.link);
  browser_press (browser, "continue", it.token);
  browser_submit (browser, "action=sign-in");
  browser_press_provider (browser, "i3 hal@two.example verified");
  assert_page (browser, "identifier");
  g_assert_nonnull (browser_model (browser, "error_message"));
  g_assert_false (look ("hal@one.example").known || look ("hal@two.example").known);
  policy_set (RULE ("off"));
}

/* --- what is not good --------------------------------------------------------------------------------------------------- */

static char *
dup_closed_page (Browser *browser, const char *link)
{
  browser_get (browser, link);
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 404);
  g_assert_true (is_closed (browser));
  return g_variant_print (postern_response_get_model (browser->last), FALSE);
}

/* Wrong, used, expired, revoked, replaced, of an organization that is switched off: one page. */
static void
test_closed (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");
  g_auto (Invite) first = invite ("ida@closed.example"), second = invite ("ida@closed.example"), revoked = invite ("jon@closed.example"), off = invite ("kim@closed.example");
  g_autofree char *wrong = g_strdup (second.link), *page = NULL;
  Invite late = { "lou@closed.example", now () - 1 };
  const char *links[6] = { "/invitation", "/invitation/x", first.link, NULL, revoked.link, NULL };

  wrong[strlen (wrong) - 1] = wrong[strlen (wrong) - 1] == 'A' ? 'E' : 'A';
  fixture_write (house_store, invite_put, &late);
  late.link = g_strconcat ("/invitation/", late.token, NULL);
  links[3] = wrong;
  links[5] = late.link;
  fixture_write (house_store, invite_revoke, &revoked);
  page = dup_closed_page (browser, links[0]);
  for (guint i = 1; i < G_N_ELEMENTS (links); i++) {
    g_autofree char *other = dup_closed_page (browser, links[i]);

    g_assert_cmpstr (other, ==, page);
  }
  browser_get (browser, second.link);
  g_assert_false (is_closed (browser));
  fixture_write (house_store, org_switch, &acme);
  g_free (dup_closed_page (browser, off.link));
  browser_press (browser, "accept", off.token);
  g_assert_true (is_closed (browser));
  fixture_write (house_store, org_switch, &acme);
  invite_clear (&late);
}

/* --- who invites --- */

typedef struct {
  const char *user_id;
  char *role_id; /* gives what it takes to invite so */
  gboolean has, disabled;
} Inviter;

static gboolean
inviter_begin (PosternTxn *txn, gpointer data, GError **error)
{
  Inviter *self = data;
  static const char *const scopes[] = { "invitations:write", "roles:write" };
  g_autoptr (PosternRole) role = postern_role_new ();
  gboolean changed;

  role->id = postern_id_new ("rol");
  self->role_id = g_strdup (role->id);
  role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  role->organization_id = g_strdup ("");
  role->name = g_strdup (self->user_id);
  if (!postern_role_insert (txn, role, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (!postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, scopes[i], &changed, error))
      return FALSE;
  return TRUE;
}

static gboolean
inviter_set (PosternTxn *txn, gpointer data, GError **error)
{
  Inviter *self = data;
  g_autoptr (PosternRole) role = postern_role_get (txn, self->role_id, error);
  g_autoptr (PosternUser) user = postern_user_store_get (txn, self->user_id, error);
  PosternAssignment assignment = { (char *) self->user_id, acme.id, self->role_id, 1 };
  gboolean changed;

  user->disabled_at = self->disabled ? 1 : 0;
  return (self->has ? postern_role_assign (txn, role, &assignment, &changed, error) : postern_role_take (txn, &assignment, &changed, error)) &&
         postern_user_store_update (txn, user, error);
}

/* Whoever may not invite any more has left no way in behind: neither on the page nor behind its button. */
static void
test_inviter (void)
{
  static const gboolean states[][2] = { { TRUE, FALSE }, { FALSE, FALSE }, { TRUE, TRUE }, { TRUE, FALSE } };
  g_auto (Person) max = person_make ("max@inviter.example", FALSE), guest = person_make ("guest@inviter.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.31", guest.email);
  g_auto (Invite) it = invite_from (guest.email, max.id);
  Inviter inviter = { max.id };

  join (max.id, &acme);
  fixture_write (house_store, inviter_begin, &inviter);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    inviter.has = states[i][0];
    inviter.disabled = states[i][1];
    fixture_write (house_store, inviter_set, &inviter);
    browser_get (browser, it.link);
    g_assert_cmpint (is_closed (browser), ==, !inviter.has || inviter.disabled);
    if (is_closed (browser)) {
      browser_press (browser, "accept", it.token);
      assert_out (guest.email);
    }
  }
  browser_press (browser, "accept", it.token);
  assert_in (guest.email);
  g_free (inviter.role_id);
}

static gboolean
machine_put (PosternTxn *txn, gpointer data, GError **error)
{
  PosternApplication *self = data;
  g_autoptr (GError) none = NULL;
  g_autoptr (PosternApplication) known = postern_application_store_get (txn, self->id, &none);

  return known ? postern_application_store_update (txn, self, error) : postern_application_store_insert (txn, self, error);
}

static gboolean
machine_assign (PosternTxn *txn, gpointer data, GError **error)
{
  Inviter *self = data;
  g_autoptr (PosternRole) role = postern_role_get (txn, self->role_id, error);
  PosternAssignment assignment = { (char *) self->user_id, acme.id, self->role_id, 1 };
  gboolean changed;

  return role && postern_role_assign (txn, role, &assignment, &changed, error);
}

/* Nor does a machine that is switched off. */
static void
test_inviter_machine (void)
{
  g_autoptr (PosternApplication) machine = postern_application_new ();
  g_auto (Person) guest = person_make ("guest@machine.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.33", guest.email);
  g_auto (Invite) it = { 0 };
  Inviter inviter = { NULL };

  machine->id = postern_id_new ("app");
  machine->kind = g_strdup ("service");
  machine->name = g_strdup ("Inviting machine");
  machine->enabled = TRUE;
  fixture_write (house_store, machine_put, machine);
  inviter.user_id = machine->id;
  fixture_write (house_store, inviter_begin, &inviter);
  fixture_write (house_store, machine_assign, &inviter);
  it = invite_from (guest.email, machine->id);
  for (guint i = 0; i < 3; i++) {
    machine->enabled = i != 1;
    fixture_write (house_store, machine_put, machine);
    browser_get (browser, it.link);
    g_assert_cmpint (is_closed (browser), ==, !machine->enabled);
  }
  g_free (inviter.role_id);
}

/* And nobody makes an account by it meanwhile. */
static void
test_inviter_meanwhile (void)
{
  g_auto (Person) max = person_make ("ned@inviter.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.32");
  g_auto (Invite) it = invite_from ("new@inviter.example", max.id);
  Inviter inviter = { max.id, .has = TRUE };
  g_autofree char *action = NULL;

  join (max.id, &acme);
  fixture_write (house_store, inviter_begin, &inviter);
  fixture_write (house_store, inviter_set, &inviter);
  browser_get (browser, it.link);
  browser_press (browser, "continue", it.token);
  assert_page (browser, "sign-up");
  leave (max.id, &acme);
  action = g_strdup (browser_model (browser, "action") + strlen (ISSUER));
  browser_post (browser, action, "action=continue&identifier=new@inviter.example&name=New&password=" PASSWORD);
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 410);
  g_assert_false (look ("new@inviter.example").known);
  g_free (inviter.role_id);
}

/* The browser keeps it while the person signs in, and the form says which one is meant: two windows do not mix them up. */
static void
test_two (void)
{
  g_auto (Person) mia = person_make ("mia@two.example", FALSE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");
  g_auto (Invite) hers = invite (mia.email), other = invite ("nik@two.example");

  browser_get (browser, hers.link);
  browser_press (browser, "continue", hers.token);
  browser_sign_in (browser, mia.email, PASSWORD);
  browser_follow (browser);
  g_assert_true (is_offered (browser));
  browser_press (browser, "accept", other.token);
  g_assert_false (is_offered (browser));
  assert_out (mia.email);
  browser_press (browser, "accept", hers.token);
  assert_in (mia.email);
}

/* Forms only, and only of our own pages: the route says so. */
static void
test_route (void)
{
  for (const PosternRoute *route = postern_flow_engine_get_routes (); route->method; route++)
    if (g_str_equal (route->pattern, "/invitation") && g_str_equal (route->method, "POST"))
      g_assert_cmpuint (route->flags & POSTERN_ROUTE_CSRF, !=, 0);
}

int
main (int argc, char **argv)
{
  static const House house = { .has_messenger = TRUE, .policy = RULE ("off"), .prepare = prepare };
  static const HouseTest tests[] = {
    { "/flow/invitation/signed-in", test_signed_in },
    { "/flow/invitation/somebody-else", test_somebody_else },
    { "/flow/invitation/unverified", test_unverified },
    { "/flow/invitation/new", test_new },
    { "/flow/invitation/inviter", test_inviter },
    { "/flow/invitation/inviter-machine", test_inviter_machine },
    { "/flow/invitation/inviter-meanwhile", test_inviter_meanwhile },
    { "/flow/invitation/revoked-meanwhile", test_revoked_meanwhile },
    { "/flow/invitation/by-provider", test_by_provider },
    { "/flow/invitation/other-by-provider", test_other_by_provider },
    { "/flow/invitation/closed", test_closed },
    { "/flow/invitation/two", test_two },
    { "/flow/invitation/route", test_route },
    { NULL },
  };
  int failed = house_run (argc, argv, &house, tests);

  g_free (acme.id);
  g_free (role_id);
  g_free (group_id);
  return failed;
}
