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

G_END_DECLS
