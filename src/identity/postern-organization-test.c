/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization.h"

#include "postern-error.h"
#include "postern-identity-fixture.h"

static void
test_names (void)
{
  static const struct {
    const char *name, *slug;
    gboolean good;
  } cases[] = {
    { "Acme", "acme", TRUE },        { "Acme", NULL, TRUE },          { "Bücher & Söhne 株式会社", "b-2", TRUE }, { "", NULL, FALSE },
    { "   ", NULL, FALSE },          { NULL, NULL, FALSE },           { "two\nlines", NULL, FALSE },             { "turned \u202e round", NULL, FALSE },
    { "two\u2028lines", NULL, FALSE }, { "two\u2029lines", NULL, FALSE },
    { "شرکت\u200cهای پارس", NULL, TRUE }, { "क्\u200dष", NULL, TRUE }, { "Ac\u200cme", NULL, FALSE }, { "شرکت\u200c", NULL, FALSE },
    { "\u200cشرکت", NULL, FALSE },     { "شر\u200c\u200cکت", NULL, FALSE }, { "شرکت \u200cپارس", NULL, FALSE },
    { "Acme", "", FALSE },           { "Acme", "Acme", FALSE },       { "Acme", "-acme", FALSE },                { "Acme", "acme-", FALSE },
    { "Acme", "org_01234", FALSE },  { "Acme", "a.b", FALSE },        { "Acme", "0123456789012345678901234567890123456789012345678901234567890123", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternOrganization) made = postern_organization_make (cases[i].name, cases[i].slug, 1, &error);

    g_assert_true ((made != NULL) == cases[i].good);
    if (!cases[i].good)
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
}

static void
assert_unknown (PosternTxn *txn, const char *name, const char *user_id)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (postern_organization_load_for (txn, name, user_id, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
}

/* Nobody learns which organizations there are: unknown, foreign and switched off are one answer. */
static gboolean
members (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) acme = postern_organization_make ("Acme", "acme", 1, error), found = NULL, by_slug = NULL;
  g_autoptr (PosternUser) ada = postern_user_new (), bob = postern_user_new ();
  gboolean joined = FALSE;

  ada->id = postern_id_new ("usr");
  bob->id = postern_id_new ("usr");
  g_assert_true (postern_user_store_insert (txn, ada, error) && postern_user_store_insert (txn, bob, error) && postern_organization_store_insert (txn, acme, error));
  assert_unknown (txn, acme->id, ada->id);
  g_assert_true (postern_organization_join (txn, acme->id, ada->id, POSTERN_MEMBER_INVITED, 2, &joined, error));
  g_assert_true (joined);
  g_assert_true (postern_organization_join (txn, acme->id, ada->id, POSTERN_MEMBER_DOMAIN, 3, &joined, error));
  g_assert_false (joined);
  found = postern_organization_load_for (txn, acme->id, ada->id, error);
  by_slug = postern_organization_load_for (txn, "acme", ada->id, error);
  g_assert_cmpstr (found->id, ==, by_slug->id);
  assert_unknown (txn, acme->id, bob->id);
  assert_unknown (txn, "globex", ada->id);
  acme->disabled_at = 4;
  g_assert_true (postern_organization_store_update (txn, acme, error));
  assert_unknown (txn, "acme", ada->id);
  return TRUE;
}

static void
test_members (void)
{
  PosternStore *store = fixture_open ();

  fixture_write (store, members, NULL);
  fixture_close (store, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/organization/names", test_names);
  g_test_add_func ("/organization/members", test_members);
  return g_test_run ();
}
