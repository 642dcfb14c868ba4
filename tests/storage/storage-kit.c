/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <gmodule.h>
#include <glib/gstdio.h>
#include <string.h>

static char *module_file;
static char *child_location;
static char *new_location; /* (nullable): the command that makes one */
static char *shared_location; /* tenants beside each other, as they are anywhere */
static char *program;
static GType driver_type;
static GPtrArray *locations;

static GType
load_driver (void)
{
  GModule *module = g_module_open (module_file, G_MODULE_BIND_LOCAL);
  GType (*query_type) (void);

  if (module == NULL || !g_module_symbol (module, "postern_plugin_query_type", (gpointer *) &query_type))
    g_error ("%s: %s", module_file, g_module_error ());
  g_module_make_resident (module);
  return query_type ();
}

PosternDatabase *
storage_kit_new_database (void)
{
  return g_object_new (driver_type, NULL);
}

static char *
ask_for_location (GError **error)
{
  char *location = NULL;
  int status;

  if (!g_spawn_command_line_sync (new_location, &location, NULL, &status, error) || !g_spawn_check_wait_status (status, error))
    return NULL;
  return g_strchomp (location);
}

char *
storage_kit_new_location (void)
{
  g_autoptr (GError) error = NULL;
  char *location = new_location ? ask_for_location (&error) : g_dir_make_tmp ("postern-storage-XXXXXX", &error);

  g_assert_no_error (error);
  if (new_location == NULL)
    g_ptr_array_add (locations, g_strdup (location));
  return location;
}

PosternStore *
storage_kit_open_at (const char *location, const char *tenant, GError **error)
{
  g_autoptr (PosternDatabase) database = storage_kit_new_database ();
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);

  storage_apart_note_tenant (database, location == shared_location ? tenant : NULL);
  return postern_store_open (database, key, location, tenant, error);
}

PosternStore *
storage_kit_open_tenant (const char *tenant)
{
  g_autoptr (GError) error = NULL;
  PosternStore *store;

  if (shared_location == NULL)
    shared_location = storage_kit_new_location ();
  store = storage_kit_open_at (shared_location, tenant, &error);
  g_assert_no_error (error);
  return store;
}

const char *
storage_kit_get_shared_location (void)
{
  return shared_location;
}

PosternStore *
storage_kit_open (void)
{
  static guint n_tenants;
  g_autofree char *tenant = g_strdup_printf ("t%u", n_tenants++);

  return storage_kit_open_tenant (tenant);
}

const char *
storage_kit_program (void)
{
  return program;
}

const char *
storage_kit_module (void)
{
  return module_file;
}

typedef struct {
  PosternKeep keep;
  PosternTxnFunc func;
  gpointer data;
} Test;

/*
 * Tests assert that they can go on behind a statement that failed. A driver may prepare for that only when it has to, and run the function once more: this is
 * where it learns it, before anything is asserted.
 */
static gboolean
run_behind_failure (PosternTxn *txn, gpointer user_data, GError **error)
{
  static const struct {
    const char *insert, *remove;
  } row[] = {
    [POSTERN_KEEP_LASTING] = { "INSERT INTO settings (name, value, updated_at) VALUES ('kit', '1', 1)", "DELETE FROM settings WHERE name = 'kit'" },
    [POSTERN_KEEP_SHORT] = { "INSERT INTO counters (key, count, resets_at) VALUES ('kit', 1, 1)", "DELETE FROM counters WHERE key = 'kit'" },
  };
  const Test *test = user_data;

  return postern_txn_run (txn, row[test->keep].insert, NULL, 0, error) && !postern_txn_run (txn, row[test->keep].insert, NULL, 0, NULL)
         && postern_txn_run (txn, row[test->keep].remove, NULL, 0, error) && test->func (txn, test->data, error);
}

void
storage_kit_write (PosternStore *store, PosternKeep keep, PosternTxnFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Test test = { keep, func, data };
  gboolean done = postern_store_write (store, keep, run_behind_failure, &test, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
storage_kit_read (PosternStore *store, PosternKeep keep, PosternTxnFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = postern_store_read (store, keep, func, data, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

void
storage_kit_run_lasting (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_LASTING, (PosternTxnFunc) func, NULL);
}

void
storage_kit_run_short (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_SHORT, (PosternTxnFunc) func, NULL);
}

/* --- specimens -------------------------------------------------------------------------------------------------- */

PosternUser *
storage_kit_new_user (const char *username, const char *email, const char *phone)
{
  PosternUser *user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->username = g_strdup (username);
  user->email = g_strdup (email);
  user->phone = g_strdup (phone);
  user->profile = postern_json_parse ("{\"name\":\"Grüße\",\"n\":7,\"address\":{\"country\":\"DE\"}}", -1, 0, NULL);
  user->created_at = user->updated_at = NOW;
  return user;
}

PosternApplication *
storage_kit_new_application (const char *name)
{
  PosternApplication *application = postern_application_new ();

  application->id = postern_id_new ("app");
  application->name = g_strdup (name);
  application->kind = g_strdup ("web");
  application->enabled = TRUE;
  application->created_at = NOW;
  return application;
}

void
storage_kit_grow_log (PosternTxn *txn, gint64 from, gint64 size, GError **error)
{
  g_autoptr (PosternAuditTree) tree = postern_audit_tree_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  tree->name = g_strdup ("log");
  tree->size = size;
  tree->nodes = g_strdup ("");
  tree->chain = g_strdup ("");
  g_assert_true (postern_audit_chain_store_grow (txn, tree, from, none, error));
}

PosternWebhook *
storage_kit_new_webhook (void)
{
  PosternWebhook *webhook = postern_webhook_new ();

  webhook->id = postern_id_new ("whk");
  webhook->url = g_strdup ("https://hooks.example/");
  webhook->events = g_variant_ref_sink (g_variant_new_parsed ("[<'*'>]"));
  webhook->enabled = TRUE;
  webhook->created_at = webhook->updated_at = NOW;
  return webhook;
}

PosternSession *
storage_kit_new_session (const char *user_id)
{
  PosternSession *session = postern_session_new ();

  session->id = postern_id_new ("ses");
  session->secret_hash = postern_secret_new ();
  session->user_id = g_strdup (user_id);
  session->amr = g_strdup ("pwd");
  session->auth_time = session->created_at = session->used_at = NOW;
  session->idle_expires_at = NOW + 3600;
  session->expires_at = NOW + 36000;
  return session;
}

PosternGrant *
storage_kit_new_grant (const char *user_id, const char *application_id, const char *session_id)
{
  PosternGrant *grant = postern_grant_new ();

  grant->id = postern_id_new ("gnt");
  grant->user_id = g_strdup (user_id);
  grant->application_id = g_strdup (application_id);
  grant->session_id = g_strdup (session_id);
  grant->scope = g_strdup ("openid email");
  grant->created_at = NOW;
  return grant;
}

/* --- the program ------------------------------------------------------------------------------------------------ */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "module", 0, 0, G_OPTION_ARG_FILENAME, &module_file, "The driver's module", "FILE" },
    { "new-location", 0, 0, G_OPTION_ARG_STRING, &new_location, "Prints a new place for a database; a temporary folder unless given", "COMMAND" },
    { "child", 0, 0, G_OPTION_ARG_FILENAME, &child_location, "Write until killed (the kit starts this itself)", "FOLDER" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- what any storage driver must do");
  g_autoptr (GError) error = NULL;
  int result;

  program = g_strdup (argv[0]);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  g_option_context_add_main_entries (context, entries, NULL);
  /* The variables are for the copies of itself that a test of a crash starts. */
  if (g_option_context_parse (context, &argc, &argv, &error) && module_file == NULL)
    {
      module_file = g_strdup (g_getenv ("POSTERN_STORAGE_MODULE"));
      new_location = g_strdup (g_getenv ("POSTERN_STORAGE_NEW_LOCATION"));
    }
  if (error != NULL || module_file == NULL)
    {
      g_printerr ("storage-kit: %s\n", error ? error->message : "--module FILE is missing");
      return 2;
    }
  g_setenv ("POSTERN_STORAGE_MODULE", module_file, TRUE);
  if (new_location != NULL)
    g_setenv ("POSTERN_STORAGE_NEW_LOCATION", new_location, TRUE);
  driver_type = load_driver ();
  storage_apart_watch (driver_type);
  locations = g_ptr_array_new_with_free_func (g_free);
  if (child_location != NULL)
    return storage_together_child (child_location);
  g_test_init (&argc, &argv, NULL);
  storage_organizations_add_tests ();
  storage_joins_add_tests ();
  storage_many_add_tests ();
  storage_people_add_tests ();
  storage_copy_add_tests ();
  storage_tokens_add_tests ();
  storage_rest_add_tests ();
  storage_audit_add_tests ();
  storage_purge_add_tests ();
  storage_roles_add_tests ();
  storage_seal_add_tests ();
  storage_tenants_add_tests ();
  storage_sinks_add_tests ();
  storage_webhooks_add_tests ();
  storage_together_add_tests ();
  storage_apart_add_tests ();
  result = g_test_run ();
  for (guint i = 0; i < locations->len; i++)
    remove_tree (locations->pdata[i]);
  storage_apart_clear ();
  g_ptr_array_unref (locations);
  g_free (shared_location);
  g_free (program);
  return result;
}
