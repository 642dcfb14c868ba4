/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-application.h"

G_BEGIN_DECLS

/**
 * postern_oidc_resource_check: an absolute URI without fragment, and one of those the application may ask for (RFC 8707 section 2).
 * One a request: a parameter that stands twice is an error here, and a token for two audiences lets each act as the other.
 */
gboolean postern_oidc_resource_check (PosternClient *client, const char *resource, GError **error);

G_END_DECLS
