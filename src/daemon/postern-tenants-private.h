/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-plugins.h"
#include "postern-stores.h"
#include "postern-tenants.h"

G_BEGIN_DECLS

/* What is known of a tenant; a few hundred bytes. */
typedef struct {
  PosternTenants *tenants;
  char *slug, *id, *issuer, *name;
  const char *region, *state; /* interned: there are few */
  gint64 due_at;  /* seconds since 1970 */
  gint64 used_at; /* monotonic */
  PosternTenantService *service; /* (nullable): open */
  guint busy : 1;       /* somebody opens or closes it */
  guint is_stale : 1;   /* to be closed and opened anew: something changed that only counts when it is opened */
  guint is_closing : 1; /* nobody comes in any more */
  guint is_gone : 1;    /* of no row */
  guint is_seen : 1;    /* while the directory is read */
} PosternTenantsEntry;

struct _PosternTenants {
  const PosternTenantCommon *common;
  PosternTenantService *own;
  PosternStore *directory;
  PosternPages *pages;
  gint64 idle_seconds;
  guint max_open;
  GThread *thread;
  GMutex reading; /* one reads the directory */
  GMutex lock;    /* guards what follows; never held while a tenant is opened or closed, nor while a store is read */
  GCond changed;
  GHashTable *entries; /* slug → PosternTenantsEntry */
  GHashTable *domains; /* domain → slug */
  gint n_domains;      /* atomic */
  gint had_domains;    /* atomic: whether there is one, or was */
  guint n_open;
  gboolean stopping;
  guint64 generation, rule_changes; /* of the directory's store, when it was looked at */
  gint64 checked_at;                /* monotonic */
  char *revision;                   /* (nullable): of the directory as it was read */
};

void postern_tenants_directory_entry_free (gpointer entry);
/** postern_tenants_directory_read: the directory, whatever is known; at the start. */
gboolean postern_tenants_directory_read (PosternTenants *self, GError **error);
/** postern_tenants_directory_refresh: reads it again, if anybody changed it. */
void postern_tenants_directory_refresh (PosternTenants *self);
/** postern_tenants_directory_check: at the start: each tenant's region is one that is configured, and none has the public URL's host; POSTERN_ERROR_CONFIG */
gboolean postern_tenants_directory_check (PosternTenants *self, GError **error);
/** postern_tenants_directory_find_region: where the store of a tenant of @region ("": the default one's) is, and of which driver. (out) (transfer full); POSTERN_ERROR_CONFIG */
gboolean postern_tenants_directory_find_region (PosternConfig *config, const char *region, char **location, char **database, GError **error);
/** postern_tenants_change_finish: with the lock, which is let go meanwhile: erases one that was deleted and is due, and drops its row. */
void postern_tenants_change_finish (PosternTenants *self);

G_END_DECLS
