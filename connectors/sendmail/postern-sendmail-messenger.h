/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

#define POSTERN_TYPE_SENDMAIL_MESSENGER (postern_sendmail_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternSendmailMessenger, postern_sendmail_messenger, POSTERN, SENDMAIL_MESSENGER, PosternMessenger)

G_END_DECLS
