/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the driver's tests share: stores in a folder of their own. */

#include "postern-database-sqlite.h"
#include "postern-stores.h"

/* (transfer full) */
static inline PosternStore *
postern_sqlite_test_store_open (const char *location, const char *tenant)
{
  g_autoptr (PosternDatabase) database = g_object_new (POSTERN_TYPE_DATABASE_SQLITE, NULL);
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GError) error = NULL;
  PosternStore *store = postern_store_open (database, key, location, tenant, &error);

  g_assert_no_error (error);
  return store;
}

static inline void
postern_sqlite_test_store_remove (const char *location)
{
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", location);

  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}
