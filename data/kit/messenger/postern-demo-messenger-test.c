/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-messenger.h"

#include <string.h>

/* The service: keeps what it is sent, and answers 202 to those who know the token. */
static char received[4096];

static gboolean
serve (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  const char *answer;
  gsize length = 0;

  while (length < sizeof received - 1 && !strchr (received, '}')) {
    gssize n = g_input_stream_read (in, received + length, sizeof received - 1 - length, NULL, NULL);
    if (n <= 0)
      break;
    length += (gsize) n;
    received[length] = '\0';
  }
  answer = strstr (received, "Bearer good") ? "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}" : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
  g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
  return TRUE;
}

static PosternMessenger *
messenger_new (const char *url, const char *token, gboolean configured)
{
  PosternMessenger *self = g_object_new (POSTERN_TYPE_DEMO_MESSENGER, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'url': %s, 'token': %s}", url, token), NULL);
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (POSTERN_INSTANCE (self), "demo", "demo", "Demo", NULL, settings);
  g_assert_cmpint (postern_instance_configure (POSTERN_INSTANCE (self), &error), ==, configured);
  return self;
}

static gboolean
deliver (gconstpointer url, const char *token, GError **error)
{
  g_autoptr (PosternMessenger) self = messenger_new (url, token, TRUE);
  g_autoptr (PosternMessage) message = postern_message_new ("email", "ada@example.org", "Your code", "It is 123456.", NULL);

  memset (received, 0, sizeof received);
  return postern_messenger_send (self, message, NULL, error);
}

static void
test_deliver (gconstpointer url)
{
  g_autoptr (GError) refused = NULL, unreachable = NULL;

  g_assert_true (deliver (url, "good", NULL));
  g_assert_nonnull (strstr (received, "\"to\":\"ada@example.org\""));
  g_assert_nonnull (strstr (received, "123456"));
  g_assert_false (deliver (url, "bad", &refused));
  g_assert_error (refused, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  g_assert_false (deliver ("http://127.0.0.1:1/", "good", &unreachable));
  g_assert_error (unreachable, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
}

static void
test_settings (void)
{
  g_object_unref (messenger_new ("https://service.example/", "", FALSE));
  g_object_unref (messenger_new ("https://service.example/", "two\nlines", FALSE));
}

int
main (int argc, char **argv)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (2);
  const char *const allow[] = { "127.0.0.1", NULL };
  g_autofree char *url = NULL;

  g_test_init (&argc, &argv, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/messages", g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL));
  g_signal_connect (service, "run", G_CALLBACK (serve), NULL);
  g_assert_true (postern_http_client_configure (postern_http_client_get_default (), allow, NULL, NULL));
  g_thread_unref (g_thread_new ("service", (GThreadFunc) (void (*) (void)) g_main_loop_run, g_main_loop_new (NULL, FALSE)));
  g_test_add_data_func ("/demo/deliver", url, test_deliver);
  g_test_add_func ("/demo/settings", test_settings);
  return g_test_run ();
}
