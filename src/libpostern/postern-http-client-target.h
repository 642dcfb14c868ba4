/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-http-client-guard.h"

G_BEGIN_DECLS

/**
 * PosternHttpClientTarget: a host to connect to, whose addresses are checked one by one as they are handed out, so the
 * address that is checked is the address that is connected to: a name that resolves differently the next time gains
 * nothing. It is a GNetworkAddress because TLS takes the name to expect in the certificate from that class.
 */
#define POSTERN_TYPE_HTTP_CLIENT_TARGET (postern_http_client_target_get_type ())
G_DECLARE_FINAL_TYPE (PosternHttpClientTarget, postern_http_client_target, POSTERN, HTTP_CLIENT_TARGET, GNetworkAddress)

/** postern_http_client_target_new: @guard must outlive the target. */
PosternHttpClientTarget *postern_http_client_target_new (PosternHttpClientGuard *guard, const char *host, guint16 port, gboolean plain);

G_END_DECLS
