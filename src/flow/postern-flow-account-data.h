/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/** postern_flow_account_data_read: all that is kept about who is here, or the part behind @after (nullable): see postern-user-data.h. Returns: (transfer full) (nullable): a{sv} */
GVariant *postern_flow_account_data_read (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *after, GError **error);

G_END_DECLS
