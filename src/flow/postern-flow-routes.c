/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-routes.h"

#include "postern-flow-account-organization.h"
#include "postern-flow-methods.h"
#include "postern-flow-organization-page.h"

#define FORM_MAX (256 * 1024)     /* bytes: a password may be long, a page may not */
#define LOOK_MAX (64 * 1024)      /* bytes: a picture (24 KiB) and all that can be typed beside it, and as much again for who must be told that theirs is larger */
#define ORGANIZATION POSTERN_FLOW_ORGANIZATION_PAGE_PATH "{organization}"
#define CALLBACK_MAX (512 * 1024) /* bytes: a SAML response is large */

const PosternRoute postern_flow_routes[] = {
  { "GET", "/sign-in/{flow}", postern_flow_pages_show },
  { "POST", "/sign-in/{flow}", postern_flow_pages_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/code/{token}", postern_flow_code_link_show },
  { "GET", "/brand/{file}", postern_flow_brand_show, NULL, 0, POSTERN_ROUTE_LOOK },
  { "GET", "/invitation/{token}", postern_flow_invitation_show },
  { "GET", "/invitation", postern_flow_invitation_show },
  { "POST", "/invitation", postern_flow_invitation_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/callback/{instance}", postern_flow_pages_call_back },
  { "POST", "/callback/{instance}", postern_flow_pages_call_back, NULL, CALLBACK_MAX },

  { "GET", "/", postern_flow_account_root },
  { "GET", "/account", postern_flow_account_show },
  { "POST", "/account", postern_flow_account_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/account/password", postern_flow_account_password },
  { "GET", "/account/change/{task}", postern_flow_tasks_show },
  { "GET", "/account/profile", postern_flow_account_profile_show },
  { "POST", "/account/profile", postern_flow_account_profile_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", POSTERN_FLOW_METHOD_NAME_PATH "{credential}", postern_flow_account_name_show },
  { "POST", POSTERN_FLOW_METHOD_NAME_PATH "{credential}", postern_flow_account_name_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", POSTERN_FLOW_ACCOUNT_ORGANIZATION_PATH "{organization}", postern_flow_account_organization_show },
  { "POST", POSTERN_FLOW_ACCOUNT_ORGANIZATION_PATH "{organization}", postern_flow_account_organization_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/account/data", postern_flow_account_data },
  { "GET", "/account/delete", postern_flow_account_delete_show },
  { "POST", "/account/delete", postern_flow_account_delete_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/.well-known/change-password", postern_flow_account_well_known },
  { "GET", "/.well-known/passkey-endpoints", postern_flow_passkey_well_known },
  { "GET", "/.well-known/webauthn", postern_flow_passkey_related },

  { "GET", "/account/sign-out", postern_flow_sign_out_show },
  { "POST", "/account/sign-out", postern_flow_sign_out_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/account/signed-out", postern_flow_sign_out_done },

  { "GET", ORGANIZATION, postern_flow_organization_page_enter_first },
  { "GET", ORGANIZATION "/members", postern_flow_organization_members_show },
  { "GET", ORGANIZATION "/members/{member}", postern_flow_organization_members_show_one },
  { "POST", ORGANIZATION "/members/{member}", postern_flow_organization_members_submit_one, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/invitations", postern_flow_organization_invitations_show },
  { "POST", ORGANIZATION "/invitations", postern_flow_organization_invitations_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/groups", postern_flow_organization_groups_show },
  { "POST", ORGANIZATION "/groups", postern_flow_organization_groups_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/groups/{group}", postern_flow_organization_group_show },
  { "POST", ORGANIZATION "/groups/{group}", postern_flow_organization_group_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/roles", postern_flow_organization_role_list_show },
  { "POST", ORGANIZATION "/roles", postern_flow_organization_role_list_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/roles/{role}", postern_flow_organization_role_show },
  { "POST", ORGANIZATION "/roles/{role}", postern_flow_organization_role_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/domains", postern_flow_organization_domains_show },
  { "POST", ORGANIZATION "/domains", postern_flow_organization_domains_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/sign-in", postern_flow_organization_sign_in_show },
  { "POST", ORGANIZATION "/sign-in", postern_flow_organization_sign_in_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", ORGANIZATION "/look", postern_flow_organization_look_show },
  { "POST", ORGANIZATION "/look", postern_flow_organization_look_submit, NULL, LOOK_MAX, POSTERN_ROUTE_CSRF | POSTERN_ROUTE_MULTIPART },
  { "GET", ORGANIZATION "/log", postern_flow_organization_log_show },

  { "GET", "/console", postern_flow_console_show },
  { "GET", "/console/add", postern_flow_console_types },
  { "GET", "/console/add/{type}", postern_flow_console_change_new },
  { "POST", "/console/add/{type}", postern_flow_console_change_create, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/console/guide/{type}", postern_flow_console_guide_show },
  { "GET", "/console/connectors/{id}", postern_flow_console_change_show },
  { "POST", "/console/connectors/{id}", postern_flow_console_change_submit, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },
  { "GET", "/console/connectors/{id}/delete", postern_flow_console_change_ask_delete },
  { "POST", "/console/connectors/{id}/delete", postern_flow_console_change_delete, NULL, FORM_MAX, POSTERN_ROUTE_CSRF },

  { "GET", "/setup/{ticket}", postern_flow_setup_begin },
  { "GET", "/account/welcome", postern_flow_setup_welcome },

  { "GET", "/dev/outbox", postern_flow_outbox_list },
  { "GET", "/dev/outbox/{message}", postern_flow_outbox_show },
  { NULL },
};
