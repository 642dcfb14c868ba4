/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"
#include "postern-instance-book.h"
#include "postern-registry.h"

G_BEGIN_DECLS

/**
 * postern_plugins_load: finds all plugins and makes all instances: those of the operator's files, and one, named after its
 * plugin, of each factor, protocol and sink that needs no setting. What could not be used is logged, one line each.
 * Values of such an instance come from the server's own settings when those have a group of the plugin's Id ("password.memory").
 * Before there are threads.
 * Returns: (transfer full)
 */
PosternRegistry *postern_plugins_load (PosternConfig *config);
/**
 * postern_plugins_load_for_tenant: the instances of the tenant @slug beside the default one: those that serve all, those of files that name it, and protocols of its own.
 * Any thread. (transfer full)
 */
PosternRegistry *postern_plugins_load_for_tenant (PosternRegistry *parent, PosternConfig *config, const char *slug);
/** postern_plugins_find_database: of @registry, of the driver @type; of a tenant's registry it is made. (transfer none) (nullable) POSTERN_ERROR_CONFIG */
PosternDatabase *postern_plugins_find_database (PosternRegistry *registry, PosternRegistry *parent, const char *type, GError **error);
/**
 * postern_plugins_open_book: makes the instances of the database, too, and logs what could not be used. For the default tenant before there are threads.
 * @config: (nullable): whose files have instances, which overrule the database's; other tenants have none
 * Returns: (transfer full) (nullable)
 */
PosternInstanceBook *postern_plugins_open_book (PosternRegistry *registry, PosternConfig *config, PosternStore *store, GError **error);

G_END_DECLS
