/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

/** postern_flow_choices_list: the connectors that may say who it is in this flow. (transfer full) (element-type PosternInstance) */
GPtrArray *postern_flow_choices_list (PosternFlowContext *context);
/** postern_flow_choices_add: members `connectors` (at most four, the one used last first) and `more_connectors` for a page's @model, if there are any. */
void postern_flow_choices_add (PosternFlowContext *context, PosternJsonObject *model);
/**
 * postern_flow_choices_find_domain: the connector that signs in the people of @identifier's e-mail domain: the first one whose
 * setting `email-domains` names it. (transfer none) (nullable)
 */
PosternInstance *postern_flow_choices_find_domain (PosternFlowContext *context, const char *identifier);
/** postern_flow_choices_dup_icon: an asset's name: a plugin names a file, a page wants "google" of "…/google.svg". @path: (nullable). (transfer full) (nullable) */
char *postern_flow_choices_dup_icon (const char *path);
/** postern_flow_choices_remember: this browser used @authenticator_id last. */
void postern_flow_choices_remember (PosternFlowContext *context, const char *authenticator_id);

G_END_DECLS
