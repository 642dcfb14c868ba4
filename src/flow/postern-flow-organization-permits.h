/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-organization-page.h"
#include "postern-resource-book.h"

G_BEGIN_DECLS

/*
 * What a role gives, as a page shows and asks it: scopes of resources, a box to tick each. Nobody gives what they lack, so the boxes are of what who
 * looks at the page has; the API decides.
 */

/** PosternFlowOrganizationPermits: borrows the page. */
typedef struct {
  PosternFlowOrganizationPage *page;
  PosternResourceBook *book; /* owned */
  GPtrArray *all;            /* (element-type utf8): RESOURCE/SCOPE of what who looks at the page has; owned */
} PosternFlowOrganizationPermits;

/** postern_flow_organization_permits_read: FALSE with @error where the store fails. */
gboolean postern_flow_organization_permits_read (PosternFlowOrganizationPermits *self, PosternFlowOrganizationPage *page, GError **error);
void postern_flow_organization_permits_clear (PosternFlowOrganizationPermits *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowOrganizationPermits, postern_flow_organization_permits_clear)

/** postern_flow_organization_permits_are_asked: whether there are no more than a form can ask; else what a role gives stays as it is. */
gboolean postern_flow_organization_permits_are_asked (PosternFlowOrganizationPermits *self);
/** postern_flow_organization_permits_holds: whether all that @role gives, as the API has it, is had by who looks at the page. */
gboolean postern_flow_organization_permits_holds (PosternFlowOrganizationPermits *self, GVariant *role);
/** postern_flow_organization_permits_list_given: what @role gives: [{`title` (phrase)}]. (transfer floating) */
GVariant *postern_flow_organization_permits_list_given (PosternFlowOrganizationPermits *self, GVariant *role);
/** postern_flow_organization_permits_list: all boxes: [{`id`,`title` (phrase),`ticked`}]. (transfer floating) */
GVariant *postern_flow_organization_permits_list (PosternFlowOrganizationPermits *self, GVariant *role);

/** postern_flow_organization_permits_read_ticked: what is ticked in the form, as the API takes it. (transfer floating) */
GVariant *postern_flow_organization_permits_read_ticked (PosternFlowOrganizationPermits *self);
/** postern_flow_organization_permits_keep: adds to @typed which boxes are ticked in the form. */
void postern_flow_organization_permits_keep (PosternFlowOrganizationPage *page, PosternJsonObject *typed);

G_END_DECLS
