/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-organization-page.h"

G_BEGIN_DECLS

/** PosternFlowOrganizationRoles: the roles that can be had in the organization: its own and the templates. Empty for who may not see them. */
typedef struct {
  GPtrArray *roles; /* (element-type GVariant): a{sv}, as the API has them */
} PosternFlowOrganizationRoles;

/** postern_flow_organization_roles_read: FALSE only where the API fails: @page->problem. */
gboolean postern_flow_organization_roles_read (PosternFlowOrganizationRoles *self, PosternFlowOrganizationPage *page);
void postern_flow_organization_roles_clear (PosternFlowOrganizationRoles *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowOrganizationRoles, postern_flow_organization_roles_clear)

/** postern_flow_organization_roles_list: those of @ids (nullable), for a page: [{`id`,`name`}]. (transfer floating) */
GVariant *postern_flow_organization_roles_list (const PosternFlowOrganizationRoles *self, const char *const *ids);
/** postern_flow_organization_roles_list_others: all others, likewise. (transfer floating) */
GVariant *postern_flow_organization_roles_list_others (const PosternFlowOrganizationRoles *self, const char *const *ids);

/** postern_flow_organization_roles_give: asks that @subject_id, a member or a group, has @role_id there. As postern_flow_organization_page_ask() */
gboolean postern_flow_organization_roles_give (PosternFlowOrganizationPage *page, const char *role_id, const char *subject_id);
/** postern_flow_organization_roles_take: likewise, has it no more. */
gboolean postern_flow_organization_roles_take (PosternFlowOrganizationPage *page, const char *role_id, const char *subject_id);

G_END_DECLS
