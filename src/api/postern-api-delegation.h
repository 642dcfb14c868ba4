/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"
#include "postern-role.h"

G_BEGIN_DECLS

/*
 * Delegated administration: whoever acts in an organization may call the rows that are POSTERN_API_DELEGATED, and for that organization alone.
 * Of another one they learn nothing, not even that it is there: the answer is the one to an id that nothing has. Every such row finds what
 * it works on by these functions.
 */

/** postern_api_delegation_is_bound: whether who calls acts in an organization, and for nothing else */
gboolean postern_api_delegation_is_bound (PosternApiCall *call);
/** postern_api_delegation_load: the organization that `{id}` of the path names, by its id or slug. NOT_FOUND also of another's. (transfer full) (nullable) */
PosternOrganization *postern_api_delegation_load (PosternApiCall *call, PosternTxn *txn, GError **error);
/** postern_api_delegation_load_group: `{group}` of the path, in the organization of `{id}`. (transfer full) (nullable) */
PosternGroup *postern_api_delegation_load_group (PosternApiCall *call, PosternTxn *txn, GError **error);
/**
 * postern_api_delegation_load_member: the member of @organization_id whom `{user}` of the path names, by id or by what they sign in with. Somebody
 * who is none is answered as somebody who is nobody. (transfer full) (nullable)
 */
PosternMember *postern_api_delegation_load_member (PosternApiCall *call, PosternTxn *txn, const char *organization_id, GError **error);
/** postern_api_delegation_check_members: who acts in the organization sends none of @names, which end with NULL: they are the tenant's to say. ACCESS_DENIED */
gboolean postern_api_delegation_check_members (PosternApiCall *call, const char *const *names, GError **error);

/** postern_api_delegation_check_organization: @id is one that who calls may name. NOT_FOUND of another's */
gboolean postern_api_delegation_check_organization (PosternApiCall *call, const char *id, GError **error);
/**
 * postern_api_delegation_dup_organization: the id of the one that @object, the body or the query, names by its id or slug: where who acts in one says
 * nothing, it is that one. "": of the tenant. NOT_FOUND of another's, as of a slug that none has. (transfer full) (nullable)
 */
char *postern_api_delegation_dup_organization (PosternApiCall *call, PosternTxn *txn, GVariant *object, GError **error);
/** postern_api_delegation_check_role: who calls may see @role: one's organization's own, or a template. NOT_FOUND of any other */
gboolean postern_api_delegation_check_role (PosternApiCall *call, const PosternRole *role, GError **error);
/** postern_api_delegation_check_role_own: who calls may change @role, which they see. ACCESS_DENIED of a template */
gboolean postern_api_delegation_check_role_own (PosternApiCall *call, const PosternRole *role, GError **error);
/**
 * postern_api_delegation_dup_subject: for who acts in an organization: the member (by id or what they sign in with) or the group of it that @name
 * says. NOT_FOUND of anybody else; ACCESS_DENIED of an application, which is the tenant's. (transfer full) (nullable)
 */
char *postern_api_delegation_dup_subject (PosternApiCall *call, PosternTxn *txn, const char *name, GError **error);

G_END_DECLS
