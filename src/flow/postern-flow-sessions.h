/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** PosternFlowSessions: the sessions of the flow's browser with their people, read once; who is switched off is left out. */
typedef struct _PosternFlowSessions PosternFlowSessions;

#define POSTERN_FLOW_SESSIONS_NONE (-1)
#define POSTERN_FLOW_SESSIONS_MANY (-2)

PosternFlowSessions *postern_flow_sessions_new (PosternFlowContext *context, GError **error);
void postern_flow_sessions_free (PosternFlowSessions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternFlowSessions, postern_flow_sessions_free)

guint postern_flow_sessions_count (PosternFlowSessions *self);
gint postern_flow_sessions_find (PosternFlowSessions *self, const char *session_id); /* -1: none */
/** postern_flow_sessions_serves: fresh enough for what was asked (prompt=login, max_age), and of the hinted user if there is one. */
gboolean postern_flow_sessions_serves (PosternFlowSessions *self, PosternFlowContext *context, guint index);
/** postern_flow_sessions_pick: the one that serves; NONE, or MANY when the person must say which. */
gint postern_flow_sessions_pick (PosternFlowSessions *self, PosternFlowContext *context);
/** postern_flow_sessions_find_known: where none serves: whose person is meant and must show it once more; NONE, or MANY when the person must say which. */
gint postern_flow_sessions_find_known (PosternFlowSessions *self, PosternFlowContext *context);
/** postern_flow_sessions_find_way: by what, and as whom: postern_flow_again_find() */
PosternInstance *postern_flow_sessions_find_way (PosternFlowSessions *self, PosternFlowContext *context, guint index, const char **identifier);
/** postern_flow_sessions_use: the flow is about this session's user from now on. */
void postern_flow_sessions_use (PosternFlowSessions *self, PosternFlowContext *context, guint index);
const char *postern_flow_sessions_get_user_id (PosternFlowSessions *self, guint index);
const char *postern_flow_sessions_get_shown (PosternFlowSessions *self, guint index); /* what the person is called on a page */
/** postern_flow_sessions_to_variant: av for the page `choose-account`; floating. */
GVariant *postern_flow_sessions_to_variant (PosternFlowSessions *self);

/** postern_flow_sessions_is_fresh: whether a sign-in at @auth_time is young enough for the flow's max_age (OpenID Connect Core 3.1.2.1). */
gboolean postern_flow_sessions_is_fresh (PosternFlowContext *context, gint64 auth_time);

G_END_DECLS
