/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include "postern-messenger.h"

static PosternMessage *
message_new (const char *channel, const char *text)
{
  gboolean email = g_str_equal (channel, "email");

  return postern_message_new (channel, email ? "ada@example.org" : "+4915550000001", email ? "Your code" : NULL, text, email ? "<p>123456</p>" : NULL);
}

/* The server decides by the error what comes next, so there must be one that the messenger itself gave. */
static void
send (PosternContract *self, PosternInstance *instance, PosternMessage *message, GCancellable *cancellable)
{
  GError *error = NULL;
  gboolean sent = postern_messenger_send (POSTERN_MESSENGER (instance), message, cancellable, &error);

  if (!sent && !postern_message_get_failure (message))
    postern_contract_fault (self, "deliver returns FALSE and says nothing; say why with postern_message_fail()");
  if (sent && postern_message_get_failure (message))
    postern_contract_fault (self, "deliver returns TRUE after postern_message_fail(); do one of them");
  if (error && (!error->message || !*error->message))
    postern_contract_fault (self, "deliver fails with an empty message; say what the next hop said");
  g_clear_error (&error);
}

void
postern_contract_messenger_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  g_autoptr (PosternMessage) message = message_new ("email", "It is 123456.");

  send (self, instance, message, cancellable);
}

static void
check_channels (PosternContract *self)
{
  if (!postern_messenger_carries (POSTERN_MESSENGER (self->instance), "email") && !postern_messenger_carries (POSTERN_MESSENGER (self->instance), "sms"))
    postern_contract_fault (self, "it carries neither email nor sms; set PosternMessengerClass.channels in class_init");
}

static void
check_deliver (PosternContract *self)
{
  static const char *const channels[] = { "email", "sms", "pigeon" };
  g_autofree char *endless = g_strnfill (65536, 'x');
  const char *texts[] = { "It is 123456.", "", "\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91\r\n.\r\nQUIT\r\n", endless };

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
      {
        g_autoptr (PosternMessage) message = message_new (channels[i], texts[k]);
        gpointer watched = message;

        send (self, self->instance, message, NULL);
        g_object_add_weak_pointer (G_OBJECT (watched), &watched);
        g_clear_object (&message);
        if (watched)
          postern_contract_fault (self, "deliver keeps a reference to a message; give it back");
      }
}

void
postern_contract_messenger_check (PosternContract *self)
{
  postern_contract_check (self, "it says what it carries", check_channels);
  postern_contract_check (self, "deliver answers, whatever the message", check_deliver);
}
