/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-claims-hook.h"
#include "postern-seal.h"

/* Who is asked what tokens say: kept with its secret, which is shown once and then never. */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static char *client_id, *resource_id;

static gboolean
open_secret (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternClaimsHook) hook = postern_claims_hook_store_get (txn, client_id, error);

  g_assert_null (strstr (hook->secret, "whsec_"));
  postern_secret_free (*(char **) data);
  *(char **) data = postern_claims_hook_store_dup_secret (txn, hook, error);
  return TRUE;
}

static char *
dup_kept_secret (void)
{
  char *secret = NULL;

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, open_secret, &secret, NULL));
  return secret;
}

static void
test_of_application (void)
{
  g_autofree char *path = g_strdup_printf ("/applications/%s/claims-hook", client_id), *first = NULL, *second = NULL, *third = NULL;
  g_autoptr (GVariant) made = NULL, shown = NULL, changed = NULL, replaced = NULL;
  g_autoptr (PosternAudit) entry = NULL;
  g_autofree char *written = NULL;

  refuses ("GET", path, NULL, 404, "");
  made = call ("PUT", path, NULL, "{\"url\":\"https://claims.example/\"}", 200);
  g_assert_cmpstr (postern_json_get_string (made, "on_failure"), ==, "refuse");
  g_assert_cmpint (postern_json_get_int64 (made, "timeout", 0), ==, 500);
  first = dup_kept_secret ();
  g_assert_cmpstr (postern_json_get_string (made, "secret"), ==, first);
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_null (postern_json_get_string (shown, "secret"));
  changed = call ("PUT", path, NULL, "{\"url\":\"https://claims.example/\",\"on_failure\":\"without\",\"timeout\":2000}", 200);
  g_assert_null (postern_json_get_string (changed, "secret"));
  second = dup_kept_secret ();
  g_assert_cmpstr (second, ==, first);
  replaced = call ("PUT", path, NULL, "{\"url\":\"https://claims.example/\",\"secret\":\"" SECRET "\"}", 200);
  third = dup_kept_secret ();
  g_assert_cmpstr (third, ==, SECRET);
  entry = find_entry ("claims-hook.changed", NULL);
  written = postern_json_print (entry->data);
  g_assert_null (strstr (written, "whsec_"));
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("DELETE", path, NULL, 404, "no claims hook");
}

static void
test_refused (void)
{
  static const char *const bodies[] = {
    "{}", "{\"url\":\"ftp://claims.example/\"}", "{\"url\":\"http://claims.example/\"}", "{\"url\":\"https://claims.example/a b\"}", "{\"url\":\"https://user:word@claims.example/\"}", "{\"url\":\"https://claims.example/#x\"}", "{\"url\":\"claims\"}",
    "{\"url\":\"https://claims.example/\",\"timeout\":2001}", "{\"url\":\"https://claims.example/\",\"timeout\":49}",
    "{\"url\":\"https://claims.example/\",\"on_failure\":\"ignore\"}", "{\"url\":\"https://claims.example/\",\"secret\":\"swordfish\"}",
    "{\"url\":\"https://claims.example/\",\"owner_id\":\"app_x\"}",
  };
  g_autofree char *path = g_strdup_printf ("/resources/%s/claims-hook", resource_id);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    refuses ("PUT", path, bodies[i], 400, "");
  refuses ("PUT", "/resources/res_none/claims-hook", "{\"url\":\"https://claims.example/\"}", 404, "");
  refuses ("PUT", "/resources/management/claims-hook", "{\"url\":\"https://claims.example/\"}", 404, "");
  refuses ("PUT", "/applications/app_none/claims-hook", "{\"url\":\"https://claims.example/\"}", 404, "");
}

static gboolean
put_hook (PosternTxn *txn, const char *owner_id, gint64 timeout, const char *on_failure, GError **error)
{
  g_autoptr (PosternClaimsHook) hook = postern_claims_hook_new ();

  hook->owner_id = g_strdup (owner_id);
  hook->url = g_strdup ("https://claims.example/");
  hook->timeout = timeout;
  hook->on_failure = g_strdup (on_failure);
  return postern_claims_hook_put (txn, hook, SECRET, error);
}

/* All of them are kept in memory. */
static gboolean
put_many (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GError) timeout = NULL, on_failure = NULL;

  g_assert_false (put_hook (txn, client_id, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST + 1, POSTERN_CLAIMS_HOOK_REFUSE, &timeout));
  g_assert_error (timeout, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_false (put_hook (txn, client_id, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST, NULL, &on_failure));
  g_assert_error (on_failure, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  for (guint i = 0; i < POSTERN_CLAIMS_HOOK_MAX; i++) {
    g_autofree char *id = postern_id_new ("app");

    g_assert_true (put_hook (txn, id, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST, POSTERN_CLAIMS_HOOK_REFUSE, NULL));
  }
  return put_hook (txn, client_id, POSTERN_CLAIMS_HOOK_TIMEOUT_MOST, POSTERN_CLAIMS_HOOK_REFUSE, error);
}

static void
test_many (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, put_many, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
}

static gboolean
count_hooks (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) all = postern_claims_hook_store_list (txn, error);

  *(guint *) data = all->len;
  return TRUE;
}

/* It goes with what it is of. */
static void
test_goes (void)
{
  g_autofree char *of_application = g_strconcat ("/applications/", client_id, NULL), *of_resource = g_strconcat ("/resources/", resource_id, NULL);
  g_autofree char *first = g_strconcat (of_application, "/claims-hook", NULL), *second = g_strconcat (of_resource, "/claims-hook", NULL);
  guint n;

  g_variant_unref (call ("PUT", first, NULL, "{\"url\":\"https://claims.example/\"}", 200));
  g_variant_unref (call ("PUT", second, NULL, "{\"url\":\"https://claims.example/\"}", 200));
  postern_store_read (store, POSTERN_KEEP_LASTING, count_hooks, &n, NULL);
  g_assert_cmpuint (n, ==, 2);
  g_assert_null (call ("DELETE", of_application, NULL, NULL, 204));
  g_assert_null (call ("DELETE", of_resource, NULL, NULL, 204));
  postern_store_read (store, POSTERN_KEEP_LASTING, count_hooks, &n, NULL);
  g_assert_cmpuint (n, ==, 0);
}

static void
set_up (void)
{
  client_id = make ("/applications", "{\"name\":\"Web\",\"metadata\":{\"redirect_uris\":[\"https://web.example/cb\"]}}", "client_id");
  resource_id = make ("/resources", "{\"indicator\":\"https://api.example/\",\"name\":\"Orders\",\"scopes\":[]}", "id");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-claims-hooks/of-application", test_of_application },
    { "/api-claims-hooks/refused", test_refused },
    { "/api-claims-hooks/many", test_many },
    { "/api-claims-hooks/goes", test_goes },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (client_id);
  g_free (resource_id);
  return failed;
}
