/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_logout_answer: OpenID Connect RP-Initiated Logout 1.0, GET and POST. An ID token of the very session that stands in this
 * browser ends it at once; anything less asks the person first. Only an exact, registered URI is ever redirected to.
 */
PosternResponse *postern_oidc_logout_answer (PosternRequest *request, gpointer oidc);
/** postern_oidc_logout_answer_confirmed: the person's answer to the page `sign-out`; the same parameters stand in the form's address and are checked again. */
PosternResponse *postern_oidc_logout_answer_confirmed (PosternRequest *request, gpointer oidc);

G_END_DECLS
