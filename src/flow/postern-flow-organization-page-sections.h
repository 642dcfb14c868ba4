/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-organization-page.h"

G_BEGIN_DECLS

/* The sections that an organization's pages have: one row of a table each. */

/** postern_flow_organization_page_sections_may_see: whether there is the section @name for who looks at the page; FALSE of a name without a row */
gboolean postern_flow_organization_page_sections_may_see (PosternFlowOrganizationPage *page, const char *name);
/** postern_flow_organization_page_sections_find_first: the name of the first section that there is for who looks at the page. (nullable) */
const char *postern_flow_organization_page_sections_find_first (PosternFlowOrganizationPage *page);
/** postern_flow_organization_page_sections_list: all that there are for who looks at the page: [{`id`,`title`,`current`,`url`}]. (transfer floating) */
GVariant *postern_flow_organization_page_sections_list (PosternFlowOrganizationPage *page);
/**
 * postern_flow_organization_page_sections_list_open: in which organizations there is any section that @user_id may see who is a member of them. Two reads, however many
 * there are. May block. (transfer full) (element-type utf8 utf8): a set of ids; with "" in it each one is
 */
GHashTable *postern_flow_organization_page_sections_list_open (PosternRuntime *runtime, const char *user_id);

G_END_DECLS
