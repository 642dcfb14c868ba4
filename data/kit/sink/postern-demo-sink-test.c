/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-sink.h"

#include <string.h>

/* The collector: keeps what it is sent, and answers 204 to those who know the token. */
static char received[4096];

static gboolean
serve (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  const char *answer;
  gsize length = 0;

  while (length < sizeof received - 1 && !g_str_has_suffix (received, "}\n")) {
    gssize n = g_input_stream_read (in, received + length, sizeof received - 1 - length, NULL, NULL);
    if (n <= 0)
      break;
    length += (gsize) n;
    received[length] = '\0';
  }
  answer = strstr (received, "Bearer good") ? "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
  return TRUE;
}

static PosternSink *
sink_new (const char *url, const char *token, const char *events, gboolean configured)
{
  PosternSink *self = g_object_new (POSTERN_TYPE_DEMO_SINK, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'url': %s, 'token': %s, 'events': %s}", url, token, events), NULL);
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (POSTERN_INSTANCE (self), "demo", "demo", "Demo", NULL, settings);
  g_assert_cmpint (postern_instance_configure (POSTERN_INSTANCE (self), &error), ==, configured);
  return self;
}

/* A key that was changed, and somebody who signed in */
static gboolean
deliver (const char *url, const char *token, const char *events, GError **error)
{
  g_autoptr (PosternSink) self = sink_new (url, token, events, TRUE);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);

  memset (received, 0, sizeof received);
  g_ptr_array_add (entries, postern_event_new ("key.rotated", 1000000, g_variant_new_parsed ("{'id': <'aud_1'>, 'number': <int64 1>}")));
  g_ptr_array_add (entries, postern_event_new ("sign-in.succeeded", 2000000, g_variant_new_parsed ("{'id': <'aud_2'>, 'number': <int64 2>}")));
  return postern_sink_deliver (self, "acme", entries, NULL, error);
}

static void
test_deliver (gconstpointer url)
{
  g_autoptr (GError) refused = NULL, unreachable = NULL;

  g_assert_true (deliver (url, "good", "sign-in.*", NULL));
  g_assert_nonnull (strstr (received, "\r\n\r\n{\"data\":{\"id\":\"aud_2\",\"number\":2},\"timestamp\":\"1970-01-01T00:00:02.000000Z\",\"type\":\"sign-in.succeeded\"}\n"));
  g_assert_true (deliver (url, "good", "user.*", NULL)); /* none is wanted, so nobody is asked */
  g_assert_cmpstr (received, ==, "");
  g_assert_false (deliver (url, "bad", "*", &refused));
  g_assert_error (refused, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
  g_assert_false (deliver ("http://127.0.0.1:1/", "good", "*", &unreachable));
  g_assert_error (unreachable, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
}

static void
test_settings (void)
{
  g_object_unref (sink_new ("https://logs.example.com/ingest", "two\r\nlines", "*", FALSE));
  g_object_unref (sink_new ("https://logs.example.com/ingest", "good", "Users", FALSE));
}

int
main (int argc, char **argv)
{
  static const char *const allow[] = { "127.0.0.1", NULL };
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (1);
  g_autofree char *url = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (postern_http_client_configure (postern_http_client_get_default (), allow, NULL, NULL));
  g_signal_connect (service, "run", G_CALLBACK (serve), NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/ingest", g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL));
  g_thread_unref (g_thread_new ("service", (GThreadFunc) (void (*) (void)) g_main_loop_run, g_main_loop_new (NULL, FALSE)));
  g_test_add_data_func ("/demo/deliver", url, test_deliver);
  g_test_add_func ("/demo/settings", test_settings);
  return g_test_run ();
}
