/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-postgresql-schema.h"

#include "postern-error.h"

typedef struct {
  PosternKeep keep;
  PosternTransactionFunc func;
  gpointer user_data;
  gboolean owns;
} Migration;

/* The number is ours alone, and who waits for it waits as long as it takes. A standby and a read-only server take all this, too. */
static const char *const begin[] = {
  "SET LOCAL lock_timeout = 0",
  "SELECT pg_advisory_xact_lock (5788054)",
  NULL,
};

#define MIGRATIONS "migrations (number bigint PRIMARY KEY, name text COLLATE \"C\" NOT NULL, applied_at bigint NOT NULL)"

static const struct {
  const char *name, *enter;
  const char *const make[3];
} schemas[] = {
  [POSTERN_KEEP_LASTING] = { "postern", "SET LOCAL search_path = postern", { "CREATE SCHEMA postern", "CREATE TABLE postern." MIGRATIONS } },
  [POSTERN_KEEP_SHORT] = { "postern_short", "SET LOCAL search_path = postern_short, postern",
                           { "CREATE SCHEMA postern_short", "CREATE TABLE postern_short." MIGRATIONS } },
};

static gboolean
run_all (PosternTransaction *transaction, const char *const *statements, GError **error)
{
  for (; *statements != NULL; statements++)
    if (postern_postgresql_work_execute (transaction, *statements, NULL, 0, error) < 0)
      return FALSE;
  return TRUE;
}

/* Returns: FALSE with @error; @found: (transfer full) (nullable): the first row's text */
static gboolean
find (PosternTransaction *transaction, const char *sql, char **found, GError **error)
{
  PosternRows *rows = postern_postgresql_work_query (transaction, sql, NULL, 0, error);

  if (rows == NULL)
    return FALSE;
  *found = PQntuples (rows->result) > 0 ? g_strdup (PQgetvalue (rows->result, 0, 0)) : NULL;
  PQclear (rows->result);
  g_free (rows);
  return TRUE;
}

static gboolean
check_role (PosternTransaction *transaction, GError **error)
{
  g_autofree char *role = NULL;

  if (!find (transaction, "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)", &role, error))
    return FALSE;
  if (role != NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "the role “%s” sees the rows of all tenants; connect as one that is no superuser and has no BYPASSRLS", role);
  return role == NULL;
}

/* Whoever is told that something is done must find it done after a power cut. */
static gboolean
check_durable (PosternTransaction *transaction, GError **error)
{
  g_autofree char *off = NULL;

  if (!find (transaction, "SELECT 'off' WHERE 'off' IN (current_setting ('synchronous_commit'), current_setting ('fsync'))", &off, error))
    return FALSE;
  if (off != NULL)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                         "the database forgets in a power cut what it said was done; turn on its synchronous_commit and fsync");
  return off == NULL;
}

static gboolean
check_tables (PosternTransaction *transaction, GError **error)
{
  static const char sql[] = "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                            "WHERE n.nspname IN ('postern', 'postern_short') AND c.relkind IN ('r', 'p') AND c.relname <> 'migrations' "
                            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity) LIMIT 1";
  g_autofree char *table = NULL;

  if (!find (transaction, sql, &table, error))
    return FALSE;
  if (table != NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "the table %s does not keep tenants apart: ALTER TABLE … FORCE ROW LEVEL SECURITY, or restore a backup", table);
  return table == NULL;
}

/* Whoever serves may be another role than the one that the tables belong to. @owns: (out) */
static gboolean
enter (PosternTransaction *transaction, PosternKeep keep, gboolean *owns, GError **error)
{
  g_autofree char *has = g_strdup_printf ("SELECT nspname FROM pg_namespace WHERE nspname = '%s'", schemas[keep].name);
  g_autofree char *may = g_strdup_printf ("SELECT nspname FROM pg_namespace WHERE nspname = '%s' AND has_schema_privilege (oid, 'CREATE')", schemas[keep].name);
  g_autofree char *there = NULL, *own = NULL;

  if (!find (transaction, has, &there, error) || (there == NULL && !run_all (transaction, schemas[keep].make, error)) || !find (transaction, may, &own, error)
      || postern_postgresql_work_execute (transaction, schemas[keep].enter, NULL, 0, error) < 0)
    return FALSE;
  *owns = own != NULL;
  return TRUE;
}

static gboolean
run_migration (PosternTransaction *transaction, gpointer user_data, GError **error)
{
  Migration *migration = user_data;

  migration->owns = FALSE;
  return check_role (transaction, error) && check_durable (transaction, error) && run_all (transaction, begin, error)
         && enter (transaction, migration->keep, &migration->owns, error) && migration->func (transaction, migration->user_data, error)
         && check_tables (transaction, error);
}

/* The server's own words would leave open what is to be done. */
static gboolean
explain (const Migration *migration, GError *problem, GError **error)
{
  if (migration->owns || !g_error_matches (problem, POSTERN_ERROR, POSTERN_ERROR_FAILED))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
               "the tables are missing, or of an older release, and the role that serves may not change them: run `postern db migrate --as URL` as the one that owns them (%s)",
               problem->message);
  g_error_free (problem);
  return FALSE;
}

gboolean
postern_postgresql_schema_migrate (PosternPostgresqlPool *pool, PosternKeep keep, PosternTransactionFunc func, gpointer user_data, GError **error)
{
  Migration migration = { keep, func, user_data, FALSE };
  PosternPostgresqlWork work = { pool, POSTERN_POSTGRESQL_WORK_PATIENT, "" };
  GError *problem = NULL;
  gboolean done;

  g_mutex_lock (&pool->migrating);
  done = pool->migrated[keep] || postern_postgresql_work_run (&work, run_migration, &migration, &problem) || explain (&migration, problem, error);
  if (done && pool->listener == NULL)
    done = postern_postgresql_pool_listen (pool, error);
  pool->migrated[keep] = done;
  g_mutex_unlock (&pool->migrating);
  return done;
}

/* --- the end of a tenant -------------------------------------------------------------------------------------------- */

#define FIND_TABLES                                                                                                                                  \
  "SELECT format ('DELETE FROM %I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                          \
  "WHERE n.nspname IN ('postern', 'postern_short') AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migrations' ORDER BY 1"

/* The statements name no tenant: row-level security does, as for all that is asked. References go with what they refer to. */
static gboolean
erase_all (PosternTransaction *transaction, gpointer user_data, GError **error)
{
  PosternRows *rows = postern_postgresql_work_query (transaction, FIND_TABLES, NULL, 0, error);
  gboolean done = TRUE;

  for (int i = 0; rows != NULL && done && i < PQntuples (rows->result); i++)
    done = postern_postgresql_work_execute (transaction, PQgetvalue (rows->result, i, 0), NULL, 0, error) >= 0;
  done = done && rows != NULL;
  if (rows != NULL)
    PQclear (rows->result);
  g_free (rows);
  return done;
}

gboolean
postern_postgresql_schema_erase (PosternPostgresqlPool *pool, const char *tenant, GError **error)
{
  PosternPostgresqlWork work = { pool, POSTERN_POSTGRESQL_WORK_PATIENT, tenant };

  return postern_postgresql_work_run (&work, erase_all, NULL, error);
}
