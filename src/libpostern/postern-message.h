/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/** PosternMessage: one e-mail or text message on its way to a person. Immutable. */
#define POSTERN_TYPE_MESSAGE (postern_message_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternMessage, postern_message, POSTERN, MESSAGE, GObject)

/** postern_message_new: @channel "email" or "sms"; @html: (nullable) */
POSTERN_API PosternMessage *postern_message_new (const char *channel, const char *recipient, const char *subject,
                                                 const char *text, const char *html);
POSTERN_API const char *postern_message_get_channel (PosternMessage *self);
POSTERN_API const char *postern_message_get_recipient (PosternMessage *self);
POSTERN_API const char *postern_message_get_subject (PosternMessage *self); /* (nullable) */
POSTERN_API const char *postern_message_get_text (PosternMessage *self);
POSTERN_API const char *postern_message_get_html (PosternMessage *self); /* (nullable) */

G_END_DECLS
