/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_introspect_answer: RFC 7662. For applications that can show who they are. An access token is told about to the
 * application that holds it and to those it is meant for; a refresh token to its own application only. Anything else
 * is `{"active":false}`, whatever the reason.
 */
PosternResponse *postern_oidc_introspect_answer (PosternRequest *request, gpointer oidc);

G_END_DECLS
