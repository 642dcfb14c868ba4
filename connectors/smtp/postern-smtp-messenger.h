/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

#define POSTERN_TYPE_SMTP_MESSENGER (postern_smtp_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternSmtpMessenger, postern_smtp_messenger, POSTERN, SMTP_MESSENGER, PosternMessenger)

G_END_DECLS
