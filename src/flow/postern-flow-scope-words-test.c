/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-scope-words.h"

#include "postern-identity-fixture.h"
#include "postern-json.h"
#include "postern-management-roles.h"

#define ISSUER "https://id.example"

/* (transfer full): what a page says of @scope at the management API */
static GVariant *
describe (PosternResourceBook *book, const char *scope)
{
  const char *resources[] = { ISSUER "/api/v1", NULL }, *scopes[] = { scope, NULL };
  g_autoptr (GVariant) all = g_variant_ref_sink (postern_flow_scope_words_to_variant (book, resources, scopes));
  g_autoptr (GVariant) box = NULL;

  g_assert_cmpuint (g_variant_n_children (all), ==, 1);
  box = g_variant_get_child_value (all, 0);
  return g_variant_get_variant (box);
}

static gboolean
read_book (PosternTxn *txn, gpointer book, GError **error)
{
  *(PosternResourceBook **) book = postern_resource_book_read (txn, ISSUER, error);
  return *(PosternResourceBook **) book != NULL;
}

/* Each permission has words of its own for the person who is asked: what administrators read of it is in English alone. */
static void
test_management (void)
{
  PosternStore *store = fixture_open ();
  g_autoptr (PosternResourceBook) book = NULL;
  g_autoptr (GHashTable) titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_book, &book, NULL));
  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++) {
    g_autoptr (GVariant) entry = describe (book, row->name);
    const char *title = postern_json_get_string (entry, "title");

    g_test_message ("%s: %s", row->name, title);
    g_assert_cmpstr (title, !=, row->name);
    g_assert_cmpstr (title, !=, row->description);
    g_assert_true (g_hash_table_add (titles, g_strdup (title)));
    g_assert_true (g_str_has_prefix (postern_json_get_string (entry, "text"), "In the administration of this server"));
  }
  fixture_close (store, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow-scope-words/management", test_management);
  return g_test_run ();
}
