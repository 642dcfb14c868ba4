/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/* Private to this room: how a member of an organization, or of one of its groups, is shown. */

extern const PosternApiSchema postern_api_members_schema;

/** postern_api_members_answer: one, with what the person is called */
gboolean postern_api_members_answer (PosternApiCall *call, PosternTxn *txn, PosternMember *member, GError **error);
/** postern_api_members_answer_page: @members (element-type PosternMember) */
gboolean postern_api_members_answer_page (PosternApiCall *call, PosternTxn *txn, GPtrArray *members, GError **error);
/** postern_api_members_describe: (floating): whom a change is about, for its audit entry. @group_id: (nullable) */
GVariant *postern_api_members_describe (const char *user_id, const char *group_id);

G_END_DECLS
