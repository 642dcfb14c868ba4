/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternMessage:
 *
 * One e-mail or text message on its way to a person, and what became of it. One thread has it at a time. What
 * it says is valid UTF-8; recipient, sender and subject have no control characters in them.
 */
#define POSTERN_TYPE_MESSAGE (postern_message_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternMessage, postern_message, POSTERN, MESSAGE, GObject)

/**
 * postern_message_new:
 * @channel: "email" or "sms"
 * @subject: (nullable)
 * @html: (nullable)
 *
 * Makes a message.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternMessage *postern_message_new (const char *channel, const char *recipient, const char *subject,
                                                 const char *text, const char *html);

/**
 * postern_message_get_channel:
 *
 * How it goes.
 *
 * Returns: (transfer none): "email" or "sms"
 */
POSTERN_API const char *postern_message_get_channel (PosternMessage *self);

/**
 * postern_message_get_recipient:
 *
 * Whom it is for: an address or a number.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_message_get_recipient (PosternMessage *self);

/**
 * postern_message_get_subject:
 *
 * Its subject.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_subject (PosternMessage *self);

/**
 * postern_message_get_text:
 *
 * What it says, as plain text.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_message_get_text (PosternMessage *self);

/**
 * postern_message_get_html:
 *
 * What it says, as HTML.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_html (PosternMessage *self);

/**
 * postern_message_set_sender:
 * @address: (nullable)
 * @name: (nullable)
 *
 * Where the message comes from; for e-mail. Set by the worker before it is sent.
 */
POSTERN_API void postern_message_set_sender (PosternMessage *self, const char *address, const char *name);

/**
 * postern_message_get_sender_address:
 *
 * The address it comes from.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_sender_address (PosternMessage *self);

/**
 * postern_message_get_sender_name:
 *
 * The name it comes from.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_sender_name (PosternMessage *self);

/**
 * postern_message_set_id:
 * @id: (nullable)
 *
 * The id of this message, the same at every try, so that a next hop can tell the second. Set by the worker.
 */
POSTERN_API void postern_message_set_id (PosternMessage *self, const char *id);

/**
 * postern_message_get_id:
 *
 * The id of this message.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_id (PosternMessage *self);

/**
 * postern_message_set_receipt:
 * @receipt: (nullable)
 *
 * What the next hop said when it took the message: its id, or a line. No secrets.
 */
POSTERN_API void postern_message_set_receipt (PosternMessage *self, const char *receipt);

/**
 * postern_message_get_receipt:
 *
 * What the next hop said.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_message_get_receipt (PosternMessage *self);

/**
 * postern_message_fail:
 * @error: (transfer full)
 *
 * Why the message was not taken; called by the messenger before it returns FALSE. INVALID_REQUEST: it was refused for good (no
 * such recipient) and is not tried again; TEMPORARILY_UNAVAILABLE, TOO_MANY_REQUESTS: this one was not taken now; any other
 * (UNREACHABLE, PROVIDER, CONFIG): nothing can be sent this way for the moment, so others are tried first. The message says
 * what the next hop said.
 */
POSTERN_API void postern_message_fail (PosternMessage *self, GError *error);

/**
 * postern_message_get_failure:
 *
 * What postern_message_fail() was given.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const GError *postern_message_get_failure (PosternMessage *self);

G_END_DECLS
