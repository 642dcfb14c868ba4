/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-message.h"

G_BEGIN_DECLS

/** PosternMessenger: carries messages. Signal `deliver` (RUN_LAST, true-handled, class handler = vfunc). */
#define POSTERN_TYPE_MESSENGER (postern_messenger_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternMessenger, postern_messenger, POSTERN, MESSENGER, PosternInstance)

struct _PosternMessengerClass {
  PosternInstanceClass parent_class;
  /**
   * deliver: TRUE when the next hop accepted it; what that said may be kept with postern_message_set_receipt(). FALSE: say why with
   * postern_message_fail(), which decides what comes next. May block, but ends when @cancellable fires.
   */
  gboolean (*deliver) (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable);
  const char *channels; /* what it carries, set in class_init: "email", "sms" or "email sms" */
  gpointer padding[11];
};

/** postern_messenger_carries: whether @channel is one that it carries. */
POSTERN_API gboolean postern_messenger_carries (PosternMessenger *self, const char *channel);

/** postern_messenger_send: emits `deliver`. FALSE with what postern_message_fail() was given, or POSTERN_ERROR_PROVIDER if nobody took it. */
POSTERN_API gboolean postern_messenger_send (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable, GError **error);

G_END_DECLS
