/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

#include "postern-database.h"
#include "postern-registry.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/** PosternCliDbPlace: a database, as its driver knows it. */
typedef struct {
  const char *type;
  char *location;
} PosternCliDbPlace;

/** PosternCliDbJob: what is done to one tenant while no server runs. Zeroed, then begun. */
typedef struct {
  PosternConfig *config;
  PosternRegistry *registry;
  GBytes *master_key;
  const char *tenant;
  PosternCliDbPlace home; /* where the default tenant is, and with it the list of the others */
} PosternCliDbJob;

void postern_cli_db_job_clear (PosternCliDbJob *self);
/** postern_cli_db_job_begin: the server is away until this process ends, and the key and the drivers are at hand. @self: has its configuration and its tenant */
gboolean postern_cli_db_job_begin (PosternCliDbJob *self, GError **error);
/** postern_cli_db_job_make_place: @text: a URL, or a folder of files, in which tenants beside the default one have a folder of their own */
PosternCliDbPlace postern_cli_db_job_make_place (const char *text, const char *tenant);
/** postern_cli_db_job_find_region: @region: "": where the default tenant is. @place: what it held is freed. FALSE: it is not configured */
gboolean postern_cli_db_job_find_region (const PosternCliDbJob *self, const char *region, PosternCliDbPlace *place, GError **error);
/** postern_cli_db_job_open_store: (transfer full) (nullable) */
PosternStore *postern_cli_db_job_open_store (const PosternCliDbJob *self, const PosternCliDbPlace *place, const char *tenant, GError **error);
/**
 * postern_cli_db_job_compare_places: whether both are one, however they are called: of folders by the file system, of servers by what is written at one and read at
 * the other. Their drivers are open. @same: (out). FALSE: one of them could not be asked
 */
gboolean postern_cli_db_job_compare_places (const PosternCliDbJob *self, const PosternCliDbPlace *one, const PosternCliDbPlace *other, gboolean *same, GError **error);
/**
 * postern_cli_db_job_check_alone: whether no server, on whatever machine, works with the store of @tenant at @place. Takes some seconds where one has not said
 * that it is leaving. POSTERN_ERROR_FAILED: one does
 */
gboolean postern_cli_db_job_check_alone (const PosternCliDbJob *self, const PosternCliDbPlace *place, const char *tenant, GError **error);
/** postern_cli_db_job_erase: all that @place keeps of the tenant goes, for ever */
gboolean postern_cli_db_job_erase (const PosternCliDbJob *self, const PosternCliDbPlace *place, GError **error);
/** postern_cli_db_job_read_directory: in one transaction of the default tenant's store */
gboolean postern_cli_db_job_read_directory (const PosternCliDbJob *self, PosternTxnFunc func, gpointer user_data, GError **error);
gboolean postern_cli_db_job_write_directory (const PosternCliDbJob *self, PosternTxnFunc func, gpointer user_data, GError **error);
/** postern_cli_db_job_load_tenant: what is not in the directory has no store, and looking for it would make one. (transfer full) (nullable) */
PosternTenantRecord *postern_cli_db_job_load_tenant (const PosternCliDbJob *self, GError **error);
/** postern_cli_db_job_make_region: as the API shows it. @region: (nullable): where the installation itself lies, which has no name. (floating) */
GVariant *postern_cli_db_job_make_region (const char *region);
/** postern_cli_db_job_append_audit: the log of the default tenant says it, as it says what the API does to tenants. @data: floating is sunk */
gboolean postern_cli_db_job_append_audit (PosternTxn *txn, const PosternCliDbJob *self, const char *event, GVariant *data, GError **error);

/** postern_cli_db_job_open_registry: the plugins of the configuration. (transfer full) */
PosternRegistry *postern_cli_db_job_open_registry (PosternConfig *config);
/** postern_cli_db_job_open_driver: one more each time. (transfer none) (nullable) */
PosternDatabase *postern_cli_db_job_open_driver (PosternRegistry *registry, const char *type, GError **error);

/** postern_cli_db_move_run: `postern db move` */
gboolean postern_cli_db_move_run (PosternCliCall *call, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternCliDbJob, postern_cli_db_job_clear)

G_END_DECLS
