/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * What a page asks a passkey. The challenge is of the page that the flow stands on, and kept with it: whatever comes back is for
 * that page of that flow, and the next page has another one.
 */
#define POSTERN_FLOW_PASSKEY_CHALLENGE "passkey_challenge" /* member of the page's model, and of what the factor's step begins with */

/*
 * Task by which a browser makes a passkey by itself, just after the password that it keeps was good (conditional creation): nobody need touch
 * anything, and nothing else changes for the person: such a passkey signs in, and is not asked for as second factor.
 */
#define POSTERN_FLOW_PASSKEY_UPGRADE "upgrade-passkey"
#define POSTERN_FLOW_PASSKEY_UNATTENDED "unattended" /* member of its credential's data */

/** postern_flow_passkey_dup_rp_id: the host of the tenant's public URL. (transfer full) */
char *postern_flow_passkey_dup_rp_id (PosternTenant *tenant);
/** postern_flow_passkey_dup_origin: where our pages stand. (transfer full) */
char *postern_flow_passkey_dup_origin (PosternTenant *tenant);
#define POSTERN_FLOW_PASSKEY_ORIGINS "origins" /* setting of the factor: other sites whose pages may use passkeys of this one */

/** postern_flow_passkey_is_origin: whether @text is an origin of HTTPS, and written as browsers write it: only so it is found again. */
gboolean postern_flow_passkey_is_origin (const char *text);
/** postern_flow_passkey_dup_ids: those of the passkeys among @credentials, as browsers say them, separated by spaces. @count: (out) (nullable). (transfer full) */
char *postern_flow_passkey_dup_ids (GPtrArray *credentials, guint *count);
/** postern_flow_passkey_add_known: what a page tells the authenticators of the person's passkeys, if there are any here: members `passkey_rp`,
 * `passkey_ids`, `user_handle` and `user_name`. */
void postern_flow_passkey_add_known (PosternRuntime *runtime, PosternTenant *tenant, PosternUser *user, GPtrArray *credentials, PosternJsonObject *model);
/** postern_flow_passkey_add_upgrade: member `upgrade_url` for who has just come in by a password, and has no passkey. */
void postern_flow_passkey_add_upgrade (PosternFlowContext *context, PosternSession *session, GPtrArray *credentials, PosternJsonObject *model);
/** postern_flow_passkey_add: members `passkey_challenge`, `passkey_rp` and `passkey_unknown` for a page where anybody may sign in by passkey, if that is a way here. */
void postern_flow_passkey_add (PosternFlowContext *context, PosternJsonObject *model);
/** postern_flow_passkey_dup_response: the form of such a page: what the factor begins with. (transfer full) */
PosternPairs *postern_flow_passkey_dup_response (PosternFlowContext *context);

G_END_DECLS
