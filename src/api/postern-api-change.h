/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/**
 * postern_api_change_describe: what @audit says of a change: call->detail and, of the members that can be sent and are no secret,
 * what they were ("before") and are ("after"), where they changed; and by which application, where one has a token. Of members that say who
 * somebody is both stand in its personal part.
 */
void postern_api_change_describe (PosternApiCall *call, PosternAudit *audit);

G_END_DECLS
