/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Roles. One of kind "tenant" counts everywhere; one of kind "organization" is had in an organization: it is that organization's own, or a
 * template, which each may use. What a role permits is scopes of managed resources, and nothing else. The ready-made ones of the management
 * API (postern-management-roles.h) are of the tenant; their ids are their names, and nobody changes them.
 */

#define POSTERN_ROLE_TENANT "tenant"
#define POSTERN_ROLE_ORGANIZATION "organization"
#define POSTERN_ROLE_PERMISSIONS_MAX 1000 /* of one role */
#define POSTERN_ROLE_ASSIGNMENTS_MAX 100  /* of one subject, in all */

/**
 * postern_role_validate: what the API and the command line call before storing.
 * @error: INVALID_REQUEST; its message begins with the wrong member's name and a colon
 */
gboolean postern_role_validate (const PosternRole *role, GError **error);
/** postern_role_insert: validates it, and that the organization is there whose own it is (NOT_FOUND). */
gboolean postern_role_insert (PosternTxn *txn, PosternRole *role, GError **error);
/** postern_role_get: by id, a ready-made one, too. (transfer full) (nullable) */
PosternRole *postern_role_get (PosternTxn *txn, const char *id, GError **error);
/** postern_role_list: as postern_role_store_list(), and among those of the tenant the ready-made ones */
GPtrArray *postern_role_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error);
gboolean postern_role_is_ready_made (const PosternRole *role);
/** postern_role_check_changeable: CONFLICT for a ready-made one */
gboolean postern_role_check_changeable (const PosternRole *role, GError **error);
/** postern_role_each_permission: as postern_role_store_each_permission(), of a ready-made one, too */
gboolean postern_role_each_permission (PosternTxn *txn, const PosternRole *role, PosternRolePermissionFunc each, gpointer user_data, GError **error);
/**
 * postern_role_permit: adds a scope of the resource @resource_id to @role. INVALID_REQUEST where that resource has no such scope, NOT_FOUND
 * where there is no such resource, CONFLICT where the role has too many or is ready-made. @changed: (out): FALSE where it was so before
 */
gboolean postern_role_permit (PosternTxn *txn, const PosternRole *role, const char *resource_id, const char *scope, gboolean *changed, GError **error);

/**
 * postern_role_check_assignment: whether @role may be assigned so. A role of the tenant is had by users and applications, in no organization;
 * to a group it cannot be given, because an organization's own administrators say who is in one. A role of kind organization is had in an
 * organization, and in its own if it is one's own.
 */
gboolean postern_role_check_assignment (const PosternRole *role, const PosternAssignment *assignment, GError **error);
/** postern_role_assign: checks and keeps it. NOT_FOUND where there is no such subject, or it does not belong to the organization; CONFLICT where the subject has too many. @changed: (out): FALSE where it was so before */
gboolean postern_role_assign (PosternTxn *txn, const PosternRole *role, const PosternAssignment *assignment, gboolean *changed, GError **error);
/** postern_role_take: takes it away. CONFLICT where the role is `owner`, and no other person who can sign in has it. @changed: (out): FALSE where it was so before */
gboolean postern_role_take (PosternTxn *txn, const PosternAssignment *assignment, gboolean *changed, GError **error);
/** postern_role_check_owner_left: CONFLICT unless somebody else than the user @user_id is an owner who can sign in: before an owner goes. */
gboolean postern_role_check_owner_left (PosternTxn *txn, const char *user_id, GError **error);

G_END_DECLS
