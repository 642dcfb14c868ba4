/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenants-private.h"

#include "postern-error.h"
#include "postern-tenant-directory.h"

#define WAIT 10 /* seconds that others may still be at work in a tenant */
#define PAUSE (20 * G_TIME_SPAN_MILLISECOND)

/* What is done to tenants beside their rows in the directory: a line in their own logs, and their end. */

/* Without the lock, while the tenant is closed and ours. */
typedef struct {
  PosternTenants *tenants;
  const char *slug;
  char *region;
  PosternAudit *audit; /* (nullable): to be written; else everything is to go */
} Job;

static gboolean
write_audit (PosternTxn *txn, gpointer audit, GError **error)
{
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
write_alone (PosternDatabase *database, const char *location, const Job *job, GError **error)
{
  g_autoptr (PosternStore) store = postern_store_open (database, job->tenants->common->master_key, location, job->slug, error);

  return store && postern_store_write (store, POSTERN_KEEP_LASTING, write_audit, job->audit, error);
}

static gboolean
run_job (const Job *job, GError **error)
{
  const PosternTenantCommon *common = job->tenants->common;
  g_autofree char *location = NULL, *type = NULL;
  g_autoptr (PosternRegistry) registry = NULL;
  PosternDatabase *database;

  if (!postern_tenants_directory_find_region (common->config, job->region, &location, &type, error))
    return FALSE;
  registry = postern_registry_new_for_tenant (common->registry, job->slug);
  database = postern_plugins_find_database (registry, common->registry, type, error);
  if (!database)
    return FALSE;
  return job->audit ? write_alone (database, location, job, error) : postern_store_erase (database, location, job->slug, error);
}

/* With the lock, which is let go meanwhile. */
static gboolean
run_busy (PosternTenantsEntry *entry, Job *job, GError **error)
{
  PosternTenants *self = entry->tenants;
  gboolean done;

  job->region = g_strdup (entry->region);
  entry->busy = TRUE;
  g_mutex_unlock (&self->lock);
  done = run_job (job, error);
  g_mutex_lock (&self->lock);
  entry->busy = FALSE;
  g_cond_broadcast (&self->changed);
  g_free (job->region);
  return done;
}

/* With the lock. Nobody opens or closes it now, and what it is open with holds and takes what is written. */
static gboolean
is_settled (PosternTenantsEntry *entry)
{
  if (entry->service && !entry->busy && !g_str_equal (entry->state, POSTERN_TENANT_ACTIVE))
    entry->is_stale = TRUE; /* open for reading: it is closed, so that we write ourselves */
  return !entry->busy && !(entry->service && entry->is_stale);
}

/* With the lock, which is let go meanwhile. (nullable) */
static PosternTenantsEntry *
find_settled (PosternTenants *self, const char *slug, GError **error)
{
  gint64 end = g_get_monotonic_time () + WAIT * G_TIME_SPAN_SECOND;
  PosternTenantsEntry *entry;

  while ((entry = g_hash_table_lookup (self->entries, slug)) && !is_settled (entry) && g_get_monotonic_time () < end) {
    g_cond_broadcast (&self->changed);
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + PAUSE);
  }
  if (entry && is_settled (entry))
    return entry;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "somebody is still at work there");
  return NULL;
}

gboolean
postern_tenants_change_note (PosternTenants *self, const char *slug, PosternAudit *audit, GError **error)
{
  Job job = { .tenants = self, .slug = slug, .audit = audit };
  g_autoptr (PosternTenantService) service = NULL;
  PosternTenantsEntry *entry;
  gboolean done = FALSE;

  postern_tenants_directory_refresh (self);
  g_mutex_lock (&self->lock);
  entry = find_settled (self, slug, error);
  if (entry && entry->service)
    service = g_object_ref (entry->service);
  else if (entry)
    done = run_busy (entry, &job, error);
  g_mutex_unlock (&self->lock);
  if (service)
    done = postern_store_write (postern_tenant_get_store (postern_tenant_service_get_tenant (service)), POSTERN_KEEP_LASTING, write_audit, audit, error);
  return done;
}

gboolean
postern_tenants_change_erase (PosternTenants *self, const char *slug, GError **error)
{
  Job job = { .tenants = self, .slug = slug };
  PosternTenantsEntry *entry;
  gboolean done = FALSE;

  postern_tenants_directory_refresh (self);
  if (!postern_tenants_close (self, slug, WAIT)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "somebody is still at work there");
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, slug);
  if (entry && !entry->busy)
    done = run_busy (entry, &job, error);
  g_mutex_unlock (&self->lock);
  return done;
}

/* --- the rows of those that were deleted -------------------------------------------------------------------------------------- */

static gboolean
delete_row (PosternTxn *txn, gpointer slug, GError **error)
{
  return postern_tenant_store_delete (txn, slug, error);
}

/* Another process may have been first. */
static gboolean
forget (PosternTenants *self, const char *slug, GError **error)
{
  g_autoptr (GError) local = NULL;

  return postern_store_write (self->directory, POSTERN_KEEP_LASTING, delete_row, (gpointer) slug, &local) || postern_store_pass_missing (&local, error);
}

/* (nullable) */
static PosternTenantsEntry *
find_deleted (PosternTenants *self)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (g_str_equal (entry->state, POSTERN_TENANT_DELETED) && !entry->is_gone && !entry->service && !entry->busy && entry->due_at <= now)
      return entry;
  }
  return NULL;
}

void
postern_tenants_change_finish (PosternTenants *self)
{
  PosternTenantsEntry *entry = find_deleted (self);
  g_autofree char *slug = entry ? g_strdup (entry->slug) : NULL;
  Job job = { .tenants = self, .slug = slug };
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (!entry)
    return;
  entry->due_at = g_get_real_time () / G_USEC_PER_SEC + POSTERN_TENANT_LINGER; /* where it fails it is tried again */
  done = run_busy (entry, &job, &error);
  g_mutex_unlock (&self->lock);
  if (!done || !forget (self, slug, &error))
    g_warning ("tenant %s was deleted, and something of it is left: %s", slug, error->message);
  g_mutex_lock (&self->lock);
}

static gboolean
note (const char *slug, PosternAudit *audit, gpointer user_data, GError **error)
{
  return postern_tenants_change_note (user_data, slug, audit, error);
}

static gboolean
erase (const char *slug, gpointer user_data, GError **error)
{
  return postern_tenants_change_erase (user_data, slug, error);
}

static gboolean
check_region (const char *region, gpointer user_data, GError **error)
{
  g_autofree char *location = NULL, *type = NULL;

  return postern_tenants_directory_find_region (((PosternTenants *) user_data)->common->config, region, &location, &type, error);
}

const PosternApiTenants postern_tenants_change_hooks = { check_region, note, erase };
