/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/*
 * A sign-in that an application of ours shows itself, without a browser (POSTERN_ENTRANCE_NATIVE): the same flow, parked in the same
 * place, walking the same table. Instead of a page it is answered what the page says, and an auth_session: a secret that the next
 * answer must bring, good for that one answer and for the application that got it. Cookies play no part in it: what a browser
 * has in them, the secrets of its session and of its device, an application has in the auth_session, and what is done with them is
 * the stages' business as ever. On the wire it is
 *
 *   FLOW.SECRET                  a page waits; the flow keeps the hash of the whole
 *   FLOW.SECRET.SESSION.DEVICE   likewise, of an application that somebody has signed in to before
 *   SESSION.DEVICE               nothing waits: what comes with the code
 */

/**
 * postern_flow_native_answer: as postern_flow_engine_run(), for what an application that shows the pages itself (NATIVE) answers
 * to one: wakes the flow that @auth_session names. NATIVE is filled in as BROWSER is, without the URLs; it neither reads nor
 * sets a cookie, and a parked walk is answered by the protocol's show().
 * Returns: (nullable): NULL with INVALID_SESSION when no flow of @application_id waits for it
 */
PosternResponse *postern_flow_native_answer (PosternFlowEngine *self, PosternRequest *request, const char *auth_session, const char *application_id, GError **error);

/** postern_flow_native_waits: whether @auth_session is of a page that waits for an answer. */
gboolean postern_flow_native_waits (const char *auth_session);
/** postern_flow_native_is_kept: whether @auth_session is what an application was given when somebody had signed in. */
gboolean postern_flow_native_is_kept (const char *auth_session);
/** postern_flow_native_new_request: @request as the stages see it: in place of its cookies what its auth_session keeps. (transfer full) */
PosternRequest *postern_flow_native_new_request (PosternRequest *request);
/** postern_flow_native_bind: a new auth_session for the flow, in place of the one before. (transfer full) */
char *postern_flow_native_bind (PosternFlowContext *context);
/** postern_flow_native_dup_kept: what the application keeps once the walk is done. (transfer full) (nullable) */
char *postern_flow_native_dup_kept (PosternFlowContext *context);
/** postern_flow_native_show: what the parked flow's page is, as its protocol says it. (transfer full) */
PosternResponse *postern_flow_native_show (PosternFlowContext *context, const char *auth_session);
/** postern_flow_native_lose: another request was faster with the same auth_session. (transfer full) */
PosternResponse *postern_flow_native_lose (PosternFlowContext *context);

G_END_DECLS
