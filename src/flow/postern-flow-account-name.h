/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/**
 * postern_flow_account_name_set: calls the credential @id of who is here @name, which is as postern_user_name_dup_typed() gives it. NOT_FOUND, in
 * the same words, for somebody else's, for none, and for one that has no name
 */
gboolean postern_flow_account_name_set (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id, const char *name, GError **error);

G_END_DECLS
