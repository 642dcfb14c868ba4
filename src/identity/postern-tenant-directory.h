/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * The directory of tenants: which there are beside the default one, what they are called, in which region they live, and at which
 * domains they are reached. All calls are for transactions on the default tenant's store; nothing here opens a tenant.
 */
#define POSTERN_TENANT_DEFAULT "default"
#define POSTERN_TENANT_ACTIVE "active"
#define POSTERN_TENANT_SUSPENDED "suspended" /* nobody is let in */
#define POSTERN_TENANT_READ_ONLY "read-only" /* nothing lasting is written */
#define POSTERN_TENANT_DELETED "deleted"     /* there is none any more; the row stands until nobody can write anything of it */
#define POSTERN_TENANT_LINGER 60             /* seconds that it stands */

/**
 * postern_tenant_directory_create: @slug is its place in URLs and folders, for ever. @name: (nullable): the slug. @region: (nullable): where the default tenant is;
 * the caller has checked that there is such a region.
 * Returns: (transfer full) (nullable): INVALID_REQUEST, CONFLICT
 */
PosternTenantRecord *postern_tenant_directory_create (PosternTxn *txn, const char *slug, const char *name, const char *region, gint64 now, GError **error);
/** postern_tenant_directory_get: (transfer full) (nullable): NOT_FOUND */
PosternTenantRecord *postern_tenant_directory_get (PosternTxn *txn, const char *slug, GError **error);
/** postern_tenant_directory_rename: INVALID_REQUEST, NOT_FOUND */
gboolean postern_tenant_directory_rename (PosternTxn *txn, const char *slug, const char *name, gint64 now, GError **error);
/** postern_tenant_directory_set_state: one of the first three above; INVALID_REQUEST, NOT_FOUND */
gboolean postern_tenant_directory_set_state (PosternTxn *txn, const char *slug, const char *state, gint64 now, GError **error);
/**
 * postern_tenant_directory_set_domains: those of @domains (array zero-terminated=1) and no others, in their order: the first one is the
 * issuer's host, the others lead there. @own_host: of the public URL, which is nobody else's.
 * Returns: FALSE with INVALID_REQUEST; CONFLICT when one is another tenant's; NOT_FOUND
 */
gboolean postern_tenant_directory_set_domains (PosternTxn *txn, const char *slug, const char *const *domains, const char *own_host, GError **error);
/**
 * postern_tenant_directory_delete: it and its domains; only who was suspended before. Whoever runs it erases what it kept, and does so again when the row
 * is due: another process may have let somebody in a moment ago. Until then the slug is taken.
 * Returns: FALSE with NOT_FOUND; CONFLICT while it is not suspended
 */
gboolean postern_tenant_directory_delete (PosternTxn *txn, const char *slug, gint64 now, GError **error);
/** postern_tenant_directory_make_issuer: @domain: (nullable): its first one, in the place of the host of @public_url. (transfer full) */
char *postern_tenant_directory_make_issuer (const char *public_url, const char *slug, const char *domain);
/** postern_tenant_directory_canonicalize_domain: a name of the DNS, in lower case: letters, digits, dashes, a dot; no address. (transfer full) (nullable) */
char *postern_tenant_directory_canonicalize_domain (const char *text);

G_END_DECLS
