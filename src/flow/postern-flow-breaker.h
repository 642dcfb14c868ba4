/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the worker remembers, while it lives, of calls to somebody else's server: how many are under way, and how the last ones ended. One that
 * hangs must not hold all handler threads, and one that is down must not make each person wait for its time-out.
 */

#define POSTERN_FLOW_BREAKER_CALLS 8 /* half of the default handler threads */

/** How a call ended: a person's "no" is good, too; one whose asker left before it could end says nothing. */
typedef enum { POSTERN_FLOW_BREAKER_GOOD, POSTERN_FLOW_BREAKER_FAILED, POSTERN_FLOW_BREAKER_LEFT } PosternFlowBreakerEnd;

/** PosternFlowBreaker: zeroed, it is as new. Times are seconds since 1970. Thread-safe */
typedef struct {
  gint64 begun[POSTERN_FLOW_BREAKER_CALLS]; /* of each call under way; 0: a free place */
  guint failures;
  gint64 good_at; /* when a call last ended well */
  gint64 closed_until;
} PosternFlowBreaker;

/**
 * postern_flow_breaker_enter: takes a place for one call. @what: as it is called in the error
 * Returns: FALSE with POSTERN_ERROR_TEMPORARILY_UNAVAILABLE when too many are under way, the last ones all failed, or one has
 * hung for five seconds in which nobody came back. A TRUE is paired with postern_flow_breaker_leave().
 */
gboolean postern_flow_breaker_enter (PosternFlowBreaker *self, const char *what, gint64 now, guint *place, GError **error);
void postern_flow_breaker_leave (PosternFlowBreaker *self, guint place, PosternFlowBreakerEnd end, gint64 now);
/** postern_flow_breaker_get_pause: seconds until somebody is sent there again; 0: at once */
guint postern_flow_breaker_get_pause (PosternFlowBreaker *self, gint64 now);

G_END_DECLS
