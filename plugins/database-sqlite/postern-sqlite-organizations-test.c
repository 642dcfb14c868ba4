/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-test-store.h"

#include "postern-error.h"
#include "postern-seal.h"
#include "postern-sqlite-connection.h"
#include "postern-txn.h"

/* What is asked of organizations again and again reads as much among many as among few. Counted are the steps of SQLite's machine: no clock says it. */

#define FEW 200
#define MANY 2000

static char *location;
static char *eve; /* a user's id */

/* Each gets its people by the same connector, of a domain of its own. */
static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = g_strdup (eve);
  for (guint i = 0; i < n; i++) {
    g_autoptr (PosternOrganization) organization = postern_organization_new ();
    g_autofree char *domain = g_strdup_printf ("firm%u.example", i);

    organization->id = postern_id_new ("org");
    organization->name = g_strdup_printf ("Firm %05u", i);
    organization->slug = g_strdup_printf ("slug-%05u", i);
    organization->sign_in_rules = g_variant_ref_sink (g_variant_new_parsed ("{'join_by_connectors': <[<'corp'>]>, 'email_domains': <[<%s>]>}", domain));
    if (!postern_organization_store_insert (txn, organization, error))
      return FALSE;
  }
  return postern_user_store_insert (txn, user, error);
}

/* --- what is asked: each gives what it found ------------------------------------------------------------------------------- */

static GPtrArray *
find_joins (PosternTxn *txn, GError **error)
{
  return postern_join_store_list (txn, eve, "corp", "firm77.example", 10, error);
}

static GPtrArray *
find_name (PosternTxn *txn, GError **error)
{
  return postern_organization_store_list (txn, "FIRM 00077", NULL, 1, error);
}

static GPtrArray *
find_slug (PosternTxn *txn, GError **error)
{
  return postern_organization_store_list (txn, "slug-00077", NULL, 1, error);
}

static GPtrArray *
find_page (PosternTxn *txn, GError **error)
{
  return postern_organization_store_list (txn, NULL, "org_", 1, error);
}

static const struct {
  const char *name;
  GPtrArray *(*find) (PosternTxn *txn, GError **error);
  const char *organization; /* (nullable): the first that is found */
} questions[] = {
  { "joins", find_joins, "Firm 00077" },
  { "search by name", find_name, "Firm 00077" },
  { "search by slug", find_slug, "Firm 00077" },
  { "a page", find_page, NULL },
};

/* --- counting ---------------------------------------------------------------------------------------------------------------- */

static int
count_step (gpointer data)
{
  (*(guint *) data)++;
  return 0;
}

static gboolean
ask_all (PosternTxn *txn, gpointer data, GError **error)
{
  sqlite3 *handle = txn->transaction->connection->handle;
  guint *steps = data;

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++) {
    g_autoptr (GPtrArray) found = NULL;

    sqlite3_progress_handler (handle, 1, count_step, &steps[i]);
    found = questions[i].find (txn, error);
    sqlite3_progress_handler (handle, 0, NULL, NULL);
    g_assert_nonnull (found);
    g_assert_cmpuint (found->len, ==, 1);
    if (questions[i].organization)
      g_assert_cmpstr (((PosternOrganization *) found->pdata[0])->name, ==, questions[i].organization);
  }
  return TRUE;
}

static void
count_among (const char *tenant, guint n, guint *steps)
{
  g_autoptr (PosternStore) store = postern_sqlite_test_store_open (location, tenant);
  g_autoptr (GError) error = NULL;

  postern_store_write (store, POSTERN_KEEP_LASTING, fill, GUINT_TO_POINTER (n), &error);
  g_assert_no_error (error);
  postern_store_read (store, POSTERN_KEEP_LASTING, ask_all, steps, &error);
  g_assert_no_error (error);
}

/* To read all of them would take ten times as many among ten times as many. */
static void
test_among_many (void)
{
  guint few[G_N_ELEMENTS (questions)] = { 0 }, many[G_N_ELEMENTS (questions)] = { 0 };

  eve = postern_id_new ("usr");
  count_among ("few", FEW, few);
  count_among ("many", MANY, many);
  for (guint i = 0; i < G_N_ELEMENTS (questions); i++) {
    g_test_message ("%s: %u steps among %d, %u among %d", questions[i].name, few[i], FEW, many[i], MANY);
    g_assert_cmpuint (few[i], >, 10); /* it counts */
    g_assert_cmpuint (many[i], <, 2 * few[i]);
  }
  g_free (eve);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  location = g_dir_make_tmp ("postern-sqlite-XXXXXX", NULL);
  g_test_add_func ("/sqlite-organizations/among-many", test_among_many);
  result = g_test_run ();
  postern_sqlite_test_store_remove (location);
  g_free (location);
  return result;
}
