/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-db-job.h"

#include "postern-tenant-directory.h"

/* The database itself, and not the server: for what its role may not do, or must not do while it serves. */

/* --- migrate ------------------------------------------------------------------------------------------------------------------ */

/* As the role that serves: whether it may use what is there shows when it opens it. */
static gboolean
check_serving (PosternRegistry *registry, const char *type, const char *location, GError **error)
{
  PosternDatabase *database = postern_cli_db_job_open_driver (registry, type, error);

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
  registry = postern_cli_db_job_open_registry (config);
  database = postern_cli_db_job_open_driver (registry, type, error);
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

/* --- forget ------------------------------------------------------------------------------------------------------------------- */

static gboolean
drop_tenant (PosternTxn *txn, gpointer user_data, GError **error)
{
  const PosternCliDbJob *self = user_data;
  g_autoptr (PosternTenantRecord) tenant = postern_tenant_store_get (txn, self->tenant, error);

  return tenant && postern_tenant_store_delete (txn, self->tenant, error) &&
         postern_cli_db_job_append_audit (txn, self, "tenant.deleted", g_variant_new_parsed ("{'before': %v}", postern_cli_db_job_make_region (tenant->region)), error);
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
  g_auto (PosternCliDbJob) job = { .config = postern_cli_call_get_config (call, error), .tenant = postern_cli_call_get_operand (call, 0) };
  g_autoptr (PosternTenantRecord) tenant = NULL;

  if (job.config == NULL || !postern_cli_db_job_begin (&job, error))
    return FALSE;
  if (!postern_cli_db_job_check_alone (&job, &job.home, POSTERN_TENANT_DEFAULT, error))
    return FALSE;
  tenant = postern_cli_db_job_load_tenant (&job, error);
  if (tenant == NULL)
    return FALSE;
  if (*tenant->region == '\0' || postern_config_find_store (job.config, tenant->region) != NULL)
    return postern_cli_call_wrong (error, "its store is at hand, so that all of it can be erased: `postern tenant suspend %s`, then `postern tenant delete %s`", tenant->slug, tenant->slug);
  return confirm_forgetting (call, tenant, error) && postern_cli_db_job_write_directory (&job, drop_tenant, &job, error);
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
  { "move", "TENANT", "Copies what a tenant keeps to another database and compares both; the servers must be stopped.", NULL, NULL, "table rows checksum", move_options, postern_cli_db_move_run, .alone = TRUE },
  { "forget", "TENANT", "Takes a tenant off the list whose region the configuration does not have any more; the servers must be stopped.", NULL, NULL, NULL, forget_options, run_forget, .alone = TRUE },
  { NULL },
};

const PosternCliNoun postern_cli_db = { "db", "What the server keeps its data in.", commands };
