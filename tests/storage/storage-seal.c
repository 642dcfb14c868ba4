/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

#define PLAIN "a secret\0with a nul"

static void
test_there_and_back (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (GError) error = NULL;
  static const gsize lengths[] = { 0, 1, sizeof PLAIN - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *sealed = postern_seal (store, "credentials", "value", "crd_1", PLAIN, lengths[i], &error);
      g_autofree char *again = postern_seal (store, "credentials", "value", "crd_1", PLAIN, lengths[i], &error);
      gsize length;
      char *plain;

      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (sealed, "v1."));
      g_assert_cmpstr (sealed, !=, again);
      plain = postern_unseal (store, "credentials", "value", "crd_1", sealed, &length, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (plain, length, PLAIN, lengths[i]);
      g_assert_cmpint (plain[length], ==, '\0');
      postern_secret_free (plain);
    }
}

/* Whoever can write the database must not be able to put one person's secret in another's place. */
static void
test_moved_refused (void)
{
  g_autoptr (PosternStore) store = storage_kit_open ();
  static const struct {
    const char *table, *column, *row;
  } places[] = {
    { "credentials", "value", "crd_2" },   { "credentials", "data", "crd_1" }, { "identities", "value", "crd_1" },
    { "credential", "svalue", "crd_1" },   { "credentials", "valuec", "rd_1" }, { "credentialsv", "alue", "crd_1" },
    { "credentials", "value", "" },
  };
  g_autofree char *sealed = postern_seal (store, "credentials", "value", "crd_1", PLAIN, 8, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    assert_fails (postern_unseal (store, places[i].table, places[i].column, places[i].row, sealed, NULL, &failure), POSTERN_ERROR_FAILED);
}

static void
test_other_tenant_refused (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (PosternStore) one = storage_kit_open_at (location, "one", NULL);
  g_autoptr (PosternStore) two = storage_kit_open_at (location, "two", NULL);
  g_autofree char *sealed = postern_seal (one, "t", "c", "r", PLAIN, 8, NULL);

  assert_fails (postern_unseal (two, "t", "c", "r", sealed, NULL, &failure), POSTERN_ERROR_FAILED);
}

static void
test_other_key_refused (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autoptr (PosternDatabase) database = storage_kit_new_database ();
  g_autoptr (GBytes) key = g_bytes_new_static ("fedcba9876543210fedcba9876543210", 32);
  g_autoptr (GBytes) short_key = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (PosternStore) other = postern_store_open (database, key, location, "default", NULL);
  g_autofree char *sealed = postern_seal (store, "t", "c", "r", PLAIN, 8, NULL);

  assert_fails (postern_unseal (other, "t", "c", "r", sealed, NULL, &failure), POSTERN_ERROR_FAILED);
  assert_fails (postern_store_open (database, short_key, location, "default", &failure), POSTERN_ERROR_CONFIG);
}

static void
test_changed_refused (void)
{
  static const char *const no_seal[] = { "", "v1.", "v1.AAAA", "v2.AAAA", "v1.====", "plain", NULL };
  g_autoptr (PosternStore) store = storage_kit_open ();
  g_autofree char *sealed = postern_seal (store, "t", "c", "r", PLAIN, 8, NULL);

  for (gsize i = 3; i < strlen (sealed); i++)
    {
      g_autofree char *changed = g_strdup (sealed);
      g_autofree char *cut = g_strndup (sealed, i);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      assert_fails (postern_unseal (store, "t", "c", "r", changed, NULL, &failure), POSTERN_ERROR_FAILED);
      assert_fails (postern_unseal (store, "t", "c", "r", cut, NULL, &failure), POSTERN_ERROR_FAILED);
    }
  for (guint i = 0; no_seal[i] != NULL; i++)
    assert_fails (postern_unseal (store, "t", "c", "r", no_seal[i], NULL, &failure), POSTERN_ERROR_FAILED);
  assert_fails (postern_unseal (store, "t", "c", "r", NULL, NULL, &failure), POSTERN_ERROR_FAILED);
}

void
storage_seal_add_tests (void)
{
  g_test_add_func ("/storage/seal/there-and-back", test_there_and_back);
  g_test_add_func ("/storage/seal/moved-refused", test_moved_refused);
  g_test_add_func ("/storage/seal/other-tenant-refused", test_other_tenant_refused);
  g_test_add_func ("/storage/seal/other-key-refused", test_other_key_refused);
  g_test_add_func ("/storage/seal/changed-refused", test_changed_refused);
}
