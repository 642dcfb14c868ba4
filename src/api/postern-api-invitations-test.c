/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-invitation.h"
#include "postern-organization.h"
#include "postern-role.h"

/* Invitations: who may send them, to whom, with what, and how often. */

static char *acme, *globex, *off, *tenant_role, *acme_role, *globex_role, *template_role, *acme_group, *globex_group, *strong_role, *strong_group,
  *foreign_role, *foreign_group; /* of the other organization, as strong */

/* --- asking ----------------------------------------------------------------------------------------------------------- */

static const char *bearer_subject = "usr_bearer"; /* who is nobody */
static const char *bearer_organization; /* (nullable) */

static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  const char *scopes = postern_request_get_header (request, "Authorization");

  bearer->subject = g_strdup (bearer_subject);
  bearer->client_id = g_strdup ("app_bearer");
  bearer->organization_id = g_strdup (bearer_organization);
  bearer->scopes = g_strsplit (scopes, " ", -1);
  return TRUE;
}

/* @path is below /organizations; @scopes: (nullable): by the admin socket. (transfer full) */
static PosternResponse *
ask (const char *method, const char *path, const char *body, const char *scopes)
{
  g_autofree char *below = g_strconcat ("/organizations/", path, NULL);
  PosternResponse *response;

  api_fixture_public = scopes != NULL;
  response = send_with (method, below, body, scopes ? "Authorization" : NULL, scopes);
  api_fixture_public = FALSE;
  return response;
}

static void
expect_as (const char *method, const char *path, const char *body, const char *scopes, guint status)
{
  g_autoptr (PosternResponse) response = ask (method, path, body, scopes);

  if (postern_response_get_status (response) != status)
    g_error ("%s %s %s: %u", method, path, body ? body : "", postern_response_get_status (response));
}

static void
expect (const char *method, const char *path, const char *body, guint status)
{
  expect_as (method, path, body, NULL, status);
}

/* (transfer full) */
static GVariant *
answer_to (const char *method, const char *path, const char *body)
{
  g_autoptr (PosternResponse) response = ask (method, path, body, NULL);

  g_assert_cmpuint (postern_response_get_status (response), <, 300);
  return read_body (response);
}

/* (transfer full): below /organizations */
static char *
invitations_of (const char *organization, const char *id, const char *more)
{
  return g_strconcat (organization, "/invitations", id ? "/" : "", id ? id : "", more, NULL);
}

/* (transfer full): its id */
static char *
invite (const char *organization, const char *body)
{
  g_autofree char *path = invitations_of (organization, NULL, NULL);
  g_autoptr (GVariant) made = answer_to ("POST", path, body);
  g_autofree char *text = postern_json_print (made);

  g_assert_null (strstr (text, "secret"));
  g_assert_null (strstr (text, "https:")); /* the link goes to the address, and nowhere else */
  return g_strdup (postern_json_get_string (made, "id"));
}

/* --- the outbox ------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *recipient;
  guint count;
  char *link; /* of the newest */
  GVariant *brand; /* (nullable): likewise */
} Post;

static gboolean
read_post (PosternTxn *txn, gpointer data, GError **error)
{
  Post *self = data;
  g_autoptr (GPtrArray) entries = postern_outbox_store_list (txn, NULL, 1000, error);

  for (guint i = 0; entries && i < entries->len; i++) {
    PosternOutboxEntry *entry = entries->pdata[i];
    g_autofree char *text = NULL;
    g_autoptr (GVariant) model = NULL;

    if (!g_str_equal (entry->recipient, self->recipient))
      continue;
    g_assert_cmpstr (entry->template, ==, "invitation");
    text = postern_outbox_store_dup_model (store, entry, error);
    model = postern_json_parse_object (text, -1, 0, error);
    if (self->count++ > 0)
      continue;
    self->link = g_strdup (postern_json_get_string (model, "link"));
    self->brand = postern_json_get (model, "brand");
  }
  return entries != NULL;
}

static Post
post (const char *recipient)
{
  Post self = { recipient };

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_post, &self, NULL));
  return self;
}

typedef struct {
  const char *link;
  gboolean open;
} Look;

static gboolean
open_link (PosternTxn *txn, gpointer data, GError **error)
{
  Look *self = data;
  g_autoptr (PosternOrganization) organization = NULL;
  g_autoptr (PosternInvitation) found = postern_invitation_find (txn, "https://id.example", strrchr (self->link, '/') + 1, g_get_real_time () / G_USEC_PER_SEC, &organization, NULL);

  self->open = found != NULL;
  return TRUE;
}

static gboolean
is_open (const char *link)
{
  Look self = { link };

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, open_link, &self, NULL));
  return self.open;
}

/* --- the tests -------------------------------------------------------------------------------------------------------- */

static void
test_life (void)
{
  g_autofree char *id = invite ("acme", "{\"email\":\" Ada@Life.example \",\"language\":\"de\",\"days\":2}"), *path = invitations_of (acme, id, NULL), *again = invitations_of (acme, id, "/send");
  g_autoptr (GVariant) shown = answer_to ("GET", path, NULL), sent = NULL, revoked = NULL;
  Post first = post ("ada@life.example"), second;

  g_assert_cmpstr (postern_json_get_string (shown, "email"), ==, "ada@life.example");
  g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "open");
  g_assert_cmpint (postern_json_get_int64 (shown, "expires_at", 0) - postern_json_get_int64 (shown, "created_at", 0), ==, 2 * 24 * 3600);
  g_assert_cmpuint (first.count, ==, 1);
  g_assert_true (g_str_has_prefix (first.link, "https://id.example/invitation/"));
  g_assert_true (is_open (first.link));

  sent = answer_to ("POST", again, "{}");
  g_assert_cmpint (postern_json_get_int64 (sent, "expires_at", 0), >=, postern_json_get_int64 (shown, "created_at", 0) + POSTERN_INVITATION_LIFETIME);
  second = post ("ada@life.example");
  g_assert_cmpuint (second.count, ==, 2);
  g_assert_true (is_open (second.link));
  g_assert_false (is_open (first.link)); /* the link before is worth nothing */

  expect ("DELETE", path, NULL, 204);
  g_assert_false (is_open (second.link));
  revoked = answer_to ("GET", path, NULL);
  g_assert_cmpstr (postern_json_get_string (revoked, "state"), ==, "revoked");
  expect ("DELETE", path, NULL, 410);
  expect ("POST", again, "{}", 410);
  g_free (first.link);
  g_free (second.link);
}

/* Its mail looks as the organization does. */
static void
test_brand (void)
{
  g_autofree char *path = g_strconcat (globex, "/branding", NULL), *plain = invite (acme, "{\"email\":\"zoe@brand.example\"}"), *made = NULL;
  Post first = post ("zoe@brand.example"), second;

  g_assert_null (first.brand);
  expect ("PATCH", path, "{\"name\":\"Globex Weather\",\"accent_color\":\"#0b6e4f\"}", 200);
  made = invite (globex, "{\"email\":\"zoe@brand.example\"}");
  second = post ("zoe@brand.example");
  g_assert_cmpstr (postern_json_get_string (second.brand, "name"), ==, "Globex Weather");
  g_assert_cmpstr (postern_json_get_string (second.brand, "accent_color"), ==, "#0b6e4f");
  g_variant_unref (second.brand);
  g_free (first.link);
  g_free (second.link);
}

/* Another one to the same address takes the place of the one before. */
static void
test_twice (void)
{
  g_autofree char *first = invite (acme, "{\"email\":\"bea@twice.example\"}"), *elsewhere = invite (globex, "{\"email\":\"bea@twice.example\"}"), *second = invite (acme, "{\"email\":\"bea@twice.example\"}");
  const char *const states[] = { "revoked", "open", "open" };
  const char *const of[] = { acme, globex, acme }, *const ids[] = { first, elsewhere, second };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree char *path = invitations_of (of[i], ids[i], NULL);
    g_autoptr (GVariant) shown = answer_to ("GET", path, NULL);

    g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, states[i]);
  }
}

static void
test_wrong (void)
{
  g_autofree char *path = invitations_of (acme, NULL, NULL), *nowhere = invitations_of ("nowhere", NULL, NULL), *shut = invitations_of (off, NULL, NULL);
  const char *const foreign[] = { tenant_role, globex_role, "rol_none", acme_group, "" }, *const groups[] = { globex_group, "grp_none", acme_role };

  expect ("POST", path, "{}", 400);
  expect ("POST", path, "{\"email\":\"nobody\"}", 400);
  expect ("POST", path, "{\"email\":\"+491511234567\"}", 400);
  expect ("POST", path, "{\"email\":\"a@b.example\",\"days\":0}", 400);
  expect ("POST", path, "{\"email\":\"a@b.example\",\"days\":31}", 400);
  expect ("POST", path, "{\"email\":\"member@acme.example\"}", 409);
  expect ("POST", nowhere, "{\"email\":\"a@b.example\"}", 404);
  expect ("POST", shut, "{\"email\":\"a@b.example\"}", 409);
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++) {
    g_autofree char *body = g_strdup_printf ("{\"email\":\"role%u@wrong.example\",\"role_ids\":[\"%s\"]}", i, foreign[i]);

    expect ("POST", path, body, 400);
  }
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
    g_autofree char *body = g_strdup_printf ("{\"email\":\"group%u@wrong.example\",\"group_ids\":[\"%s\"]}", i, groups[i]);

    expect ("POST", path, body, 400);
  }
}

static void
test_with_roles (void)
{
  g_autofree char *body = g_strdup_printf ("{\"email\":\"cyd@roles.example\",\"role_ids\":[\"%s\",\"%s\"],\"group_ids\":[\"%s\"]}", acme_role, template_role, acme_group);
  g_autofree char *id = invite (acme, body), *path = invitations_of (acme, NULL, NULL), *one = invitations_of (acme, id, NULL);
  g_autoptr (GVariant) shown = answer_to ("GET", one, NULL), roles = postern_json_get (shown, "role_ids");

  g_assert_cmpuint (g_variant_n_children (roles), ==, 2);
  /* Who may invite, and may not give roles, gives none by inviting; nor by a group that has some. */
  expect_as ("POST", path, body, "invitations:write", 403);
  g_free (g_steal_pointer (&body));
  body = g_strdup_printf ("{\"email\":\"cyd@roles.example\",\"group_ids\":[\"%s\"]}", acme_group);
  expect_as ("POST", path, body, "invitations:write", 403);
  expect_as ("POST", path, "{\"email\":\"dan@roles.example\",\"role_ids\":[]}", "invitations:write", 201);
  expect_as ("POST", path, body, "invitations:write roles:write", 201);
}

/* Who lacks a permission of this API does not give it: not by a role, not by a group that has one. */
static void
test_no_escalation (void)
{
  static const char weak[] = "invitations:write roles:write", strong[] = "invitations:write roles:write users:write";
  g_autofree char *path = invitations_of (acme, NULL, NULL);
  g_autofree char *by_role = g_strdup_printf ("{\"email\":\"kim@escalation.example\",\"role_ids\":[\"%s\"]}", strong_role);
  g_autofree char *by_group = g_strdup_printf ("{\"email\":\"lou@escalation.example\",\"group_ids\":[\"%s\"]}", strong_group);
  const char *const bodies[] = { by_role, by_group };

  for (guint delegated = 0; delegated < 2; delegated++) {
    bearer_organization = delegated ? acme : NULL;
    for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
      expect_as ("POST", path, bodies[i], weak, 403);
      expect_as ("POST", path, bodies[i], strong, 201);
    }
  }
  bearer_organization = NULL;
}

/* Sending one again lets it live longer: that is giving what it gives. @organization: (nullable): of who does it */
static void
check_again (const char *organization, const char *name, const char *members)
{
  g_autofree char *body = g_strdup_printf ("{\"email\":\"%s@again.example\"%s}", name, members), *id = invite (acme, body), *path = invitations_of (acme, id, "/send");

  bearer_organization = organization;
  expect_as ("POST", path, "{}", "invitations:write users:write", *members ? 403 : 200);
  expect_as ("POST", path, "{}", "invitations:write roles:write", *members ? 403 : 200);
  expect_as ("POST", path, "{}", "invitations:write roles:write users:write", 200);
  bearer_organization = NULL;
}

static void
test_no_escalation_again (void)
{
  g_autofree char *role = g_strdup_printf (",\"role_ids\":[\"%s\"]", strong_role), *group = g_strdup_printf (",\"group_ids\":[\"%s\"]", strong_group);
  const char *const all[] = { "", role, group };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *name = g_strdup_printf ("kim%u", i), *another = g_strdup_printf ("lou%u", i);

    check_again (NULL, name, all[i]);
    check_again (acme, another, all[i]);
  }
}

/* What another organization's role or group gives is nothing to learn by asking for it. */
static void
test_foreign_is_unknown (void)
{
  static const char all[] = "invitations:write roles:write";
  g_autofree char *path = invitations_of (acme, NULL, NULL);
  const char *const cases[][2] = { { "role_ids", foreign_role }, { "role_ids", POSTERN_ROLE_OWNER }, { "group_ids", foreign_group } };

  bearer_organization = acme;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *body = g_strdup_printf ("{\"email\":\"who%u@foreign.example\",\"%s\":[\"%s\"]}", i, cases[i][0], cases[i][1]);

    expect_as ("POST", path, body, all, 400);
  }
  bearer_organization = NULL;
}

/* Who acts in an organization has its invitations alone; what is another's is not there. */
static void
test_delegated (void)
{
  static const char both[] = "invitations:read invitations:write roles:write";
  g_autofree char *own = invite (acme, "{\"email\":\"eve@own.example\"}"), *foreign = invite (globex, "{\"email\":\"eve@foreign.example\"}");
  g_autofree char *list = invitations_of (acme, NULL, NULL), *one = invitations_of ("acme", own, NULL), *send = invitations_of (acme, own, "/send");
  g_autofree char *other_list = invitations_of (globex, NULL, NULL), *other = invitations_of (globex, foreign, NULL), *mixed = invitations_of (acme, foreign, NULL),
                  *other_send = invitations_of (globex, foreign, "/send"), *mixed_send = invitations_of (acme, foreign, "/send"), *by_slug = invitations_of ("globex", foreign, NULL);
  const char *const gone[][2] = { { "GET", other_list }, { "GET", other }, { "GET", mixed }, { "GET", by_slug }, { "DELETE", other }, { "DELETE", mixed } };
  Post before, after;

  bearer_organization = acme;
  expect_as ("GET", list, NULL, both, 200);
  expect_as ("GET", one, NULL, both, 200);
  expect_as ("POST", send, "{}", both, 200);
  before = post ("eve@foreign.example");
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    expect_as (gone[i][0], gone[i][1], NULL, both, 404);
  expect_as ("POST", other_list, "{\"email\":\"fay@foreign.example\"}", both, 404);
  expect_as ("POST", other_send, "{}", both, 404);
  expect_as ("POST", mixed_send, "{}", both, 404);
  after = post ("eve@foreign.example");
  g_assert_cmpuint (after.count, ==, before.count);
  expect_as ("DELETE", one, NULL, both, 204);
  bearer_organization = NULL;
  g_free (before.link);
  g_free (after.link);
}

/* Who is taken out, or deleted, does not come in again by an invitation from before; of who is deleted it is forgotten. */
static void
test_taken_out (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree char *body = g_strdup_printf ("{\"email\":\"ned%u@out.example\",\"email_verified\":true}", i), *member = g_strdup_printf ("/organizations/acme/members/ned%u@out.example", i);
    g_autofree char *invited = g_strdup_printf ("{\"email\":\"ned%u@out.example\"}", i), *id = invite (acme, invited), *path = invitations_of (acme, id, NULL);
    g_autofree char *end = i == 0 ? g_strdup (member) : g_strdup_printf ("/users/ned%u@out.example", i), *user = make ("/users", body, "id");
    g_autoptr (GVariant) shown = NULL;

    g_variant_unref (call ("PUT", member, NULL, NULL, 200));
    g_assert_null (call ("DELETE", end, NULL, NULL, 204));
    if (i == 1) {
      expect ("GET", path, NULL, 404);
      continue;
    }
    shown = answer_to ("GET", path, NULL);
    g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "revoked");
  }
}

/* (transfer full): what inviting @email into @organization is answered */
static PosternResponse *
try_to_invite (const char *organization, const char *email)
{
  g_autofree char *path = invitations_of (organization, NULL, NULL), *body = g_strdup_printf ("{\"email\":\"%s\"}", email);

  return ask ("POST", path, body, NULL);
}

static void
invites (const char *organization, const char *email, guint status)
{
  g_autoptr (PosternResponse) response = try_to_invite (organization, email);

  g_assert_cmpuint (postern_response_get_status (response), ==, status);
}

/* Nobody is written to more often than that by an organization, whatever the address has behind a +; another organization has a number of its own. */
static void
test_limit (void)
{
  g_autoptr (PosternResponse) response = NULL;
  Post sent;

  for (guint i = 1; i < POSTERN_INVITATION_PER_RECIPIENT; i++)
    invites (acme, "gus@limit.example", 201);
  invites (acme, "gus+once@limit.example", 201);
  response = try_to_invite (acme, "gus@limit.example");
  g_assert_cmpuint (postern_response_get_status (response), ==, 429);
  g_assert_nonnull (postern_response_get_header (response, "Retry-After"));
  invites (acme, "gus+twice@limit.example", 429);
  invites (acme, "gus@limit.example", 429);
  sent = post ("gus@limit.example");
  g_assert_cmpuint (sent.count, ==, POSTERN_INVITATION_PER_RECIPIENT - 1);
  invites (acme, "hal@limit.example", 201);
  invites (acme, "+gus@limit.example", 201); /* a mailbox has a name */
  invites (globex, "gus@limit.example", 201);
  g_free (sent.link);
}

/* And no more often than that by all organizations together. */
static void
test_limit_in_all (void)
{
  for (guint i = 0; i < POSTERN_INVITATION_PER_RECIPIENT_IN_ALL; i++) {
    g_autofree char *made = i % POSTERN_INVITATION_PER_RECIPIENT ? NULL : g_strdup_printf ("{\"name\":\"Limit %u\"}", i);
    static char *organization;

    if (made) {
      g_free (organization);
      organization = make ("/organizations", made, "id");
    }
    invites (organization, "ida@limit.example", 201);
    if (i + 1 == POSTERN_INVITATION_PER_RECIPIENT_IN_ALL)
      g_clear_pointer (&organization, g_free);
  }
  invites (globex, "ida@limit.example", 429);
  invites (globex, "ida+more@limit.example", 429);
  invites (globex, "ina@limit.example", 201);
}

/* --- one whose sender may not any more ---------------------------------------------------------------------------------- */

static char *
dup_state (const char *id)
{
  g_autofree char *path = invitations_of (acme, id, NULL);
  g_autoptr (GVariant) shown = answer_to ("GET", path, NULL);

  return g_strdup (postern_json_get_string (shown, "state"));
}

static void
assert_state (const char *id, const char *state)
{
  g_autofree char *now = dup_state (id);

  g_assert_cmpstr (now, ==, state);
}

static void
give_support (const char *user_id)
{
  g_autofree char *body = g_strdup_printf ("{\"subject_id\":\"%s\"}", user_id);
  g_autoptr (GVariant) given = call ("POST", "/roles/support/assignments", NULL, body, 201);
}

/* "open" would be a lie: its link is closed as long as who sent it lacks what it gives. */
static void
test_lapsed (void)
{
  g_autofree char *sender = make ("/users", "{\"email\":\"sender@lapse.example\"}", "id"), *path = invitations_of (acme, NULL, NULL);
  g_autofree char *assignment = g_strconcat ("/roles/support/assignments/", sender, NULL), *id = NULL, *again = NULL;
  g_autoptr (PosternResponse) response = NULL;
  g_autoptr (GVariant) made = NULL, taken = NULL;

  give_support (sender);
  bearer_subject = sender;
  response = ask ("POST", path, "{\"email\":\"lea@lapse.example\"}", "invitations:write");
  bearer_subject = "usr_bearer";
  made = read_body (response);
  g_assert_cmpstr (postern_json_get_string (made, "state"), ==, "open");
  id = g_strdup (postern_json_get_string (made, "id"));
  again = invitations_of (acme, id, "/send");
  taken = call ("DELETE", assignment, NULL, NULL, 204);
  assert_state (id, "lapsed");
  expect ("POST", again, "{}", 409);
  give_support (sender);
  assert_state (id, "open");
}

/* --- set-up ------------------------------------------------------------------------------------------------------------ */

static char *
put_organization (PosternTxn *txn, const char *slug, gint64 disabled_at)
{
  g_autoptr (PosternOrganization) organization = postern_organization_make (slug, slug, 1, NULL);

  organization->disabled_at = disabled_at;
  g_assert_true (postern_organization_store_insert (txn, organization, NULL));
  return g_strdup (organization->id);
}

static char *
put_role (PosternTxn *txn, const char *name, const char *kind, const char *organization)
{
  g_autoptr (PosternRole) role = postern_role_new ();

  role->id = postern_id_new ("rol");
  role->kind = g_strdup (kind);
  role->name = g_strdup (name);
  role->organization_id = g_strdup (organization);
  g_assert_true (postern_role_insert (txn, role, NULL));
  return g_strdup (role->id);
}

static char *
put_group (PosternTxn *txn, const char *organization, const char *name)
{
  g_autoptr (PosternGroup) group = postern_group_new ();

  group->id = postern_id_new ("grp");
  group->organization_id = g_strdup (organization);
  group->name = g_strdup (name);
  g_assert_true (postern_group_store_insert (txn, group, NULL));
  return g_strdup (group->id);
}

/* It lets its people change others here. */
static char *
put_strong_role (PosternTxn *txn, const char *organization)
{
  g_autofree char *id = put_role (txn, "strong", POSTERN_ROLE_ORGANIZATION, organization);
  g_autoptr (PosternRole) role = postern_role_get (txn, id, NULL);
  gboolean changed;

  g_assert_true (postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, "users:write", &changed, NULL));
  return g_steal_pointer (&id);
}

/* One that has @role. */
static char *
put_strong_group (PosternTxn *txn, const char *organization, const char *role)
{
  char *id = put_group (txn, organization, "Chiefs");
  PosternAssignment assignment = { id, (char *) organization, (char *) role, 1 };
  gboolean changed;

  g_assert_true (postern_assignment_store_put (txn, &assignment, &changed, NULL));
  return id;
}

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  acme = put_organization (txn, "acme", 0);
  globex = put_organization (txn, "globex", 0);
  off = put_organization (txn, "off", 1);
  tenant_role = put_role (txn, "clerk", POSTERN_ROLE_TENANT, "");
  template_role = put_role (txn, "editor", POSTERN_ROLE_ORGANIZATION, "");
  acme_role = put_role (txn, "chief", POSTERN_ROLE_ORGANIZATION, acme);
  globex_role = put_role (txn, "chief", POSTERN_ROLE_ORGANIZATION, globex);
  acme_group = put_group (txn, acme, "Sales");
  globex_group = put_group (txn, globex, "Sales");
  strong_role = put_strong_role (txn, "");
  strong_group = put_strong_group (txn, acme, strong_role);
  foreign_role = put_strong_role (txn, globex);
  foreign_group = put_strong_group (txn, globex, foreign_role);
  user->id = postern_id_new ("usr");
  user->email = g_strdup ("member@acme.example");
  user->email_verified = TRUE;
  return postern_user_store_insert (txn, user, error) && postern_organization_join (txn, acme, user->id, POSTERN_MEMBER_ADMINISTRATOR, 1, NULL, error);
}

static void
set_up (void)
{
  fixture_write (store, fill, NULL);
  postern_api_set_bearer (api, admit, NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-invitations/life", test_life },
    { "/api-invitations/brand", test_brand },
    { "/api-invitations/twice", test_twice },
    { "/api-invitations/wrong", test_wrong },
    { "/api-invitations/with-roles", test_with_roles },
    { "/api-invitations/no-escalation", test_no_escalation },
    { "/api-invitations/no-escalation-again", test_no_escalation_again },
    { "/api-invitations/foreign-is-unknown", test_foreign_is_unknown },
    { "/api-invitations/delegated", test_delegated },
    { "/api-invitations/taken-out", test_taken_out },
    { "/api-invitations/limit", test_limit },
    { "/api-invitations/limit/in-all", test_limit_in_all },
    { "/api-invitations/lapsed", test_lapsed },
    { NULL, NULL },
  };
  char **all[] = { &acme, &globex, &off, &tenant_role, &acme_role, &globex_role, &template_role, &acme_group, &globex_group, &strong_role, &strong_group, &foreign_role, &foreign_group };
  int failed;

  api_fixture_has_messenger = TRUE;
  failed = house_run (argc, argv, set_up, tests);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_free (*all[i]);
  return failed;
}
