/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** postern_oidc_userinfo_answer: OpenID Connect Core 5.3: GET and POST; JSON, or a JWT when the application is registered for one */
PosternResponse *postern_oidc_userinfo_answer (PosternRequest *request, gpointer oidc);

G_END_DECLS
