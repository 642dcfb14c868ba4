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
  /** deliver: TRUE when the next hop accepted it. May block. */
  gboolean (*deliver) (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable);
  gpointer padding[12];
};

/** postern_messenger_send: emits `deliver`; FALSE with POSTERN_ERROR_PROVIDER if nobody took it. */
POSTERN_API gboolean postern_messenger_send (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable, GError **error);

G_END_DECLS
