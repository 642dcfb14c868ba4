/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

#define POSTERN_TYPE_HTTP_EMAIL_MESSENGER (postern_http_email_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternHttpEmailMessenger, postern_http_email_messenger, POSTERN, HTTP_EMAIL_MESSENGER, PosternMessenger)

G_END_DECLS
