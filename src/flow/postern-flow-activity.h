/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_ACTIVITY_MAX 20

/**
 * postern_flow_activity_to_variant: member `activity` of the page `account`: the newest of what is kept of a person: sign-ins, as long as
 * their session is kept, and changes. @events: as postern_audit_store_list_for() gives them. Returns: (transfer full): floating
 */
GVariant *postern_flow_activity_to_variant (GPtrArray *events, GPtrArray *sessions);

G_END_DECLS
