/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-messenger.h"
#include "postern-error.h"

typedef struct { PosternMessenger parent_instance; } TestMessenger;
typedef struct { PosternMessengerClass parent_class; } TestMessengerClass;
GType test_messenger_get_type (void);
G_DEFINE_TYPE (TestMessenger, test_messenger, POSTERN_TYPE_MESSENGER)

static void
test_messenger_class_init (TestMessengerClass *klass)
{
}

static void
test_messenger_init (TestMessenger *self)
{
}

static gboolean
take (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable, gpointer data)
{
  g_assert_cmpstr (postern_message_get_recipient (message), ==, "a@example.org");
  return TRUE;
}

static void
test_nobody (void)
{
  g_autoptr (PosternMessenger) messenger = g_object_new (test_messenger_get_type (), NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new ("a{ss}", NULL), NULL);
  g_autoptr (PosternMessage) message = postern_message_new ("email", "a@example.org", "Hello", "text", NULL);
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (POSTERN_INSTANCE (messenger), "mail", "test", NULL, NULL, settings);
  g_assert_false (postern_messenger_send (messenger, message, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  g_signal_connect (messenger, "deliver", G_CALLBACK (take), NULL);
  g_assert_true (postern_messenger_send (messenger, message, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/messenger/nobody", test_nobody);
  return g_test_run ();
}
