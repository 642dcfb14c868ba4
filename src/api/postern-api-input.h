/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/** postern_api_input_read: what was sent with a request, checked against the tables of its row: path, conditions, query and body. Faults go into @call, too */
gboolean postern_api_input_read (PosternApiCall *call, GError **error);

G_END_DECLS
