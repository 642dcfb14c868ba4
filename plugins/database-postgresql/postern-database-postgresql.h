/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database.h"

G_BEGIN_DECLS

/**
 * PosternDatabasePostgresql: the storage driver for a PostgreSQL server, which several nodes may share.
 *
 * All tenants of a URL are rows of the same tables: each row carries its tenant, and row-level security lets a transaction see and
 * write those of its own tenant alone (postern-postgresql-work.c). They share one pool of connections (postern-postgresql-pool.c).
 */
#define POSTERN_TYPE_DATABASE_POSTGRESQL (postern_database_postgresql_get_type ())
G_DECLARE_FINAL_TYPE (PosternDatabasePostgresql, postern_database_postgresql, POSTERN, DATABASE_POSTGRESQL, PosternDatabase)

G_END_DECLS
