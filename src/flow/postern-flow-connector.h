/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"

G_BEGIN_DECLS

/*
 * What the worker remembers of a connector instance while it lives: how many calls are under way, how the last ones
 * ended, and to which origins it sends browsers. One provider that hangs must not hold all handler threads, and one that
 * is down must not make each person wait for its time-out.
 */

/** How a call ended: a person's "no" is good, too; one whose asker left before it could end says nothing. */
typedef enum { POSTERN_FLOW_CONNECTOR_GOOD, POSTERN_FLOW_CONNECTOR_FAILED, POSTERN_FLOW_CONNECTOR_LEFT } PosternFlowConnectorEnd;

/**
 * postern_flow_connector_enter: takes a place for one call. @now: seconds since 1970
 * Returns: FALSE with POSTERN_ERROR_TEMPORARILY_UNAVAILABLE when too many are under way, the last ones all failed, or one has
 * hung for five seconds in which nobody came back. A TRUE is paired with postern_flow_connector_leave().
 */
gboolean postern_flow_connector_enter (PosternInstance *instance, gint64 now, guint *place, GError **error);
void postern_flow_connector_leave (PosternInstance *instance, guint place, PosternFlowConnectorEnd end, gint64 now);
/** postern_flow_connector_get_pause: seconds until somebody is sent there again; 0: at once */
guint postern_flow_connector_get_pause (PosternInstance *instance, gint64 now);

/** postern_flow_connector_dup_origin: "scheme://host[:port]" of @url. (transfer full) (nullable) */
char *postern_flow_connector_dup_origin (const char *url);
/** postern_flow_connector_learn: notes where the instance sent a browser. Returns: TRUE if pages allowed that origin already. */
gboolean postern_flow_connector_learn (PosternInstance *instance, const char *url);
/** postern_flow_connector_dup_origins: what a page with this connector's button must allow as a form's target. (transfer full) (element-type utf8) */
GPtrArray *postern_flow_connector_dup_origins (PosternInstance *instance);

G_END_DECLS
