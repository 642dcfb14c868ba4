/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-resource-book.h"

G_BEGIN_DECLS

/**
 * PosternPermission: what somebody may: their roles, and at each managed resource the scopes that those give. Computed here and nowhere
 * else: tokens, introspection, the check endpoint and the API show the same. Immutable, reference counted.
 */
typedef struct _PosternPermission PosternPermission;

/** PosternPermissionSubject: whose. Borrows everything. */
typedef struct {
  const char *id;                 /* usr_… or app_… */
  const char *organization_id;    /* (nullable): that they act for; the caller has seen that they belong to it */
} PosternPermissionSubject;

/**
 * postern_permission_read: one read by index; with what is had by groups, and with what ready-made roles give.
 * @issuer: the tenant's, whose management API is a resource, too. (transfer full) (nullable)
 */
PosternPermission *postern_permission_read (PosternTxn *txn, const char *issuer, const PosternPermissionSubject *subject, GError **error);
PosternPermission *postern_permission_ref (PosternPermission *self);
void postern_permission_unref (PosternPermission *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPermission, postern_permission_unref)

/** postern_permission_get_roles: names of roles of the tenant, sorted: (transfer none) (array zero-terminated=1) */
const char *const *postern_permission_get_roles (PosternPermission *self);
/** postern_permission_get_organization_roles: names of roles in the organization, sorted */
const char *const *postern_permission_get_organization_roles (PosternPermission *self);
/** postern_permission_has: whether @scope is had at the resource of @indicator */
gboolean postern_permission_has (PosternPermission *self, const char *indicator, const char *scope);
/** postern_permission_manages: whether @scope is had at the management API of the tenant of @issuer */
gboolean postern_permission_manages (PosternPermission *self, const char *issuer, const char *scope);
/** postern_permission_has_all: whether everything is had at the management API of the tenant of @issuer, as an owner has it */
gboolean postern_permission_has_all (PosternPermission *self, const char *issuer);
/** postern_permission_dup_scopes: what is had at one, sorted: (transfer full) (array zero-terminated=1) */
char **postern_permission_dup_scopes (PosternPermission *self, const char *indicator);
/** postern_permission_dup_indicators: the resources at which anything is had, sorted: (transfer full) (array zero-terminated=1) */
char **postern_permission_dup_indicators (PosternPermission *self);

/** PosternPermissionCut: what is left of a request at the resources that it is for. */
typedef struct {
  char **scopes;      /* the protocol's own, and those that may be had; in the order in which they were asked for */
  char **resources;   /* without managed ones of which no scope is left */
  char **permissions; /* of @scopes those that are had at a managed resource */
} PosternPermissionCut;

/**
 * postern_permission_cut: the one rule of what a token may say. A scope of the protocol's own stays. At a managed resource a scope stays that
 * the subject has there; at one that is not managed all stay. Without any resource those stay that no managed resource defines. A managed
 * resource of which nothing is left is no longer what the token is for.
 * @self: (nullable): nothing is had; @scopes, @resources: (nullable): what was asked for
 */
void postern_permission_cut (PosternPermission *self, PosternResourceBook *book, const char *const *scopes, const char *const *resources, PosternPermissionCut *cut);
/** postern_permission_cut_is_spent: whether so little is left of what was asked for that no token can be made of it: no scope, or nobody that it is for */
gboolean postern_permission_cut_is_spent (const PosternPermissionCut *cut, const char *const *scopes, const char *const *resources);
void postern_permission_cut_clear (PosternPermissionCut *cut);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternPermissionCut, postern_permission_cut_clear)

G_END_DECLS
