/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_management_admit: PosternProtocolClass.admit. The access token must have been made for @resource, for a person who is an
 * administrator now or for an application by itself; of its scopes those count that its application still may ask for.
 */
gboolean postern_oidc_management_admit (PosternProtocol *protocol, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error);

G_END_DECLS
