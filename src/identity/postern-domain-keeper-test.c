/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-domain-keeper.h"

#include "postern-domain-proof-fixture.h"
#include "postern-identity-fixture.h"
#include "postern-organization-join.h"
#include "postern-organization.h"
#include "postern-role.h"

/* What becomes of a proved domain whose record goes away, and comes back or does not. */

#define NOW 1700000000
#define HOUR 3600
#define DAY (24 * HOUR)

static PosternStore *store;
static PosternTenant *tenant;
static PosternDomainKeeper *keeper;
static char *organization_id, *record;
static PosternDomain *domain;
static PosternUser *ada, *guest;

/* --- the organization: its rules, its administrator, its domain ------------------------------------------------------------ */

static PosternUser *
new_user (const char *email)
{
  PosternUser *user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->email = g_strdup (email);
  user->email_verified = TRUE;
  return user;
}

static gboolean
put_administrator (PosternTxn *txn, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_new ();
  PosternAssignment assignment = { ada->id, organization_id, NULL, 1 };
  gboolean changed;

  role->id = postern_id_new ("rol");
  role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  role->organization_id = g_strdup ("");
  role->name = g_strdup ("administrator");
  assignment.role_id = role->id;
  return postern_role_insert (txn, role, error) && postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, "organizations:write", &changed, error) &&
         postern_organization_join (txn, organization_id, ada->id, POSTERN_MEMBER_ADMINISTRATOR, 1, NULL, error) &&
         postern_role_assign (txn, role, &assignment, &changed, error);
}

static gboolean
put_all (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) acme = postern_organization_make ("Acme", "acme", 1, error);

  organization_id = g_strdup (acme->id);
  acme->sign_in_rules = g_variant_ref_sink (g_variant_new_parsed ("{'join_by_domain': <true>}"));
  domain = postern_domain_proof_make (organization_id, "acme.example", 1, error);
  domain->verified_at = domain->checked_at = NOW;
  record = postern_domain_proof_dup_name (domain);
  ada = new_user ("ada@elsewhere.example");
  guest = new_user ("guest@acme.example");
  return postern_organization_store_insert (txn, acme, error) && postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, guest, error) &&
         put_administrator (txn, error) && postern_domain_store_insert (txn, domain, error);
}

/* --- what came of it ------------------------------------------------------------------------------------------------------- */

typedef struct {
  gboolean verified, failing, joins;
  guint missed, lost, verified_again;
  gint64 checked_at;
} State;

static guint
count (PosternTxn *txn, const char *event)
{
  PosternAuditFilter filter = { .event = event, .target = organization_id };
  g_autoptr (GPtrArray) entries = postern_audit_store_find (txn, &filter, NULL, 100, NULL);

  return entries->len;
}

static gboolean
read_state (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const factors[] = { "password", NULL };
  State *state = data;
  PosternOrganizationArrival arrival = { .user = guest, .factors = factors };
  g_autoptr (PosternDomain) kept = postern_domain_store_get (txn, domain->id, error);
  g_autoptr (GPtrArray) members = postern_organization_join_list (txn, &arrival, NOW, error);

  *state = (State){ kept->verified_at > 0, kept->failed_at > 0, members->len > 0, count (txn, "domain.missed"), count (txn, "domain.lost"), count (txn, "domain.verified"), kept->checked_at };
  return TRUE;
}

static void
assert_state (gboolean verified, gboolean failing, guint missed, guint lost, guint again)
{
  State state;

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_state, &state, NULL));
  g_assert_cmpint (state.verified, ==, verified);
  g_assert_cmpint (state.failing, ==, failing);
  g_assert_cmpint (state.joins, ==, verified && !failing);
  g_assert_cmpuint (state.missed, ==, missed);
  g_assert_cmpuint (state.lost, ==, lost);
  g_assert_cmpuint (state.verified_again, ==, again);
}

static void
look (gboolean there, gint64 at)
{
  g_autoptr (GError) error = NULL;

  domain_resolver_say (record, there ? (const char *const[]){ domain->token, NULL } : NULL);
  g_assert_true (postern_domain_keeper_check (keeper, domain, at, &error));
  g_assert_no_error (error);
}

static guint
count_mails (const char *phrase)
{
  return fixture_count_letters (store, "ada@elsewhere.example", phrase);
}

/* --- the tests, in their order ---------------------------------------------------------------------------------------------- */

static void
test_there (void)
{
  look (TRUE, NOW + DAY);
  assert_state (TRUE, FALSE, 0, 0, 0);
  g_assert_cmpuint (count_mails ("acme.example"), ==, 0);
}

/* Nobody answers: neither is it there, nor not. */
static void
test_silence (void)
{
  domain_resolver_fails = TRUE;
  look (TRUE, NOW + 2 * DAY);
  domain_resolver_fails = FALSE;
  assert_state (TRUE, FALSE, 0, 0, 0);
}

static gboolean
prove (PosternTxn *txn, gpointer data, GError **error)
{
  domain->verified_at = domain->checked_at = NOW;
  return postern_domain_store_settle (txn, domain, error);
}

/* … but not for ever: who has the domain now has its DNS, too, and could say nothing about this name alone. */
static void
test_long_silence (void)
{
  fixture_write (store, prove, NULL);
  domain_resolver_fails = TRUE;
  look (TRUE, NOW + 14 * DAY);
  look (TRUE, NOW + 15 * DAY - 1);
  assert_state (TRUE, FALSE, 2, 1, 1);
  look (TRUE, NOW + 15 * DAY + HOUR);
  assert_state (TRUE, TRUE, 3, 1, 1);
  look (TRUE, NOW + 22 * DAY + 2 * HOUR);
  assert_state (FALSE, FALSE, 3, 2, 1);
  domain_resolver_fails = FALSE;
}

/* At once nobody joins by it; its administrator is told once; and when the record is back, all is as it was. */
static void
test_missed (void)
{
  look (FALSE, NOW + 3 * DAY);
  assert_state (TRUE, TRUE, 1, 0, 0);
  look (FALSE, NOW + 3 * DAY + HOUR);
  assert_state (TRUE, TRUE, 1, 0, 0);
  g_assert_cmpuint (count_mails ("\"lost\":false"), ==, 1);
  look (TRUE, NOW + 3 * DAY + 2 * HOUR);
  assert_state (TRUE, FALSE, 1, 0, 1);
  g_assert_cmpuint (count_mails ("\"lost\":false"), ==, 1);
}

/* Two nodes that look at the same time count it once. */
static void
test_twice (void)
{
  look (TRUE, NOW + 4 * DAY);
  look (FALSE, NOW + 4 * DAY + 5);
  assert_state (TRUE, FALSE, 1, 0, 1);
}

static void
test_lost (void)
{
  look (FALSE, NOW + 5 * DAY);
  look (FALSE, NOW + 12 * DAY - HOUR);
  assert_state (TRUE, TRUE, 2, 0, 1);
  look (FALSE, NOW + 12 * DAY + HOUR);
  assert_state (FALSE, FALSE, 2, 1, 1);
  g_assert_cmpuint (count_mails ("\"lost\":true"), ==, 1);
  look (TRUE, NOW + 13 * DAY); /* it is to be proved anew, by who may */
  assert_state (FALSE, FALSE, 2, 1, 1);
}

/* By itself, on a thread of its own. */
static void
test_turn (void)
{
  g_autoptr (GError) error = NULL;
  State state = { 0 };

  fixture_write (store, prove, NULL);
  domain_resolver_say (record, (const char *const[]){ domain->token, NULL });
  g_assert_true (postern_domain_keeper_turn (keeper, NOW + DAY - 1, &error)); /* not due */
  g_assert_true (postern_domain_keeper_turn (keeper, NOW + DAY, &error));
  for (guint i = 0; i < 1000 && state.checked_at <= NOW; i++) {
    g_usleep (10000);
    g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_state, &state, NULL));
  }
  g_assert_cmpint (state.checked_at, >, NOW);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int failed;

  g_test_init (&argc, &argv, NULL);
  domain_resolver_install ();
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, &error);
  g_assert_no_error (error);
  keeper = postern_domain_keeper_new (tenant, TRUE);
  fixture_write (store, put_all, NULL);
  g_test_add_func ("/domain-keeper/there", test_there);
  g_test_add_func ("/domain-keeper/silence", test_silence);
  g_test_add_func ("/domain-keeper/missed", test_missed);
  g_test_add_func ("/domain-keeper/twice", test_twice);
  g_test_add_func ("/domain-keeper/lost", test_lost);
  g_test_add_func ("/domain-keeper/long-silence", test_long_silence);
  g_test_add_func ("/domain-keeper/turn", test_turn);
  failed = g_test_run ();
  postern_domain_keeper_free (keeper);
  g_object_unref (tenant);
  fixture_close (store, TRUE);
  postern_domain_unref (domain);
  postern_user_unref (ada);
  postern_user_unref (guest);
  g_free (organization_id);
  g_free (record);
  return failed;
}
