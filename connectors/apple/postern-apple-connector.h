/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-connector.h"

G_BEGIN_DECLS

/** PosternAppleConnector: Sign in with Apple, whose client secret is a JWT made per request. */
#define POSTERN_TYPE_APPLE_CONNECTOR (postern_apple_connector_get_type ())
GType postern_apple_connector_get_type (void);

G_END_DECLS
