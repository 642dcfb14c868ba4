/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** postern_flow_park_save: keeps the flow and answers: 303 to its page, or to where context->prompt sends the person. (transfer full) (nullable) with @error */
PosternResponse *postern_flow_park_save (PosternFlowContext *context, GError **error);

/**
 * postern_flow_park_load: the flow @id of @request's browser.
 * @lost: (out) (transfer full) (nullable): what to answer when there is none: another browser's flow and an unknown one look alike
 * Returns: (transfer full) (nullable)
 */
PosternFlow *postern_flow_park_load (PosternRuntime *runtime, PosternRequest *request, const char *id, PosternResponse **lost);

/**
 * postern_flow_park_load_native: the flow whose newest @auth_session this is, if the application got it: another's, an older one's
 * and an unknown one's look alike. Returns: (transfer full) (nullable) with INVALID_SESSION
 */
PosternFlow *postern_flow_park_load_native (PosternTenant *tenant, const char *auth_session, const char *application_id, GError **error);

/** postern_flow_park_peek: the flow @id, whoever's it is: to be told nothing of. (transfer full) (nullable): also when it is over */
PosternFlow *postern_flow_park_peek (PosternTenant *tenant, const char *id);

/**
 * postern_flow_park_close: the flow is about to end, and of all requests that read it as this one did, one may end it: the
 * database decides in one statement. What is left only knows the way back, for a person who reloads.
 * @overtaken: (out) (transfer full) (nullable): the answer when another request was faster
 * Returns: FALSE with either @overtaken or @error
 */
gboolean postern_flow_park_close (PosternFlowContext *context, PosternResponse **overtaken, GError **error);
/**
 * postern_flow_park_finish: as postern_flow_park_close(), and commits the walk's effects: in one transaction where the database has both in
 * one place, else behind it.
 */
gboolean postern_flow_park_finish (PosternFlowContext *context, PosternResponse **overtaken, GError **error);

/**
 * postern_flow_park_use: uses up what works once while @flow lasts: of those who bring it at once, the database lets one be the first.
 * @kind: what it is; @secret: which one, by its hash or as nobody can guess it
 * @first: (out): whether nobody was before; unset with @error
 * Returns: FALSE with @error, when the store failed
 */
gboolean postern_flow_park_use (PosternTenant *tenant, PosternFlow *flow, const char *kind, const char *secret, gboolean *first, GError **error);
/** postern_flow_park_use_callback: TRUE the first time only, decided by the database in one statement. @state: what came back */
gboolean postern_flow_park_use_callback (PosternRuntime *runtime, PosternFlow *flow, const char *state);

G_END_DECLS
