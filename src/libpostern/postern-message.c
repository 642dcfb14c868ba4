/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-message.h"

struct _PosternMessage {
  GObject parent_instance;
  char *channel;
  char *recipient;
  char *subject;
  char *text;
  char *html;
  char *sender_address, *sender_name;
  char *id;
  char *receipt;
  GError *failure;
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
  g_free (self->sender_address);
  g_free (self->sender_name);
  g_free (self->id);
  g_free (self->receipt);
  g_clear_error (&self->failure);
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

static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

void
postern_message_set_sender (PosternMessage *self, const char *address, const char *name)
{
  set_string (&self->sender_address, address);
  set_string (&self->sender_name, name);
}

const char *
postern_message_get_sender_address (PosternMessage *self)
{
  return self->sender_address;
}

const char *
postern_message_get_sender_name (PosternMessage *self)
{
  return self->sender_name;
}

void
postern_message_set_id (PosternMessage *self, const char *id)
{
  set_string (&self->id, id);
}

const char *
postern_message_get_id (PosternMessage *self)
{
  return self->id;
}

void
postern_message_set_receipt (PosternMessage *self, const char *receipt)
{
  set_string (&self->receipt, receipt);
}

const char *
postern_message_get_receipt (PosternMessage *self)
{
  return self->receipt;
}

void
postern_message_fail (PosternMessage *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
}

const GError *
postern_message_get_failure (PosternMessage *self)
{
  return self->failure;
}
