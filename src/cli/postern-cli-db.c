/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include "postern-database.h"
#include "postern-registry.h"
#include "postern-store.h"

/* The database itself, and not the server: for what its role may not do, or must not do while it serves. */

static PosternDatabase *
open_driver (PosternRegistry *registry, const char *type, GError **error)
{
  return (PosternDatabase *) postern_registry_add_instance (registry, type, type, NULL, error);
}

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
  registry = postern_registry_new (postern_config_get_strv (config, "paths.plugins"));
  postern_registry_scan (registry);
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

static const PosternCliOption migrate_options[] = {
  { "as", POSTERN_CLI_STRING, NULL, "URL", "The database as the role that owns the tables; database.location when not given" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "migrate", NULL, "Brings the tables of a PostgreSQL database up to date; needs no server.", NULL, NULL, NULL, migrate_options, run_migrate },
  { NULL },
};

const PosternCliNoun postern_cli_db = { "db", "What the server keeps its data in.", commands };
