/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-fixture.h"

/* Who comes to belong to an organization by signing in. */

static Org corporate = { "corporate", "Corporate", "{'join_by_connectors': <[<'away'>]>}", NULL },
           sales = { "sales", "Sales", "{'join_by_connectors': <[<'away'>]>, 'email_domains': <[<'Sales.example'>]>}", NULL },
           proved = { "proved", "Proved", "{'join_by_domain': <true>}", NULL },
           claimed = { "claimed", "Claimed", "{'join_by_domain': <true>}", NULL },
           shut = { "shut", "Shut", "{'join_by_domain': <true>, 'join_by_connectors': <[<'away'>]>}", NULL },
           strict = { "strict", "Strict", "{'join_by_domain': <true>, 'factors': <@av []>, 'connectors': <[<'away'>]>}", NULL },
           silent = { "silent", "Silent", NULL, NULL };

typedef struct {
  Org *org;
  const char *domain;
  gboolean verified;
} Domain;

static gboolean
domain_put (PosternTxn *txn, gpointer data, GError **error)
{
  Domain *self = data;
  g_autoptr (PosternDomain) domain = postern_domain_new ();

  domain->id = postern_id_new ("dom");
  domain->organization_id = g_strdup (self->org->id);
  domain->domain = g_strdup (self->domain);
  domain->token = g_strdup ("t");
  if (!postern_domain_store_insert (txn, domain, error))
    return FALSE;
  domain->verified_at = domain->checked_at = self->verified ? 1 : 0;
  return postern_domain_store_settle (txn, domain, error);
}

static void
prepare (void)
{
  Org *const all[] = { &corporate, &sales, &proved, &claimed, &shut, &strict, &silent };
  Domain domains[] = { { &proved, "proved.example", TRUE }, { &claimed, "claimed.example", FALSE }, { &shut, "shut.example", TRUE }, { &strict, "strict.example", TRUE },
                       { &silent, "silent.example", TRUE } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    fixture_write (house_store, org_put, all[i]);
  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    fixture_write (house_store, domain_put, &domains[i]);
  fixture_write (house_store, org_switch, &shut);
}

/* --- what came of it -------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id;
  GString *found; /* "corporate:connector sales:connector" */
  guint written;  /* audit entries of it */
} Look;

static gboolean
look_up (PosternTxn *txn, gpointer data, GError **error)
{
  Look *self = data;
  PosternAuditFilter filter = { .event = "member.joined", .actor = self->user_id };
  g_autoptr (GPtrArray) members = postern_member_store_list_for_user (txn, self->user_id, NULL, 100, error);
  g_autoptr (GPtrArray) entries = postern_audit_store_find (txn, &filter, NULL, 100, error);

  g_string_truncate (self->found, 0);
  for (guint i = 0; members && i < members->len; i++) {
    PosternMember *member = members->pdata[i];
    g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, member->organization_id, error);

    g_string_append_printf (self->found, "%s%s:%s", i ? " " : "", organization->slug, member->source);
  }
  self->written = entries ? entries->len : 0;
  return members && entries;
}

/* In the order in which the organizations were made. Each membership that a sign-in made has one entry in the log. */
static void
assert_member (const char *user_id, const char *of, guint written)
{
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  Look look = { user_id, found };

  postern_store_read (house_store, POSTERN_KEEP_LASTING, look_up, &look, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->str, ==, of);
  g_assert_cmpuint (look.written, ==, written);
}

/* Signs in by the provider; (transfer full): who it is */
static char *
come_by_provider (Browser *browser, const char *code)
{
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, code);
  assert_answer (browser, "fresh=1");
  return browser_dup_part (browser, "user=");
}

static char *
come_new (const char *code)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");

  return come_by_provider (browser, code);
}

/* --- the tests -------------------------------------------------------------------------------------------------------- */

static void
test_connector (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_autofree char *nameless = come_new ("j1"), *unverified = come_new ("j2 ada@sales.example"), *verified = come_by_provider (browser, "j3 bea@sales.example verified"), *same = NULL;

  assert_member (nameless, "corporate:connector", 1);
  assert_member (unverified, "corporate:connector", 1); /* not Sales: whose address it is, nobody has verified */
  assert_member (verified, "corporate:connector sales:connector", 2);
  g_assert_cmpuint (post_count ("bea@sales.example", NULL, NULL), ==, 0);

  same = come_by_provider (browser, "j3 bea@sales.example verified");
  g_assert_cmpstr (same, ==, verified);
  assert_member (verified, "corporate:connector sales:connector", 2); /* twice is once */
}

static void
test_domain (void)
{
  g_auto (Person) ada = person_make ("ada@proved.example", FALSE), ben = person_make ("ben@claimed.example", FALSE), cyd = person_make ("cyd@silent.example", FALSE);
  g_autofree char *dan = user_make_with_password ("dan@proved.example", FALSE), *eve = come_new ("j4 eve@proved.example"), *fay = come_new ("j5 fay@proved.example verified");
  g_autoptr (Browser) first = browser_enter ("192.0.2.3", ada.email), second = browser_enter ("192.0.2.3", ben.email), third = browser_enter ("192.0.2.3", cyd.email),
                      fourth = browser_enter ("192.0.2.3", "dan@proved.example");

  assert_member (ada.id, "proved:domain", 1);
  assert_member (ben.id, "", 0); /* who only claims a domain gets nobody */
  assert_member (cyd.id, "", 0); /* nor who has proved one, and did not ask for its people */
  assert_member (dan, "", 0);
  assert_member (eve, "corporate:connector", 1); /* the provider did not verify the address */
  assert_member (fay, "corporate:connector proved:domain", 2);
}

/* An organization that is switched off, or does not let this way in, gets nobody by it. */
static void
test_closed (void)
{
  g_auto (Person) gus = person_make ("gus@shut.example", FALSE), hal = person_make ("hal@strict.example", FALSE);
  g_autofree char *ida = come_new ("j6 ida@strict.example verified"), *jon = come_new ("j7 jon@shut.example verified");
  g_autoptr (Browser) first = browser_enter ("192.0.2.4", gus.email), second = browser_enter ("192.0.2.4", hal.email);

  assert_member (gus.id, "", 0);
  assert_member (hal.id, "", 0); /* by a password: Strict wants the provider */
  assert_member (ida, "corporate:connector strict:domain", 2);
  assert_member (jon, "corporate:connector", 1);
}

/* A session that only serves again brings nobody in; and who is switched off meanwhile neither. */
static void
test_old_session (void)
{
  Org late = { "late", "Late", "{'join_by_domain': <true>}", NULL };
  Domain domain = { &late, "late.example", TRUE };
  g_auto (Person) kim = person_make ("kim@late.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.5", kim.email);

  fixture_write (house_store, org_put, &late);
  fixture_write (house_store, domain_put, &domain);
  assert_signed_in (browser);
  assert_member (kim.id, "", 0);
  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, kim.email, PASSWORD);
  assert_answer (browser, "fresh=1");
  assert_member (kim.id, "late:domain", 1);
  g_free (late.id);
}

/* The application asks for the organization, and the person comes to belong to it on the way. */
static void
test_named (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  flow->organization = g_strdup ("corporate");
  browser_begin (browser, flow);
  browser_press_provider (browser, "j8");
  assert_answer (browser, corporate.id);
}

/* The first factor was a password: a provider that was connected later says nothing about this sign-in. */
static void
test_not_by_linking (void)
{
  g_auto (Person) lou = person_make ("lou@linked.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.7", lou.email);
  g_autofree char *by_provider = NULL;

  browser_post (browser, "/account", "action=link:away");
  browser_come_back (browser, "j9");
  assert_page (browser, "account");
  assert_member (lou.id, "", 0);
  by_provider = come_new ("j9");
  g_assert_cmpstr (by_provider, ==, lou.id);
  assert_member (lou.id, "corporate:connector", 1);
}

int
main (int argc, char **argv)
{
  static const House house = { .has_messenger = TRUE, .policy = RULE ("off"), .prepare = prepare };
  static const HouseTest tests[] = {
    { "/flow/join/connector", test_connector },
    { "/flow/join/domain", test_domain },
    { "/flow/join/closed", test_closed },
    { "/flow/join/old-session", test_old_session },
    { "/flow/join/named", test_named },
    { "/flow/join/not-by-linking", test_not_by_linking },
    { NULL },
  };

  return house_run (argc, argv, &house, tests);
}
