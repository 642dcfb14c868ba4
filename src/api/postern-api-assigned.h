/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/* Private to this room: the roles that somebody was given, as the member `roles` of what they are: an application's of the tenant, a group's of its organization. */

#define POSTERN_API_ASSIGNED_MEMBER                                                                                                       \
  {                                                                                                                                       \
    "roles", POSTERN_API_ARRAY, 0, "The roles that it was given, by id; where they are sent, those and no others. Lists leave them out.", \
        0, 100, .items = POSTERN_API_STRING                                                                                               \
  }

/** postern_api_assigned_add: adds to @dict the roles of @subject_id. @organization_id: "": of the tenant */
gboolean postern_api_assigned_add (GVariantDict *dict, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);
/**
 * postern_api_assigned_take: where the body says `roles`, @subject_id has those and no others. Where that changes something, it needs roles:write, and of each role
 * that comes or goes all that it gives. What changes is written down role by role.
 */
gboolean postern_api_assigned_take (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);
/** postern_api_assigned_drop: takes all roles from @subject_id, likewise. NOT_FOUND: it has none */
gboolean postern_api_assigned_drop (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);
/** postern_api_assigned_list: those of @subject_id, by id, sorted. (transfer full) (nullable) (element-type utf8) */
GPtrArray *postern_api_assigned_list (PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error);

G_END_DECLS
