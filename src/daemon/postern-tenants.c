/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenants-private.h"

#include "postern-error.h"
#include "postern-tenant-directory.h"

#include <string.h>

#define N_(words) words /* for po/update */
#define RECHECK (100 * G_TIME_SPAN_MILLISECOND) /* how late what another process changed may be seen */
#define TICK G_TIME_SPAN_SECOND
#define LOOK (50 * G_TIME_SPAN_MILLISECOND) /* whose domain a host is, a request cannot wait to learn: the directory is looked at before somebody comes */
#define LOOK_REST 5     /* times as long as the last one took, from look to look at those that are open */
#define UNTIL_PURGE (24 * 3600) /* seconds after which one that nobody used is opened for its periodic work */
#define DUE_AT_ONCE 4           /* of those, opened at the same time */
#define OPEN_AGAIN 60           /* seconds: what is due that soon keeps it open */

/* --- who is open: with the lock ----------------------------------------------------------------------------------------------- */

/* Nobody but us has it, and only we could give it to anybody. */
static gboolean
is_unused (PosternTenantsEntry *entry)
{
  return entry->service && g_atomic_int_get (&G_OBJECT (entry->service)->ref_count) == 1;
}

static gboolean
is_deleted (PosternTenantsEntry *entry)
{
  return g_str_equal (entry->state, POSTERN_TENANT_DELETED);
}

static gboolean
is_suspended (PosternTenantsEntry *entry)
{
  return g_str_equal (entry->state, POSTERN_TENANT_SUSPENDED);
}

typedef struct {
  const char *slug;
  gint64 due_at;
} Due;

static gboolean
write_due (PosternTxn *txn, gpointer user_data, GError **error)
{
  Due *due = user_data;

  return postern_tenant_store_set_due (txn, due->slug, due->due_at, error);
}

/* So that who starts next knows whom to open, without opening any to ask. */
static void
note_due (PosternTenants *self, const char *slug, gint64 due_at)
{
  Due due = { slug, due_at };
  g_autoptr (GError) error = NULL;

  if (!postern_store_write (self->directory, POSTERN_KEEP_LASTING, write_due, &due, &error))
    g_warning ("tenant %s: when it has work to do could not be kept: %s", slug, error->message);
}

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Without the lock while it closes, which may take seconds; meanwhile it is busy. */
static void
close_entry (PosternTenants *self, PosternTenantsEntry *entry)
{
  PosternTenantService *service = g_steal_pointer (&entry->service);
  g_autofree char *slug = g_strdup (entry->slug);
  gint64 due_at;

  entry->busy = TRUE;
  self->n_open--;
  g_mutex_unlock (&self->lock);
  due_at = MIN (postern_tenant_service_get_due (service), now_seconds () + UNTIL_PURGE);
  g_object_unref (service);
  note_due (self, slug, due_at);
  g_mutex_lock (&self->lock);
  if (!is_deleted (entry))
    entry->due_at = due_at;
  entry->busy = entry->is_stale = FALSE;
  g_cond_broadcast (&self->changed);
}

static void
on_changed (gpointer book, gpointer user_data)
{
  PosternTenantsEntry *entry = user_data;

  g_mutex_lock (&entry->tenants->lock);
  entry->is_stale = TRUE;
  g_cond_broadcast (&entry->tenants->changed);
  g_mutex_unlock (&entry->tenants->lock);
}

/* Without the lock. (transfer full) (nullable) */
static PosternTenantService *
open_service (PosternTenants *self, const PosternTenantPlace *place, PosternTenantsEntry *entry, GError **error)
{
  g_autoptr (PosternTenantService) service = postern_tenant_service_open (self->common, place, error);

  if (!service || !postern_tenant_service_start (service, self->pages, error))
    return NULL;
  postern_tenant_service_set_changed (service, on_changed, entry);
  return g_steal_pointer (&service);
}

/* One that is not in use serves at most how its page looks: nothing is changed there, sent or tidied. */
static gboolean
open_entry (PosternTenants *self, PosternTenantsEntry *entry, GError **error)
{
  const char *state = entry->state;
  g_autofree char *slug = g_strdup (entry->slug), *id = g_strdup (entry->id), *issuer = g_strdup (entry->issuer), *name = g_strdup (entry->name), *region = g_strdup (entry->region), *location = NULL, *database = NULL;
  PosternTenantPlace place = { .slug = slug, .issuer = issuer, .name = name, .read_only = !g_str_equal (state, POSTERN_TENANT_ACTIVE) };
  PosternTenantService *service = NULL;

  entry->busy = TRUE;
  g_mutex_unlock (&self->lock);
  if (postern_tenants_directory_find_region (self->common->config, region, &location, &database, error)) {
    place.location = location;
    place.database = database;
    service = open_service (self, &place, entry, error);
  }
  if (service)
    note_due (self, slug, now_seconds ());
  g_mutex_lock (&self->lock);
  entry->busy = FALSE;
  entry->service = service;
  if (service && !g_str_equal (entry->state, POSTERN_TENANT_ACTIVE))
    postern_tenant_service_halt (service);
  entry->is_stale = service && (state != entry->state || !g_str_equal (id, entry->id) || !g_str_equal (issuer, entry->issuer) || !g_str_equal (name, entry->name));
  self->n_open += service != NULL;
  g_cond_broadcast (&self->changed);
  return service != NULL;
}

/* --- coming in ---------------------------------------------------------------------------------------------------------------- */

/* With the lock. (transfer none) (nullable) */
static PosternTenantsEntry *
find_admitted (PosternTenants *self, const char *slug, GError **error)
{
  PosternTenantsEntry *entry = g_hash_table_lookup (self->entries, slug);

  if (entry && !entry->is_closing && !is_suspended (entry))
    return entry;
  if (entry && !entry->is_closing)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, N_ ("This sign-in service is switched off at the moment. Ask the people who run it."));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is nothing at this address.");
  return NULL;
}

/* With the lock, which is let go meanwhile: entries may have gone. (transfer none) (nullable) */
static PosternTenantsEntry *
wait_until_open (PosternTenants *self, const char *slug, GError **error)
{
  PosternTenantsEntry *entry;

  while ((entry = find_admitted (self, slug, error))) {
    if (self->stopping) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "The server is leaving. Try again in a moment.");
      return NULL;
    }
    if (entry->service && !entry->is_stale)
      return entry;
    if (entry->busy || (entry->service && !is_unused (entry)))
      g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND * 20);
    else if (entry->service)
      close_entry (self, entry);
    else if (!open_entry (self, entry, error))
      return NULL;
  }
  return NULL;
}

/* (transfer full) (nullable) */
static PosternTenantService *
take (PosternTenants *self, const char *slug, gboolean may_block, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  PosternTenantsEntry *entry = may_block ? wait_until_open (self, slug, error) : g_hash_table_lookup (self->entries, slug);

  if (!entry || !entry->service || entry->is_stale || entry->is_closing || is_suspended (entry))
    return NULL;
  entry->used_at = g_get_monotonic_time ();
  return g_object_ref (entry->service);
}

static gboolean
is_fresh (PosternTenants *self)
{
  return postern_store_get_rule_changes (self->directory) == self->rule_changes &&
         (postern_store_get_generation (self->directory) == self->generation || g_get_monotonic_time () - self->checked_at < RECHECK);
}

static GObject *
enter (const char *slug, gboolean may_block, gpointer user_data, GError **error)
{
  PosternTenants *self = user_data;
  PosternTenantService *service;
  g_autoptr (GError) local = NULL;
  gboolean fresh;

  g_mutex_lock (&self->lock);
  fresh = is_fresh (self);
  g_mutex_unlock (&self->lock);
  if (!fresh && !may_block)
    return NULL;
  if (!fresh)
    postern_tenants_directory_refresh (self);
  service = take (self, slug, may_block, &local);
  if (local && !postern_error_is_public (local))
    g_warning ("tenant %s cannot be opened: %s", slug, local->message);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return (GObject *) service;
}

/* Strangers open it: not where that would close one that is in use, nor while somebody changes it. */
static GObject *
look_in (const char *slug, gpointer user_data)
{
  PosternTenants *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  PosternTenantsEntry *entry = g_hash_table_lookup (self->entries, slug);
  g_autoptr (GError) error = NULL;

  if (!entry || !is_suspended (entry) || entry->is_closing || entry->is_stale || entry->busy || self->stopping)
    return NULL;
  if (!entry->service && (self->n_open >= self->max_open || !open_entry (self, entry, &error))) {
    if (error)
      g_warning ("tenant %s, which is suspended, cannot show how it looks: %s", slug, error->message);
    return NULL;
  }
  if (!is_suspended (entry) || entry->is_stale)
    return NULL;
  entry->used_at = g_get_monotonic_time ();
  return (GObject *) g_object_ref (entry->service);
}

static gboolean
has_domains (gpointer user_data)
{
  return g_atomic_int_get (&((PosternTenants *) user_data)->had_domains);
}

static char *
find_domain (const char *host, gpointer user_data)
{
  PosternTenants *self = user_data;
  char *slug;

  if (g_atomic_int_get (&self->n_domains) == 0)
    return NULL;
  g_mutex_lock (&self->lock);
  slug = g_strdup (g_hash_table_lookup (self->domains, host));
  g_mutex_unlock (&self->lock);
  return slug;
}

static const char *
get_url (GObject *tenant)
{
  return postern_tenant_get_issuer (postern_tenant_service_get_tenant (POSTERN_TENANT_SERVICE (tenant)));
}

static gpointer
get_data (GObject *tenant, gpointer own, gpointer user_data)
{
  return postern_tenant_service_find_twin (POSTERN_TENANT_SERVICE (tenant), ((PosternTenants *) user_data)->own, own);
}

const PosternServerTenants postern_tenants_hooks = { find_domain, has_domains, enter, look_in, get_url, get_data };

/* --- going out ---------------------------------------------------------------------------------------------------------------- */

/* (nullable): whom to close next: who may not be open, then who was idle for too long, then, when there are too many, who was idle longest. */
static PosternTenantsEntry *
find_closable (PosternTenants *self)
{
  gint64 idle_since = g_get_monotonic_time () - self->idle_seconds * G_TIME_SPAN_SECOND;
  PosternTenantsEntry *idlest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (!is_unused (entry) || entry->busy)
      continue;
    if (entry->is_closing || entry->is_stale)
      return entry;
    if (!idlest || entry->used_at < idlest->used_at)
      idlest = entry;
  }
  return idlest && (self->n_open > self->max_open || idlest->used_at < idle_since) ? idlest : NULL;
}

/* (nullable): whose work is due */
static PosternTenantsEntry *
find_due (PosternTenants *self)
{
  GHashTableIter iter;
  gpointer value;

  if (self->n_open >= self->max_open)
    return NULL;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (!entry->service && !entry->busy && !entry->is_closing && g_str_equal (entry->state, POSTERN_TENANT_ACTIVE) && entry->due_at <= now_seconds ())
      return entry;
  }
  return NULL;
}

/* With the lock, which is let go meanwhile. One that cannot be opened is tried again much later. */
static void
open_due (PosternTenants *self)
{
  PosternTenantsEntry *entry = NULL;

  for (guint i = 0; i < DUE_AT_ONCE && !self->stopping && (entry = find_due (self)); i++) {
    g_autofree char *slug = g_strdup (entry->slug);
    g_autoptr (GError) error = NULL;
    entry->used_at = g_get_monotonic_time () - MAX (self->idle_seconds - OPEN_AGAIN, 0) * G_TIME_SPAN_SECOND; /* so long that its round is run */
    entry->due_at = now_seconds () + UNTIL_PURGE;
    if (!open_entry (self, entry, &error))
      g_warning ("tenant %s cannot be opened for its periodic work: %s", slug, error->message);
  }
}

/* With the lock. Those that are no longer in the directory, once they are closed. */
static void
drop_gone (PosternTenants *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (entry->is_gone && !entry->service && !entry->busy)
      g_hash_table_iter_remove (&iter);
  }
}

/* With the lock, which is let go meanwhile. */
static void
go_round (PosternTenants *self)
{
  PosternTenantsEntry *entry;

  while ((entry = find_closable (self)))
    close_entry (self, entry);
  drop_gone (self);
  postern_tenants_change_finish (self);
  open_due (self);
}

/* With the lock. Costs no more than two numbers where nobody changes anything; what could not be read is tried again a second later. */
static gboolean
must_look (PosternTenants *self)
{
  if (self->generation == G_MAXUINT64)
    return g_get_monotonic_time () - self->checked_at >= TICK;
  return postern_store_get_rule_changes (self->directory) != self->rule_changes || postern_store_get_generation (self->directory) != self->generation;
}

/* What was set up for a tenant through another worker, or node. */
static void
look_at_open (PosternTenants *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_ptr_array_add (open, g_object_ref (self->own));
  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (entry->service && !entry->is_stale)
      g_ptr_array_add (open, g_object_ref (entry->service));
  }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < open->len; i++)
    postern_tenant_service_look (open->pdata[i]);
}

static gpointer
thread_main (gpointer user_data)
{
  PosternTenants *self = user_data;
  gint64 next_round = 0, next_look = 0, now;
  gboolean due;

  g_mutex_lock (&self->lock);
  while (!self->stopping) {
    if (g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + LOOK) || g_get_monotonic_time () >= next_round) {
      go_round (self);
      next_round = g_get_monotonic_time () + TICK;
    }
    due = must_look (self);
    g_mutex_unlock (&self->lock);
    if (due)
      postern_tenants_directory_refresh (self);
    if ((now = g_get_monotonic_time ()) >= next_look) {
      look_at_open (self);
      next_look = now + (g_get_monotonic_time () - now) * LOOK_REST; /* many may be open, and each look find that it has to read */
    }
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

gboolean
postern_tenants_close (PosternTenants *self, const char *slug, guint seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  PosternTenantsEntry *entry;
  gboolean closed = FALSE;

  while (!closed && g_get_monotonic_time () < end) {
    entry = g_hash_table_lookup (self->entries, slug);
    closed = !entry || (!entry->service && !entry->busy);
    if (entry)
      entry->is_closing = TRUE;
    if (closed)
      break;
    g_cond_broadcast (&self->changed);
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND * 20);
  }
  return closed;
}

/* --- life --------------------------------------------------------------------------------------------------------------------- */

PosternTenants *
postern_tenants_start (const PosternTenantCommon *common, PosternTenantService *service, GError **error)
{
  PosternTenants *self = g_new0 (PosternTenants, 1);

  self->common = common;
  self->own = service;
  self->directory = postern_tenant_get_store (postern_tenant_service_get_tenant (service));
  self->idle_seconds = postern_config_get_int64 (common->config, "tenants.idle-seconds");
  self->max_open = (guint) postern_config_get_int64 (common->config, "tenants.open");
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, postern_tenants_directory_entry_free);
  self->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->reading);
  g_cond_init (&self->changed);
  if (postern_tenants_directory_read (self, error) && postern_tenants_directory_check (self, error))
    return self;
  postern_tenants_stop (self);
  return NULL;
}

void
postern_tenants_set_pages (PosternTenants *self, PosternPages *pages)
{
  self->pages = g_object_ref (pages);
  self->thread = g_thread_new ("tenants", thread_main, self);
}

static void
close_all (PosternTenants *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PosternTenantsEntry *entry = value;
    if (entry->service)
      close_entry (self, entry);
  }
}

void
postern_tenants_stop (PosternTenants *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
  g_mutex_lock (&self->lock);
  close_all (self);
  g_mutex_unlock (&self->lock);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->domains);
  g_free (self->revision);
  g_clear_object (&self->pages);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->reading);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
postern_tenants_count (PosternTenants *self, guint *all, guint *open)
{
  g_mutex_lock (&self->lock);
  *all = g_hash_table_size (self->entries);
  *open = self->n_open;
  g_mutex_unlock (&self->lock);
}
