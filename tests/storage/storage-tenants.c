/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* The directory of tenants. */

static PosternTenantRecord *
new_tenant (const char *slug)
{
  PosternTenantRecord *tenant = postern_tenant_record_new ();

  tenant->slug = g_strdup (slug);
  tenant->id = postern_id_new ("ten");
  tenant->name = g_strdup ("A name");
  tenant->region = g_strdup ("eu");
  tenant->state = g_strdup ("active");
  tenant->created_at = tenant->updated_at = NOW;
  return tenant;
}

static gboolean
tenants (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternTenantRecord) a = new_tenant ("a"), b = new_tenant ("b"), again = new_tenant ("a"), got = NULL;
  g_autoptr (GPtrArray) first = NULL, rest = NULL;
  g_autoptr (GVariant) move = g_variant_ref_sink (g_variant_new_int64 (1)), found = NULL, none = NULL;

  g_assert_true (postern_tenant_store_insert (txn, b, error));
  g_assert_true (postern_tenant_store_insert (txn, a, error));
  assert_fails (postern_tenant_store_insert (txn, again, &failure), POSTERN_ERROR_CONFLICT);
  first = postern_tenant_store_list (txn, NULL, 1, error);
  rest = postern_tenant_store_list (txn, "a", 10, error);
  g_assert_cmpuint (first->len, ==, 1);
  g_assert_cmpstr (((PosternTenantRecord *) first->pdata[0])->slug, ==, "a");
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpstr (((PosternTenantRecord *) rest->pdata[0])->slug, ==, "b");
  g_free (a->name);
  a->name = g_strdup ("Another");
  g_assert_true (postern_tenant_store_update (txn, a, error));
  g_assert_true (postern_tenant_store_set_due (txn, "a", NOW + 5, error));
  g_assert_true (postern_tenant_store_set_due (txn, "nobody", NOW, error));
  got = postern_tenant_store_get (txn, "a", error);
  g_assert_cmpstr (got->name, ==, "Another");
  g_assert_cmpstr (got->id, ==, a->id);
  g_assert_cmpstr (got->region, ==, "eu");
  g_assert_cmpint (got->due_at, ==, NOW + 5);
  g_assert_true (postern_tenant_store_set_move (txn, "b", move, error) && postern_tenant_store_find_move (txn, "b", &found, error));
  g_assert_cmpint (g_variant_get_int64 (found), ==, 1);
  g_assert_true (postern_tenant_store_find_move (txn, "a", &none, error));
  g_assert_null (none);
  g_assert_true (postern_tenant_store_delete (txn, "b", error));
  g_assert_true (postern_tenant_store_find_move (txn, "b", &none, error));
  g_assert_null (none); /* whoever comes to be called so has nothing to do with it */
  assert_fails (postern_tenant_store_delete (txn, "b", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_tenant_store_update (txn, b, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_fails (postern_tenant_store_get (txn, "b", &failure), POSTERN_ERROR_NOT_FOUND);
  return TRUE;
}

static gboolean
domains (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternTenantRecord) a = new_tenant ("a"), b = new_tenant ("b");
  g_autoptr (GPtrArray) of_a = NULL, all = NULL, left = NULL;
  gboolean had = TRUE;

  g_assert_true (postern_tenant_store_insert (txn, a, error) && postern_tenant_store_insert (txn, b, error));
  g_assert_true (postern_tenant_store_read_had_domains (txn, &had, error));
  g_assert_false (had);
  g_assert_true (postern_tenant_store_insert_domain (txn, "a", "z.example", error));
  g_assert_true (postern_tenant_store_insert_domain (txn, "a", "a.example", error));
  g_assert_true (postern_tenant_store_insert_domain (txn, "b", "b.example", error));
  assert_fails (postern_tenant_store_insert_domain (txn, "b", "a.example", &failure), POSTERN_ERROR_CONFLICT);
  assert_fails (postern_tenant_store_delete_domain (txn, "b", "a.example", &failure), POSTERN_ERROR_NOT_FOUND);
  of_a = postern_tenant_store_list_domains (txn, "a", error);
  all = postern_tenant_store_list_domains (txn, NULL, error);
  g_assert_cmpuint (of_a->len, ==, 2);
  g_assert_cmpstr (((PosternTenantDomain *) of_a->pdata[0])->domain, ==, "z.example");
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_true (postern_tenant_store_delete_domain (txn, "a", "z.example", error));
  g_assert_true (postern_tenant_store_delete (txn, "a", error));
  g_assert_true (postern_tenant_store_read_had_domains (txn, &had, error));
  g_assert_true (had);
  left = postern_tenant_store_list_domains (txn, NULL, error);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_cmpstr (((PosternTenantDomain *) left->pdata[0])->slug, ==, "b");
  return TRUE;
}

static gboolean
put_setting (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_setting_store_put (txn, "a", g_variant_new_int64 (1), NOW, error);
}

static gboolean
add_to_counter (PosternTxn *txn, gpointer count, GError **error)
{
  gint64 resets_at;

  return postern_counter_store_add (txn, "k", 1, 60, NOW, count, &resets_at, error);
}

static void
test_read_only (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  gint64 count;

  postern_store_set_read_only (store, TRUE);
  assert_fails (postern_store_write (store, POSTERN_KEEP_LASTING, put_setting, NULL, &failure), POSTERN_ERROR_TEMPORARILY_UNAVAILABLE);
  storage_kit_write (store, POSTERN_KEEP_SHORT, add_to_counter, &count);
  postern_store_set_read_only (store, FALSE);
  storage_kit_write (store, POSTERN_KEEP_LASTING, put_setting, NULL);
}

static gboolean
has_setting (PosternTxn *txn, gpointer found, GError **error)
{
  g_autoptr (GVariant) value = postern_setting_store_get (txn, "a", error);

  *(gboolean *) found = value != NULL;
  return TRUE;
}

static gboolean
finds (const char *tenant, gboolean counted)
{
  g_autoptr (PosternStore) store = storage_kit_open_tenant (tenant);
  gint64 count = 0;
  gboolean found = FALSE;

  postern_store_read (store, POSTERN_KEEP_LASTING, has_setting, &found, NULL);
  storage_kit_write (store, POSTERN_KEEP_SHORT, add_to_counter, &count);
  g_assert_cmpint (count, ==, counted ? 2 : 1);
  return found;
}

/* Of one tenant everything, of the other nothing; and what is not there is no error. */
static void
test_erase (void)
{
  static const char *const slugs[] = { "erased", "kept" };
  g_autoptr (PosternDatabase) database = storage_kit_new_database ();
  g_autoptr (GError) error = NULL;
  gint64 count;

  for (gsize i = 0; i < G_N_ELEMENTS (slugs); i++)
    {
      g_autoptr (PosternStore) store = storage_kit_open_tenant (slugs[i]);

      storage_kit_write (store, POSTERN_KEEP_LASTING, put_setting, NULL);
      storage_kit_write (store, POSTERN_KEEP_SHORT, add_to_counter, &count);
      postern_store_close (store);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (postern_store_erase (database, storage_kit_get_shared_location (), "erased", &error));
      g_assert_no_error (error);
    }
  assert_fails (postern_store_erase (database, storage_kit_get_shared_location (), "../kept", &failure), POSTERN_ERROR_CONFIG);
  g_assert_false (finds ("erased", FALSE));
  g_assert_true (finds ("kept", TRUE));
}

void
storage_tenants_add_tests (void)
{
  g_test_add_data_func ("/storage/tenants", tenants, storage_kit_run_lasting);
  g_test_add_data_func ("/storage/tenant-domains", domains, storage_kit_run_lasting);
  g_test_add_func ("/storage/read-only", test_read_only);
  g_test_add_func ("/storage/erase", test_erase);
}
