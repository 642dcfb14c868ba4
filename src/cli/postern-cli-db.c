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

/* A database, as its driver knows it. */
typedef struct {
  const char *type;
  char *location;
} Place;

typedef struct {
  PosternConfig *config;
  PosternRegistry *registry;
  GBytes *master_key;
  const char *tenant;
  const char *region; /* (nullable): what the directory shall say then */
  Place home, from, to; /* where the default tenant is, and with it the list of the others; where this one is; where it goes */
} Move;

static void
move_clear (Move *self)
{
  g_clear_object (&self->registry);
  g_clear_pointer (&self->master_key, g_bytes_unref);
  g_free (self->home.location);
  g_free (self->from.location);
  g_free (self->to.location);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Move, move_clear)

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

/* @text: a URL, or a folder of files, in which tenants beside the default one have a folder of their own */
static Place
make_place (const char *text, const char *tenant)
{
  if (strstr (text, "://") != NULL)
    return (Place){ "postgresql", g_strdup (text) };
  return (Place){ "sqlite", g_str_equal (tenant, POSTERN_TENANT_DEFAULT) ? g_strdup (text) : g_build_filename (text, OWN_FOLDER, NULL) };
}

static const char *
get_home (PosternConfig *config)
{
  const char *location = postern_config_get_string (config, "database.location");

  return location && *location ? location : postern_config_get_string (config, "server.data-dir");
}

/* @region: "": where the default tenant is. FALSE: it is not configured */
static gboolean
find_region (const Move *self, const char *region, Place *place, GError **error)
{
  const PosternConfigStore *store = *region ? postern_config_find_store (self->config, region) : NULL;

  if (*region && store == NULL)
    return postern_cli_call_wrong (error, "there is no [store %s] in the configuration", region);
  g_free (place->location);
  *place = store ? (Place){ postern_config_store_get_type (store), g_strdup (store->url) } : make_place (get_home (self->config), self->tenant);
  return TRUE;
}

static PosternStore *
open_store (const Move *self, const Place *place, const char *tenant, GError **error)
{
  PosternDatabase *database = open_driver (self->registry, place->type, error);

  return database ? postern_store_open (database, self->master_key, place->location, tenant, error) : NULL;
}

/* What is done in the directory, in one transaction. */
typedef struct {
  const Move *move;
  PosternTenantRecord *tenant;
} Change;

static gboolean
find_tenant (PosternTxn *txn, gpointer user_data, GError **error)
{
  Change *self = user_data;

  g_clear_pointer (&self->tenant, postern_tenant_record_unref);
  self->tenant = postern_tenant_store_get (txn, self->move->tenant, error);
  return self->tenant != NULL;
}

/* What is not in the directory has no store, and looking for it would make one. (transfer full) (nullable) */
static PosternTenantRecord *
load_tenant (const Move *self, GError **error)
{
  g_autoptr (PosternStore) directory = open_store (self, &self->home, POSTERN_TENANT_DEFAULT, error);
  Change change = { self, NULL };

  if (directory == NULL || !postern_store_read (directory, POSTERN_KEEP_LASTING, find_tenant, &change, error))
    return NULL;
  return change.tenant;
}

/* As the API shows it. @region: (nullable): where the installation itself lies, which has no name. (floating) */
static GVariant *
make_region (const char *region)
{
  return region && *region ? g_variant_new_parsed ("<{'region': %v}>", g_variant_new_string (region)) : g_variant_new_parsed ("<@a{sv} {}>");
}

/* The log of the default tenant says it, as it says what the API does to tenants. @data: floating is sunk */
static gboolean
append_audit (PosternTxn *txn, const Move *self, const char *event, GVariant *data, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new (event, "local administrator", self->tenant);

  audit->request_id = postern_id_new ("req"); /* the command is one of its own */
  g_clear_pointer (&audit->data, g_variant_unref);
  audit->data = g_variant_ref_sink (data);
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
set_region (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Move *self = user_data;
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_store_get (txn, self->tenant, error);
  g_autoptr (GVariant) data = NULL;

  if (tenant == NULL)
    return FALSE;
  data = g_variant_ref_sink (g_variant_new_parsed ("{'members': <['region']>, 'before': %v, 'after': %v}", make_region (tenant->region), make_region (self->region)));
  g_free (tenant->region);
  tenant->region = g_strdup (self->region);
  tenant->updated_at = g_get_real_time () / G_USEC_PER_SEC;
  return postern_tenant_store_update (txn, tenant, error) && append_audit (txn, self, "tenant.changed", data, error);
}

static gboolean
write_directory (Move *self, PosternTxnFunc func, GError **error)
{
  g_autoptr (PosternStore) directory = open_store (self, &self->home, POSTERN_TENANT_DEFAULT, error);

  return directory != NULL && postern_store_write (directory, POSTERN_KEEP_LASTING, func, self, error);
}

/* The modules first: an open store has threads. */
static gboolean
open_drivers (const Move *self, GError **error)
{
  const char *const types[] = { self->home.type, self->from.type, self->to.type };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i] && !open_driver (self->registry, types[i], error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
copy (const Move *self, GError **error)
{
  g_autoptr (PosternStore) source = open_store (self, &self->from, self->tenant, error);
  g_autoptr (PosternStore) target = source ? open_store (self, &self->to, self->tenant, error) : NULL;

  return target ? postern_store_copy (source, target, error) : NULL;
}

/* The old region must keep nothing of it: that is what regions are for. */
static gboolean
erase_source (const Move *self, GError **error)
{
  PosternDatabase *database = open_driver (self->registry, self->from.type, error);

  if (database != NULL && postern_store_erase (database, self->from.location, self->tenant, error))
    return TRUE;
  g_prefix_error (error, "it was moved, and what was left where it was could not be erased: ");
  return FALSE;
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

static gboolean
refuse_places (GError **error)
{
  return postern_cli_call_wrong (error, "where to? Name another place: with --to a URL of PostgreSQL or a folder, or with --to-region a store of the configuration");
}

/* What was typed, before anything is opened. */
static gboolean
check_options (PosternCliCall *call, const Move *self, GError **error)
{
  if ((postern_cli_call_get_value (call, "to") == NULL) == (self->region == NULL))
    return refuse_places (error);
  if (self->region && g_str_equal (self->tenant, POSTERN_TENANT_DEFAULT))
    return postern_cli_call_wrong (error, "the default tenant is in no region: move it with --to, and set [database] location");
  return TRUE;
}

/* The server is away, and the key and the drivers are at hand. @self: (out): but for `region` */
static gboolean
begin (PosternCliCall *call, Move *self, GError **error)
{
  if (!lock_data_dir (self->config, error))
    return FALSE;
  self->master_key = postern_master_key_load (postern_config_get_string (self->config, "database.master-key"), error);
  if (self->master_key == NULL)
    return FALSE;
  self->registry = open_registry (self->config);
  self->home = make_place (get_home (self->config), POSTERN_TENANT_DEFAULT);
  return TRUE;
}

/* Where it is, unless it was said: where its region says. */
static gboolean
find_places (PosternCliCall *call, Move *self, GError **error)
{
  const char *from = postern_cli_call_get_value (call, "from"), *to = postern_cli_call_get_value (call, "to");
  gboolean is_default = g_str_equal (self->tenant, POSTERN_TENANT_DEFAULT);
  g_autoptr (PosternTenantRecord) tenant = NULL;

  if (!open_drivers (self, error))
    return FALSE;
  tenant = is_default ? NULL : load_tenant (self, error);
  if (!is_default && tenant == NULL)
    return FALSE;
  if (from)
    self->from = make_place (from, self->tenant);
  else if (!find_region (self, tenant ? tenant->region : "", &self->from, error))
    return FALSE;
  if (to)
    self->to = make_place (to, self->tenant);
  else if (!find_region (self, self->region, &self->to, error))
    return FALSE;
  return !g_str_equal (self->from.location, self->to.location) || refuse_places (error);
}

static gboolean
run_move (PosternCliCall *call, GError **error)
{
  g_auto (Move) move = { .config = postern_cli_call_get_config (call, error), .tenant = postern_cli_call_get_operand (call, 0), .region = postern_cli_call_get_value (call, "to-region") };
  g_autoptr (GPtrArray) copied = NULL;

  if (move.config == NULL || !check_options (call, &move, error) || !begin (call, &move, error) || !find_places (call, &move, error) || !open_drivers (&move, error))
    return FALSE;
  copied = copy (&move, error);
  if (copied == NULL || (move.region && (!write_directory (&move, set_region, error) || !erase_source (&move, error))))
    return FALSE;
  print_copied (call, copied);
  return TRUE;
}

/* --- forget ------------------------------------------------------------------------------------------------------------------- */

static gboolean
drop_tenant (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Move *self = user_data;
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_store_get (txn, self->tenant, error);

  return tenant && postern_tenant_store_delete (txn, self->tenant, error) &&
         append_audit (txn, self, "tenant.deleted", g_variant_new_parsed ("{'before': %v}", make_region (tenant->region)), error);
}

static gboolean
confirm_forgetting (PosternCliCall *call, const PosternTenantRecord *tenant, GError **error)
{
  g_autofree char *question = g_strdup_printf ("The tenant %s leaves the list. What it keeps in the store “%s” is not erased: that is yours to do.", tenant->slug, tenant->region);

  return postern_cli_call_confirm (call, question, error);
}

static gboolean
run_forget (PosternCliCall *call, GError **error)
{
  g_auto (Move) move = { .config = postern_cli_call_get_config (call, error), .tenant = postern_cli_call_get_operand (call, 0) };
  g_autoptr (PosternTenantRecord) tenant = NULL;

  if (move.config == NULL || !begin (call, &move, error) || !open_drivers (&move, error))
    return FALSE;
  tenant = load_tenant (&move, error);
  if (tenant == NULL)
    return FALSE;
  if (*tenant->region == '\0' || postern_config_find_store (move.config, tenant->region) != NULL)
    return postern_cli_call_wrong (error, "its store is at hand, so that all of it can be erased: `postern tenant suspend %s`, then `postern tenant delete %s`", tenant->slug, tenant->slug);
  return confirm_forgetting (call, tenant, error) && write_directory (&move, drop_tenant, error);
}

static const PosternCliOption forget_options[] = { POSTERN_CLI_YES, { NULL } };

static const PosternCliOption move_options[] = {
  { "to", POSTERN_CLI_STRING, NULL, "URL|FOLDER", "Where it shall be: a PostgreSQL database, or a folder for SQLite; what is where it was stays" },
  { "to-region", POSTERN_CLI_STRING, NULL, "NAME", "The [store NAME] of the configuration where it shall live from now on, or '' for where the default tenant is; what was kept elsewhere is erased" },
  { "from", POSTERN_CLI_STRING, NULL, "URL|FOLDER", "Where it is; where its region says, when not given" },
  { NULL },
};

static const PosternCliOption migrate_options[] = {
  { "as", POSTERN_CLI_STRING, NULL, "URL", "The database as the role that owns the tables; database.location when not given" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "migrate", NULL, "Brings the tables of a PostgreSQL database up to date; needs no server.", NULL, NULL, NULL, migrate_options, run_migrate, .alone = TRUE },
  { "move", "TENANT", "Copies what a tenant keeps to another database and compares both; the servers must be stopped.", NULL, NULL, "table rows checksum", move_options, run_move, .alone = TRUE },
  { "forget", "TENANT", "Takes a tenant off the list whose region the configuration does not have any more; the servers must be stopped.", NULL, NULL, NULL, forget_options, run_forget, .alone = TRUE },
  { NULL },
};

const PosternCliNoun postern_cli_db = { "db", "What the server keeps its data in.", commands };
