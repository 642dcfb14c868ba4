/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-messenger.h"
#include "postern-error.h"

G_DEFINE_ABSTRACT_TYPE (PosternMessenger, postern_messenger, POSTERN_TYPE_INSTANCE)

static guint deliver_signal;

static gboolean
postern_messenger_real_deliver (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable)
{
  return FALSE;
}

static void
postern_messenger_class_init (PosternMessengerClass *klass)
{
  klass->deliver = postern_messenger_real_deliver;
  klass->channels = "";
  deliver_signal = g_signal_new ("deliver", POSTERN_TYPE_MESSENGER, G_SIGNAL_RUN_LAST,
                                 G_STRUCT_OFFSET (PosternMessengerClass, deliver), g_signal_accumulator_true_handled,
                                 NULL, NULL, G_TYPE_BOOLEAN, 2, POSTERN_TYPE_MESSAGE, G_TYPE_CANCELLABLE);
}

static void
postern_messenger_init (PosternMessenger *self)
{
}

gboolean
postern_messenger_carries (PosternMessenger *self, const char *channel)
{
  g_auto (GStrv) channels = NULL;

  g_return_val_if_fail (POSTERN_IS_MESSENGER (self) && channel, FALSE);
  channels = g_strsplit (POSTERN_MESSENGER_GET_CLASS (self)->channels, " ", -1);
  return g_strv_contains ((const char *const *) channels, channel);
}

gboolean
postern_messenger_send (PosternMessenger *self, PosternMessage *message, GCancellable *cancellable, GError **error)
{
  gboolean delivered = FALSE;

  g_return_val_if_fail (POSTERN_IS_MESSENGER (self) && POSTERN_IS_MESSAGE (message), FALSE);
  g_signal_emit (self, deliver_signal, 0, message, cancellable, &delivered);
  if (!delivered && postern_message_get_failure (message))
    g_propagate_error (error, g_error_copy (postern_message_get_failure (message)));
  else if (!delivered)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "Messenger “%s” did not take the message",
                 postern_instance_get_id (POSTERN_INSTANCE (self)));
  return delivered;
}
