/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-account-api.h"

G_BEGIN_DECLS

/* The part of the account API that is about access: each is a PosternFlowAccountApi. */

/** how a person signs in, and where a browser adds a way or changes one */
PosternResponse *postern_flow_account_api_access_list_methods (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_access_rename_method (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_access_remove_method (PosternFlowAccountCall *call, GError **error);
/** where they are signed in */
PosternResponse *postern_flow_account_api_access_list_sessions (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_access_end_session (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_access_end_others (PosternFlowAccountCall *call, GError **error);
/** which applications act for them */
PosternResponse *postern_flow_account_api_access_list_applications (PosternFlowAccountCall *call, GError **error);
PosternResponse *postern_flow_account_api_access_revoke_application (PosternFlowAccountCall *call, GError **error);
/** what happened, the newest first */
PosternResponse *postern_flow_account_api_access_list_activity (PosternFlowAccountCall *call, GError **error);

G_END_DECLS
