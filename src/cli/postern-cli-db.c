/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "postern-database.h"
#include "postern-registry.h"
#include "postern-seal.h"
#include "postern-store-copy.h"
#include "postern-stores.h"
#include "postern-tenant-directory.h"

/* The database itself, and not the server: for what its role may not do, or must not do while it serves. */

static PosternRegistry *
open_registry (PosternConfig *config)
{
  PosternRegistry *registry = postern_registry_new (postern_config_get_strv (config, "paths.plugins"));

  postern_registry_scan (registry);
  return registry;
}

/* One more each time. (transfer none) (nullable) */
static PosternDatabase *
open_driver (PosternRegistry *registry, const char *type, GError **error)
{
  static guint n;
  g_autofree char *id = g_strdup_printf ("%s-%u", type, n++);

  return (PosternDatabase *) postern_registry_add_instance (registry, type, id, NULL, error);
}

/* --- migrate ------------------------------------------------------------------------------------------------------------------ */

/* As the role that serves: whether it may use what is there shows when it opens it. */
static gboolean
check_serving (PosternRegistry *registry, const char *type, const char *location, GError **error)
{
  PosternDatabase *database = open_driver (registry, type, error);

  if (database != NULL && postern_store_bring_up_to_date (database, location, error))
    return TRUE;
  g_prefix_error (error, "the tables are up to date, but with database.location they cannot be used: ");
  return FALSE;
}

static gboolean
run_migrate (PosternCliCall *call, GError **error)
{
  const char *as = postern_cli_call_get_value (call, "as");
  PosternConfig *config = postern_cli_call_get_config (call, error);
  const char *type = config ? postern_config_get_string (config, "database.type") : NULL;
  const char *location = config ? postern_config_get_string (config, "database.location") : NULL;
  g_autoptr (PosternRegistry) registry = NULL;
  PosternDatabase *database;

  if (config == NULL)
    return FALSE;
  registry = open_registry (config);
  database = open_driver (registry, type, error);
  if (database == NULL)
    return FALSE;
  if (POSTERN_DATABASE_GET_CLASS (database)->migrate == NULL) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "a database of type %s is brought up to date by the server itself, when it starts", type);
    return FALSE;
  }
  if (!postern_store_bring_up_to_date (database, as ? as : location, error) || (as && !check_serving (registry, type, location, error)))
    return FALSE;
  g_print ("The tables are those of this release.\n");
  return TRUE;
}

/* --- move --------------------------------------------------------------------------------------------------------------------- */

#define OWN_FOLDER "tenants" /* where the tenants beside the default one are, in files */

typedef struct {
  PosternRegistry *registry;
  GBytes *master_key;
  const char *tenant;
  const char *home, *from, *to; /* where the default tenant is, and with it the list of the others; where this one is; where it goes */
} Move;

/* A server that uses that folder would go on changing what is copied. The lock goes with the process. */
static gboolean
lock_data_dir (PosternConfig *config, GError **error)
{
  g_autofree char *path = g_build_filename (postern_config_get_string (config, "server.data-dir"), "posternd.lock", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);

  if (fd < 0 && errno == ENOENT)
    return TRUE; /* no server was ever there */
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s: %s", path,
               fd >= 0 ? "a server uses this folder; stop it, and all that share the database" : g_strerror (errno));
  return FALSE;
}

/* @place: a URL, or a folder of files */
static const char *
get_type (const char *place)
{
  return strstr (place, "://") != NULL ? "postgresql" : "sqlite";
}

static PosternStore *
open_store (const Move *self, const char *place, const char *tenant, GError **error)
{
  const char *type = get_type (place);
  gboolean is_own = g_str_equal (type, "sqlite") && !g_str_equal (tenant, POSTERN_TENANT_DEFAULT);
  PosternDatabase *database = open_driver (self->registry, type, error);
  g_autofree char *location = is_own ? g_build_filename (place, OWN_FOLDER, NULL) : g_strdup (place);

  return database ? postern_store_open (database, self->master_key, location, tenant, error) : NULL;
}

static gboolean
find_tenant (PosternTxn *txn, gpointer slug, GError **error)
{
  g_autoptr (PosternTenantRecord) found = postern_tenant_store_get (txn, slug, error);

  return found != NULL;
}

/* What is not in the directory has no store, and looking for it would make one. */
static gboolean
check_tenant (const Move *self, GError **error)
{
  g_autoptr (PosternStore) directory = NULL;

  if (g_str_equal (self->tenant, POSTERN_TENANT_DEFAULT))
    return TRUE;
  directory = open_store (self, self->home, POSTERN_TENANT_DEFAULT, error);
  return directory != NULL && postern_store_read (directory, POSTERN_KEEP_LASTING, find_tenant, (gpointer) self->tenant, error);
}

static GPtrArray *
copy (const Move *self, GError **error)
{
  const char *const places[] = { self->home, self->from, self->to };
  g_autoptr (PosternStore) source = NULL, target = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) /* the modules first: an open store has threads */
    if (!open_driver (self->registry, get_type (places[i]), error))
      return NULL;
  if (!check_tenant (self, error))
    return NULL;
  source = open_store (self, self->from, self->tenant, error);
  target = source ? open_store (self, self->to, self->tenant, error) : NULL;
  return target ? postern_store_copy (source, target, error) : NULL;
}

static void
print_copied (PosternCliCall *call, GPtrArray *copied)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) answer = NULL;

  for (guint i = 0; i < copied->len; i++) {
    const PosternStoreCopied *one = copied->pdata[i];

    g_variant_builder_add_parsed (&items, "{'table': <%s>, 'rows': <%x>, 'checksum': <%s>}", one->table, one->rows, one->checksum);
  }
  answer = g_variant_ref_sink (g_variant_new_parsed ("{'items': <%@aa{sv}>}", g_variant_builder_end (&items)));
  postern_cli_print_answer (call, answer);
}

static const char *
get_home (PosternConfig *config)
{
  const char *location = postern_config_get_string (config, "database.location");

  return location && *location ? location : postern_config_get_string (config, "server.data-dir");
}

/* @move: (inout): what was typed; FALSE where that says nothing that can be done */
static gboolean
read_places (PosternCliCall *call, Move *move, GError **error)
{
  const char *from = postern_cli_call_get_value (call, "from");

  move->tenant = postern_cli_call_get_operand (call, 0);
  move->from = from ? from : move->home;
  move->to = postern_cli_call_get_value (call, "to");
  if (move->to != NULL && !g_str_equal (move->to, move->from))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "where to? Name another place with --to: a URL of PostgreSQL, or a folder");
  return FALSE;
}

static gboolean
run_move (PosternCliCall *call, GError **error)
{
  PosternConfig *config = postern_cli_call_get_config (call, error);
  Move move = { .home = config ? get_home (config) : NULL };
  g_autoptr (PosternRegistry) registry = NULL;
  g_autoptr (GBytes) master_key = NULL;
  g_autoptr (GPtrArray) copied = NULL;

  if (config == NULL || !read_places (call, &move, error) || !lock_data_dir (config, error))
    return FALSE;
  master_key = postern_master_key_load (postern_config_get_string (config, "database.master-key"), error);
  if (master_key == NULL)
    return FALSE;
  move.registry = registry = open_registry (config);
  move.master_key = master_key;
  copied = copy (&move, error);
  if (copied == NULL)
    return FALSE;
  print_copied (call, copied);
  return TRUE;
}

static const PosternCliOption move_options[] = {
  { "to", POSTERN_CLI_STRING, NULL, "URL|FOLDER", "Where it shall be: a PostgreSQL database, or a folder for SQLite" },
  { "from", POSTERN_CLI_STRING, NULL, "URL|FOLDER", "Where it is; where the default tenant is, when not given" },
  { NULL },
};

static const PosternCliOption migrate_options[] = {
  { "as", POSTERN_CLI_STRING, NULL, "URL", "The database as the role that owns the tables; database.location when not given" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "migrate", NULL, "Brings the tables of a PostgreSQL database up to date; needs no server.", NULL, NULL, NULL, migrate_options, run_migrate },
  { "move", "TENANT", "Copies what a tenant keeps to another database and compares both; the servers must be stopped.", NULL, NULL, "table rows checksum", move_options, run_move },
  { NULL },
};

const PosternCliNoun postern_cli_db = { "db", "What the server keeps its data in.", commands };
