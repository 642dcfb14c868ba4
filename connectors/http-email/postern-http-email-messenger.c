/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-email-messenger.h"

#include "postern-http-dispatch.h"

struct _PosternHttpEmailMessenger {
  PosternMessenger parent_instance;
  PosternHttpDispatch *dispatch;
};

G_DEFINE_FINAL_TYPE (PosternHttpEmailMessenger, postern_http_email_messenger, POSTERN_TYPE_MESSENGER)

static gboolean
postern_http_email_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternHttpEmailMessenger *self = POSTERN_HTTP_EMAIL_MESSENGER (instance);

  self->dispatch = postern_http_dispatch_new (postern_instance_get_settings (instance), error);
  return self->dispatch != NULL;
}

static gboolean
postern_http_email_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  return postern_http_dispatch_send (POSTERN_HTTP_EMAIL_MESSENGER (messenger)->dispatch, message, cancellable);
}

static void
postern_http_email_messenger_finalize (GObject *object)
{
  g_clear_pointer (&POSTERN_HTTP_EMAIL_MESSENGER (object)->dispatch, postern_http_dispatch_free);
  G_OBJECT_CLASS (postern_http_email_messenger_parent_class)->finalize (object);
}

static void
postern_http_email_messenger_class_init (PosternHttpEmailMessengerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_http_email_messenger_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_http_email_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_http_email_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email";
}

static void
postern_http_email_messenger_init (PosternHttpEmailMessenger *self)
{
}
