/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-fixture.h"

/* For whom somebody acts: the stage `organization`, and what its rules ask. */

static Org acme = { "acme", "Acme", NULL, NULL }, globex = { "globex", "Globex", NULL, NULL }, strict = { "strict", "Strict", "{'second_factor': <'required'>}", NULL },
           corp = { "corp", "Corp", "{'connectors': <[<'away'>]>, 'factors': <@av []>}", NULL };

static void
prepare (void)
{
  Org *const all[] = { &acme, &globex, &strict, &corp };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    fixture_write (house_store, org_put, all[i]);
}

/* --- what applications ask -------------------------------------------------------------------------------------------- */

/** @organization: (nullable): the parameter */
static PosternFlow *
flow_for (const char *organization, guint prompts)
{
  PosternFlow *flow = application_flow (APP_FIRST, prompts);

  flow->organization = g_strdup (organization);
  return flow;
}

static PosternFlow *
flow_with_scope (guint prompts)
{
  PosternFlow *flow = application_flow (APP_FIRST, prompts);

  g_strfreev (flow->scopes);
  flow->scopes = g_strsplit ("openid organization", " ", -1);
  return flow;
}

static void
press (Browser *browser, Org *org)
{
  g_autofree char *body = g_strdup_printf ("action=organization:%s", org->id);

  browser_submit (browser, body);
}

static void
assert_organization (Browser *browser, Org *org)
{
  g_autofree char *part = g_strdup_printf ("organization=%s&", org ? org->id : "");

  assert_answer (browser, part);
}

/* Which organizations the page offers, by name. */
static void
assert_offered (Browser *browser, const char *names)
{
  g_autoptr (GVariant) list = postern_json_get (postern_response_get_model (browser->last), "organizations");
  g_autoptr (GString) found = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), entry = g_variant_get_variant (box);

    g_string_append_printf (found, "%s%s", found->len ? "," : "", postern_json_get_string (entry, "name"));
  }
  g_assert_cmpstr (found->str, ==, names);
}

/* --- which one ---------------------------------------------------------------------------------------------------------- */

/* Nothing asked, nothing told; one is taken, several are shown, and the last choice counts until another is wanted. */
static void
test_choice (void)
{
  g_auto (Person) ada = person_make ("ada@choice.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", ada.email);

  assert_organization (browser, NULL);
  browser_begin (browser, flow_with_scope (0)); /* a wish that cannot be fulfilled */
  assert_organization (browser, NULL);
  browser_begin (browser, flow_with_scope (POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION));
  assert_answer (browser, "error=access_denied");

  join (ada.id, &acme);
  browser_begin (browser, application_flow (APP_FIRST, 0));
  assert_organization (browser, NULL);
  browser_begin (browser, flow_with_scope (0));
  assert_organization (browser, &acme);

  join (ada.id, &globex);
  browser_begin (browser, flow_with_scope (0)); /* as the last time */
  assert_organization (browser, &acme);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION));
  assert_page (browser, "organization");
  assert_offered (browser, "Acme,Globex");
  press (browser, &globex);
  assert_organization (browser, &globex);
  browser_begin (browser, flow_with_scope (POSTERN_FLOW_PROMPT_NONE));
  assert_organization (browser, &globex);
}

/* Who belongs to several and never chose is asked, unless that is forbidden; another browser knows nothing of the choice. */
static void
test_several (void)
{
  g_auto (Person) bea = person_make ("bea@several.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.2", bea.email), other = browser_enter ("192.0.2.2", bea.email);

  join (bea.id, &acme);
  join (bea.id, &globex);
  browser_begin (browser, flow_with_scope (POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=interaction_required");
  browser_begin (browser, flow_with_scope (0));
  assert_page (browser, "organization");
  press (browser, &acme);
  assert_organization (browser, &acme);
  browser_begin (other, flow_with_scope (0));
  assert_page (other, "organization");

  leave (bea.id, &acme); /* the last choice is none any more */
  browser_begin (browser, flow_with_scope (0));
  assert_organization (browser, &globex);
  browser_submit (other, "action=other"); /* somebody else signs in instead */
  assert_page (other, "identifier");
}

/* The one that the application names must be, by id or by slug; unknown, foreign and switched off are one answer. */
static void
test_named (void)
{
  g_auto (Person) cyd = person_make ("cyd@named.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", cyd.email);
  g_autofree char *unknown = postern_id_new ("org");
  const char *const wrong[] = { globex.id, "globex", "nobody", unknown, "org_", "", "../acme" };

  join (cyd.id, &acme);
  browser_begin (browser, flow_for (acme.id, 0));
  assert_organization (browser, &acme);
  browser_begin (browser, flow_for ("acme", POSTERN_FLOW_PROMPT_NONE));
  assert_organization (browser, &acme);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    browser_begin (browser, flow_for (wrong[i], 0));
    assert_answer (browser, "error=access_denied");
  }
  fixture_write (house_store, org_switch, &acme);
  browser_begin (browser, flow_for ("acme", 0));
  assert_answer (browser, "error=access_denied");
  browser_begin (browser, flow_with_scope (0));
  assert_organization (browser, NULL);
  fixture_write (house_store, org_switch, &acme);
}

/* A form says what the person pressed, and nothing else: no foreign organization, no other page's answer. */
static void
test_forged (void)
{
  g_auto (Person) dan = person_make ("dan@forged.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.4", dan.email);

  join (dan.id, &acme);
  join (dan.id, &globex);
  browser_begin (browser, flow_with_scope (0));
  press (browser, &strict);
  assert_page (browser, "organization");
  g_assert_nonnull (browser_model (browser, "error_message"));
  browser_submit (browser, "action=organization:");
  assert_page (browser, "organization");
  browser_submit (browser, "action=organization:acme"); /* what the page never says */
  assert_page (browser, "organization");
  leave (dan.id, &globex); /* while the page is shown */
  press (browser, &globex);
  assert_page (browser, "organization");
  press (browser, &acme);
  assert_organization (browser, &acme);
}

static void
test_search (void)
{
  g_auto (Person) eve = person_make ("eve@search.example", FALSE);
  Org many[25] = { 0 };
  g_autoptr (Browser) browser = browser_enter ("192.0.2.5", eve.email);

  for (guint i = 0; i < G_N_ELEMENTS (many); i++) {
    many[i].name = g_strdup_printf (i == 20 ? "Über %u" : "Firm %u", i);
    fixture_write (house_store, org_put, &many[i]);
    join (eve.id, &many[i]);
  }
  browser_begin (browser, flow_with_scope (0));
  assert_page (browser, "organization");
  browser_submit (browser, "action=search&search=%20%C3%BCBER%20");
  assert_offered (browser, "Über 20");
  g_assert_cmpstr (browser_model (browser, "search"), ==, "üBER");
  browser_submit (browser, "action=search&search=nothing");
  assert_offered (browser, "");
  browser_submit (browser, "action=search&search=");
  press (browser, &many[24]); /* not shown, but theirs */
  assert_organization (browser, &many[24]);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++) {
    g_free ((char *) many[i].name);
    g_free (many[i].id);
  }
}

/* --- its rules ------------------------------------------------------------------------------------------------------------ */

static void
test_second_factor (void)
{
  g_auto (Person) fay = person_make ("fay@second.example", TRUE), gus = person_make ("gus@second.example", FALSE);
  g_autoptr (Browser) hers = browser_new ("192.0.2.6"), his = browser_enter ("192.0.2.7", gus.email);

  policy_set (RULE ("off"));
  join (fay.id, &strict);
  join (gus.id, &strict);
  browser_begin (hers, application_flow (APP_FIRST, 0));
  browser_sign_in (hers, fay.email, PASSWORD);
  assert_organization (hers, NULL);
  browser_begin (hers, flow_for ("strict", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (hers, "error=interaction_required");
  browser_begin (hers, flow_with_scope (0));
  assert_page (hers, "totp");
  settle ();
  enter_code_of (hers, &fay, 0, NULL);
  assert_organization (hers, &strict);
  browser_begin (hers, flow_for ("strict", POSTERN_FLOW_PROMPT_NONE)); /* the session has risen */
  assert_organization (hers, &strict);
  browser_begin (his, flow_for ("strict", 0)); /* who has none sets one up */
  assert_page (his, "second-factor");
  policy_set (RULE ("optional"));
}

/* Only what the organization allows is offered, a session of another way does not serve, and no form gets around it. */
static void
test_ways (void)
{
  g_auto (Person) hal = person_make ("hal@ways.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.8", hal.email);
  g_autoptr (GVariant) connectors = NULL;

  join (hal.id, &corp);
  browser_begin (browser, flow_for ("corp", POSTERN_FLOW_PROMPT_NONE));
  assert_answer (browser, "error=login_required");
  browser_begin (browser, flow_for ("corp", 0));
  assert_page (browser, "identifier");
  connectors = postern_json_get (postern_response_get_model (browser->last), "connectors");
  g_assert_cmpuint (g_variant_n_children (connectors), ==, 1);
  g_assert_true (postern_json_get_boolean (postern_response_get_model (browser->last), "passwordless", FALSE));
  browser_submit (browser, "action=continue&identifier=hal@ways.example&password=" PASSWORD);
  assert_page (browser, "identifier");
  browser_submit (browser, "action=factor:password");
  assert_page (browser, "identifier");
  browser_submit (browser, "action=factor:passkey");
  assert_page (browser, "identifier");
  browser_submit (browser, "action=recover");
  assert_page (browser, "identifier");
  browser_submit (browser, "action=connector:corp");
  assert_page (browser, "identifier");
}

/* Chosen on the page, and only then it turns out that the way was not allowed: once more, by one that is. */
static void
test_step_up (void)
{
  Org other = { "othercorp", "Other Corp", "{'connectors': <[<'corp'>]>, 'factors': <[<'password'>]>}", NULL };
  g_autoptr (Browser) browser = browser_new ("192.0.2.9");
  g_autofree char *id = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "ida ida@step.example verified");
  id = browser_dup_part (browser, "user=");
  join (id, &corp);
  join (id, &acme);
  browser_begin (browser, flow_with_scope (0));
  press (browser, &corp);
  assert_organization (browser, &corp); /* by the provider is what it wants */

  fixture_write (house_store, org_put, &other);
  join (id, &other);
  browser_begin (browser, flow_with_scope (POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION));
  press (browser, &other);
  assert_page (browser, "identifier");
  g_assert_nonnull (browser_model (browser, "error_message"));
  browser_submit (browser, "action=connector:away");
  assert_page (browser, "identifier");
  g_free (other.id);
}

static void
test_addresses (void)
{
  Org domain = { "domain", "Domain", "{'email_domains': <[<'address.example'>]>}", NULL };
  g_auto (Person) jon = person_make ("jon@address.example", FALSE), kim = person_make ("kim@elsewhere.example", FALSE);
  g_autoptr (Browser) his = browser_enter ("192.0.2.10", jon.email), hers = browser_enter ("192.0.2.11", kim.email);

  fixture_write (house_store, org_put, &domain);
  join (jon.id, &domain);
  join (kim.id, &domain);
  browser_begin (his, flow_for ("domain", 0));
  assert_organization (his, &domain);
  browser_begin (hers, flow_for ("domain", 0));
  assert_answer (hers, "error=access_denied");
  g_free (domain.id);
}

/* --- by the other entrances -------------------------------------------------------------------------------------------- */

static char *
token_answer (PosternEntrance entrance, const char *user_id, Org *org, const char *factors)
{
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/oidc/token", NULL);
  g_autoptr (PosternFlow) flow = postern_flow_new (entrance, "test");
  g_autoptr (PosternResponse) response = NULL;

  flow->application_id = g_strdup (APP_FIRST);
  flow->user_id = g_strdup (user_id);
  flow->organization_id = g_strdup (org->id);
  flow->factors = g_strsplit (factors, " ", -1);
  flow->remote_address = g_strdup ("192.0.2.1");
  postern_request_set_id (request, "req_organization");
  response = postern_flow_engine_run (house_engine, flow, request, NULL);
  return g_strdup (postern_response_get_header (response, "Location"));
}

/* A grant gives nothing more to who has left, to an organization that is switched off, or under rules that it does not meet. */
static void
test_tokens (void)
{
  static const PosternEntrance entrances[] = { POSTERN_ENTRANCE_CODE, POSTERN_ENTRANCE_REFRESH, POSTERN_ENTRANCE_EXCHANGE, POSTERN_ENTRANCE_IMPERSONATION };
  g_auto (Person) lou = person_make ("lou@tokens.example", FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (entrances); i++) {
    g_autofree char *before = token_answer (entrances[i], lou.id, &acme, "password"), *member = NULL, *off = NULL, *weak = NULL, *way = NULL;

    g_assert_nonnull (strstr (before, "error=invalid_grant"));
    join (lou.id, &acme);
    join (lou.id, &strict);
    join (lou.id, &corp);
    member = token_answer (entrances[i], lou.id, &acme, "password");
    g_assert_nonnull (strstr (member, acme.id));
    weak = token_answer (entrances[i], lou.id, &strict, "password");
    g_assert_nonnull (strstr (weak, "error="));
    way = token_answer (entrances[i], lou.id, &corp, "password");
    g_assert_nonnull (strstr (way, "error=invalid_grant"));
    fixture_write (house_store, org_switch, &acme);
    off = token_answer (entrances[i], lou.id, &acme, "password");
    g_assert_nonnull (strstr (off, "error=invalid_grant"));
    fixture_write (house_store, org_switch, &acme);
    leave (lou.id, &acme);
    leave (lou.id, &strict);
    leave (lou.id, &corp);
  }
}

/* Without a browser the same page is shown, and the same is refused. */
static void
test_native (void)
{
  g_auto (Person) mia = person_make ("mia@native.example", FALSE);
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.12");
  g_autofree char *answer = NULL, *wrong = NULL, *right = NULL;

  join (mia.id, &acme);
  join (mia.id, &globex);
  program_begin_with (program, flow_with_scope (0), NULL);
  program_answer (program, "action=continue&identifier=mia@native.example&password=" PASSWORD);
  program_assert_page (program, "organization");
  wrong = g_strdup_printf ("action=organization:%s", strict.id);
  program_answer (program, wrong);
  program_assert_page (program, "organization");
  right = g_strdup_printf ("action=organization:%s", globex.id);
  program_answer (program, right);
  answer = g_strdup (postern_response_get_header (program->last, "Location"));
  g_assert_nonnull (answer);
  g_assert_nonnull (strstr (answer, globex.id));
}

/* --- leaving ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id, *organization_id;
  gboolean member;
  guint noted;
} Membership;

static gboolean
read_membership (PosternTxn *txn, gpointer data, GError **error)
{
  Membership *self = data;
  PosternAuditFilter filter = { .event = "member.left", .actor = self->user_id, .target = self->organization_id };
  g_autoptr (PosternMember) member = postern_member_store_get (txn, self->organization_id, self->user_id, NULL);
  g_autoptr (GPtrArray) entries = postern_audit_store_find (txn, &filter, NULL, 10, error);

  self->member = member != NULL;
  self->noted = entries->len;
  return TRUE;
}

static void
assert_membership (const Person *person, Org *org, gboolean member, guint noted)
{
  Membership self = { person->id, org->id };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_membership, &self, NULL));
  g_assert_cmpint (self.member, ==, member);
  g_assert_cmpuint (self.noted, ==, noted);
}

/* Whoever belongs to one sees it and leaves it, once; what they are not in is not there, and nobody puts somebody else out. */
static void
test_leave (void)
{
  g_auto (Person) ivy = person_make ("ivy@leave.example", FALSE), jim = person_make ("jim@leave.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.71", ivy.email), other = browser_enter ("192.0.2.72", jim.email), nobody = browser_new ("192.0.2.73");
  g_autofree char *path = g_strconcat ("/account/organizations/", acme.id, NULL), *foreign = g_strconcat ("/account/organizations/", globex.id, NULL);
  g_autoptr (GVariant) listed = NULL;

  join (ivy.id, &acme);
  join (jim.id, &globex);
  browser_get (browser, "/account");
  listed = postern_json_get (postern_response_get_model (browser->last), "organizations");
  g_assert_cmpuint (g_variant_n_children (listed), ==, 1);
  browser_get (browser, path);
  g_assert_cmpstr (browser_model (browser, "organization_name"), ==, "Acme");
  browser_get (browser, foreign);
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 404);
  browser_get (browser, "/account/organizations/acme");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 404);

  browser_post (other, path, "action=leave");
  browser_post (nobody, path, "action=leave");
  browser_post (browser, foreign, "action=leave");
  browser_post (browser, path, "action=nothing");
  assert_membership (&ivy, &acme, TRUE, 0);
  assert_membership (&jim, &globex, TRUE, 0);
  browser_post (browser, path, "action=leave");
  browser_post (browser, path, "action=leave");
  assert_membership (&ivy, &acme, FALSE, 1);
}

int
main (int argc, char **argv)
{
  static const House house = { .has_messenger = TRUE, .policy = RULE ("optional"), .prepare = prepare };
  static const HouseTest tests[] = {
    { "/flow/organization/choice", test_choice },
    { "/flow/organization/several", test_several },
    { "/flow/organization/named", test_named },
    { "/flow/organization/forged", test_forged },
    { "/flow/organization/search", test_search },
    { "/flow/organization/second-factor", test_second_factor },
    { "/flow/organization/ways", test_ways },
    { "/flow/organization/step-up", test_step_up },
    { "/flow/organization/addresses", test_addresses },
    { "/flow/organization/tokens", test_tokens },
    { "/flow/organization/native", test_native },
    { "/flow/organization/leave", test_leave },
    { NULL },
  };

  return house_run (argc, argv, &house, tests);
}
