/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-protocol.h"

G_BEGIN_DECLS

/**
 * PosternDemoApplication: an application like any other, only that it lives in the server it signs in against: it is
 * registered, sends the browser to the authorization endpoint (code and PKCE, RFC 7636), redeems the code at the token
 * endpoint, asks userinfo, and signs out by RP-initiated logout. The last steps call the protocol's own routes without a
 * socket, so that it works behind any proxy and needs no way out.
 */
#define POSTERN_TYPE_DEMO_APPLICATION (postern_demo_application_get_type ())
G_DECLARE_FINAL_TYPE (PosternDemoApplication, postern_demo_application, POSTERN, DEMO_APPLICATION, PosternProtocol)

G_END_DECLS
