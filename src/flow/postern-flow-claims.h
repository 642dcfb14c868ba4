/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_claims_is_standard: whether a scope gives @claim */
gboolean postern_flow_claims_is_standard (const char *claim);
/** postern_flow_claims_of_scope: the claims that @scope gives (OpenID Connect Core 5.4). (transfer none) (nullable) (array zero-terminated=1) */
const char *const *postern_flow_claims_of_scope (const char *scope);

/**
 * postern_flow_claims_dup_scopes: what the person is asked to allow: the scopes asked for, and those whose claims the `claims`
 * parameter names one by one. (transfer full)
 */
char **postern_flow_claims_dup_scopes (PosternFlow *flow);

/**
 * postern_flow_claims_collect: what may be said of @user: the claims of the flow's granted scopes, those that
 * requested_claims names in either member, the organization that they act for, what @client's map says, what its hook says, and what the hub's listeners add. Never `sub`, `iss`, `aud` or another claim of
 * the token itself. Stage `claims` keeps it in flow->claims; userinfo calls it with a flow made from the grant.
 * Returns: (transfer full) (nullable): a{sv}, not floating; NULL where the hook must answer and does not
 */
GVariant *postern_flow_claims_collect (PosternRuntime *runtime, PosternFlow *flow, PosternClient *client, PosternUser *user, GError **error);
/** postern_flow_claims_collect_for_resources: what the managed ones of the flow's resources want access tokens to say of @user. Returns: likewise */
GVariant *postern_flow_claims_collect_for_resources (PosternRuntime *runtime, PosternResourceBook *book, PosternFlow *flow, PosternUser *user, GError **error);
/** postern_flow_claims_dup_essential_acr: what the application insists on; (transfer full) (nullable). */
char **postern_flow_claims_dup_essential_acr (PosternFlow *flow);

G_END_DECLS
