/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-database-postgresql.h"

#include <string.h>

#include "postern-error.h"
#include "postern-stores.h"
#include "postern-txn.h"

/* For tests that `tests/lib/postgresql run` has started: its server, and stores there. */

#define FIXTURE_POSTGRESQL_NOW 1800000000

static const char *fixture_postgresql_server, *fixture_postgresql_tool;

static inline void
fixture_postgresql_find (void)
{
  fixture_postgresql_server = g_getenv ("POSTERN_TEST_POSTGRESQL");
  fixture_postgresql_tool = g_getenv ("POSTERN_TEST_POSTGRESQL_TOOL");
}

/* (transfer full): what tests/lib/postgresql says */
static inline char *
fixture_postgresql_ask (const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL, *command = NULL;
  char *answer = NULL;
  va_list list;
  int status;

  va_start (list, format);
  words = g_strdup_vprintf (format, list);
  va_end (list);
  command = g_strdup_printf ("%s %s", fixture_postgresql_tool, words);
  g_spawn_command_line_sync (command, &answer, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
  return g_strchomp (answer);
}

static inline void
fixture_postgresql_run_as_superuser (const char *url, const char *sql)
{
  g_autofree char *name = g_strndup (strstr (url, "@/") + 2, strcspn (strstr (url, "@/") + 2, "?"));
  g_autofree char *quoted = g_shell_quote (sql);

  g_free (fixture_postgresql_ask ("psql %s -d %s -c %s", fixture_postgresql_server, name, quoted));
}

static inline PosternStore *
fixture_postgresql_open_store (const char *url, const char *tenant, GError **error)
{
  g_autoptr (PosternDatabase) database = g_object_new (POSTERN_TYPE_DATABASE_POSTGRESQL, NULL);
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);

  return postern_store_open (database, key, url, tenant, error);
}

static inline PosternStore *
fixture_postgresql_must_open (const char *url, const char *tenant)
{
  g_autoptr (GError) error = NULL;
  PosternStore *store = fixture_postgresql_open_store (url, tenant, &error);

  g_assert_no_error (error);
  return store;
}

static inline gboolean
fixture_postgresql_put (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_setting_store_put (txn, data, g_variant_new_string ("x"), FIXTURE_POSTGRESQL_NOW, error);
}

static inline gboolean
fixture_postgresql_get (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GVariant) value = postern_setting_store_get (txn, data, error);

  return value != NULL;
}

static inline gboolean
fixture_postgresql_write_one (PosternStore *store, GError **error)
{
  return postern_store_write (store, POSTERN_KEEP_LASTING, fixture_postgresql_put, (gpointer) "policy", error);
}

static inline void
fixture_postgresql_must_write (PosternStore *store)
{
  g_autoptr (GError) error = NULL;

  fixture_postgresql_write_one (store, &error);
  g_assert_no_error (error);
}
