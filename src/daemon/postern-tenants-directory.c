/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenants-private.h"

#include "postern-error.h"
#include "postern-tenant-directory.h"

#include <string.h>

#define AT_ONCE 1000 /* rows of a read */
#define OWN_FOLDER "tenants" /* beside the default tenant's, whose names are others' */

/* What is known of the tenants is what the directory said when it was read; a revision among its settings says whether it says it still. */

void
postern_tenants_directory_entry_free (gpointer data)
{
  PosternTenantsEntry *self = data;

  g_free (self->slug);
  g_free (self->id);
  g_free (self->issuer);
  g_free (self->name);
  g_free (self);
}

typedef struct {
  char *revision;
  GPtrArray *tenants, *domains;
  gboolean had_domains;
} Reading;

static void
reading_clear (Reading *self)
{
  g_clear_pointer (&self->revision, g_free);
  g_clear_pointer (&self->tenants, g_ptr_array_unref);
  g_clear_pointer (&self->domains, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
read_revision (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  g_clear_pointer (&self->revision, g_free); /* a transaction may run twice */
  return postern_tenant_store_dup_revision (txn, &self->revision, error);
}

static gboolean
add_page (PosternTxn *txn, GPtrArray *all, GError **error)
{
  const char *after = all->len > 0 ? ((PosternTenantRecord *) all->pdata[all->len - 1])->slug : NULL;
  GPtrArray *page = postern_tenant_store_list (txn, after, AT_ONCE, error);

  if (page)
    g_ptr_array_extend_and_steal (all, page);
  return page != NULL;
}

static gboolean
read_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *self = user_data;
  guint before;

  reading_clear (self);
  self->tenants = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_tenant_record_unref);
  do {
    before = self->tenants->len;
    if (!add_page (txn, self->tenants, error))
      return FALSE;
  } while (self->tenants->len == before + AT_ONCE);
  self->domains = postern_tenant_store_list_domains (txn, NULL, error);
  return self->domains && postern_tenant_store_read_had_domains (txn, &self->had_domains, error) && read_revision (txn, self, error);
}

/* With the lock. @domain: (nullable): its first */
static void
put (PosternTenants *self, PosternTenantRecord *row, const char *domain)
{
  PosternTenantsEntry *entry = g_hash_table_lookup (self->entries, row->slug);
  g_autofree char *issuer = postern_tenant_directory_make_issuer (postern_config_get_string (self->common->config, "server.public-url"), row->slug, domain);
  const char *state = g_intern_string (row->state);

  if (!entry) {
    entry = g_new0 (PosternTenantsEntry, 1);
    entry->tenants = self;
    entry->slug = g_strdup (row->slug);
    g_hash_table_insert (self->entries, entry->slug, entry);
  }
  entry->is_stale = entry->service && (entry->is_stale || state != entry->state || !g_str_equal (row->id, entry->id) || !g_str_equal (issuer, entry->issuer) ||
                                       !g_str_equal (row->name, entry->name)); /* another id: one of the same name, and what is known of the first is worth nothing */
  if (entry->service && !g_str_equal (state, POSTERN_TENANT_ACTIVE))
    postern_tenant_service_halt (entry->service);
  entry->state = state;
  entry->region = g_intern_string (row->region);
  if (!entry->service || g_str_equal (state, POSTERN_TENANT_DELETED))
    entry->due_at = row->due_at;
  entry->is_closing = g_str_equal (state, POSTERN_TENANT_DELETED);
  entry->is_gone = FALSE;
  entry->is_seen = TRUE;
  g_free (entry->id);
  entry->id = g_strdup (row->id);
  g_free (entry->issuer);
  entry->issuer = g_steal_pointer (&issuer);
  g_free (entry->name);
  entry->name = g_strdup (row->name);
}

/* With the lock. Both come by slug. */
static void
put_all (PosternTenants *self, Reading *reading)
{
  GHashTableIter iter;
  gpointer value;
  guint next = 0;

  for (guint i = 0; i < reading->tenants->len; i++) {
    PosternTenantRecord *row = reading->tenants->pdata[i];
    PosternTenantDomain *first = NULL;
    for (; next < reading->domains->len && strcmp (((PosternTenantDomain *) reading->domains->pdata[next])->slug, row->slug) <= 0; next++)
      if (!first && g_str_equal (((PosternTenantDomain *) reading->domains->pdata[next])->slug, row->slug))
        first = reading->domains->pdata[next];
    put (self, row, first ? first->domain : NULL);
  }
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (!entry->is_seen)
      entry->is_closing = entry->is_gone = TRUE;
    entry->is_seen = FALSE;
  }
}

static void
put_domains (PosternTenants *self, GPtrArray *domains)
{
  g_hash_table_remove_all (self->domains);
  for (guint i = 0; i < domains->len; i++) {
    PosternTenantDomain *row = domains->pdata[i];
    g_hash_table_replace (self->domains, g_strdup (row->domain), g_strdup (row->slug));
  }
  g_atomic_int_set (&self->n_domains, (gint) domains->len);
}

/* The moment is taken before reading, so that what is read is at least as new. */
static gboolean
look (PosternTenants *self, PosternTxnFunc func, Reading *reading, GError **error)
{
  guint64 changes = postern_store_get_rule_changes (self->directory), generation = postern_store_get_generation (self->directory);
  gint64 now = g_get_monotonic_time ();

  if (!postern_store_read (self->directory, POSTERN_KEEP_LASTING, func, reading, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->rule_changes = changes;
  self->generation = generation;
  self->checked_at = now;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

gboolean
postern_tenants_directory_read (PosternTenants *self, GError **error)
{
  g_auto (Reading) reading = { 0 };

  if (!look (self, read_all, &reading, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  put_all (self, &reading);
  put_domains (self, reading.domains);
  g_atomic_int_set (&self->had_domains, reading.had_domains || reading.domains->len > 0);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_free (self->revision);
  self->revision = g_steal_pointer (&reading.revision);
  return TRUE;
}

void
postern_tenants_directory_refresh (PosternTenants *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->reading);
  g_autoptr (GError) error = NULL;
  g_auto (Reading) reading = { 0 };

  if (look (self, read_revision, &reading, &error) && (g_strcmp0 (reading.revision, self->revision) == 0 || postern_tenants_directory_read (self, &error)))
    return;
  g_warning ("the directory of tenants could not be read again, what was known before holds: %s", error->message);
  g_mutex_lock (&self->lock);
  self->generation = G_MAXUINT64; /* of no state: it is tried again a moment later, not at the next change */
  self->checked_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

gboolean
postern_tenants_directory_find_region (PosternConfig *config, const char *region, char **location, char **database, GError **error)
{
  const PosternConfigStore *store = *region ? postern_config_find_store (config, region) : NULL;
  const char *own = postern_config_get_string (config, "database.location"), *place = own && *own ? own : postern_config_get_string (config, "server.data-dir");

  if (*region && !store) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "there is no [store %s] in the configuration", region);
    return FALSE;
  }
  *database = g_strdup (store ? postern_config_store_get_type (store) : postern_config_get_string (config, "database.type"));
  if (store || strstr (place, "://"))
    *location = g_strdup (store ? store->url : place);
  else
    *location = g_build_filename (place, OWN_FOLDER, NULL);
  return TRUE;
}

/* Refused when a domain is set; but the public URL may have come to it since. */
static gboolean
check_own_host (PosternTenants *self, GError **error)
{
  g_autoptr (GUri) url = g_uri_parse (postern_config_get_string (self->common->config, "server.public-url"), G_URI_FLAGS_NONE, NULL);
  g_autofree char *host = url && g_uri_get_host (url) ? g_ascii_strdown (g_uri_get_host (url), -1) : NULL;
  const char *slug = host ? g_hash_table_lookup (self->domains, host) : NULL;

  if (slug == NULL)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
               "server.public-url: %s is the domain of the tenant %s; start with the URL of before and take it away first (postern tenant update %s)", host, slug, slug);
  return FALSE;
}

gboolean
postern_tenants_directory_check (PosternTenants *self, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  if (!check_own_host (self, error))
    return FALSE;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    g_autofree char *location = NULL, *database = NULL;
    g_autoptr (GError) local = NULL;
    if (g_str_equal (entry->state, POSTERN_TENANT_DELETED) ||
        postern_tenants_directory_find_region (self->common->config, entry->region, &location, &database, &local))
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the tenant %s: %s; put it back or, where it is gone for good, stop here and run `postern db forget %s`", entry->slug,
                 local->message, entry->slug);
    return FALSE;
  }
  return TRUE;
}
