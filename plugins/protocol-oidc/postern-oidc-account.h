/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/*
 * The account API, `/api/account/…`: what a person does with their own account, through an application that they allowed to. What
 * there is to do is in src/flow/postern-flow-account-api.h; here is who may.
 *
 * A GET needs an access token with the scope `account:read`, all else one with `account:write`. No application may ask for either
 * unless an administrator allows it. Errors are RFC 9457 problems.
 */
#define POSTERN_OIDC_ACCOUNT_READ "account:read"
#define POSTERN_OIDC_ACCOUNT_WRITE "account:write"

/* One a route, by the name of what it does. */
PosternResponse *postern_oidc_account_show_profile (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_change_profile (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_show_preferences (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_change_preferences (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_show_data (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_ask_deletion (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_undo_deletion (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_list_methods (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_rename_method (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_remove_method (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_list_sessions (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_end_session (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_end_others (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_list_applications (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_revoke_application (PosternRequest *request, gpointer oidc);
PosternResponse *postern_oidc_account_list_activity (PosternRequest *request, gpointer oidc);

G_END_DECLS
