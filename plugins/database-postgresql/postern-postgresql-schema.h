/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-postgresql-work.h"

G_BEGIN_DECLS

/**
 * postern_postgresql_schema_migrate: runs @func, which brings one of the two schemas (`postern`, `postern_short`) up to date, once a pool; of
 * several processes one does it while the others wait. Before and after it, what keeps tenants apart is checked: a role that row-level
 * security does not bind, or a table without it, is POSTERN_ERROR_CONFIG.
 */
gboolean postern_postgresql_schema_migrate (PosternPostgresqlPool *pool, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error);
/** postern_postgresql_schema_erase: all rows of @tenant, in every table that there is, in one transaction; however long that takes. */
gboolean postern_postgresql_schema_erase (PosternPostgresqlPool *pool, const char *tenant, GError **error);

G_END_DECLS
