/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-customers.h"

/* Who comes to belong to an organization by signing in. That it costs the same among many is a test of the driver's: postern-sqlite-organizations-test.c. */

static void
assert_joins (PosternTxn *txn, const char *user_id, const char *connector_id, const char *domain, const char *names)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = postern_join_store_list (txn, user_id, connector_id, domain, 10, &error);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (text, "%s%s", i ? " " : "", ((PosternOrganization *) found->pdata[i])->name);
  g_assert_cmpstr (text->str, ==, names);
}

static void
set_rules (PosternTxn *txn, PosternOrganization *organization, const char *rules)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&organization->sign_in_rules, g_variant_unref);
  organization->sign_in_rules = g_variant_ref_sink (g_variant_new_parsed (rules));
  g_assert_true (postern_organization_store_update (txn, organization, &error));
}

static gboolean
joins (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (World) it = { 0 };
  g_autoptr (PosternUser) eve = storage_kit_new_user ("eve", NULL, NULL);
  g_autoptr (PosternDomain) domain = NULL;

  world_init (&it, txn);
  g_assert_true (postern_user_store_insert (txn, eve, error));
  assert_joins (txn, eve->id, "corp", "acme.example", "");
  set_rules (txn, it.acme, "{'join_by_connectors': <[<'corp'>, <'other'>, <'corp'>]>}");
  set_rules (txn, it.globex, "{'join_by_connectors': <[<'corp'>]>, 'email_domains': <[<'Globex.example'>]>}");
  assert_joins (txn, eve->id, "corp", NULL, "Acme");
  assert_joins (txn, eve->id, "corp", "globex.example", "Acme Globex");
  assert_joins (txn, eve->id, "other", "globex.example", "Acme");
  assert_joins (txn, eve->id, NULL, "globex.example", "");
  assert_joins (txn, it.ada->id, "corp", "globex.example", ""); /* who belongs to both already */
  set_rules (txn, it.globex, "{'join_by_connectors': <[<'corp'>]>, 'email_domains': <[<'xn--bcher-kva.example'>]>}");
  assert_joins (txn, eve->id, "corp", "any.example", "Acme Globex"); /* the rules must be asked */
  set_rules (txn, it.globex, "{'join_by_domain': <true>}");

  domain = new_domain (it.globex, "globex.example");
  g_assert_true (postern_domain_store_insert (txn, domain, error));
  assert_joins (txn, eve->id, "corp", "globex.example", "Acme");
  domain->verified_at = domain->checked_at = NOW;
  g_assert_true (postern_domain_store_settle (txn, domain, error));
  assert_joins (txn, eve->id, NULL, "globex.example", "Globex");
  it.acme->disabled_at = NOW;
  g_assert_true (postern_organization_store_update (txn, it.acme, error));
  assert_joins (txn, eve->id, "corp", "globex.example", "Globex");
  g_assert_true (postern_organization_store_delete (txn, it.globex->id, error));
  assert_joins (txn, eve->id, "corp", "globex.example", "");
  return TRUE;
}

void
storage_joins_add_tests (void)
{
  g_test_add_data_func ("/storage/organizations/joins", joins, storage_kit_run_lasting);
}
