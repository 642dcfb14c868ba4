/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/*
 * Nobody gives what they do not have, nor comes to it by another's account. What counts is what may be done here, in this API: what roles
 * give at other resources is theirs to guard. By the admin socket everything may be done.
 */

/**
 * postern_api_rights_check_subject: who calls holds everything that @subject_id (usr_… or app_…) may do here, by roles of the tenant and of organizations: before
 * that account is changed in a way by which somebody could act as it. INSUFFICIENT_SCOPE with the first permission that is lacking
 */
gboolean postern_api_rights_check_subject (PosternApiCall *call, PosternTxn *txn, const char *subject_id, GError **error);
/**
 * postern_api_rights_check_role: who calls holds everything that @role gives here: before it is given, taken or changed. Who acts in an organization
 * (postern-api-delegation.h) must hold what it gives anywhere: what an organization may have at the tenant's resources is the tenant's to say.
 */
gboolean postern_api_rights_check_role (PosternApiCall *call, PosternTxn *txn, const PosternRole *role, GError **error);
/** postern_api_rights_check_owner: who calls holds everything: before somebody is made an owner, or is one no longer. */
gboolean postern_api_rights_check_owner (PosternApiCall *call, PosternTxn *txn, GError **error);
/** postern_api_rights_check_assigned: … everything that roles give which @subject_id (usr_…, grp_… or app_…) was given in @organization_id: before somebody is put into a group, or it goes. */
gboolean postern_api_rights_check_assigned (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);
/** postern_api_rights_check_member: … with those of the groups that @user_id is in there: before they are taken out. */
gboolean postern_api_rights_check_member (PosternApiCall *call, PosternTxn *txn, const char *organization_id, const char *user_id, GError **error);
/** postern_api_rights_check_permission: … @scope of the resource @resource_id, before a role gives it. */
gboolean postern_api_rights_check_permission (PosternApiCall *call, PosternTxn *txn, const char *resource_id, const char *scope, GError **error);

G_END_DECLS
