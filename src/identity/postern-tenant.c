/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-tenant.h"

#include "postern-error.h"
#include "postern-moment.h"

#include <string.h>

#define MAX_CLIENTS 10000 /* about 4 KB each; beyond it the cache begins anew */

typedef struct {
  PosternClient *client;
  PosternMoment moment;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  postern_client_unref (self->client);
  g_free (self);
}

struct _PosternTenant {
  GObject parent_instance;
  char *slug, *issuer;
  PosternStore *store;
  PosternKeyRing *key_ring;
  PosternPermissionCache *permissions;
  PosternClaimsHookCache *claims_hooks;

  GMutex lock;         /* guards what follows; never held across a read of the store */
  GHashTable *clients; /* id → Entry */
  PosternPolicy *policy;
  PosternMoment policy_moment;
  GVariant *branding; /* (nullable) */
  PosternMoment branding_moment;
};

G_DEFINE_FINAL_TYPE (PosternTenant, postern_tenant, G_TYPE_OBJECT)

static void
postern_tenant_finalize (GObject *object)
{
  PosternTenant *self = POSTERN_TENANT (object);

  g_clear_pointer (&self->clients, g_hash_table_unref);
  g_clear_pointer (&self->policy, postern_policy_unref);
  g_clear_pointer (&self->branding, g_variant_unref);
  g_clear_pointer (&self->permissions, postern_permission_cache_free);
  g_clear_pointer (&self->claims_hooks, postern_claims_hook_cache_free);
  g_clear_object (&self->key_ring);
  g_clear_object (&self->store);
  g_free (self->slug);
  g_free (self->issuer);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (postern_tenant_parent_class)->finalize (object);
}

static void
postern_tenant_class_init (PosternTenantClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_tenant_finalize;
}

static void
postern_tenant_init (PosternTenant *self)
{
  g_mutex_init (&self->lock);
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
}

/* --- policy
 * ------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  GVariant *value; /* (nullable) */
} Setting;

static gboolean
read_setting (PosternTxn *txn, gpointer data, GError **error)
{
  Setting *setting = data;
  g_autoptr (GError) problem = NULL;

  g_clear_pointer (&setting->value, g_variant_unref); /* a transaction may run twice */
  setting->value = postern_setting_store_get (txn, setting->name, &problem);
  if (problem == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static PosternPolicy *
read_policy (PosternTenant *self, GError **error)
{
  Setting setting = { "policy", NULL };
  gboolean done = postern_store_read (self->store, POSTERN_KEEP_LASTING, read_setting, &setting, error);
  g_autoptr (GVariant) model = setting.value;

  return done ? postern_policy_new (model, error) : NULL;
}

/* Takes @policy. */
static void
set_policy (PosternTenant *self, PosternPolicy *policy, const PosternMoment *moment)
{
  g_autoptr (PosternPolicy) old = NULL;

  g_mutex_lock (&self->lock);
  old = g_steal_pointer (&self->policy);
  self->policy = policy;
  self->policy_moment = *moment;
  g_mutex_unlock (&self->lock);
}

static PosternPolicy *
take_policy (PosternTenant *self, const PosternMoment *now, gboolean any)
{
  PosternPolicy *policy = NULL;

  g_mutex_lock (&self->lock);
  if (any || postern_moment_holds (&self->policy_moment, now))
    policy = postern_policy_ref (self->policy);
  g_mutex_unlock (&self->lock);

  return policy;
}

PosternPolicy *
postern_tenant_dup_policy (PosternTenant *self)
{
  PosternMoment now = postern_moment_now (self->store);
  PosternPolicy *policy = take_policy (self, &now, FALSE);
  g_autoptr (GError) problem = NULL;

  if (policy != NULL)
    return policy;

  policy = read_policy (self, &problem);
  if (policy != NULL)
    set_policy (self, policy, &now);
  else
    g_warning ("The policy of tenant %s could not be read again, the one known before holds: %s", self->slug,
               problem->message);

  return take_policy (self, &now, TRUE);
}

/* --- how its pages look
 * ------------------------------------------------------------------------------------------------------ */

static GVariant *
take_branding (PosternTenant *self, const PosternMoment *now, gboolean any, gboolean *found)
{
  GVariant *branding = NULL;

  g_mutex_lock (&self->lock);
  *found = any || postern_moment_holds (&self->branding_moment, now);
  if (*found && self->branding != NULL)
    branding = g_variant_ref (self->branding);
  g_mutex_unlock (&self->lock);

  return branding;
}

/* What is still the same stays the same object: who made something of it need not make it again. */
static void
set_branding (PosternTenant *self, GVariant *branding, const PosternMoment *moment)
{
  g_autoptr (GVariant) old = NULL;

  g_mutex_lock (&self->lock);
  if (branding == NULL || self->branding == NULL || !g_variant_equal (branding, self->branding)) {
    old = g_steal_pointer (&self->branding);
    self->branding = branding ? g_variant_ref (branding) : NULL;
  }
  self->branding_moment = *moment;
  g_mutex_unlock (&self->lock);
}

GVariant *
postern_tenant_dup_branding (PosternTenant *self)
{
  PosternMoment now = postern_moment_now (self->store);
  Setting setting = { POSTERN_TENANT_BRANDING, NULL };
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean found;
  GVariant *branding = take_branding (self, &now, FALSE, &found);

  if (found)
    return branding;
  if (postern_store_read (self->store, POSTERN_KEEP_LASTING, read_setting, &setting, &problem)) {
    read = setting.value;
    set_branding (self, read != NULL && g_variant_n_children (read) > 0 ? read : NULL, &now);
  } else
    g_warning ("The look of tenant %s could not be read again, the one known before holds: %s", self->slug, problem->message);

  return take_branding (self, &now, TRUE, &found);
}

/* --- the tenant
 * --------------------------------------------------------------------------------------------------- */

PosternTenant *
postern_tenant_new (const char *slug, const char *issuer, PosternStore *store, GError **error)
{
  g_autoptr (PosternTenant) self = g_object_new (POSTERN_TYPE_TENANT, NULL);
  PosternMoment now = postern_moment_now (store);
  PosternPolicy *policy;

  self->slug = g_strdup (slug);
  self->issuer = g_strdup (issuer);
  for (gsize length = strlen (self->issuer); length > 0 && self->issuer[length - 1] == '/'; length--)
    self->issuer[length - 1] = '\0';
  self->store = g_object_ref (store);
  self->permissions = postern_permission_cache_new (store, self->issuer);
  self->claims_hooks = postern_claims_hook_cache_new (store);
  self->key_ring = postern_key_ring_new (store, error);
  policy = self->key_ring ? read_policy (self, error) : NULL;
  if (policy == NULL)
    return NULL;
  set_policy (self, policy, &now);

  return g_steal_pointer (&self);
}

const char *
postern_tenant_get_slug (PosternTenant *self)
{
  return self->slug;
}

const char *
postern_tenant_get_issuer (PosternTenant *self)
{
  return self->issuer;
}

PosternStore *
postern_tenant_get_store (PosternTenant *self)
{
  return self->store;
}

PosternKeyRing *
postern_tenant_get_key_ring (PosternTenant *self)
{
  return self->key_ring;
}

PosternClaimsHookCache *
postern_tenant_get_claims_hooks (PosternTenant *self)
{
  return self->claims_hooks;
}

PosternPermissionCache *
postern_tenant_get_permissions (PosternTenant *self)
{
  return self->permissions;
}

/* --- applications
 * -------------------------------------------------------------------------------------------------- */

/* @any: also one that may be out of date */
static PosternClient *
take_client (PosternTenant *self, const char *client_id, const PosternMoment *now, gboolean any)
{
  PosternClient *client = NULL;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->clients, client_id);
  if (entry != NULL && (any || postern_moment_holds (&entry->moment, now)))
    client = postern_client_ref (entry->client);
  g_mutex_unlock (&self->lock);

  return client;
}

PosternClient *
postern_tenant_peek_client (PosternTenant *self, const char *client_id)
{
  PosternMoment now = postern_moment_now (self->store);

  return client_id ? take_client (self, client_id, &now, FALSE) : NULL;
}

typedef struct {
  const char *id;
  PosternApplication *application;
} Lookup;

static gboolean
read_application (PosternTxn *txn, gpointer data, GError **error)
{
  Lookup *lookup = data;

  lookup->application = postern_application_store_get (txn, lookup->id, error);

  return lookup->application != NULL;
}

static gboolean
is_same_variant (GVariant *a, GVariant *b)
{
  return a == b || (a != NULL && b != NULL && g_variant_equal (a, b));
}

/* Reading the metadata costs much more than comparing it; most changes of the store are not about this
 * application. */
static gboolean
is_same (PosternApplication *a, PosternApplication *b)
{
  return a->enabled == b->enabled && a->first_party == b->first_party && a->updated_at == b->updated_at &&
         g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->kind, b->kind) == 0 &&
         is_same_variant (a->metadata, b->metadata) && is_same_variant (a->secrets, b->secrets);
}

static void
put_client (PosternTenant *self, PosternClient *client, const PosternMoment *moment)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->client = postern_client_ref (client);
  entry->moment = *moment;
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->clients) >= MAX_CLIENTS)
    g_hash_table_remove_all (self->clients);
  g_hash_table_replace (self->clients, g_strdup (client->application->id), entry);
  g_mutex_unlock (&self->lock);
}

static PosternClient *
read_client (PosternTenant *self, const char *client_id, GError **error)
{
  g_autoptr (PosternClient) known = take_client (self, client_id, NULL, TRUE);
  g_autoptr (PosternApplication) application = NULL;
  Lookup lookup = {client_id, NULL};

  if (!postern_store_read (self->store, POSTERN_KEEP_LASTING, read_application, &lookup, error))
    return NULL;
  application = lookup.application;
  if (known != NULL && is_same (known->application, application))
    return g_steal_pointer (&known);

  return postern_client_new (application, error);
}

PosternClient *
postern_tenant_dup_client (PosternTenant *self, const char *client_id, GError **error)
{
  PosternMoment now = postern_moment_now (self->store);
  g_autoptr (PosternClient) client = NULL;

  /* an id of another shape is nobody's: strangers' long strings do not reach the database */
  if (client_id == NULL || strnlen (client_id, 256) > 255) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND,
                         "There is no application of this client_id");
    return NULL;
  }
  client = take_client (self, client_id, &now, FALSE);
  if (client != NULL)
    return g_steal_pointer (&client);

  client = read_client (self, client_id, error);
  if (client != NULL)
    put_client (self, client, &now);

  return g_steal_pointer (&client);
}
