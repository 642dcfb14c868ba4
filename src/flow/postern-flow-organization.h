/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-assurance.h"
#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * The organization of a flow: the one that the application names, until stage `organization` has found out which one the person
 * acts for. Its rules say which ways in are offered, which sessions serve and how sure we must be.
 */

#define POSTERN_FLOW_SCOPE_ORGANIZATION "organization" /* the application would like the person to act for one, if they can */

/** postern_flow_organization_peek_rules: (transfer none) (nullable): NULL where none is named, or where who it is has been said already and is only proved */
PosternOrganizationRules *postern_flow_organization_peek_rules (PosternFlowContext *context);
/** postern_flow_organization_peek: the one that is named, whoever the person is: for how pages look. (transfer none) (nullable) */
PosternOrganization *postern_flow_organization_peek (PosternFlowContext *context);
/** postern_flow_organization_allows: whether the connector of this instance id may say who it is. */
gboolean postern_flow_organization_allows (PosternFlowContext *context, const char *connector_id);
/** postern_flow_organization_narrow: adds the rules of the one that the person acts for, if any. FALSE only when they could not be read. */
gboolean postern_flow_organization_narrow (PosternFlowContext *context, PosternAssurance *assurance, GError **error);
/**
 * postern_flow_organization_enter: the person acts for @name (an id or a slug) from now on. ACCESS_DENIED where they are no member, or
 * there is none that is not switched off: nobody learns which.
 */
gboolean postern_flow_organization_enter (PosternFlowContext *context, const char *name, GError **error);
/** postern_flow_organization_enter_by_itself: likewise the application, which asks for itself: INVALID_TARGET where it has no role there. */
gboolean postern_flow_organization_enter_by_itself (PosternFlowContext *context, const char *name, GError **error);
/**
 * postern_flow_organization_admits: whether what @session shows of @user is enough to act for @organization, as stage `organization` would say; for
 * a page of ours that is for one. FALSE with @error only where its rules cannot be read.
 */
gboolean postern_flow_organization_admits (PosternTenant *tenant, PosternOrganization *organization, PosternUser *user, PosternSession *session, GError **error);
/** postern_flow_organization_remember: the session begins with this one the next time, at the same application. An effect. */
void postern_flow_organization_remember (PosternFlowContext *context);

G_END_DECLS
