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

/**
 * postern_tenant_directory_create: @slug is its place in URLs and folders, for ever. @name: (nullable): the slug. @region: (nullable): where the default tenant is;
 * the caller has checked that there is such a region.
 * Returns: (transfer full) (nullable): INVALID_REQUEST, CONFLICT
 */
PosternTenantRecord *postern_tenant_directory_create (PosternTxn *txn, const char *slug, const char *name, const char *region, gint64 now, GError **error);
/** postern_tenant_directory_rename: INVALID_REQUEST, NOT_FOUND */
gboolean postern_tenant_directory_rename (PosternTxn *txn, const char *slug, const char *name, gint64 now, GError **error);
/** postern_tenant_directory_set_state: one of the three above; INVALID_REQUEST, NOT_FOUND */
gboolean postern_tenant_directory_set_state (PosternTxn *txn, const char *slug, const char *state, gint64 now, GError **error);
/**
 * postern_tenant_directory_set_domains: those of @domains (array zero-terminated=1) and no others, in their order: the first one is the
 * issuer's host, the others lead there. @own_host: of the public URL, which is nobody else's.
 * Returns: FALSE with INVALID_REQUEST; CONFLICT when one is another tenant's; NOT_FOUND
 */
gboolean postern_tenant_directory_set_domains (PosternTxn *txn, const char *slug, const char *const *domains, const char *own_host, GError **error);
/** postern_tenant_directory_canonicalize_domain: a name of the DNS, in lower case: letters, digits, dashes, a dot; no address. (transfer full) (nullable) */
char *postern_tenant_directory_canonicalize_domain (const char *text);

G_END_DECLS
