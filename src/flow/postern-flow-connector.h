/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"

G_BEGIN_DECLS

/*
 * What the worker remembers of a connector instance while it lives: how many calls are under way, how the last ones
 * ended, and to which origins it sends browsers. One provider that hangs must not hold all handler threads, and one that
 * is down must not make each person wait for its time-out.
 */

/**
 * postern_flow_connector_enter: takes a place for one call. Returns: FALSE with POSTERN_ERROR_TEMPORARILY_UNAVAILABLE when too
 * many are under way or the last ones all failed. A TRUE is paired with postern_flow_connector_leave().
 */
gboolean postern_flow_connector_enter (PosternInstance *instance, gint64 now, GError **error);
/** postern_flow_connector_leave: @failed: the provider did not answer or misbehaved; a person's "no" is no failure. */
void postern_flow_connector_leave (PosternInstance *instance, gboolean failed, gint64 now);

/** postern_flow_connector_dup_origin: "scheme://host[:port]" of @url. (transfer full) (nullable) */
char *postern_flow_connector_dup_origin (const char *url);
/** postern_flow_connector_learn: notes where the instance sent a browser. Returns: TRUE if pages allowed that origin already. */
gboolean postern_flow_connector_learn (PosternInstance *instance, const char *url);
/** postern_flow_connector_dup_origins: what a page with this connector's button must allow as a form's target. (transfer full) (element-type utf8) */
GPtrArray *postern_flow_connector_dup_origins (PosternInstance *instance);

G_END_DECLS
