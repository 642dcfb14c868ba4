/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_management_admit: PosternProtocolClass.admit. The access token must have been made for @resource, which is the tenant's
 * management API; of its scopes those count that roles give its subject now, and that its application still may ask for. ACCESS_DENIED where
 * none is left
 */
gboolean postern_oidc_management_admit (PosternProtocol *protocol, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error);

G_END_DECLS
