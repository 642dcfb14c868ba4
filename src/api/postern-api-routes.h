/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-route.h"

G_BEGIN_DECLS

/* Private to this room: the handlers, one file a resource. */
PosternResponse *postern_api_users_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_users_create (PosternRequest *request, gpointer data);
PosternResponse *postern_api_users_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_users_update (PosternRequest *request, gpointer data);
PosternResponse *postern_api_users_delete (PosternRequest *request, gpointer data);
PosternResponse *postern_api_users_unlink_identity (PosternRequest *request, gpointer data);
PosternResponse *postern_api_factor_reset_request_reset (PosternRequest *request, gpointer data);
PosternResponse *postern_api_factor_reset_cancel (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_create (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_update (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_delete (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_add_secret (PosternRequest *request, gpointer data);
PosternResponse *postern_api_applications_remove_secret (PosternRequest *request, gpointer data);
PosternResponse *postern_api_sessions_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_sessions_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_sessions_end (PosternRequest *request, gpointer data);
PosternResponse *postern_api_grants_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_grants_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_grants_revoke_one (PosternRequest *request, gpointer data);
PosternResponse *postern_api_grants_revoke_all (PosternRequest *request, gpointer data);
PosternResponse *postern_api_keys_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_keys_rotate (PosternRequest *request, gpointer data);
PosternResponse *postern_api_policy_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_policy_update (PosternRequest *request, gpointer data);
PosternResponse *postern_api_policy_replace (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_put (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_update (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_delete (PosternRequest *request, gpointer data);
PosternResponse *postern_api_connectors_types (PosternRequest *request, gpointer data);
PosternResponse *postern_api_messages_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_messages_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_messages_retry (PosternRequest *request, gpointer data);
PosternResponse *postern_api_messages_test (PosternRequest *request, gpointer data);

PosternResponse *postern_api_audit_list (PosternRequest *request, gpointer data);
PosternResponse *postern_api_status_show (PosternRequest *request, gpointer data);
PosternResponse *postern_api_status_doctor (PosternRequest *request, gpointer data);
PosternResponse *postern_api_status_setup (PosternRequest *request, gpointer data);

G_END_DECLS
