/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identity-fixture.h"
#include "postern-tenant.h"

#include "postern-error.h"
#include "postern-json.h"

static PosternTenant *
new_tenant (PosternStore *store)
{
  g_autoptr (GError) error = NULL;
  PosternTenant *tenant = postern_tenant_new ("default", "https://id.example/", store, &error);

  g_assert_no_error (error);

  return tenant;
}

static PosternApplication *
new_application (const char *metadata)
{
  PosternApplication *application = postern_application_new ();

  application->id = postern_id_new ("app");
  application->name = g_strdup ("Example");
  application->kind = g_strdup ("web");
  application->enabled = TRUE;
  application->metadata = postern_json_parse_object (metadata, -1, 0, NULL);
  application->created_at = application->updated_at = 1700000000;

  return application;
}

static gboolean
insert (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_application_store_insert (txn, data, error);
}

static gboolean
update (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_application_store_update (txn, data, error);
}

static gboolean delete (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_application_store_delete (txn, data, error);
}

static gboolean
put_policy (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) value = postern_json_parse_object (data, -1, 0, error);

  return value != NULL && postern_setting_store_put (txn, "policy", value, 1700000000, error);
}

static void
test_clients (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternTenant) tenant = new_tenant (store);
  g_autoptr (PosternApplication) application =
      new_application ("{\"redirect_uris\":[\"https://a.example/cb\"]}");
  g_autoptr (PosternApplication) changed = NULL;
  g_autoptr (PosternClient) first = NULL, peeked = NULL, same = NULL, third = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (postern_tenant_get_issuer (tenant), ==, "https://id.example");
  fixture_write (store, insert, application);
  g_assert_null (postern_tenant_peek_client (tenant, application->id)); /* peeking reads nothing */
  first = postern_tenant_dup_client (tenant, application->id, &error);
  g_assert_no_error (error);
  peeked = postern_tenant_peek_client (tenant, application->id);
  g_assert_true (peeked == first);
  g_clear_pointer (&peeked, postern_client_unref);

  /* somebody else's change: not trusted until looked at, and then found to be the same */
  {
    g_autoptr (PosternApplication) other = new_application ("{}");

    fixture_write (store, insert, other);
  }
  g_assert_null (postern_tenant_peek_client (tenant, application->id));
  same = postern_tenant_dup_client (tenant, application->id, &error);
  g_assert_true (same == first);
  peeked = postern_tenant_peek_client (tenant, application->id);
  g_assert_true (peeked == first);
  g_clear_pointer (&peeked, postern_client_unref);

  /* the same second, and yet seen */
  changed = new_application ("{\"redirect_uris\":[\"https://b.example/cb\"]}");
  g_free (changed->id);
  changed->id = g_strdup (application->id);
  fixture_write (store, update, changed);
  g_assert_null (postern_tenant_peek_client (tenant, application->id));
  third = postern_tenant_dup_client (tenant, application->id, &error);
  g_assert_cmpstr (third->redirect_uris[0], ==, "https://b.example/cb");
  g_assert_cmpstr (first->redirect_uris[0], ==,
                   "https://a.example/cb"); /* who holds the old one keeps it whole */

  fixture_write (store, delete, application->id);
  g_assert_null (postern_tenant_peek_client (tenant, application->id));
  g_assert_null (postern_tenant_dup_client (tenant, application->id, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

static void
test_strangers (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternTenant) tenant = new_tenant (store);
  g_autofree char *huge = g_strnfill (100000, 'a');
  const char *const ids[] = {"", "app_nobody", huge, "' OR 1=1 --", NULL};

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_tenant_dup_client (tenant, ids[i], &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
    g_assert_null (postern_tenant_peek_client (tenant, ids[i]));
  }
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

static void
test_policy (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternTenant) tenant = new_tenant (store);
  g_autoptr (PosternPolicy) before = postern_tenant_dup_policy (tenant);
  g_autoptr (PosternPolicy) after = NULL, kept = NULL;

  g_assert_true (before->sign_up_enabled);
  fixture_write (store, put_policy, (gpointer) "{\"sign_up_enabled\":false}");
  after = postern_tenant_dup_policy (tenant);
  g_assert_false (after->sign_up_enabled);
  g_assert_true (before->sign_up_enabled);

  fixture_write (store, put_policy, (gpointer) "{\"sign_up_enabled\":7}");
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*sign_up_enabled*");
  kept = postern_tenant_dup_policy (tenant);
  g_test_assert_expected_messages ();
  g_assert_false (kept->sign_up_enabled);
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tenant/clients", test_clients);
  g_test_add_func ("/tenant/strangers", test_strangers);
  g_test_add_func ("/tenant/policy", test_policy);

  return g_test_run ();
}
