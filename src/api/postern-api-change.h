/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/**
 * postern_api_change_describe: what the audit entry of a change says: call->detail and, of the members that can be sent and are no secret,
 * what they were ("before") and are ("after"), where they changed; and by which application, where one has a token. (transfer full): an a{sv}
 */
GVariant *postern_api_change_describe (PosternApiCall *call);

G_END_DECLS
