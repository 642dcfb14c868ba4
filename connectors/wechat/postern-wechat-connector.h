/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-connector.h"

G_BEGIN_DECLS

/** PosternWechatConnector: WeChat, whose protocol is OAuth 2.0 by other names. */
#define POSTERN_TYPE_WECHAT_CONNECTOR (postern_wechat_connector_get_type ())
GType postern_wechat_connector_get_type (void);

G_END_DECLS
