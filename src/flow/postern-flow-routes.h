/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** The routes of a sign-in and of a person's own pages; user_data is the engine. */
extern const PosternRoute postern_flow_routes[];

/* postern-flow-pages.c: the pages of a flow and what providers send back */
PosternResponse *postern_flow_pages_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_pages_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_pages_call_back (PosternRequest *request, gpointer engine);

/* postern-flow-code-link.c: where the link of a message leads */
PosternResponse *postern_flow_code_link_show (PosternRequest *request, gpointer engine);

/* postern-flow-brand.c: what an organization's pages load */
PosternResponse *postern_flow_brand_show (PosternRequest *request, gpointer engine);

/* postern-flow-invitation.c: where the link of an invitation leads */
PosternResponse *postern_flow_invitation_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_invitation_submit (PosternRequest *request, gpointer engine);

/* postern-flow-account.c: what a person sees and ends of their own */
PosternResponse *postern_flow_account_root (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_password (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_well_known (PosternRequest *request, gpointer engine);

/* postern-flow-passkey.c: where password managers send people who want a passkey */
PosternResponse *postern_flow_passkey_related (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_passkey_well_known (PosternRequest *request, gpointer engine);

/* postern-flow-account-profile.c: what a person says of themselves, and the language of their pages and mails */
PosternResponse *postern_flow_account_profile_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_profile_submit (PosternRequest *request, gpointer engine);

/* postern-flow-account-name.c: what a person calls a passkey */
PosternResponse *postern_flow_account_name_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_name_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_organization_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_organization_submit (PosternRequest *request, gpointer engine);

/* postern-flow-organization-page-enter.c, and one file a section: an organization is run by its own administrators */
/** To the first section that there is for who comes. */
PosternResponse *postern_flow_organization_page_enter_first (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_members_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_members_show_one (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_members_submit_one (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_invitations_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_invitations_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_groups_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_groups_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_group_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_group_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_role_list_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_role_list_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_role_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_role_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_domains_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_domains_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_sign_in_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_sign_in_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_look_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_look_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_organization_log_show (PosternRequest *request, gpointer engine);

/* postern-flow-account-data.c: all that is kept about a person, as JSON */
PosternResponse *postern_flow_account_data (PosternRequest *request, gpointer engine);

/* postern-flow-account-delete.c */
PosternResponse *postern_flow_account_delete_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_account_delete_submit (PosternRequest *request, gpointer engine);

/* postern-flow-console.c: what there is of connectors, and what could be added; for administrators */
PosternResponse *postern_flow_console_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_types (PosternRequest *request, gpointer engine);

/* postern-flow-console-guide.c: what an operator should read of a type */
PosternResponse *postern_flow_console_guide_show (PosternRequest *request, gpointer engine);

/* postern-flow-console-change.c: one of them is added, changed, tried or deleted */
PosternResponse *postern_flow_console_change_new (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_change_create (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_change_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_change_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_change_ask_delete (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_console_change_delete (PosternRequest *request, gpointer engine);

/* postern-flow-tasks.c */
PosternResponse *postern_flow_tasks_show (PosternRequest *request, gpointer engine);

/* postern-flow-sign-out.c */
PosternResponse *postern_flow_sign_out_show (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_sign_out_submit (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_sign_out_done (PosternRequest *request, gpointer engine);

/* postern-flow-setup.c: the first administrator */
PosternResponse *postern_flow_setup_begin (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_setup_welcome (PosternRequest *request, gpointer engine);

/* postern-flow-outbox.c: what was not sent, for a developer; there at all only where postern_flow_outbox_find_folder() finds one */
PosternResponse *postern_flow_outbox_list (PosternRequest *request, gpointer engine);
PosternResponse *postern_flow_outbox_show (PosternRequest *request, gpointer engine);
/** postern_flow_outbox_find_folder: (transfer none) (nullable): where a messenger of the type `file` writes, if nobody but this machine can ask. */
const char *postern_flow_outbox_find_folder (PosternRuntime *runtime, PosternTenant *tenant);

G_END_DECLS
