/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

#define POSTERN_TYPE_HTTP_SMS_MESSENGER (postern_http_sms_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternHttpSmsMessenger, postern_http_sms_messenger, POSTERN, HTTP_SMS_MESSENGER, PosternMessenger)

G_END_DECLS
