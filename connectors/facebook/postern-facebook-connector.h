/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-connector.h"

G_BEGIN_DECLS

/** PosternFacebookConnector: Facebook, which wants each call proved with the app secret. */
#define POSTERN_TYPE_FACEBOOK_CONNECTOR (postern_facebook_connector_get_type ())
GType postern_facebook_connector_get_type (void);

G_END_DECLS
