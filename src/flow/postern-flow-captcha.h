/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-captcha.h"
#include "postern-flow-engine.h"
#include "postern-guard.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * A captcha, asked where many guesses were wrong and the tenant's policy says so (risk_many_failures): by the same count for names
 * that nobody has. The page that was shown carries it in flow->captcha; each is answered once, right or wrong.
 */

/** postern_flow_captcha_find: who asks; (nullable): none is set up, and people are told of such sign-ins instead. (transfer none) */
PosternCaptcha *postern_flow_captcha_find (PosternRuntime *runtime);

/**
 * postern_flow_captcha_take: counts a try with postern_guard_take(), and where a captcha is asked for wants it answered: before whoever
 * calls looks at the secret. Every try of a flow is taken by this.
 * Returns: FALSE with POSTERN_ERROR_TOO_MANY_REQUESTS, or because the store failed. Without @retry_after the caller shows the page
 *   again, which then asks; its message is not the caller's.
 */
gboolean postern_flow_captcha_take (PosternFlowContext *context, PosternGuard *guard, guint *retry_after, GError **error);

/**
 * postern_flow_captcha_take_sending: the same before a message is sent, where many guesses came from the address. Nothing is counted:
 * sending has limits of its own. One answer is enough for a walk that took a try, too. @device_hash: (nullable): of a known browser
 */
gboolean postern_flow_captcha_take_sending (PosternFlowContext *context, const char *device_hash, GError **error);

/** postern_flow_captcha_park: gives context->prompt, a page, what take() found to be asked for; another page's goes. */
void postern_flow_captcha_park (PosternFlowContext *context);
/** postern_flow_captcha_add: member `captcha` of the page's model, if it asks. */
void postern_flow_captcha_add (PosternFlow *flow, PosternJsonObject *model);
/** postern_flow_captcha_allow: what that needs of the page's content security policy. */
void postern_flow_captcha_allow (PosternFlow *flow, PosternResponse *page);

G_END_DECLS
