/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-breaker.h"
#include "postern-instance.h"

G_BEGIN_DECLS

/*
 * What the worker remembers of a connector instance while it lives: its breaker, and to which origins it sends browsers.
 */

/** postern_flow_connector_enter: as postern_flow_breaker_enter() */
gboolean postern_flow_connector_enter (PosternInstance *instance, gint64 now, guint *place, GError **error);
void postern_flow_connector_leave (PosternInstance *instance, guint place, PosternFlowBreakerEnd end, gint64 now);
/** postern_flow_connector_get_pause: seconds until somebody is sent there again; 0: at once */
guint postern_flow_connector_get_pause (PosternInstance *instance, gint64 now);

/** postern_flow_connector_dup_origin: "scheme://host[:port]" of @url. (transfer full) (nullable) */
char *postern_flow_connector_dup_origin (const char *url);
/** postern_flow_connector_learn: notes where the instance sent a browser. Returns: TRUE if pages allowed that origin already. */
gboolean postern_flow_connector_learn (PosternInstance *instance, const char *url);
/** postern_flow_connector_dup_origins: what a page with this connector's button must allow as a form's target. (transfer full) (element-type utf8) */
GPtrArray *postern_flow_connector_dup_origins (PosternInstance *instance);

G_END_DECLS
