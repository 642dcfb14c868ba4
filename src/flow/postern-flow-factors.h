/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * Which factors of our own a person may be asked for: what the tenant's policy allows, and the organization's that the application named, and this server can do. None of it looks
 * at whether there is such a person. All are (transfer none) (nullable).
 */

/** postern_flow_factors_find: the factor of this plugin, whatever the policy says. */
PosternInstance *postern_flow_factors_find (PosternFlowContext *context, const char *type_id);
PosternInstance *postern_flow_factors_find_password (PosternFlowContext *context);
/** postern_flow_factors_find_passkey: where a passkey alone is a way to sign in. */
PosternInstance *postern_flow_factors_find_passkey (PosternFlowContext *context);
/** postern_flow_factors_find_code: @identifier: (nullable): by which way the code would go: a number's by text message, all others' by e-mail; NULL for either */
PosternInstance *postern_flow_factors_find_code (PosternFlowContext *context, const char *identifier);
/** postern_flow_factors_find_first: what is asked for first: the password, else a code. */
PosternInstance *postern_flow_factors_find_first (PosternFlowContext *context, const char *identifier);
/** postern_flow_factors_can_send: whether anybody here carries messages over @channel: "email" or "sms". */
gboolean postern_flow_factors_can_send (PosternFlowContext *context, const char *channel);
/** postern_flow_factors_can_text: whether codes go out by text message here: policy, messenger and factor. */
gboolean postern_flow_factors_can_text (PosternFlowContext *context);
/** postern_flow_factors_can_recover: whether a forgotten password can be replaced: @identifier's owner can be written to, as a code would be. */
gboolean postern_flow_factors_can_recover (PosternFlowContext *context, const char *identifier);
/** postern_flow_factors_allow: whether what this flow chose is still allowed: asked again for each form, for the page may be older than the policy. Who sets the server up is always allowed to. */
gboolean postern_flow_factors_allow (PosternFlowContext *context, PosternInstance *factor);

G_END_DECLS
