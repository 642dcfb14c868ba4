/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identity-fixture.h"
#include "postern-tenant-directory.h"

#include "postern-error.h"

#define NOW 1700000000

#define assert_refused(call, code_)                                                                                   \
  G_STMT_START                                                                                                        \
  {                                                                                                                   \
    g_autoptr (GError) failure = NULL;                                                                                \
    g_assert_false (call);                                                                                            \
    g_assert_error (failure, POSTERN_ERROR, (code_));                                                                 \
  }                                                                                                                   \
  G_STMT_END

static void
test_canonicalize (void)
{
  static const struct {
    const char *text, *domain;
  } rows[] = {
    { "Login.Example.COM", "login.example.com" }, { "a.b", "a.b" },   { "xn--bcher-kva.example", "xn--bcher-kva.example" },
    { "localhost", NULL },  { "127.0.0.1", NULL }, { "a..b", NULL },  { ".a.b", NULL },
    { "a.b.", NULL },       { "-a.b", NULL },      { "a-.b", NULL },  { "bücher.example", NULL },
    { "a.b:80", NULL },     { "a.b/c", NULL },     { "", NULL },      { "a_b.example", NULL },
    { "[::1]", NULL },      { "*.a.b", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *domain = postern_tenant_directory_canonicalize_domain (rows[i].text);

      g_assert_cmpstr (domain, ==, rows[i].domain);
    }
}

static gboolean
run_create (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_directory_create (txn, "acme", NULL, NULL, NOW, error);
  g_autoptr (PosternTenantRecord) got = NULL;

  g_assert_cmpstr (tenant->name, ==, "acme");
  g_assert_cmpstr (tenant->state, ==, POSTERN_TENANT_ACTIVE);
  g_assert_true (postern_id_is_valid (tenant->id, "ten"));
  assert_refused (postern_tenant_directory_create (txn, "acme", NULL, NULL, NOW, &failure), POSTERN_ERROR_CONFLICT);
  assert_refused (postern_tenant_directory_create (txn, "default", NULL, NULL, NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_create (txn, "A", NULL, NULL, NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_create (txn, "..", NULL, NULL, NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_create (txn, "b", "", NULL, NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_rename (txn, "acme", "two\nlines", NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_rename (txn, "acme", "\u202emoc.elgoog", NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_rename (txn, "none", "A name", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_refused (postern_tenant_directory_set_state (txn, "acme", "asleep", NOW, &failure), POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (postern_tenant_directory_rename (txn, "acme", "Acme & Söhne", NOW + 1, error));
  g_assert_true (postern_tenant_directory_set_state (txn, "acme", POSTERN_TENANT_SUSPENDED, NOW + 2, error));
  got = postern_tenant_store_get (txn, "acme", error);
  g_assert_cmpstr (got->name, ==, "Acme & Söhne");
  g_assert_cmpstr (got->state, ==, POSTERN_TENANT_SUSPENDED);
  g_assert_cmpint (got->updated_at, ==, NOW + 2);
  return TRUE;
}

static gboolean
run_domains (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const two[] = { "B.example", "a.example", NULL }, *const own[] = { "id.example", NULL }, *const twice[] = { "c.example", "c.example", NULL };
  static const char *const none[] = { NULL }, *const bad[] = { "10.0.0.1", NULL };
  g_autoptr (PosternTenantRecord) a = postern_tenant_directory_create (txn, "a", NULL, NULL, NOW, error);
  g_autoptr (PosternTenantRecord) b = postern_tenant_directory_create (txn, "b", NULL, NULL, NOW, error);
  g_autoptr (GPtrArray) got = NULL;
  g_auto (GStrv) many = NULL;

  g_assert_true (postern_tenant_directory_set_domains (txn, "a", two, "id.example", error));
  got = postern_tenant_store_list_domains (txn, "a", error);
  g_assert_cmpuint (got->len, ==, 2);
  g_assert_cmpstr (((PosternTenantDomain *) got->pdata[0])->domain, ==, "b.example");
  assert_refused (postern_tenant_directory_set_domains (txn, "b", two, "id.example", &failure), POSTERN_ERROR_CONFLICT);
  assert_refused (postern_tenant_directory_set_domains (txn, "b", twice, "id.example", &failure), POSTERN_ERROR_CONFLICT);
  assert_refused (postern_tenant_directory_set_domains (txn, "b", own, "id.example", &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_set_domains (txn, "b", bad, "id.example", &failure), POSTERN_ERROR_INVALID_REQUEST);
  assert_refused (postern_tenant_directory_set_domains (txn, "c", none, "id.example", &failure), POSTERN_ERROR_NOT_FOUND);
  many = g_strsplit ("a.b b.b c.b d.b e.b f.b g.b h.b i.b j.b k.b l.b m.b n.b o.b p.b q.b r.b s.b t.b u.b", " ", -1);
  assert_refused (postern_tenant_directory_set_domains (txn, "b", (const char *const *) many, "id.example", &failure), POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (postern_tenant_directory_set_domains (txn, "a", none, "id.example", error));
  return postern_tenant_directory_set_domains (txn, "b", two, "id.example", error);
}

/* Its domains are free at once, its slug when the row goes. */
static gboolean
run_delete (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const domains[] = { "a.example", NULL };
  g_autoptr (PosternTenantRecord) a = postern_tenant_directory_create (txn, "a", NULL, NULL, NOW, error);
  g_autoptr (PosternTenantRecord) b = postern_tenant_directory_create (txn, "b", NULL, NULL, NOW, error), row = NULL;
  g_autoptr (GPtrArray) living = NULL;
  g_autoptr (GVariant) move = g_variant_ref_sink (g_variant_new_string ("to eu"));

  g_assert_true (postern_tenant_directory_set_domains (txn, "a", domains, "id.example", error));
  assert_refused (postern_tenant_directory_delete (txn, "a", NOW, &failure), POSTERN_ERROR_CONFLICT);
  assert_refused (postern_tenant_directory_delete (txn, "c", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  g_assert_true (postern_tenant_directory_set_state (txn, "a", POSTERN_TENANT_SUSPENDED, NOW, error));
  g_assert_true (postern_tenant_store_set_move (txn, "a", move, error));
  assert_refused (postern_tenant_directory_delete (txn, "a", NOW, &failure), POSTERN_ERROR_CONFLICT); /* what the move left would stay for ever */
  g_assert_true (postern_tenant_store_set_move (txn, "a", NULL, error));
  g_assert_true (postern_tenant_directory_delete (txn, "a", NOW, error));
  assert_refused (postern_tenant_directory_delete (txn, "a", NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_refused (postern_tenant_directory_get (txn, "a", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_refused (postern_tenant_directory_set_state (txn, "a", POSTERN_TENANT_ACTIVE, NOW, &failure), POSTERN_ERROR_NOT_FOUND);
  assert_refused (postern_tenant_directory_set_domains (txn, "a", domains, "id.example", &failure), POSTERN_ERROR_NOT_FOUND);
  assert_refused (postern_tenant_directory_create (txn, "a", NULL, NULL, NOW, &failure), POSTERN_ERROR_CONFLICT);
  g_assert_true (postern_tenant_store_set_due (txn, "a", NOW + 9999, error));
  row = postern_tenant_store_get (txn, "a", error);
  g_assert_cmpint (row->due_at, ==, NOW + POSTERN_TENANT_LINGER);
  living = postern_tenant_store_list_living (txn, NULL, 10, error);
  g_assert_cmpuint (living->len, ==, 1);
  return postern_tenant_directory_set_domains (txn, "b", domains, "id.example", error);
}

static void
run (gconstpointer func)
{
  PosternStore *store = fixture_open ();

  fixture_write (store, (PosternTxnFunc) func, NULL);
  fixture_close (store, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tenant-directory/canonicalize-domain", test_canonicalize);
  g_test_add_data_func ("/tenant-directory/create", run_create, run);
  g_test_add_data_func ("/tenant-directory/delete", run_delete, run);
  g_test_add_data_func ("/tenant-directory/domains", run_domains, run);
  return g_test_run ();
}
