/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Roles. One of kind "tenant" counts everywhere; one of kind "organization" is had in an organization: it is that organization's own, or a
 * template, which each may use. What a role permits is scopes of managed resources, and nothing else.
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
/**
 * postern_role_permit: adds a scope of the resource @resource_id to @role. INVALID_REQUEST where that resource has no such scope, NOT_FOUND
 * where there is no such resource, CONFLICT where the role has too many. @changed: (out): FALSE where it was so before
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

G_END_DECLS
