/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-connector.h"

G_BEGIN_DECLS

/** PosternGoogleConnector: Google, with its Workspace domains. */
#define POSTERN_TYPE_GOOGLE_CONNECTOR (postern_google_connector_get_type ())
GType postern_google_connector_get_type (void);

G_END_DECLS
