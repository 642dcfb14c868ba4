/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-message.h"

G_BEGIN_DECLS

/**
 * PosternMessenger:
 *
 * Carries messages. Signal `deliver` (RUN_LAST, true-handled, class handler = vfunc).
 */
#define POSTERN_TYPE_MESSENGER (postern_messenger_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternMessenger, postern_messenger, POSTERN, MESSENGER, PosternInstance)

/**
 * PosternMessenger::deliver:
 * @self: the instance
 * @message: what is carried
 * @cancellable: (nullable): fires at the deadline
 *
 * Asks an instance to carry a message. The class handler is the vfunc; the first that returns TRUE ends it.
 *
 * Returns: TRUE when it was taken
 */

/**
 * PosternMessengerClass::deliver:
 * @cancellable: (nullable)
 *
 * Hands @message to the next hop; what that said may be kept with postern_message_set_receipt(). May block, but ends when
 * @cancellable fires.
 *
 * Returns: TRUE when the next hop took it; FALSE after postern_message_fail(), which decides what comes next
 */

/**
 * PosternMessengerClass:
 * @parent_class: the base
 * @deliver: carries a message
 * @channels: what it carries, set in class_init: "email", "sms" or "email sms"
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternMessengerClass {
  PosternInstanceClass parent_class;
  gboolean (*deliver) (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable);
  const char *channels;
  gpointer padding[11];
};

/**
 * postern_messenger_carries:
 *
 * Whether @channel is one that it carries.
 *
 * Returns: TRUE if it is
 */
POSTERN_API gboolean postern_messenger_carries (PosternMessenger *self, const char *channel);

/**
 * postern_messenger_send:
 * @cancellable: (nullable)
 *
 * Emits `deliver`.
 *
 * Returns: FALSE with what postern_message_fail() was given, or POSTERN_ERROR_PROVIDER if nobody took it
 */
POSTERN_API gboolean postern_messenger_send (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable, GError **error);

G_END_DECLS
