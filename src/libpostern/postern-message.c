/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-message.h"

struct _PosternMessage {
  GObject parent_instance;
  char *channel;
  char *recipient;
  char *subject;
  char *text;
  char *html;
};

G_DEFINE_FINAL_TYPE (PosternMessage, postern_message, G_TYPE_OBJECT)

static void
postern_message_finalize (GObject *object)
{
  PosternMessage *self = POSTERN_MESSAGE (object);

  g_free (self->channel);
  g_free (self->recipient);
  g_free (self->subject);
  g_free (self->text);
  g_free (self->html);
  G_OBJECT_CLASS (postern_message_parent_class)->finalize (object);
}

static void
postern_message_class_init (PosternMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_message_finalize;
}

static void
postern_message_init (PosternMessage *self)
{
}

PosternMessage *
postern_message_new (const char *channel, const char *recipient, const char *subject, const char *text, const char *html)
{
  PosternMessage *self = g_object_new (POSTERN_TYPE_MESSAGE, NULL);

  self->channel = g_strdup (channel);
  self->recipient = g_strdup (recipient);
  self->subject = g_strdup (subject);
  self->text = g_strdup (text);
  self->html = g_strdup (html);
  return self;
}

const char *
postern_message_get_channel (PosternMessage *self)
{
  return self->channel;
}

const char *
postern_message_get_recipient (PosternMessage *self)
{
  return self->recipient;
}

const char *
postern_message_get_subject (PosternMessage *self)
{
  return self->subject;
}

const char *
postern_message_get_text (PosternMessage *self)
{
  return self->text;
}

const char *
postern_message_get_html (PosternMessage *self)
{
  return self->html;
}
