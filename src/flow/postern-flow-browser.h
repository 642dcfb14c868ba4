/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * What a browser keeps of us, a cookie each:
 *   flow     binds the flows of this browser to it; ends with the browser
 *   session  the secrets of the sessions signed in here, each naming its session, newest first, separated by '.'; at most POSTERN_FLOW_BROWSER_SESSIONS
 *   device   a random name, so that guessing from elsewhere cannot lock its owner out
 *   method   the authenticator instance that served last, for the "last used" mark; no secret
 *   later    a second factor was offered and put off (postern-flow-second.c)
 *   postern-language, postern-appearance  how pages look (postern-flow-look.h)
 */
#define POSTERN_FLOW_BROWSER_SESSIONS 5
#define POSTERN_FLOW_BROWSER_LONGEST (400 * 24 * 3600) /* seconds: the longest that browsers keep a cookie */

/**
 * postern_flow_browser_dup_sessions: the living sessions of @request's browser, newest first, read at once.
 * @application_id: (nullable): for what an application brings that has no browser: only those of its own. NULL: those of no application
 * @users: (out) (transfer full) (optional) (element-type PosternUser): their people, at the same places; with it, sessions of
 *   people who are gone or switched off are left out
 * Returns: (transfer full) (element-type PosternSession) (nullable) with @error
 */
GPtrArray *postern_flow_browser_dup_sessions (PosternTenant *tenant, PosternRequest *request, const char *application_id, GPtrArray **users, GError **error);

/** postern_flow_browser_forget: takes @session (ended, or the person leaves) out of the browser's cookie. */
void postern_flow_browser_forget (PosternRequest *request, PosternResponse *response, PosternSession *session);

/** postern_flow_browser_dup_device_hash: (transfer full) (nullable): SHA-256 of the device cookie */
char *postern_flow_browser_dup_device_hash (PosternRequest *request);

/** postern_flow_browser_get_languages: what the person reads, best first: what was chosen on a page, else what the browser says. (transfer none) (nullable) */
const char *postern_flow_browser_get_languages (PosternRequest *request);

/* For the stages: the cookie is set on whatever the walk answers in the end. */
void postern_flow_browser_set_cookie (PosternFlowContext *context, const char *name, const char *value, gint64 max_age);
/** postern_flow_browser_add_session: puts @secret first in the session cookie, in place of an older one of the same session. */
void postern_flow_browser_add_session (PosternFlowContext *context, const char *secret);
/** postern_flow_browser_find_cookie: (transfer none) (nullable): what the walk has set, else what came with the request. */
const char *postern_flow_browser_find_cookie (PosternFlowContext *context, const char *name);
/** postern_flow_browser_apply: adds the walk's cookies to @response. */
void postern_flow_browser_apply (PosternFlowContext *context, PosternResponse *response);
/** postern_flow_browser_bind: gives the flow this browser's hash, and the browser a cookie if it has none. */
void postern_flow_browser_bind (PosternFlowContext *context);
/** postern_flow_browser_owns: whether @flow was begun in @request's browser. */
gboolean postern_flow_browser_owns (PosternRequest *request, PosternFlow *flow);

G_END_DECLS
