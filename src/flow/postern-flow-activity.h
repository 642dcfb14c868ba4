/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_ACTIVITY_MAX 20

/** PosternFlowActivity: something that happened to an account; all borrowed. */
typedef struct {
  const char *id; /* of the event, or of the session that a sign-in began */
  const char *event, *text; /* @text: a phrase; NULL: it is not for the person to read */
  gint64 at; /* microseconds since 1970 */
  const char *remote_address, *user_agent; /* each (nullable) */
} PosternFlowActivity;

/**
 * postern_flow_activity_list: what is kept of a person: sign-ins, as long as their session is kept, and what they did, the newest first.
 * @events: as postern_audit_store_list_for() gives them. Returns: (transfer full) (element-type PosternFlowActivity): lives no longer than both
 */
GArray *postern_flow_activity_list (GPtrArray *events, GPtrArray *sessions);
/** postern_flow_activity_to_variant: the newest of that, as member `activity` of the page `account`. Returns: (transfer full): floating */
GVariant *postern_flow_activity_to_variant (GPtrArray *events, GPtrArray *sessions);

G_END_DECLS
