/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-sms-messenger.h"

#include "postern-http-dispatch.h"

struct _PosternHttpSmsMessenger {
  PosternMessenger parent_instance;
  PosternHttpDispatch *dispatch;
};

G_DEFINE_FINAL_TYPE (PosternHttpSmsMessenger, postern_http_sms_messenger, POSTERN_TYPE_MESSENGER)

static gboolean
postern_http_sms_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternHttpSmsMessenger *self = POSTERN_HTTP_SMS_MESSENGER (instance);

  self->dispatch = postern_http_dispatch_new (postern_instance_get_settings (instance), error);
  return self->dispatch != NULL;
}

static gboolean
postern_http_sms_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  return postern_http_dispatch_send (POSTERN_HTTP_SMS_MESSENGER (messenger)->dispatch, message, cancellable);
}

static void
postern_http_sms_messenger_finalize (GObject *object)
{
  g_clear_pointer (&POSTERN_HTTP_SMS_MESSENGER (object)->dispatch, postern_http_dispatch_free);
  G_OBJECT_CLASS (postern_http_sms_messenger_parent_class)->finalize (object);
}

static void
postern_http_sms_messenger_class_init (PosternHttpSmsMessengerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_http_sms_messenger_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_http_sms_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_http_sms_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "sms";
}

static void
postern_http_sms_messenger_init (PosternHttpSmsMessenger *self)
{
}
